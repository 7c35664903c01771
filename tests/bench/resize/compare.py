"""Resizing pictures side by side: visionkit against Pillow, shorter side to 256.

Both sides get the same pixels in turn; the bytes must be equal. A turn is the fastest call of a few, on both sides.
"""
import sys

import side_by_side
from support.photographs import photograph

sys.path.insert(0, str(side_by_side.ROOT / "tests/preprocess"))
import PIL  # noqa: E402
from PIL import Image  # noqa: E402
from pillow_fuzz import Worker  # noqa: E402


def rows(bench, _):
    worker = Worker(side_by_side.BUILD / "tests/preprocess/visionkit_resize_worker")
    for size in [(500, 375), (1920, 1080), (4000, 3000)]:
        image = photograph(size)
        target = (256 * size[0] // size[1], 256)
        calls = max(3, 4_000_000 // (size[0] * size[1]))
        for name in ["bilinear", "bicubic", "lanczos"]:

            def pillow():
                return image.resize(target, getattr(Image.Resampling, name.upper()))

            def ours(count):
                return worker.resize(image, target, "pillow." + name, (0, 0, *size), count)

            equal = ours(1)[1] == pillow().tobytes()
            bench.compare(f"{name}, {size[0]}x{size[1]} to {target[0]}x256", lambda _: ours(calls)[0] * 1e3,
                          {"Pillow": (lambda _: min(side_by_side.median_ms(pillow) for _ in range(calls)), equal)})


if __name__ == "__main__":
    side_by_side.run(f"Pillow {PIL.__version__}", rows)
