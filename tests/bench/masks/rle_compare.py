"""Run-length masks beside pycocotools, one thread each: rle_compare.py WORKER OUT.json

Every round times each side on the same masks, in random order, our side in a process of its own. A row is the median of
the per-round times and of the per-round ratios; it is only timed after the answers were found equal, bit for bit. The
rows are added to those that OUT.json already has.
"""
import importlib.metadata
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

ROUNDS = 30
ROW = "{:<44} {:>10} {:>32} {:>10} {:>8}  {}"


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, what, folder, repeats, width, height):
        self.process.stdin.write(f"{what} {folder} {repeats} {width} {height}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def pictures(width, height):
    """Name and pixels: an object, a pattern, and the finest grid that a network will ever give."""
    y, x = np.mgrid[:height, :width]
    yield "ellipse", ((x - width // 2) ** 2 * height**2 + (y - height // 2) ** 2 * width**2 < (width * height // 3) ** 2)
    yield "stripes", (x + 2 * y) // 37 % 3 == 0
    yield "xor grid", (x ^ y) % 11 < 4


def outlines(count, width, height, roughness, generator):
    """Closed outlines with 40 corners, a quarter of the picture in size at most."""
    angles = np.arange(40) * 2 * np.pi / 40
    for _ in range(count):
        radius = generator.uniform(0.05, 0.3) * width
        waves = sum(generator.uniform(-0.15, 0.15) * np.sin(k * angles + generator.uniform(0, 7)) for k in (1, 2, 3))
        reach = radius * (1 + waves - roughness * generator.uniform(0, 1, 40))
        centre = generator.uniform(0, 1, 2) * (width, height)
        yield centre + np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None]


def rles_of(corners, width, height):
    return coco.frPyObjects([outline.ravel().tolist() for outline in corners], height, width)


def median_ms(call, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def compare(worker, folder, what, peer, size, task, call, raw):
    """`raw` turns the peer's answer into the bytes that the worker leaves."""
    row = {"what": what, "peer": peer, "threads": 1}
    expected = raw(call())
    worker.run(task, folder, 1, *size)
    row["equal"] = (folder / "ours").read_bytes() == expected
    if not row["equal"]:
        print(ROW.format(what, "-", peer, "-", "-", "MISMATCH"))
        return row
    repeats = max(1, int(10 / median_ms(call, 1)))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        sides = [lambda: ours.append(worker.run(task, folder, repeats, *size)),
                 lambda: theirs.append(median_ms(call, repeats))]
        random.shuffle(sides)
        for side in sides:
            side()
    row["ours_ms"] = round(statistics.median(ours), 4)
    row["peer_ms"] = round(statistics.median(theirs), 4)
    row["ratio"] = round(statistics.median(b / a for a, b in zip(ours, theirs)), 1)
    print(ROW.format(what, row["ours_ms"], peer, row["peer_ms"], row["ratio"], "equal"), flush=True)
    return row


def picture_rows(worker, folder):
    size = (4000, 3000)
    for name, pixels in pictures(*size):
        pixels = np.ascontiguousarray(pixels, dtype=np.uint8)
        pixels.tofile(folder / "pixels")
        yield compare(worker, folder, f"encode row-major {name}, 4000x3000", "asfortranarray + encode", size, "encode",
                      lambda: coco.encode(np.asfortranarray(pixels)), lambda rle: rle["counts"])
        rle = coco.encode(np.asfortranarray(pixels))
        (folder / "strings").write_bytes(rle["counts"])
        yield compare(worker, folder, f"decode {name}, 4000x3000", "decode", size, "decode",
                      lambda: coco.decode(rle), lambda decoded: decoded.tobytes("C"))


def overlap_rows(worker, generator, folder):
    for size in ((640, 480), (1920, 1080)):
        for name, roughness in (("smooth", 0), ("jagged", 0.4)):
            rles = rles_of(outlines(40, *size, roughness, generator), *size)
            (folder / "strings").write_bytes(b"\n".join(rle["counts"] for rle in rles))
            for task, how in (("iou", ""), ("iou_strings", ", strings read")):
                yield compare(worker, folder, f"IoU 20x20 {name}, {size[0]}x{size[1]}{how}", "iou", size, task,
                              lambda: coco.iou(rles[:20], rles[20:], [0] * 20), lambda overlaps: overlaps.tobytes("C"))


def polygon_rows(worker, generator, folder):
    """A thousand outlines, a part of which lies outside the picture."""
    size = (1920, 1080)
    for name, roughness in (("smooth", 0), ("jagged", 0.9)):
        corners = list(outlines(1000, *size, roughness, generator))
        np.concatenate(corners).tofile(folder / "corners")
        lists = [outline.ravel().tolist() for outline in corners]
        yield compare(worker, folder, f"1,000 {name} polygons, 1920x1080", "frPyObjects", size, "polygons",
                      lambda: coco.frPyObjects(lists, size[1], size[0]),
                      lambda rles: b"".join(rle["counts"] + b"\n" for rle in rles))


def main():
    program, out = sys.argv[1:]
    worker = Worker(program)
    generator = np.random.default_rng(1)
    print(f"pycocotools {importlib.metadata.version('pycocotools')}, one thread each, {ROUNDS} rounds")
    print(ROW.format("what", "ours ms", "peer", "peer ms", "ratio", ""))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*picture_rows(worker, folder), *overlap_rows(worker, generator, folder),
                *polygon_rows(worker, generator, folder)]
    out = Path(out)
    earlier = json.loads(out.read_text()) if out.exists() else []
    out.write_text(json.dumps([*earlier, *rows], indent=1) + "\n")
    return 0 if all(row["equal"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
