"""Says what every pixel of a picture shows, or finds single objects with their masks, whichever the model does: the twin
of segment.cpp.

    python segment.py model.pt street.jpg holiday/         the share of each class; or each object, its score and pixels
    python segment.py model.pt holiday/ --out seen         and drawn pictures; of classes also a PNG of the class numbers
    python segment.py model.pt holiday/ --json             one JSON object a line, masks as COCO's run lengths
    python segment.py model.pt satellite.png --tiles 0.2   in tiles of the model's size that overlap by a fifth

A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all went well, 1 some pictures
failed, 2 nothing could be done.
"""

from __future__ import annotations

import argparse
import sys

import support
import visionkit


def print_map(file: str, map: visionkit.LabelMap, labels: tuple[str, ...], as_json: bool) -> None:
    if not as_json:
        print(f"{file} {map.size.width}x{map.size.height}")
        for label, _ in map.areas():
            name = "(void)" if label == map.void_id else support.name_of(labels, label)
            print(f"  {name:<16} {100 * map.fraction(label):5.1f} %")
        return
    classes = []
    for label, _ in map.areas():
        if label != map.void_id:
            rle = map.mask_of(label).to_rle()
            classes.append({"class": label, "name": support.name_of(labels, label), "fraction": map.fraction(label),
                            "mask": {"size": rle["size"], "counts": rle["counts"].decode()}})
    support.print_line(file, classes=classes)


def print_objects(file: str, image: support.Pixels, found: visionkit.Detections, as_json: bool) -> None:
    if as_json:
        return support.print_objects(file, found)
    print(f"{file} {image.shape[1]}x{image.shape[0]}")
    for each in found:
        print(f"  {found.name(each.label):<16} {each.score:.2f} {each.mask.area if each.mask else 0} pixels")


def segment_classes(segmenter: visionkit.Segmenter, arguments: argparse.Namespace) -> int:
    drawings = support.Drawings(arguments.out) if arguments.out else None

    def show(picture: support.Picture, image: support.Pixels, map: visionkit.LabelMap) -> None:
        if drawings:
            place = drawings.write(picture, visionkit.draw_map(image, map, labels=segmenter.labels))
            visionkit.write_label_map(place.with_suffix(".labels.png"), map)
        print_map(picture.file, map, segmenter.labels, arguments.json)

    return support.run_batches(support.find_pictures(arguments.pictures), arguments.batch, segmenter.segment, show)


def segment_objects(detector: visionkit.Detector, arguments: argparse.Namespace) -> int:
    drawings = support.Drawings(arguments.out) if arguments.out else None

    def show(picture: support.Picture, image: support.Pixels, found: visionkit.Detections) -> None:
        if drawings:
            drawings.write(picture, visionkit.draw(image, found, labels=detector.labels))
        print_objects(picture.file, image, found, arguments.json)

    return support.run_batches(support.find_pictures(arguments.pictures), arguments.batch, detector.detect, show)


def segment(arguments: argparse.Namespace) -> int:
    own = support.read_record(arguments.record)
    record = own or visionkit.read_record(arguments.model)
    tiles = None if arguments.tiles is None else visionkit.TileOptions(overlap=arguments.tiles)
    run = support.run_options(arguments)
    model: visionkit.Detector | visionkit.Segmenter
    if record and record.task in ("instance_segmentation", "detection"):
        model = visionkit.Detector(arguments.model, score_threshold=arguments.threshold, tiles=tiles, record=own, run=run)
    else:
        model = visionkit.Segmenter(arguments.model, score_threshold=arguments.threshold, tiles=tiles, record=own, run=run)
    if arguments.describe:
        print(model.describe(), end="")
    if not arguments.pictures:
        return 0
    if isinstance(model, visionkit.Detector):
        return segment_objects(model, arguments)
    return segment_classes(model, arguments)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Says what every pixel of a picture shows, or finds objects with their masks.")
    parser.add_argument("model", help="TorchScript file")
    support.add_pictures(parser)
    parser.add_argument("--out", help="folder for the pictures with the answers drawn in")
    parser.add_argument("--threshold", type=float, help="only objects with a greater score are shown, 0..1")
    parser.add_argument("--tiles", type=float, help="cut larger pictures into tiles that overlap by this part, 0..0.9")
    parser.add_argument("--record", help="model record (JSON) to use instead of the model's own")
    support.add_run(parser)
    arguments = support.parse_pictures(parser)
    return support.run_program("segment", lambda: segment(arguments))


if __name__ == "__main__":
    sys.exit(main())
