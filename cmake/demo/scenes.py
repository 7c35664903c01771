"""The digit scenes of the demo: which digits were found, for the screen and for report.html."""

import json
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image

SCENES = pathlib.Path(__file__).resolve().parents[2] / "tests/data/scenes"
LEAST_IOU = 0.5  # of a box and the true one

SECTION = """<h2>Digits in scenes they were not trained on</h2>
<p>Small networks of the project itself, on handwritten digits that neither they nor their training photographs had:
{summary}. Left the boxes of a detector, in the middle its masks, on the right the class of every pixel.</p>
{rows}
"""
ROW = '<div class="scene">{pictures}</div><small>{file}: {digits}</small>'
PICTURE = '<img src="scenes/{folder}/{file}" alt="{folder} of {file}">'


class Answer(NamedTuple):
    found: int     # of the true digits
    digits: int    # true ones
    needless: int  # boxes where no such digit is

    def __str__(self):
        return f"{self.found} of {self.digits} digits found, {self.needless} boxes too many"


def true_digits():
    """For each scene's file what is in it: label and corners."""
    coco = json.loads((SCENES / "instances.json").read_text())
    names = {category["id"]: category["name"] for category in coco["categories"]}
    scenes = {image["id"]: (image["file_name"], []) for image in coco["images"]}
    for annotation in coco["annotations"]:
        left, top, width, height = annotation["bbox"]
        corners = left, top, left + width, top + height
        scenes[annotation["image_id"]][1].append((names[annotation["category_id"]], corners))
    return dict(scenes.values())


def iou(a, b):
    width, height = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1))
    both = max(width, 0) * max(height, 0)
    return both / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - both)


def judge(objects, digits):
    """Each digit is found once, by a box of its own class that lies where it lies."""
    missed = list(digits)
    for thing in objects:
        fitting = [digit for digit in missed if digit[0] == thing["name"] and iou(digit[1], thing["box"]) >= LEAST_IOU]
        if fitting:
            missed.remove(max(fitting, key=lambda digit: iou(digit[1], thing["box"])))
    found = len(digits) - len(missed)
    return Answer(found, len(digits), len(objects) - found)


def total(answers):
    return Answer(*map(sum, zip(*answers)))


def mean_iou(classes):
    """Of the classes of all pixels: intersection over union with the truth, the mean of all that occur."""
    counts = np.zeros((256, 256), np.int64)
    for file in sorted((SCENES / "semantic").iterdir()):
        truth, answer = (np.asarray(Image.open(path)) for path in (file, classes / f"{file.stem}.labels.png"))
        np.add.at(counts, (truth, answer), 1)
    both, either = np.diag(counts), counts.sum(0) + counts.sum(1) - np.diag(counts)
    return (both[either > 0] / either[either > 0]).mean()


def report(demo):
    """Prints a line for each model; returns the section of report.html and whether the answers are good."""
    truth = true_digits()
    found = {}
    for kind in ("boxes", "masks"):
        lines = map(json.loads, (demo / "scenes" / f"{kind}.jsonl").read_text().splitlines())
        found[kind] = total(judge(line["objects"], truth[pathlib.Path(line["file"]).name]) for line in lines)
    overlap = mean_iou(demo / "scenes" / "classes")
    summary = [f"{kind}: {answer}" for kind, answer in found.items()] + [f"classes: mean IoU {overlap:.2f}"]
    print(f"{len(truth)} digit scenes", *summary, sep="\n  ")
    rows = []
    for file, digits in truth.items():
        pictures = "".join(PICTURE.format(folder=folder, file=file) for folder in ("boxes", "masks", "classes"))
        rows.append(ROW.format(pictures=pictures, file=file,
                               digits=", ".join(label for label, _ in digits) or "no digits"))
    is_good = all(a.found >= 0.8 * a.digits and a.needless <= 0.2 * a.digits for a in found.values()) and overlap > 0.6
    return SECTION.format(summary="; ".join(summary), rows="\n".join(rows)), is_good
