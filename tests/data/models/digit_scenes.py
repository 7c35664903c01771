#!/usr/bin/env python3
"""Scenes for detection and segmentation whose right answer is known to the pixel: handwritten digits of scikit-learn,
in any color and 20 to 60 pixels high, on photographs and textures of scikit-image. The same seed, the same scenes.

    digit_scenes.py --write FOLDER [--count 24] [--seed 0] [--width 256] [--height 192] [--scale 1]

writes scenes of the test split, enlarged by the scale, as a data set:

    images/000.jpg     the scenes
    semantic/000.png   the class of every pixel: 0 background, 1 + the digit
    instances.json     boxes and masks (uncompressed RLE) in COCO's format; category_id is 1 + the digit

Every fifth digit and the test's photographs are seen in test scenes only.

Needs: pip install numpy Pillow scikit-learn scikit-image
"""

import argparse
import functools
import importlib.util
import json
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

# Those that lie inside the packages, are large enough and show neither letters nor digits. The scenes for tests may be
# passed on: CC0, public domain, CC0.
BACKGROUNDS = {
    "train": {"skimage": ["data/astronaut.png", "data/chelsea.png", "data/motorcycle_left.png", "data/ihc.png",
                          "data/hubble_deep_field.jpg", "data/retina.jpg", "data/brick.png", "data/grass.png",
                          "data/gravel.png", "data/coins.png", "data/moon.png"],
              "sklearn": ["datasets/images/china.jpg", "datasets/images/flower.jpg"]},
    "test": {"skimage": ["data/coffee.png", "data/rocket.jpg", "data/camera.png"]},
}
NAMES = [str(digit) for digit in range(10)]
MOST_DIGITS = 6
SMALLEST, LARGEST = 20, 60  # height of a digit
CONTRAST = 60               # in luma, to nine tenths of the pixels behind the digit
TRIES = 8                   # places for a digit before it is left out
LUMA = np.array([0.299, 0.587, 0.114])


class Scene(NamedTuple):
    picture: np.ndarray  # height x width x 3, RGB, uint8
    labels: np.ndarray   # n, which digit
    boxes: np.ndarray    # n x 4, left, top, right, bottom of the mask; edges, not pixel centers
    masks: np.ndarray    # n x height x width, bool; no pixel belongs to two digits

    def semantic(self):
        """height x width, uint8: 0 background, 1 + the digit."""
        classes = np.zeros(self.picture.shape[:2], np.uint8)
        for label, mask in zip(self.labels, self.masks):
            classes[mask] = 1 + label
        return classes


@functools.cache
def backgrounds(split):
    def folder(package):
        return pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0])

    return [Image.open(folder(package) / file).convert("RGB")
            for package, files in BACKGROUNDS[split].items() for file in files]


@functools.cache
def digits(split):
    data = load_digits()
    is_test = np.arange(len(data.target)) % 5 == 0
    chosen = is_test if split == "test" else ~is_test
    # Without a margin a stroke would end as if cut off.
    pictures = np.pad(np.rint(data.images[chosen] * 255 / 16).astype(np.uint8), ((0, 0), (1, 1), (1, 1)))
    return pictures, data.target[chosen]


def random_background(random, split, width, height, scale):
    pictures = backgrounds(split)
    picture = pictures[random.integers(len(pictures))]
    zoom = min(random.uniform(0.7, 2) / scale, picture.width / width, picture.height / height)
    left = random.uniform(0, picture.width - zoom * width)
    top = random.uniform(0, picture.height - zoom * height)
    part = picture.resize((width, height), Image.Resampling.BILINEAR,
                          box=(left, top, left + zoom * width, top + zoom * height))
    if random.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.array(recolored(random, cluttered(random, part)) if split == "train" else part)


def cluttered(random, picture):
    """With shapes that are no digits: what edges, poles and disks look like cannot be learned from few photographs."""
    pen = ImageDraw.Draw(picture)
    size = picture.size
    for _ in range(random.integers(4)):
        color = tuple(random.integers(0, 256, 3).tolist())
        start, end = random.uniform(-0.2, 1.2, (2, 2)) * size
        if random.random() < 0.5:
            pen.line((*start, *end), color, int(random.integers(1, 10)))
        else:
            pen.ellipse((*np.minimum(start, end), *np.maximum(start, end)), color)
    return picture


def recolored(random, picture):
    if random.random() < 0.2:
        picture = picture.convert("L").convert("RGB")
    levels = np.arange(256)[:, None] * random.uniform(0.6, 1.4, 3) + random.uniform(-40, 40, 3)
    table = np.clip(levels, 0, 255).astype(np.uint8)
    return Image.merge("RGB", [picture.getchannel(int(channel)).point(table[:, i].tolist())
                               for i, channel in enumerate(random.permutation(3))])


