"""What Python costs: calls through the package beside the same calls in C++, in one process, on one LibTorch, with networks
that cost next to nothing; two threads beside one; and whether the pixels of a picture are copied."""
import side_by_side
from side_by_side import BUILD

import ctypes
import hashlib
import pathlib
import statistics
import sys
import threading
import time

import numpy as np
import tiny_models
import visionkit

CALLS = 300
GOAL_US = 20
GOAL_SPEEDUP = 1.6
RUN = {"engine": "libtorch", "threads": 1}


def median_us(call, count=CALLS):
    clock = time.perf_counter_ns
    times = []
    for _ in range(count):
        begin = clock()
        call()
        times.append(clock() - begin)
    return statistics.median(times) / 1e3


def overhead_row(bench, what, model, cpp, call, found):
    """The overhead is the median of what a round's C++ side took less. `found` says how much an answer holds."""
    picture = np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8)
    cpp.restype = ctypes.c_double
    there = ctypes.c_int()

    def cpp_us():
        return cpp(str(model).encode(), picture.ctypes.data_as(ctypes.c_void_p), 8, 8, CALLS, ctypes.byref(there))

    sides = {"ours": lambda: median_us(lambda: call(picture)), "C++": cpp_us}
    for side in sides.values():
        side()
    taken, void = bench.interleaved(sides)
    overhead = statistics.median(a - b for a, b in zip(taken["ours"], taken["C++"]))
    bench.add(what, [us / 1e3 for us in taken["ours"]], "C++", [us / 1e3 for us in taken["C++"]],
              there.value == len(call(picture)) == found, void, overhead_us=round(overhead, 1), goal_us=GOAL_US)


def threads_row(bench, model, picture):
    """Two threads with as many calls each: twice the work, in at best the same time."""
    detector = visionkit.Detector(model, run=RUN)
    expected = detector.detect(picture)
    count = max(3, int(100_000 / median_us(lambda: detector.detect(picture), 5)))
    answers = []

    def work():
        for _ in range(count):
            answers.append(detector.detect(picture))

    def turn(each, number):
        """Milliseconds for the work of one thread."""
        threads = [threading.Thread(target=each) for _ in range(number)]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (time.perf_counter() - begin) * 1e3 / number

    # What the machine gives just now: hashlib, too, works without Python's lock.
    data = bytes(1 << 20)
    megabytes = max(1, int(100_000 / median_us(lambda: hashlib.sha256(data).digest(), 5)))

    def hash_all():
        for _ in range(megabytes):
            hashlib.sha256(data).digest()

    sides = {"ours": (work, 2), "one": (work, 1), "hashlib": (hash_all, 2), "one hashlib": (hash_all, 1)}
    taken, void = bench.interleaved({name: lambda side=side: turn(*side) for name, side in sides.items()})
    equal = all(answer == expected for answer in answers)
    machine = statistics.median(b / a for a, b in zip(taken["hashlib"], taken["one hashlib"]))
    bench.add(f"{count} x detect, digits on a photograph: two threads", taken["ours"], "one thread", taken["one"], equal,
              void, threads=2, goal_ratio=GOAL_SPEEDUP, hashlib_ratio=round(machine, 2))


def copies_row(bench, model):
    """Pages that were never written are all one page of zeros: reading them takes no memory, a copy would."""
    classifier = visionkit.Classifier(model, run=RUN)
    picture = np.zeros((8000, 8000, 3), np.uint8)

    def peak(given):
        pathlib.Path("/proc/self/clear_refs").write_text("5")  # the highest use begins anew

        def highest():
            lines = pathlib.Path("/proc/self/status").read_text().splitlines()
            return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])

        before = highest()
        classifier.classify(given)
        return highest() - before

    rows = peak(picture), peak(picture[:, 100:-100]), peak(picture[::2])
    copied = peak(picture[:, ::-1])  # mirrored: its pixels lie backwards, which C++ does not take
    what = "bytes taken by classify() for a picture of 192 MB: packed, cut out, every second row"
    is_none = max(rows) < picture.nbytes // 4 < copied
    bench.rows.append({"what": what, "equal": is_none, "bytes": rows, "bytes_mirrored": copied})
    print(f"{what}: {rows}; mirrored, which is copied: {copied}{'' if is_none else '  MISMATCH'}", flush=True)


def rows(bench, folder):
    side = ctypes.CDLL(str(BUILD / "tests/bench/python/libvisionkit_python_bench.so"))
    classifier_file = tiny_models.write_classifier(folder / "classifier.pt")
    classifier = visionkit.Classifier(classifier_file, run=RUN)
    overhead_row(bench, "classify, 8 x 8 pixels", classifier_file, side.classify_us, classifier.classify, 3)
    detector_file = tiny_models.write_detector(folder / "detector.pt", 100)
    detector = visionkit.Detector(detector_file, run=RUN)
    overhead_row(bench, "detect, 100 detections", detector_file, side.detect_us, detector.detect, 100)
    data = side_by_side.ROOT / "tests/data"
    threads_row(bench, data / "models/digit_detector.pt", visionkit.read_image(data / "scenes/images/000.jpg"))
    copies_row(bench, classifier_file)


if __name__ == "__main__":
    side_by_side.run(f"visionkit {visionkit.__version__}, Python {sys.version.split()[0]}", rows)
