"""Names what is in pictures: files or whole folders, by a model with one label or with many: the twin of classify.cpp.

    python classify.py model.pt photo.jpg holiday/           a table
    python classify.py model.pt holiday/ --json              one JSON object a line, for other programs
    python classify.py model.pt --describe                   what the model says about itself

A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all pictures were classified, 1 some
were not, 2 nothing could be done.
"""

from __future__ import annotations

import argparse
import sys

import support
import visionkit


def print_table(file: str, found: visionkit.Classification) -> None:
    print(file)
    for label, score in found:
        print(f"  {score:.3f}  {found.name(label)}")
    if not len(found):
        print("  nothing above the threshold")


def print_json(file: str, found: visionkit.Classification) -> None:
    support.print_line(file, classes=[
        {"index": label, "label": found.name(label), "score": score} for label, score in found])


def run(arguments: argparse.Namespace) -> int:
    classifier = visionkit.Classifier(arguments.model, top_k=arguments.top_k, score_thresholds=arguments.threshold,
                                      record=support.read_record(arguments.record), run=support.run_options(arguments))
    if arguments.describe:
        print(classifier.describe(), end="")
    if not arguments.pictures:
        return 0
    show = print_json if arguments.json else print_table
    return support.run_batches(support.find_pictures(arguments.pictures), arguments.batch, classifier.classify,
                               lambda picture, image, found: show(picture.file, found))


def main() -> int:
    parser = argparse.ArgumentParser(description="Names what is in pictures.")
    parser.add_argument("model", help="TorchScript file")
    support.add_pictures(parser, batch=1)
    parser.add_argument("--top-k", type=support.positive, help="at most this many classes for a picture")
    parser.add_argument("--threshold", type=support.numbers, default=[], help="lowest score shown; one, or one for each class")
    parser.add_argument("--record", help="model record (JSON) to use instead of the model's own")
    support.add_run(parser)
    arguments = support.parse_pictures(parser)
    return support.run_program("classify", lambda: run(arguments))


if __name__ == "__main__":
    sys.exit(main())
