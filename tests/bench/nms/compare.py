"""Suppression beside torchvision and OpenCV, decoding beside NumPy, one thread each: compare.py WORKER OUT.json

Every round times each side on the same boxes, in random order, our side in a process of its own. A row is the median of the
per-round times and of the per-round ratios; it is only timed after the indices were found equal.
"""
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torchvision

ROUNDS = 30
ROW = "{:<34} {:>10} {:>20} {:>10} {:>8}  {}"


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


def median_ms(call, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = call()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), np.asarray(result).ravel()


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, rule, folder, threshold, repeats):
        self.process.stdin.write(f"{rule} {folder} {threshold} {repeats}\n")
        self.process.stdin.flush()
        milliseconds, *indices = self.process.stdout.readline().split()
        return float(milliseconds), np.asarray(indices, dtype=np.int64)


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


def compare(worker, what, peer, rule, call, threshold, folder):
    row = {"what": what, "peer": peer, "threads": 1}
    peer_ms, expected = median_ms(call, 1)
    _, kept = worker.run(rule, folder, threshold, 1)
    row["equal"] = bool(np.array_equal(kept, expected))
    if not row["equal"]:
        print(ROW.format(what, "-", peer, "-", "-", "MISMATCH"))
        return row
    repeats = max(1, int(5 / peer_ms))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        sides = [lambda: ours.append(worker.run(rule, folder, threshold, 5)[0]),
                 lambda: theirs.append(median_ms(call, repeats)[0])]
        random.shuffle(sides)
        for side in sides:
            side()
    row["ours_ms"] = round(statistics.median(ours), 4)
    row["peer_ms"] = round(statistics.median(theirs), 3)
    row["ratio"] = round(statistics.median(b / a for a, b in zip(ours, theirs)), 1)
    row["kept"] = len(kept)
    print(ROW.format(what, row["ours_ms"], peer, row["peer_ms"], row["ratio"], "equal"), flush=True)
    return row


def suppression_rows(worker, generator, folder):
    for count in (1000, 8400, 25200):
        for make in (uniform, clustered):
            for threshold in (0.5,) if count == 25200 else (0.5, 0.3):
                boxes = make(count, generator).astype(np.float32)
                scores = generator.uniform(0, 1, count).astype(np.float32)
                boxes.tofile(folder / "boxes.f32")
                scores.tofile(folder / "scores.f32")
                what = f"{count} {make.__name__} boxes, IoU {threshold}"
                for peer, rule, call in suppression_peers(boxes, scores, threshold):
                    yield compare(worker, what, peer, rule, call, threshold, folder)


def decoding_row(worker, generator, folder):
    """Two boxes in a hundred pass, as on a busy picture."""
    output = generator.uniform(0, 0.2, (84, 8400)).astype(np.float32)
    output[:4] = generator.uniform(10, 600, (4, 8400))
    busy = generator.choice(8400, 168, replace=False)
    output[generator.integers(4, 84, 168), busy] = generator.uniform(0.3, 1, 168)
    output.tofile(folder / "output.f32")
    return compare(worker, "decode yolov8 84 x 8400", "NumPy", "yolov8", lambda: numpy_yolov8(output, 0.25), 0.25, folder)


def main():
    program, out = sys.argv[1:]
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    worker = Worker(program)
    generator = np.random.default_rng(1)
    print(f"torchvision {torchvision.__version__}, OpenCV {cv2.__version__}, one thread each, {ROUNDS} rounds")
    print(ROW.format("what", "ours ms", "peer", "peer ms", "ratio", ""))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*suppression_rows(worker, generator, folder), decoding_row(worker, generator, folder)]
    Path(out).write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if all(row["equal"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
