"""Suppression beside torchvision and OpenCV, decoding beside NumPy: the indices must be equal."""
import side_by_side
from side_by_side import median_ms

import cv2
import numpy as np
import torch
import torchvision


def uniform(count, generator):
    corners = generator.uniform(0, 640, (count, 2))
    return np.hstack([corners, corners + generator.uniform(8, 120, (count, 2))])


def clustered(count, generator):
    """Around 100 objects, as a detector's raw output."""
    centres = generator.uniform(0, 640, (100, 2))
    sides = generator.uniform(20, 200, (100, 2))
    chosen = generator.integers(0, 100, count)
    centre = centres[chosen] + generator.normal(0, 0.15, (count, 2)) * sides[chosen]
    side = sides[chosen] * generator.uniform(0.8, 1.25, (count, 2))
    return np.hstack([centre - side / 2, centre + side / 2])


def suppression_peers(boxes, scores, threshold):
    """Name, our rule, the peer's call."""
    tensor_boxes, tensor_scores = torch.from_numpy(boxes), torch.from_numpy(scores)
    yield ("torchvision.ops.nms", "nms", lambda: torchvision.ops.nms(tensor_boxes, tensor_scores, threshold))
    wide = boxes.astype(np.float64)
    rects = np.hstack([wide[:, :2], wide[:, 2:] - wide[:, :2]])
    yield ("cv2.dnn.NMSBoxes", "opencv_nms", lambda: cv2.dnn.NMSBoxes(rects, scores, 0.0, threshold))


def numpy_yolov8(output, threshold):
    """The usual way to read an 84 x 8400 output; gives the columns that pass."""
    scores = output[4:]
    labels = scores.argmax(0)
    best = scores.max(0)
    passed = np.flatnonzero(best > threshold)
    x, y, width, height = output[:4, passed]
    boxes = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 1)
    assert boxes.shape[0] == labels[passed].size
    return passed


def compare(bench, worker, what, peer, rule, call, threshold, folder):
    def ours(count):
        return worker.ask(rule, folder, threshold, count)

    kept = ours(1)[1:]
    equal = np.array_equal(np.asarray(kept, np.int64), np.asarray(call()).ravel())
    bench.compare(what, lambda count: float(ours(count)[0]), {peer: (lambda count: median_ms(call, count), equal)},
                  kept=len(kept))


def suppression_rows(bench, worker, generator, folder):
    for count in (1000, 8400, 25200):
        for make in (uniform, clustered):
            for threshold in (0.5,) if count == 25200 else (0.5, 0.3):
                boxes = make(count, generator).astype(np.float32)
                scores = generator.uniform(0, 1, count).astype(np.float32)
                boxes.tofile(folder / "boxes.f32")
                scores.tofile(folder / "scores.f32")
                what = f"{count} {make.__name__} boxes, IoU {threshold}"
                for peer, rule, call in suppression_peers(boxes, scores, threshold):
                    compare(bench, worker, what, peer, rule, call, threshold, folder)


def decoding_row(bench, worker, generator, folder):
    """Two boxes in a hundred pass, as on a busy picture."""
    output = generator.uniform(0, 0.2, (84, 8400)).astype(np.float32)
    output[:4] = generator.uniform(10, 600, (4, 8400))
    busy = generator.choice(8400, 168, replace=False)
    output[generator.integers(4, 84, 168), busy] = generator.uniform(0.3, 1, 168)
    output.tofile(folder / "output.f32")
    compare(bench, worker, "decode yolov8 84 x 8400", "NumPy", "yolov8", lambda: numpy_yolov8(output, 0.25), 0.25,
            folder)


def rows(bench, folder):
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    worker = side_by_side.Worker("tests/bench/nms/visionkit_nms_bench")
    generator = np.random.default_rng(1)
    suppression_rows(bench, worker, generator, folder)
    decoding_row(bench, worker, generator, folder)


if __name__ == "__main__":
    side_by_side.run(f"torchvision {torchvision.__version__}, OpenCV {cv2.__version__}", rows)
