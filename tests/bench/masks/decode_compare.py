"""Decoding of masks beside torchvision and torch, one thread each: decode_compare.py WORKER OUT.json

Every round times each side on the same tensors, in random order, our side in a process of its own. A row is the median of
the per-round times and of the per-round ratios; it is only timed after the pixels were found equal, but for those whose value
lies within a stated margin of the threshold. The rows are added to those that OUT.json already has.
"""
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torchvision.models.detection.roi_heads import paste_masks_in_image

ROUNDS = 30
ROW = "{:<40} {:>10} {:>36} {:>10} {:>8}  {}"


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, what, folder, repeats, width, height):
        self.process.stdin.write(f"{what} {folder} {repeats} {width} {height}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def boxes_of(count, width, height, generator):
    sides = generator.uniform(16, 400, (count, 2))
    centres = generator.uniform(0, 1, (count, 2)) * (width, height)
    return np.hstack([centres - sides / 2, centres + sides / 2]).clip(0, (width, height, width, height)).astype(np.float32)


def smooth(shape, generator):
    """Noise with the outlines of objects rather than of pixels."""
    coarse = torch.from_numpy(generator.normal(0, 1, (*shape[:-2], 6, 6)).astype(np.float32))
    planes = F.interpolate(coarse.reshape(1, -1, 6, 6), shape[-2:], mode="bicubic", align_corners=False)
    return planes.reshape(shape).contiguous()


def paste(count, width, height, generator, folder):
    boxes = boxes_of(count, width, height, generator)
    masks = torch.sigmoid(4 * smooth((count, 1, 28, 28), generator) + 1)
    boxes.tofile(folder / "boxes.f32")
    masks.numpy().tofile(folder / "masks.f32")
    tensor = torch.from_numpy(boxes)
    return (lambda: paste_masks_in_image(masks, tensor, (height, width)),
            lambda values: (values[:, 0] > 0.5, (values[:, 0] - 0.5).abs() < 1e-5))


def semantic(_, width, height, generator, folder):
    logits = 5 * smooth((1, 21, 65, 65), generator)
    logits.numpy().tofile(folder / "logits.f32")

    def doubtful(labels):
        best = F.interpolate(logits, (height, width), mode="bilinear", align_corners=False)[0].topk(2, 0).values
        return labels, best[0] - best[1] < 1e-5

    return (lambda: F.interpolate(logits, (height, width), mode="bilinear", align_corners=False)[0].argmax(0), doubtful)


def prototypes(count, width, height, generator, folder):
    boxes = boxes_of(count, width, height, generator)
    planes = smooth((32, 160, 160), generator)
    factors = torch.from_numpy(generator.normal(0, 0.5, (count, 32)).astype(np.float32))
    boxes.tofile(folder / "boxes.f32")
    planes.numpy().tofile(folder / "prototypes.f32")
    factors.numpy().tofile(folder / "coefficients.f32")
    x1, y1, x2, y2 = (torch.from_numpy(boxes[:, i]).view(-1, 1, 1) for i in range(4))
    columns, rows = torch.arange(width).view(1, 1, -1), torch.arange(height).view(1, -1, 1)

    def scores():
        masks = (factors @ planes.view(32, -1)).view(1, count, 160, 160)
        masks = F.interpolate(masks, (height, width), mode="bilinear", align_corners=False)[0]
        return masks * ((columns >= x1) * (columns < x2) * (rows >= y1) * (rows < y2))

    return (lambda: scores() > 0, lambda masks: (masks, scores().abs() < 1e-4))


def compare(worker, what, peer, make, count, width, height, generator, folder):
    call, judge = make(count, width, height, generator, folder)
    name = make.__name__
    expected, doubtful = judge(call())
    peer_ms = milliseconds(call)
    worker.run(name, folder, 1, width, height)
    ours = torch.from_numpy(np.fromfile(folder / "ours.u8", np.uint8)).reshape(expected.shape)
    row = {"what": what, "peer": peer, "equal": bool(((ours == expected) | doubtful).all())}
    if not row["equal"]:
        print(ROW.format(what, "-", peer, "-", "-", "MISMATCH"))
        return row
    mine, theirs = [], []
    for _ in range(ROUNDS):
        sides = [lambda: mine.append(worker.run(name, folder, 3, width, height)),
                 lambda: theirs.append(statistics.median(milliseconds(call) for _ in range(1 if peer_ms > 100 else 3)))]
        random.shuffle(sides)
        for side in sides:
            side()
    row["ours_ms"] = round(statistics.median(mine), 4)
    row["peer_ms"] = round(statistics.median(theirs), 3)
    row["ratio"] = round(statistics.median(b / a for a, b in zip(mine, theirs)), 1)
    print(ROW.format(what, row["ours_ms"], peer, row["peer_ms"], row["ratio"], "equal"), flush=True)
    return row


def milliseconds(call):
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e3


def main():
    program, out = sys.argv[1:]
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    worker = Worker(program)
    generator = np.random.default_rng(1)
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, one thread each, {ROUNDS} rounds")
    print(ROW.format("what", "ours ms", "peer", "peer ms", "ratio", ""))
    cases = [("paste 100 masks, 640x480", "torchvision paste_masks_in_image", paste, 100, 640, 480),
             ("paste 100 masks, 1920x1080", "torchvision paste_masks_in_image", paste, 100, 1920, 1080),
             ("21x65x65 to 520x520, arg-max", "torch interpolate + argmax", semantic, 0, 520, 520),
             ("21x65x65 to 1920x1080, arg-max", "torch interpolate + argmax", semantic, 0, 1920, 1080),
             ("50 prototype masks, 640x640", "torch matmul, interpolate, crop, > 0", prototypes, 50, 640, 640)]
    with tempfile.TemporaryDirectory() as name:
        rows = [compare(worker, *case, generator, Path(name)) for case in cases]
    out = Path(out)
    earlier = json.loads(out.read_text()) if out.exists() else []
    out.write_text(json.dumps([*earlier, *rows], indent=1) + "\n")
    return 0 if all(row["equal"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
