"""What shows only after many calls, at exit, or with threads: memory, references, the lock, Ctrl-C.

$VISIONKIT_INTERPRETERS says how many interpreters are started and ended; 12 by default.
"""

import concurrent.futures
import gc
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import visionkit

from conftest import ROOT, needs_runtime

pytestmark = needs_runtime
LIBTORCH = {"engine": "libtorch", "threads": 1}
INTERPRETERS = int(os.environ.get("VISIONKIT_INTERPRETERS", "12"))
STATUS = pathlib.Path("/proc/self/status")
needs_proc = pytest.mark.skipif(not STATUS.exists(), reason="needs /proc")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    import tiny_models

    folder = tmp_path_factory.mktemp("models")
    return {"classifier": tiny_models.write_classifier(folder / "classifier.pt"),
            "detector": tiny_models.write_detector(folder / "detector.pt", 20),
            "slow": tiny_models.write_classifier(folder / "slow.pt", tiny_models.Slow())}


def memory(key="VmRSS"):
    """Bytes."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return 1024 * int(line.split()[1])


@needs_proc
def test_memory_and_references_are_flat_over_100_000_calls(models):
    classifier = visionkit.Classifier(models["classifier"], all_scores=True, run=LIBTORCH)
    detector = visionkit.Detector(models["detector"], run=LIBTORCH)
    picture = np.zeros((8, 8, 3), np.uint8)
    wrong = np.zeros((8, 8, 3), np.float32)
    found = []

    def calls(count):
        for _ in range(count):
            for _ in range(5):
                classifier.classify(picture)
            for _ in range(4):
                found[:] = [detector.detect(picture)]
            try:
                detector.detect(wrong)
            except visionkit.Error:
                pass

    def state():
        gc.collect()
        counted = (picture, wrong, classifier, detector, classifier.labels, detector.labels, None, visionkit.Detections,
                   visionkit.Classification, visionkit.Error)
        return [sys.getrefcount(each) for each in counted], len(gc.get_objects()), memory()

    calls(500)
    references, objects, bytes_before = state()
    calls(10_000)
    references_after, objects_after, bytes_after = state()
    assert max(abs(a - b) for a, b in zip(references, references_after)) < 50, (references, references_after)
    assert abs(objects_after - objects) < 200
    assert bytes_after - bytes_before < 4 << 20, f"{bytes_after - bytes_before} bytes more after 100,000 calls"
    assert len(found[0]) == 20


@needs_proc
def test_a_model_that_is_gone_leaves_nothing(models):
    def decode(tensors, context):
        return visionkit.Detections([[1, 1, 3, 3]])

    def load(count):
        for _ in range(count):
            visionkit.Detector(models["detector"], decoder=decode, run=LIBTORCH).detect(np.zeros((8, 8, 3), np.uint8))
            visionkit.Classifier(models["classifier"], run=LIBTORCH)
        gc.collect()
        return sys.getrefcount(decode), memory()

    references, before = load(10)
    references_after, after = load(40)
    assert references_after == references
    assert after - before < 8 << 20, f"{after - before} bytes more after 80 models"


@needs_proc
def test_the_pixels_of_a_picture_are_not_copied(models):
    """Pages that were never written are all the same page of zeros: reading them takes no memory, a copy would."""
    classifier = visionkit.Classifier(models["classifier"], run=LIBTORCH)
    picture = np.zeros((8000, 8000, 3), np.uint8)
    classifier.classify(picture[:100, :100])
    for view in (picture, picture[:, 100:-100], picture[::2]):
        pathlib.Path("/proc/self/clear_refs").write_text("5")  # the highest use begins anew
        before = memory("VmHWM")
        classifier.classify(view)
        assert memory("VmHWM") - before < view.nbytes / 4
    copied = picture[:, ::-1]
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmHWM")
    classifier.classify(copied)
    assert memory("VmHWM") - before > copied.nbytes / 2, "the measurement sees no copy"


def test_other_threads_go_on_during_a_call(models):
    classifier = visionkit.Classifier(models["slow"], run=LIBTORCH)
    picture = np.zeros((8, 8, 3), np.uint8)
    counted = 0
    is_done = threading.Event()

    def count():
        nonlocal counted
        while not is_done.is_set():
            counted += 1
            time.sleep(0.0001)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        while counted == 0:
            time.sleep(0.001)
        before = counted
        classifier.classify(picture)
        # One turn may fall between the reading of the number and the call, and one behind it.
        assert counted - before > 5
    finally:
        is_done.set()
        thread.join()


PROGRAM = """
import sys, threading
import numpy as np
import visionkit
classifier = visionkit.Classifier({classifier!r}, run={{"engine": "libtorch", "threads": 1}})
detector = visionkit.Detector({detector!r}, decoder=lambda tensors, context: visionkit.Detections([[1, 1, 3, 3]]),
                              run={{"engine": "libtorch", "threads": 1}})
picture = np.zeros((8, 8, 3), np.uint8)
results = [classifier.classify(picture), detector.detect(picture), classifier.classify(iter([picture] * 3))]
views = [results[1].boxes[:1], results[0].scores[1:]]
def work(rounds):
    while rounds != 0:
        results.append(classifier.classify(picture))
        results[:-20] = []
        detector.detect(picture)
        rounds -= 1
for kind in {threads!r}:
    daemon = kind == "daemon"
    threading.Thread(target=work, args=(-1 if daemon else 300,), daemon=daemon).start()
print("ready", flush=True)
"""


def program(models, threads=()):
    return PROGRAM.format(classifier=str(models["classifier"]), detector=str(models["detector"]), threads=list(threads))


def start(code, **more):
    return subprocess.Popen([sys.executable, "-c", code], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, "PYTHONPATH": str(pathlib.Path(visionkit.__file__).parents[1])}, **more)


def test_interpreters_end_without_a_crash(models):
    """With models, results and views alive, and with threads that are in the middle of a call."""
    kinds = [[], ["daemon", "daemon"], ["other"], ["daemon", "other"]]

    def run(number):
        process = start(program(models, kinds[number % len(kinds)]))
        out, err = process.communicate(timeout=300)
        return number, process.returncode, out, err

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(run, range(INTERPRETERS)))
    wrong = [each for each in ended if each[1:] != (0, "ready\n", "")]
    assert not wrong, f"{len(wrong)} of {INTERPRETERS}, as kinds {kinds}: {wrong[:3]}"


def test_ctrl_c_ends_a_loop_of_calls(models):
    process = start(program(models) + "while True: detector.detect(picture)\n")
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in err and process.returncode in (-signal.SIGINT, 130), err
