"""The package as a whole: imports, stubs, other libraries in the process."""

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
if visionkit._core.torch_version:
    detector = visionkit.Detector({str(ROOT / "tests/data/models/digit_detector.pt")!r}, run={{"engine": "libtorch"}})
    scene = visionkit.read_image({str(ROOT / "tests/data/scenes/images/000.jpg")!r})
    found = detector.detect(scene)
    assert cv2.dnn.NMSBoxes([[0, 0, 5, 5]], [0.9], 0.1, 0.5).size == 1 and len(cv2.resize(scene, (100, 80))) == 80
    assert len(found) and detector.detect(scene) == found
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
