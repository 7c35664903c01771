"""Says how good a model is on labelled pictures, with the very object that serves: the twin of evaluate.cpp.

    python evaluate.py model.pt val.json --format coco --images val/        boxes and masks: coco, yolo, voc, labelme
    python evaluate.py model.pt flowers/ --format folders                   a class a picture: folders, csv
    python evaluate.py model.pt masks/ --format masks --images frames/      a class a pixel
    python evaluate.py model.pt panoptic.json --format panoptic --images val/ --masks panoptic/

    ... --report seen.html                a page with curves, confusions and pictures, and seen.json beside it
    ... --results run.jsonl               each answer as a line; run again, it goes on where it was stopped
    ... --fail-under ap50=0.5             for build servers

Exit code: 0 evaluated, 1 a number is below its limit, 2 nothing could be done, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any

import support
import visionkit
from visionkit import datasets


def image_folder(arguments: argparse.Namespace, dataset: datasets.ObjectDataset) -> pathlib.Path:
    """Where the file names of a data set begin."""
    path = pathlib.Path(arguments.truth)
    if arguments.images:
        return pathlib.Path(arguments.images)
    if arguments.format == "coco":
        return path.parent
    places = [path, path / "JPEGImages", path / "images" / arguments.split, path / arguments.split / "images"]
    names = [image.file_name for image in dataset.images[:1]]
    return next((place for place in places if all((place / name).exists() for name in names)), path)


def read_truth(arguments: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    """What evaluate() compares with, and where its pictures are."""
    format, path = arguments.format, arguments.truth
    if format in ("folders", "csv"):
        labeled = datasets.read_label_table(path) if format == "csv" else datasets.read_class_folders(path)
        support.print_notes(labeled.notes)
        return labeled, {"images": arguments.images if format == "csv" else path}
    if format == "masks":
        pairs = datasets.read_mask_pairs(arguments.images, path)
        support.print_notes(pairs.notes)
        return pairs, {"images": arguments.images, "masks": path,
                       "palette": "use_indices" if arguments.palette else "refuse"}
    if format == "panoptic":
        return datasets.read_coco_panoptic(path), {"images": arguments.images, "masks": arguments.masks}
    objects = support.read_objects(format, path, arguments.split)
    support.print_notes(objects.notes)
    return objects, {"images": image_folder(arguments, objects.dataset)}


def load(arguments: argparse.Namespace) -> visionkit.Classifier | visionkit.Detector | visionkit.Segmenter:
    record, how = support.read_record(arguments.record), support.run_options(arguments)
    if arguments.format in ("folders", "csv"):
        return visionkit.Classifier(arguments.model, all_scores=True, record=record, run=how)
    if arguments.format in ("masks", "panoptic"):
        return visionkit.Segmenter(arguments.model, score_threshold=arguments.threshold, record=record, run=how)
    return visionkit.Detector(arguments.model, score_threshold=arguments.threshold, iou_threshold=arguments.iou,
                              record=record, run=how)


def run(arguments: argparse.Namespace) -> int:
    limits = support.parse_limits(arguments.fail_under)
    truth, places = read_truth(arguments)
    evaluation = visionkit.evaluate(
        load(arguments), truth, **places, progress=True, threads=arguments.threads, batch=arguments.batch,
        results=arguments.results, classes="by_number" if arguments.by_number else "by_name")
    print(evaluation.to_json() + "\n" if arguments.json else evaluation, end="")
    if arguments.report:
        evaluation.write_report(arguments.report, limits=list(limits.items()))
    if len(evaluation.set_aside) == evaluation.pictures:
        print(f"evaluate: none of the {evaluation.pictures} pictures could be judged", file=sys.stderr)
        return 2
    return 1 if support.count_below(evaluation.figures, limits) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Says how good a model is on labelled pictures.")
    parser.add_argument("model", help="TorchScript file")
    parser.add_argument("truth", help="annotations: a file or a folder, by the format")
    parser.add_argument("--format", required=True, help="format of the annotations",
                        choices=["folders", "csv", "masks", "panoptic", "coco", "labelme", "voc", "yolo"])
    parser.add_argument("--images", default="", help="folder of the pictures, where the format has no place for them")
    parser.add_argument("--masks", default="", help="folder of the PNGs of panoptic annotations")
    parser.add_argument("--split", default="val", help="part of a YOLO data set")
    parser.add_argument("--palette", action="store_true", help="masks with a palette hold class numbers, as PASCAL VOC's")
    parser.add_argument("--by-number", action="store_true",
                        help="class i of the model is the i-th of the data set, whatever its name")
    parser.add_argument("--record", help="model record (JSON) to use instead of the model's own")
    parser.add_argument("--threshold", type=float, help="only objects with a greater score are answered, 0..1")
    parser.add_argument("--iou", type=float, help="of two boxes that overlap by more, the better one stays, 0..1")
    support.add_run(parser, "--network-threads")
    parser.add_argument("--threads", type=int, default=0, help="pictures that are read and judged at a time; 0: by processors")
    parser.add_argument("--batch", type=int, default=1, help="pictures in one call of the network")
    parser.add_argument("--results", default="", help="file that gets a line of JSON for each picture")
    parser.add_argument("--report", help="HTML file; its numbers go into the JSON file beside it")
    parser.add_argument("--fail-under", action="append", default=[], help="name=value: exit with 1 when a number is lower")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args()
    try:
        return support.run_program("evaluate", lambda: run(arguments))
    except KeyboardInterrupt:
        print("evaluate: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
