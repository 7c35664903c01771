"""Finds objects in pictures, files or whole folders: the twin of detect.cpp.

    python detect.py model.pt street.jpg holiday/            a table: label, score, corners of the box
    python detect.py model.pt holiday/ --out seen            and pictures with the boxes drawn in, in the folder seen
    python detect.py model.pt holiday/ --json                one JSON object a line, for other programs
    python detect.py yolo.pt street.jpg --record yolo.json   a model without a record of its own
    python detect.py model.pt --describe                     what the model says about itself

A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all went well, 1 some pictures
failed, 2 nothing could be done.
"""

from __future__ import annotations

import argparse
import sys

import support
import visionkit


def print_table(file: str, found: visionkit.Detections) -> None:
    names = [found.name(label) for label in found.labels]
    width = max([12, *map(len, names)])
    print(file)
    for name, each in zip(names, found):
        print(f"  {name:<{width}} {each.score:.2f} [{', '.join(f'{side:.1f}' for side in each.box)}]")
    if not len(found):
        print("  nothing above the threshold")


def run(arguments: argparse.Namespace) -> int:
    detector = support.load_detector(arguments)
    if arguments.describe:
        print(detector.describe(), end="")
    if not arguments.pictures:
        return 0
    drawings = support.Drawings(arguments.out) if arguments.out else None

    def show(picture: support.Picture, image: support.Pixels, found: visionkit.Detections) -> None:
        if drawings:
            drawings.write(picture, visionkit.draw(image, found, labels=detector.labels))
        (support.print_objects if arguments.json else print_table)(picture.file, found)

    return support.run_batches(support.find_pictures(arguments.pictures), arguments.batch, detector.detect, show)


def main() -> int:
    parser = argparse.ArgumentParser(description="Finds objects in pictures.")
    support.add_detector(parser)
    support.add_pictures(parser)
    parser.add_argument("--out", help="folder for the pictures with the answers drawn in")
    arguments = support.parse_pictures(parser)
    return support.run_program("detect", lambda: run(arguments))


if __name__ == "__main__":
    sys.exit(main())
