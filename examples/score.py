"""Scores a detector by its results file: COCO's twelve numbers and every class, without a model: the twin of score.cpp.
Results are COCO's JSON, or visionkit's lines of JSON (.jsonl), in which pictures have names and classes, too.

    python score.py truth.json results.json                     a table
    python score.py flowers/ run.jsonl --truth-format yolo      or labelme, voc: folders
    python score.py truth.json results.json --masks --errors    by masks, with what goes wrong
    python score.py truth.json new.json --before old.json       two results files side by side, with an interval
    python score.py truth.json results.json --json              for other programs
    python score.py truth.json results.json --fail-under ap=0.35 --fail-under ap50=0.5

Exit code: 0 scored, 1 a number is below its limit, 2 nothing could be done.
"""

from __future__ import annotations

import argparse
import json
import sys

import support
from visionkit import datasets, metrics


def read_predictions(path: str, truth: datasets.AnnotatedObjects, arguments: argparse.Namespace) -> list[datasets.Prediction]:
    if path.endswith(".jsonl"):
        file = datasets.read_results(path)
        if file.summary.broken_bytes > 0:
            print(f"note: the last line of {path} is not finished", file=sys.stderr)
        return datasets.to_predictions(file.results, file.summary.header.labels, truth)
    read = datasets.read_coco_results(path, truth, rules=arguments.rules)
    support.print_notes(read.notes)
    return read.predictions


def run(arguments: argparse.Namespace) -> int:
    limits = support.parse_limits(arguments.fail_under)
    truth = support.read_objects(arguments.truth_format, arguments.truth, arguments.split, arguments.rules)
    support.print_notes(truth.notes)

    def score(path: str) -> tuple[metrics.DetectionMetrics, list[datasets.Prediction]]:
        found = read_predictions(path, truth, arguments)
        total = metrics.DetectionMetrics(truth.dataset.categories, match_by="masks" if arguments.masks else "boxes",
                                         threads=arguments.threads)
        total.add(truth, found)
        return total, found

    total, found = score(arguments.results)
    report = total.report()
    print(report.to_json() + "\n" if arguments.json else report, end="")
    if arguments.before:
        print(f"\n{score(arguments.before)[0].compare(total)}", end="")
    if arguments.errors:
        errors = metrics.DetectionErrors(truth.dataset.categories, match_by=report.match_by)
        errors.add(truth, found)
        print(f"\n{errors.report()}", end="")
    return 1 if support.count_below(json.loads(report.to_json())["summary"], limits) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Scores detections against annotations.")
    parser.add_argument("truth", help="annotations: a file of COCO, or the folder of others")
    parser.add_argument("results", help="results: COCO's JSON, or visionkit's lines (.jsonl)")
    parser.add_argument("--truth-format", default="coco", choices=["coco", "labelme", "voc", "yolo"],
                        help="format of the annotations")
    parser.add_argument("--split", default="val", help="part of a YOLO data set")
    parser.add_argument("--masks", action="store_true", help="match by masks, not by boxes")
    parser.add_argument("--errors", action="store_true", help="what goes wrong, and what it costs")
    parser.add_argument("--before", help="older results to compare with")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--fail-under", action="append", default=[], help="name=value: exit with 1 when a number is lower")
    parser.add_argument("--threads", type=support.positive, default=1, help="threads")
    parser.add_argument("--rules", default="strict", choices=["strict", "drop_invalid", "pycocotools"],
                        type=lambda text: text.replace("-", "_"),
                        help="what happens to entries of COCO's files that are wrong")
    arguments = parser.parse_args()
    if arguments.json and (arguments.errors or arguments.before):
        parser.error("--json excludes --errors and --before")
    return support.run_program("score", lambda: run(arguments))


if __name__ == "__main__":
    sys.exit(main())
