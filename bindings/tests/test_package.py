"""The package as a whole: imports, stubs, types, examples, other libraries in the process."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest
import visionkit

from conftest import ROOT

PACKAGE = pathlib.Path(visionkit.__file__).parent


def run(*command, **environment):
    path = os.pathsep.join([str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, *command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "PYTHONPATH": path, **environment})


def test_importing_it_imports_neither_torch_nor_numpy():
    done = run("-c", "import sys, visionkit; print([name for name in ('torch', 'numpy', 'PIL', 'cv2') if name in sys.modules])")
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("order", ["cv2, visionkit", "visionkit, cv2"])
def test_cv2_may_be_in_the_same_process(order):
    if importlib.util.find_spec("cv2") is None:
        pytest.skip("cv2 is not installed")
    done = run("-c", f"""
import {order}, numpy as np
picture = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
ours = visionkit.resize(picture, (31, 17), "opencv.linear")
theirs = cv2.resize(picture, (31, 17))
assert abs(ours.astype(int) - theirs).max() <= 1
assert np.array_equal(visionkit.read_image(cv2.imencode(".png", picture[..., ::-1])[1].tobytes()), picture)
visionkit.resize(picture, (7, 9), "opencv.area"), cv2.resize(picture, (7, 9), interpolation=cv2.INTER_AREA)
print("fine")""")
    assert done.stdout.strip() == "fine", done.stdout


def test_every_public_name_is_there_and_documented():
    for module in (visionkit, visionkit.metrics, visionkit.datasets):
        for name in [name for name in dir(module) if not name.startswith("_")]:
            value = getattr(module, name)
            assert value.__doc__, name
    assert set(visionkit.__all__) <= set(dir(visionkit))
    assert {"nms", "Detections", "metrics", "Error"} <= set(visionkit.__all__)
    with pytest.raises(AttributeError):
        visionkit.nothing


def test_the_stubs_are_those_of_the_module():
    done = run(str(ROOT / "bindings" / "make_stubs.py"), "--check")
    assert done.returncode == 0, done.stdout


def test_mypy_accepts_the_examples():
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    examples = [str(path) for path in sorted((ROOT / "examples").glob("*.py"))]
    done = run("-m", "mypy", "--strict", "--cache-dir", os.devnull, *examples,
               MYPYPATH=str(ROOT / "bindings"))
    assert done.returncode == 0, done.stdout


def test_the_examples_run(tmp_path):
    import json

    import numpy as np

    picture = np.zeros((60, 80, 3), np.uint8)
    picture[10:30, 20:50] = 200
    visionkit.write_image(tmp_path / "a.png", picture)
    np.save(tmp_path / "t.npy", visionkit.preprocess(picture, resize={
        "mode": "letterbox", "size": (64, 64), "interpolation": "opencv.linear"})[0])
    done = run(str(ROOT / "examples/preprocess.py"), str(tmp_path / "a.png"), "--letterbox", "64", "--output",
               str(tmp_path / "seen.png"), "--compare", str(tmp_path / "t.npy"))
    assert done.returncode == 0 and "equal" in done.stdout, done.stdout
    assert visionkit.read_image(tmp_path / "seen.png").shape == (64, 64, 3)

    entry = {"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20]}
    (tmp_path / "truth.json").write_text(json.dumps({
        "images": [{"id": 1}], "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{**entry, "id": 1, "area": 400, "iscrowd": 0}]}))
    (tmp_path / "found.json").write_text(json.dumps([{**entry, "score": 0.5}]))
    files = [str(tmp_path / "truth.json"), str(tmp_path / "found.json")]
    done = run(str(ROOT / "examples/score.py"), *files, "--errors", "--before", files[1])
    assert done.returncode == 0 and "cat" in done.stdout, done.stdout
    done = run(str(ROOT / "examples/score.py"), *files, "--json")
    assert json.loads(done.stdout)["summary"]["ap50"] == pytest.approx(1), done.stdout
    assert run(str(ROOT / "examples/score.py"), files[1], files[0]).returncode == 2


def test_a_thousand_calls_leave_no_object_behind():
    import gc

    import numpy as np

    picture = np.zeros((8, 8, 3), np.uint8)
    boxes = np.zeros((3, 4), np.float32)

    def calls():
        for _ in range(1000):
            visionkit.preprocess(picture)
            visionkit.nms(boxes, [1, 2, 3], iou_threshold=0.5)
            visionkit.Mask.from_box((0, 0, 4, 4), (8, 8)).to_rle()
            with pytest.raises(visionkit.Error):
                visionkit.read_image(b"x")

    calls()
    gc.collect()
    before = sys.getrefcount(None), len(gc.get_objects())
    calls()
    gc.collect()
    after = sys.getrefcount(None), len(gc.get_objects())
    assert abs(after[0] - before[0]) < 200 and abs(after[1] - before[1]) < 200
