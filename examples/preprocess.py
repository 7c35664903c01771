"""Shows what a model sees: writes the network's input as a picture beside the original, the part that is seen framed in
green in the original, the filling of a letterbox framed off in the input. Needs no model: the twin of preprocess.cpp.

    python preprocess.py photo.jpg                           as torchvision's ImageNet models have it
    python preprocess.py photo.jpg --letterbox 640           as Ultralytics' detectors have it
    python preprocess.py photo.jpg --record visionkit.json   as a model record says
    python preprocess.py photo.jpg --compare tensor.npy      is our tensor the one that another program made?

Exit code: 0 done, and the tensors agree; 1 they differ; 2 nothing could be done.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import support
import visionkit
from numpy.typing import NDArray
from support import Pixels

FIELDS = ("resize", "crop", "channel_order", "layout", "dtype", "scale", "mean", "std")
INTERPOLATIONS = (
    *(f"pillow.{name}" for name in ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")),
    *(f"opencv.{name}" for name in ("nearest", "nearest_exact", "linear", "linear_exact", "cubic", "area", "lanczos4")),
    *(f"torch.{name}" for name in ("nearest", "nearest_exact", "bilinear", "bilinear_antialias", "bicubic",
                                   "bicubic_antialias")),
)


def imagenet() -> visionkit.PreprocessOptions:
    return visionkit.PreprocessOptions(resize={"mode": "shorter_side", "side": 256}, crop={"size": (224, 224)},
                                       mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])


def letterbox(side: int) -> visionkit.PreprocessOptions:
    return visionkit.PreprocessOptions(
        resize={"mode": "letterbox", "size": (side, side), "interpolation": "opencv.linear"})


def preprocessor(options: visionkit.PreprocessOptions) -> visionkit.Preprocessor:
    return visionkit.Preprocessor(**{name: getattr(options, name) for name in FIELDS})


def seen_picture(image: Pixels, options: visionkit.PreprocessOptions) -> Pixels:
    """The input before normalization, as a picture."""
    plain = options.replace(layout="nhwc", dtype="uint8", scale=1, mean=[0], std=[1])
    seen: Pixels = preprocessor(plain)(image)[0][0]
    if options.channel_order == "gray":
        return seen.repeat(3, axis=2)
    return seen[..., ::-1] if options.channel_order == "bgr" else seen


def frame(image: Pixels, box: NDArray[np.float32]) -> None:
    """A green frame of one pixel, just inside the rectangle."""
    height, width = image.shape[:2]
    left, top = min(max(int(box[0]), 0), width - 1), min(max(int(box[1]), 0), height - 1)
    right, bottom = min(max(int(box[2]) - 1, left), width - 1), min(max(int(box[3]) - 1, top), height - 1)
    for place in (np.s_[[top, bottom], left : right + 1], np.s_[top : bottom + 1, [left, right]]):
        image[place] = (0, 255, 0)


def side_by_side(image: Pixels, options: visionkit.PreprocessOptions) -> Pixels:
    """The original, as high as the input, and the input."""
    seen = np.array(seen_picture(image, options))
    height, width = image.shape[:2]
    transform = preprocessor(options).transform((width, height))
    content = transform.content
    zoom = seen.shape[0] / height
    original = visionkit.resize(image, (max(1, round(width * zoom)), seen.shape[0]))
    in_model = np.array([[content.x, content.y, content.x + content.width, content.y + content.height]], np.float32)
    frame(original, transform.to_image(in_model, clip=True)[0] * np.float32(zoom))
    if (content.width, content.height) != transform.model_size:
        frame(seen, in_model[0])
    gap = np.zeros((seen.shape[0], 8, 3), np.uint8)
    return np.hstack([original, gap, seen])


def changes(options: visionkit.PreprocessOptions) -> Iterator[tuple[str, dict[str, Any]]]:
    """One rule is changed at a time."""
    for interpolation in INTERPOLATIONS:
        yield f"interpolation {interpolation}", {"resize": options.resize.replace(interpolation=interpolation)}
    for order in ("rgb", "bgr"):
        yield f"channel order {order}", {"channel_order": order}
    yield "the other order of channels, mean and std", {
        "channel_order": "bgr" if options.channel_order == "rgb" else "rgb",
        "mean": options.mean[::-1], "std": options.std[::-1]}
    for layout in ("nchw", "nhwc"):
        yield f"layout {layout}", {"layout": layout}
    yield "no mean and std", {"mean": [0], "std": [1]}
    yield "scale 1", {"scale": 1}
    yield "scale 1, no mean and std", {"scale": 1, "mean": [0], "std": [1]}


def suggest(image: Pixels, options: visionkit.PreprocessOptions, other: NDArray[np.float32], difference: float) -> None:
    """Which change brings our tensor nearest to the other one?"""
    best = ""
    for what, change in changes(options):
        try:
            tensor = preprocessor(options.replace(**change))(image)[0]
        except visionkit.Error:
            continue  # this change does not go together with the other rules
        if tensor.size == other.size:
            found = float(np.abs(tensor.ravel().astype(float) - other.ravel()).mean())
            if found < difference:
                best, difference = what, found
    if best:
        print(f"  nearest with one rule changed: {best} (mean difference {difference:.3g})")


def compare(image: Pixels, options: visionkit.PreprocessOptions, path: str) -> bool:
    """Prints where two tensors differ. A difference of 1e-6 is rounding: another order of the same operations."""
    other = np.load(path)
    tensor = preprocessor(options)(image)[0]
    ours = tensor[0] if other.ndim + 1 == tensor.ndim else tensor  # a tensor without its batch of one
    if ours.shape != other.shape or other.dtype != ours.dtype:
        print(f"shapes differ: ours is {list(ours.shape)}, the other {list(other.shape)}")
        return False
    apart = np.abs(ours - other)
    different = np.argwhere(~(apart <= 1e-6))
    if not len(different):
        print(f"equal: {ours.size} values, {'bit for bit' if np.array_equal(ours, other) else 'within 1e-6'}")
        return True

    def place(index: NDArray[np.intp]) -> str:
        names = ("channel", "row", "column") if options.layout == "nchw" else ("row", "column", "channel")
        where = ", ".join(f"{name} {position}" for name, position in zip(names, index[-3:]))
        return f"{where}: ours {ours[tuple(index)]:.6f}, the other {other[tuple(index)]:.6f}"

    worst = np.array(np.unravel_index(int(np.argmax(np.nan_to_num(apart, nan=np.inf))), apart.shape))
    print(f"different: {len(different)} of {ours.size} values\n  first at {place(different[0])}\n  worst at {place(worst)}")
    suggest(image, options, other, float(np.abs(ours.astype(float) - other).mean()))
    return False


def run(arguments: argparse.Namespace) -> int:
    record = support.read_record(arguments.record)
    options = record.input if record else letterbox(arguments.letterbox) if arguments.letterbox else imagenet()
    image = visionkit.read_image(arguments.picture,
                                 orientation="ignore" if arguments.ignore_orientation else "turn_upright")
    steps = preprocessor(options).transform((image.shape[1], image.shape[0])).geometry
    visionkit.write_image(arguments.output, side_by_side(image, options))
    sizes = [f"{size.width}x{size.height}" for size in (steps.image_size, steps.resized_size, steps.model_size)]
    print(f"{arguments.picture} is {sizes[0]}, resized to {sizes[1]}, seen as {sizes[2]}; written to {arguments.output}")
    return 0 if not arguments.compare or compare(image, options, arguments.compare) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Shows what a model sees, and compares it with a tensor of your own.")
    parser.add_argument("picture", help="JPEG, PNG, WebP or BMP file")
    rules = parser.add_mutually_exclusive_group()
    rules.add_argument("--letterbox", type=int, default=0, help="Ultralytics' letterbox of this side")
    rules.add_argument("--record", help="model record (JSON) whose rules are applied")
    parser.add_argument("--output", default="seen.png", help="the picture to write")
    parser.add_argument("--compare", help="float32 tensor in a .npy file")
    parser.add_argument("--ignore-orientation", action="store_true", help="take the pixels as stored, whatever EXIF says")
    arguments = parser.parse_args()
    return support.run_program("preprocess", lambda: run(arguments))


if __name__ == "__main__":
    sys.exit(main())
