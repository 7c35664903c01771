"""Counting metrics beside scikit-learn and NumPy: the figures must agree within 1e-12."""
import side_by_side
from side_by_side import median_ms

import numpy as np
import sklearn
from sklearn.metrics import confusion_matrix, f1_score, top_k_accuracy_score

SAMPLES = 10_000_000
CLASSES = 10
MAPS, SIDE, OFFSET, MAP_CLASSES = 1000, 1024, 4096, 21


def compare(bench, worker, what, peer, work, folder, classes, call):
    def ours(count):
        return [float(word) for word in worker.ask(work, folder, classes, count)]

    figures, expected = ours(1)[1:], np.ravel(call())
    equal = len(figures) == len(expected) and bool(np.allclose(figures, expected, rtol=0, atol=1e-12))
    bench.compare(what, lambda count: ours(count)[0], {peer: (lambda count: median_ms(call, count), equal)})


def label_rows(bench, worker, generator, folder):
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
    compare(bench, worker, what + "confusion", "scikit-learn", "confusion", folder, CLASSES,
            lambda: confusion_matrix(truth, predicted, labels=labels))
    compare(bench, worker, what + "confusion", "numpy.bincount", "confusion", folder, CLASSES, counted)
    compare(bench, worker, what + "F1", "scikit-learn", "f1", folder, CLASSES,
            lambda: f1_score(truth, predicted, labels=labels, average=None))
    compare(bench, worker, what + "top-5", "scikit-learn", "top5", folder, CLASSES,
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


def map_rows(bench, worker, generator, folder):
    count = MAPS * OFFSET + SIDE * SIDE
    for name in ("regions", "noise"):
        place = folder / name
        place.mkdir()
        truth = regions(generator, count) if name == "regions" else generator.integers(0, MAP_CLASSES, count).astype(np.uint8)
        predicted = np.roll(truth, 9)  # wrong along the edges
        truth[generator.random(count) < 0.001 if name == "noise" else slice(0, count, 50_000)] = 255
        truth.tofile(place / "truth.u8")
        predicted.tofile(place / "predicted.u8")
        compare(bench, worker, f"{MAPS:,} maps of {SIDE} x {SIDE}, {name}: mIoU", "NumPy", "miou", place, MAP_CLASSES,
                lambda: numpy_miou(truth, predicted))


def rows(bench, folder):
    worker = side_by_side.Worker("tests/bench/metrics/visionkit_metrics_bench")
    generator = np.random.default_rng(1)
    label_rows(bench, worker, generator, folder)
    map_rows(bench, worker, generator, folder)


if __name__ == "__main__":
    # peers take seconds a call
    side_by_side.run(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}", rows, rounds=7)
