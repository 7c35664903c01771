"""make bench BENCH=metrics: counting metrics beside scikit-learn and NumPy, one thread each.

Every comparison first checks that both sides give the same figures. Rounds are interleaved in random order.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import sklearn
from sklearn.metrics import confusion_matrix, f1_score, top_k_accuracy_score

ROUNDS = 7  # peers take seconds a call
SAMPLES = 10_000_000
CLASSES = 10
MAPS, SIDE, OFFSET, MAP_CLASSES = 1000, 1024, 4096, 21
ROW = "{:<44} {:>10} {:<22} {:>10} {:>7}  {}"


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, what, folder, classes, repeats):
        self.process.stdin.write(f"{what} {folder} {classes} {repeats}\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]


def timed(call):
    start = time.perf_counter()
    result = call()
    return (time.perf_counter() - start) * 1e3, np.atleast_1d(result).ravel()


def compare(worker, what, peer, work, folder, classes, call):
    row = {"what": what, "peer": peer, "threads": 1}
    _, expected = timed(call)
    _, *figures = worker.run(work, folder, classes, 1)
    row["equal"] = len(figures) == len(expected) and bool(np.allclose(figures, expected, rtol=0, atol=1e-12))
    if not row["equal"]:
        print(ROW.format(what, "-", peer, "-", "-", "MISMATCH"))
        return row
    ours, theirs = [], []
    for _ in range(ROUNDS):
        sides = [lambda: ours.append(worker.run(work, folder, classes, 3)[0]),
                 lambda: theirs.append(timed(call)[0])]
        random.shuffle(sides)
        for side in sides:
            side()
    row["ours_ms"] = round(statistics.median(ours), 3)
    row["peer_ms"] = round(statistics.median(theirs), 2)
    row["ratio"] = round(statistics.median(b / a for a, b in zip(ours, theirs)), 1)
    print(ROW.format(what, row["ours_ms"], peer, row["peer_ms"], row["ratio"], "equal"), flush=True)
    return row


def label_rows(worker, generator, folder):
    truth = generator.integers(0, CLASSES, SAMPLES).astype(np.int32)
    predicted = np.where(generator.random(SAMPLES) < 0.7, truth, generator.integers(0, CLASSES, SAMPLES)).astype(np.int32)
    scores = generator.random((SAMPLES, CLASSES), dtype=np.float32)
    scores[np.arange(SAMPLES), truth] += 0.3
    truth.tofile(folder / "truth.i32")
    predicted.tofile(folder / "predicted.i32")
    scores.tofile(folder / "scores.f32")
    labels = list(range(CLASSES))

    def counted():
        return np.bincount(truth.astype(np.int64) * CLASSES + predicted, minlength=CLASSES ** 2)

    what = f"{SAMPLES:,} samples, {CLASSES} classes: "
    yield compare(worker, what + "confusion", "scikit-learn", "confusion", folder, CLASSES,
                  lambda: confusion_matrix(truth, predicted, labels=labels))
    yield compare(worker, what + "confusion", "numpy.bincount", "confusion", folder, CLASSES, counted)
    yield compare(worker, what + "F1", "scikit-learn", "f1", folder, CLASSES,
                  lambda: f1_score(truth, predicted, labels=labels, average=None))
    yield compare(worker, what + "top-5", "scikit-learn", "top5", folder, CLASSES,
                  lambda: top_k_accuracy_score(truth, scores, k=5, labels=labels))


def regions(generator, count):
    """Rows of runs, as long as the sides of objects are."""
    lengths = generator.integers(20, 200, count // 20)
    values = generator.integers(0, MAP_CLASSES, lengths.size)
    return np.repeat(values, lengths)[:count].astype(np.uint8)


def numpy_miou(truth, predicted):
    """The usual way: a histogram of class pairs for each map."""
    cells = np.zeros(MAP_CLASSES ** 2, np.int64)
    for i in range(MAPS):
        part = slice(i * OFFSET, i * OFFSET + SIDE * SIDE)
        t, p = truth[part], predicted[part]
        known = t < MAP_CLASSES
        cells += np.bincount(MAP_CLASSES * t[known].astype(np.int64) + p[known], minlength=MAP_CLASSES ** 2)
    cells = cells.reshape(MAP_CLASSES, MAP_CLASSES)
    hits = np.diag(cells)
    iou = hits / (cells.sum(0) + cells.sum(1) - hits)
    return np.concatenate([[iou.mean()], iou])


def map_rows(worker, generator, folder):
    count = MAPS * OFFSET + SIDE * SIDE
    for name in ("regions", "noise"):
        place = folder / name
        place.mkdir()
        truth = regions(generator, count) if name == "regions" else generator.integers(0, MAP_CLASSES, count).astype(np.uint8)
        predicted = np.roll(truth, 9)  # wrong along the edges
        truth[generator.random(count) < 0.001 if name == "noise" else slice(0, count, 50_000)] = 255
        truth.tofile(place / "truth.u8")
        predicted.tofile(place / "predicted.u8")
        yield compare(worker, f"{MAPS:,} maps of {SIDE} x {SIDE}, {name}: mIoU", "NumPy", "miou", place, MAP_CLASSES,
                      lambda: numpy_miou(truth, predicted))


def main():
    program, out = sys.argv[1:]
    worker = Worker(program)
    generator = np.random.default_rng(1)
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, one thread each, {ROUNDS} rounds")
    print(ROW.format("what", "ours ms", "peer", "peer ms", "ratio", ""))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*label_rows(worker, generator, folder), *map_rows(worker, generator, folder)]
    Path(out).write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if all(row["equal"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