def random_opacity(random, picture, scale):
    """A digit enlarged and turned a little: 0..1 for each pixel, its margin cut off."""
    high = scale * random.uniform(SMALLEST, LARGEST) * 10 / 8
    wide = high * random.uniform(0.8, 1.15)
    large = Image.fromarray(picture).resize((round(wide), round(high)), Image.Resampling.BICUBIC)
    large = large.rotate(random.uniform(-12, 12), Image.Resampling.BILINEAR)
    opacity = np.clip((np.asarray(large) / 255 - 0.3) / 0.3, 0, 1)
    rows, columns = (np.flatnonzero(opacity.max(axis) >= 0.5) for axis in (1, 0))
    return opacity[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]


def random_color(random, behind):
    """A color that stands out from all but a few of the pixels behind it, if that was found soon."""
    luma = behind.reshape(-1, 3) @ LUMA
    colors = random.integers(0, 256, (TRIES, 3))
    stands_out = (abs(luma - (colors @ LUMA)[:, None]) >= CONTRAST).mean(1) >= 0.9
    return colors[stands_out.argmax()] if stands_out.any() else None


def random_place(random, picture, taken, size):
    """Where a digit of this size is put, and its color, which is None when no place was found."""
    for _ in range(TRIES):
        top, left = (random.integers(whole - part + 1) for whole, part in zip(taken.shape, size))
        place = (slice(top, top + size[0]), slice(left, left + size[1]))
        color = None if taken[place].any() else random_color(random, picture[place])
        if color is not None:
            break
    return place, color


def random_scene(random, split, width, height, scale=1, most_digits=MOST_DIGITS):
    """One scene; `random` is a numpy Generator, `split` train or test, `scale` that of digits and background."""
    pictures, targets = digits(split)
    picture = random_background(random, split, width, height, scale)
    labels, masks = [], []
    taken = np.zeros((height, width), bool)
    for _ in range(random.integers(most_digits + 1)):
        index = random.integers(len(targets))
        opacity = random_opacity(random, pictures[index], scale)
        place, color = random_place(random, picture, taken, opacity.shape)
        if color is None:
            continue
        taken[place] = True
        part = picture[place]
        picture[place] = np.rint(part + (color - part) * opacity[..., None])
        mask = np.zeros((height, width), bool)
        mask[place] = opacity >= 0.5
        masks.append(mask)
        labels.append(targets[index])
    boxes = [mask_box(mask) for mask in masks]
    return Scene(picture, np.array(labels, np.int64), np.array(boxes, np.float32).reshape(-1, 4),
                 np.array(masks, bool).reshape(-1, height, width))


def mask_box(mask):
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def run_lengths(mask):
    """COCO's uncompressed RLE: down the columns, the number of pixels outside first."""
    flat = mask.T.ravel()
    changes = np.flatnonzero(np.diff(flat, prepend=False))
    return {"size": list(mask.shape), "counts": np.diff(changes, prepend=0, append=flat.size).tolist()}


def coco(scenes):
    images, annotations = [], []
    for index, scene in enumerate(scenes):
        height, width = scene.picture.shape[:2]
        images.append({"id": index + 1, "file_name": f"{index:03}.jpg", "width": width, "height": height})
        for label, box, mask in zip(scene.labels.tolist(), scene.boxes.tolist(), scene.masks):
            left, top, right, bottom = box
            annotations.append({"id": len(annotations) + 1, "image_id": index + 1, "category_id": 1 + label,
                                "bbox": [left, top, right - left, bottom - top], "area": int(mask.sum()), "iscrowd": 0,
                                "segmentation": run_lengths(mask)})
    categories = [{"id": 1 + digit, "name": name} for digit, name in enumerate(NAMES)]
    return {"images": images, "annotations": annotations, "categories": categories}


def write(folder, scenes):
    for name in ("images", "semantic"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for index, scene in enumerate(scenes):
        Image.fromarray(scene.picture).save(folder / "images" / f"{index:03}.jpg", quality=85, optimize=True)
        Image.fromarray(scene.semantic()).save(folder / "semantic" / f"{index:03}.png", optimize=True)
    (folder / "instances.json").write_text(json.dumps(coco(scenes), separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description="Writes scenes of handwritten digits as a data set.")
    parser.add_argument("--write", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--height", type=int, default=192)
    parser.add_argument("--scale", type=float, default=1)
    wanted = parser.parse_args()
    size = round(wanted.width * wanted.scale), round(wanted.height * wanted.scale)
    random = np.random.default_rng(wanted.seed)
    write(wanted.write, [random_scene(random, "test", *size, wanted.scale) for _ in range(wanted.count)])


if __name__ == "__main__":
    main()
