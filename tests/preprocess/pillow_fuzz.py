"""Random pictures, sizes, filters and boxes: visionkit's resize gives Pillow's bytes.

Usage: pillow_fuzz.py WORKER [COUNT] [SEED]; 77 says that Pillow or NumPy is not installed.
"""
import random
import subprocess
import sys

try:
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"reference.pillow: skipped ({error})")
    sys.exit(77)

FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def resize(self, image, size, name, box, repeats=1):
        words = [image.mode, *image.size, *(repr(float(edge)) for edge in box), *size, name, repeats]
        self.process.stdin.write((" ".join(map(str, words)) + "\n").encode() + image.tobytes())
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"the worker ended at {words}")
        count = size[0] * size[1] * CHANNELS[image.mode]
        return float(answer), self.process.stdout.read(count)


def side(rng):
    """Small sides often, for their borders; now and then a long one."""
    return rng.randint(1, rng.choice([4, 16, 64, 300, 300, 1500]))


def picture(rng, mode, size):
    noise = np.random.default_rng(rng.getrandbits(64))
    pixels = noise.integers(0, 256, (size[1], size[0], CHANNELS[mode]), np.uint8)
    if rng.random() < 0.3:  # the extremes, where filters overshoot
        pixels = np.where(pixels < 128, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)


def main():
    worker = Worker(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    different = 0
    for i in range(count):
        mode = rng.choice(["L", "RGB", "RGB", "RGB", "RGBA"])
        name = rng.choice(FILTERS)
        size, out_size = (side(rng), side(rng)), (side(rng), side(rng))
        image = picture(rng, mode, size)
        box = (0, 0, *size)
        if rng.random() < 0.2:
            x, y = (sorted(np.float32(rng.uniform(0, length)) for _ in range(2)) for length in size)
            if x[0] < x[1] and y[0] < y[1]:
                box = (x[0], y[0], x[1], y[1])
        expected = image.resize(out_size, getattr(Image.Resampling, name.upper()), box=tuple(map(float, box)))
        if worker.resize(image, out_size, "pillow." + name, box)[1] != expected.tobytes():
            different += 1
            print(f"case {i}: {mode} {size} to {out_size}, {name}, box {box}: different")
    print(f"reference.pillow: {count} cases, {count - different} equal (seed {seed}, Pillow {Image.__version__})")
    sys.exit(different != 0)


if __name__ == "__main__":
    main()
