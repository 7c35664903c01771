"""Scores a detector by its results file: COCO's twelve numbers and every class, the twin of score.cpp.

    python score.py truth.json results.json                     a table
    python score.py truth.json results.json --masks --errors    by masks, with what goes wrong
    python score.py truth.json new.json --before old.json       two results files side by side, with an interval
    python score.py truth.json results.json --json              for other programs
"""

import argparse
import sys

import visionkit
from visionkit import datasets, metrics


def score(truth: datasets.CocoAnnotations, results: str, masks: bool) -> metrics.DetectionMetrics:
    total = metrics.DetectionMetrics(truth.dataset.categories, match_by="masks" if masks else "boxes")
    total.add(truth, datasets.read_coco_results(results, truth))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description="Scores detections against COCO annotations.")
    parser.add_argument("truth", help="annotations in COCO's JSON")
    parser.add_argument("results", help="results in COCO's JSON")
    parser.add_argument("--masks", action="store_true", help="match by masks, not by boxes")
    parser.add_argument("--errors", action="store_true", help="what goes wrong, and what it costs")
    parser.add_argument("--before", help="older results to compare with")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args()
    try:
        truth = datasets.read_coco(arguments.truth)
        after = score(truth, arguments.results, arguments.masks)
        report = after.report()
        print(report.to_json() if arguments.json else report)
        if arguments.before:
            print(score(truth, arguments.before, arguments.masks).compare(after))
        if arguments.errors:
            errors = metrics.DetectionErrors(truth.dataset.categories, match_by=report.match_by)
            errors.add(truth, datasets.read_coco_results(arguments.results, truth))
            print(errors.report())
        return 0
    except visionkit.Error as error:
        print(f"score: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
