#!/usr/bin/env python3
"""Writes cases.json: random data sets and what tidecv 1.0.1 (pip install tidecv) says about them.

    tests/data/detection_errors/make.py

Scores differ, every class has an object, and the seeds keep the recalls off the few points that the rules round apart, so
that AP is the same by both; see detection_errors.hpp.
"""

import json
import pathlib
import random

from pycocotools import mask as masks
from tidecv import TIDE, Data

KINDS = {"BoxError": "localization", "ClassError": "classification", "DuplicateError": "duplicate",
         "BackgroundError": "background", "OtherError": "both", "MissedError": "missed"}
SIZE = [120, 160]  # height, width
CASES = {  # seed, pictures, classes, predictions anywhere in a picture, mode, thresholds
    "boxes": (1, 10, 3, 4, "bbox", 0.5, 0.1),
    "strict": (2, 10, 2, 4, "bbox", 0.75, 0.25),
    "masks": (5, 8, 2, 3, "mask", 0.5, 0.1),
    "many": (4, 2, 2, 130, "bbox", 0.5, 0.1),
}


def ring_of(box):
    x, y, width, height = box
    return [x, y, x + width, y, x + width, y + height, x, y + height]


def runs_of(box):
    runs = masks.frPyObjects([ring_of(box)], *SIZE)[0]
    return {"size": runs["size"], "counts": runs["counts"].decode()}


def make(seed, pictures, classes, anywhere, mode):
    chance = random.Random(seed)
    truth = {"images": [], "annotations": [], "categories": [{"id": 5 * k, "name": f"c{k}"} for k in range(1, classes + 1)]}
    results = []

    def some_class():
        return 5 * chance.randint(1, classes)

    def some_box():
        width, height = chance.randint(10, 60), chance.randint(10, 60)
        return [chance.randint(0, SIZE[1] - width), chance.randint(0, SIZE[0] - height), width, height]

    def found(image, category, box):
        result = {"image_id": image, "category_id": category, "bbox": box, "score": chance.randrange(10**6) / 10**6}
        if mode == "mask":
            result["segmentation"] = runs_of(box)
        results.append(result)

    for image in range(1, pictures + 1):
        truth["images"].append({"id": image, "width": SIZE[1], "height": SIZE[0], "file_name": f"{image}.jpg"})
        for _ in range(chance.randint(1, 5)):
            x, y, width, height = box = some_box()
            category = some_class()
            twice = 2 if chance.random() < 0.1 else 1
            is_crowd = int(chance.random() < 0.15)
            for _ in range(twice):
                annotation = {"id": len(truth["annotations"]) + 1, "image_id": image, "category_id": category, "bbox": box,
                              "area": width * height, "iscrowd": is_crowd}
                if mode == "mask":
                    annotation["segmentation"] = runs_of(box) if is_crowd else [ring_of(box)]
                truth["annotations"].append(annotation)
            for _ in range(chance.randint(0, 3)):
                near = [x + chance.randint(-6, 6), y + chance.randint(-6, 6), width + chance.randint(-4, 9), height]
                found(image, category if chance.random() < 0.8 else some_class(), near)
        for _ in range(chance.randint(0, anywhere) if anywhere < 100 else anywhere):
            found(image, some_class(), some_box())
    return truth, results


def judge(truth, results, mode, enough, background):
    there, found = Data("truth", max_dets=100), Data("results", max_dets=100)
    for image in truth["images"]:
        there.add_image(image["id"], image["file_name"])
    for each in truth["annotations"]:
        add = there.add_ignore_region if each["iscrowd"] else there.add_ground_truth
        add(each["image_id"], each["category_id"], each["bbox"], runs_of(each["bbox"]))
    for each in results:
        found.add_detection(each["image_id"], each["category_id"], each["score"], each["bbox"], each.get("segmentation"))
    run = TIDE().evaluate(there, found, enough, background, TIDE.MASK if mode == "mask" else TIDE.BOX)
    points = [point for each in run.ap_data.objs.values() for point in each.data_points.values()]
    lost = run.fix_main_errors()
    return {"ap": run.ap / 100, "hits": sum(1 for _, is_right, _ in points if is_right),
            "errors": {KINDS[kind.__name__]: {"count": len(run.error_dict[kind]), "lost_ap": lost[kind] / 100} for kind in lost}}


def main():
    cases = []
    for name, (*shape, mode, enough, background) in CASES.items():
        truth, results = make(*shape, mode)
        cases.append({"name": name, "match_by": "masks" if mode == "mask" else "boxes", "iou_threshold": enough,
                      "background_threshold": background, "truth": truth, "results": results,
                      "tidecv": judge(truth, results, mode, enough, background)})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    pathlib.Path(__file__).with_name("cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
