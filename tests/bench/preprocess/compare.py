"""Preprocessing side by side: visionkit against Pillow + NumPy, OpenCV + NumPy and OpenCV in C++, one thread each.

Every side runs in turn, in random order, in rounds; a ratio is the median over rounds of peer / ours. Sides that
must give the same tensor are compared before anything is timed. Two peers are bounds: libjpeg-turbo that only decodes,
and memory, which reads the picture once and writes a tensor once. Usage: compare.py OUT.json [ROUNDS]
"""
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(os.environ.get("VISIONKIT_BUILD", ROOT / "build/release")) / "tests/bench/preprocess/visionkit_preprocess_bench"
DATA = Path(os.environ.get("VISIONKIT_DATA", ROOT.parent / "shared/data"))
MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
STD = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]


def make_photographs(folder):
    """Three JPEGs (quality 90, 4:2:0) of real detail: a photograph, and walls of photographs."""
    names = sorted((DATA / "imagenet_samples").glob("*.JPEG"))
    tiles = [Image.open(name).convert("RGB").resize((500, 375), Image.LANCZOS) for name in names[:64]]
    sizes = {"500x375": (1, 1), "1080p": (4, 3), "4000x3000": (8, 8)}
    paths = {}
    for label, (columns, rows) in sizes.items():
        wall = Image.new("RGB", (500 * columns, 375 * rows))
        for i in range(columns * rows):
            wall.paste(tiles[i], (i % columns * 500, i // columns * 375))
        if label == "1080p":
            wall = wall.crop((0, 0, 1920, 1080))
        paths[label] = folder / f"{label}.jpg"
        wall.save(paths[label], quality=90)
    return paths


class Worker:
    """The C++ sides, in a process of their own."""

    def __init__(self):
        self.process = subprocess.Popen([WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("the worker ended: " + " ".join(map(str, words)))
        return answer.strip()

    def tensor(self, side, task, path, folder):
        out = folder / "tensor.bin"
        self.ask("dump", side, task, path, out)
        return np.fromfile(out, np.float32)


def pillow_classify(image):
    width, height = image.size
    if width <= height:
        size = (256, int(256 * height / width))
    else:
        size = (int(256 * width / height), 256)
    image = image.resize(size, Image.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)))
    tensor = np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32)
    tensor /= 255
    tensor -= MEAN
    tensor /= STD
    return tensor


def opencv_letterbox(image):
    height, width = image.shape[:2]
    gain = min(640 / height, 640 / width)
    size = (round(width * gain), round(height * gain))
    dw, dh = (640 - size[0]) / 2, (640 - size[1]) / 2
    if size != (width, height):
        image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    image = cv2.copyMakeBorder(image, round(dh - 0.1), round(dh + 0.1), round(dw - 0.1), round(dw + 0.1),
                               cv2.BORDER_CONSTANT, value=(114, 114, 114))
    tensor = np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1)).astype(np.float32)
    tensor /= 255
    return tensor


def python_side(task, data):
    if task == "classify":
        return lambda: pillow_classify(Image.open(io.BytesIO(data)).convert("RGB"))
    if task == "classify_pixels":
        image = Image.open(io.BytesIO(data)).convert("RGB")
        return lambda: pillow_classify(image)
    if task == "letterbox":
        return lambda: opencv_letterbox(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return lambda: opencv_letterbox(image)


def median_ms(work, count):
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(times)


def calibration_ms():
    begin = time.perf_counter()
    total = 0
    for i in range(100_000):
        total += i * i
    return (time.perf_counter() - begin) * 1e3


WHAT = {
    "classify": "bytes to 224x224 (shorter side 256, antialiased, center crop)",
    "classify_pixels": "pixels to 224x224 (the same without decoding)",
    "letterbox": "bytes to letterbox 640",
    "letterbox_pixels": "pixels to letterbox 640",
}
PEERS = {  # name of the peer: (where it runs, largest accepted difference)
    "classify": {"Pillow + NumPy": ("python", 0), "libjpeg-turbo, decoding alone": ("libjpeg", None)},
    "classify_pixels": {"Pillow + NumPy": ("python", 0), "memory, touching all of it once": ("memory", None)},
    "letterbox": {"OpenCV + NumPy": ("python", 0), "OpenCV C++": ("opencv", 1e-6),
                  "libjpeg-turbo, decoding alone": ("libjpeg", None)},
    "letterbox_pixels": {"OpenCV + NumPy": ("python", 0), "OpenCV C++": ("opencv", 1e-6),
                         "memory, touching all of it once": ("memory", None)},
}


def compare(worker, task, label, path, rounds, folder):
    peers = PEERS[task]
    python = python_side(task, path.read_bytes())
    ours = worker.tensor("ours", task, path, folder)
    equal = {}
    for peer, (side, tolerance) in peers.items():
        if tolerance is None:
            continue
        tensor = python().ravel() if side == "python" else worker.tensor(side, task, path, folder)
        equal[peer] = tensor.shape == ours.shape and float(np.abs(tensor - ours).max()) <= tolerance

    sides = {"ours": None, **{peer: side for peer, (side, _) in peers.items()}}

    def measure(name, count):
        if sides[name] == "python":
            return median_ms(python, count)
        return float(worker.ask("time", sides[name] or "ours", task, path, count))

    count = max(1, min(50, int(40 / max(measure(name, 3) for name in sides))))
    times = {name: [] for name in sides}
    best = min(calibration_ms() for _ in range(20))
    tries = void = 0
    while len(times["ours"]) < rounds and tries < 4 * rounds:
        tries += 1
        order = random.sample(list(sides), len(sides))
        before = calibration_ms()
        found = {name: measure(name, count) for name in order}
        if max(before, calibration_ms()) > 1.05 * best and tries - len(times["ours"]) <= 3 * rounds:
            void += 1
            continue
        for name, value in found.items():
            times[name].append(value)
    rows = []
    for peer in peers:
        ratio = statistics.median(b / a for a, b in zip(times["ours"], times[peer]))
        row = {"what": f"{WHAT[task]}, {label}", "ours_ms": round(statistics.median(times["ours"]), 4), "peer": peer,
               "peer_ms": round(statistics.median(times[peer]), 4), "ratio": round(ratio, 3),
               "equal": equal.get(peer, "not the same work")}
        rows.append(row)
        mark = "" if row["equal"] is True else "  " + ("MISMATCH" if row["equal"] is False else row["equal"])
        print(f"{row['what']:<75} {row['ours_ms']:>8.3f} {peer:<31} {row['peer_ms']:>8.3f} {ratio:>7.2f}{mark}"
              f"  ({len(times['ours'])} rounds of {count}, {void} void)", flush=True)
    return rows


def main():
    out = Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    cv2.setNumThreads(1)
    print(f"Pillow {Image.__version__}, NumPy {np.__version__}, OpenCV {cv2.__version__} (Python); "
          "one thread on every side\n"
          f"{'what':<75} {'ours ms':>8} {'peer':<31} {'peer ms':>8} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photographs = make_photographs(folder)
        worker = Worker()
        rows = [row for task in WHAT for label, path in photographs.items()
                for row in compare(worker, task, label, path, rounds, folder)]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=1) + "\n")
    sys.exit(any(row["equal"] is False for row in rows))


if __name__ == "__main__":
    main()
