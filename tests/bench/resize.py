"""Resizing pictures side by side: visionkit against Pillow, one thread each, shorter side to 256.

Both sides get the same pixels in turn; the bytes must be equal. A ratio is the median over rounds of the fastest
Pillow call over the fastest of ours. Usage: resize.py OUT.json [ROUNDS]
"""
import json
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/preprocess"))
from pillow_fuzz import Worker  # noqa: E402

from PIL import Image  # noqa: E402

WORKER = Path(os.environ.get("VISIONKIT_BUILD", ROOT / "build/release")) / "tests/preprocess/visionkit_resize_worker"
DATA = Path(os.environ.get("VISIONKIT_DATA", ROOT.parent / "shared/data"))


def photograph(size):
    """Photographs side by side, so that the detail is that of a camera."""
    tiles = [Image.open(path).convert("RGB") for path in sorted((DATA / "imagenet_samples").glob("*.JPEG"))[:64]]
    picture = Image.new("RGB", size)
    number = 0
    for y in range(0, size[1], 375):
        for x in range(0, size[0], 500):
            picture.paste(tiles[number % len(tiles)].resize((500, 375), Image.Resampling.LANCZOS), (x, y))
            number += 1
    return picture


def main():
    out = Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    worker = Worker(WORKER)
    rows = []
    print(f"Pillow {Image.__version__}, one thread on both sides, {rounds} rounds")
    for size in [(500, 375), (1920, 1080), (4000, 3000)]:
        image = photograph(size)
        target = (256 * size[0] // size[1], 256)
        calls = max(3, 4_000_000 // (size[0] * size[1]))
        for name in ["bilinear", "bicubic", "lanczos"]:
            ours, peer, equal = [], [], True
            for _ in range(rounds):
                times = []
                for _ in range(calls):
                    begin = time.perf_counter()
                    expected = image.resize(target, getattr(Image.Resampling, name.upper()))
                    times.append(time.perf_counter() - begin)
                seconds, found = worker.resize(image, target, "pillow." + name, (0, 0, *size), calls)
                equal = equal and found == expected.tobytes()
                ours.append(seconds * 1e3)
                peer.append(min(times) * 1e3)
            row = {"what": f"{name}, {size[0]}x{size[1]} to {target[0]}x256",
                   "ours_ms": round(statistics.median(ours), 4), "peer": "Pillow",
                   "peer_ms": round(statistics.median(peer), 4),
                   "ratio": round(statistics.median(b / a for a, b in zip(ours, peer)), 3), "equal": equal}
            rows.append(row)
            print(f"{row['what']:<36} ours {row['ours_ms']:>8.3f} ms  Pillow {row['peer_ms']:>8.3f} ms  "
                  f"{row['ratio']:>6.2f}x{'' if equal else '  MISMATCH'}", flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=1) + "\n")
    sys.exit(not all(row["equal"] for row in rows))


if __name__ == "__main__":
    main()
