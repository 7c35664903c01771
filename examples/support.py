"""What the larger examples share: pictures of folders, batches in which one bad picture does not take the others down,
drawings, limits, exit codes. The twin of pictures.hpp, support.hpp and scoring.hpp."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import visionkit
from numpy.typing import NDArray
from visionkit import datasets

Result = TypeVar("Result")
Pixels = NDArray[np.uint8]

PICTURE_NAMES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


class Picture(NamedTuple):
    file: str
    inside: pathlib.Path  # its path inside the folder that was named; its name when the file itself was named


def find_pictures(inputs: Iterable[str]) -> list[Picture]:
    """Folders become the pictures inside them, in the order of their names; what else is named is taken as it is."""
    pictures = []
    for name in inputs:
        if not os.path.isdir(name):
            pictures.append(Picture(name, pathlib.Path(pathlib.Path(name).name)))
            continue
        found = [path for path in pathlib.Path(name).rglob("*") if path.suffix.lower() in PICTURE_NAMES and path.is_file()]
        pictures += sorted(Picture(str(path), path.relative_to(name)) for path in found)
    return pictures


class Drawings:
    """Where drawn pictures go: as the originals lie in their folders, never onto an original or onto each other."""

    def __init__(self, folder: str) -> None:
        self.folder = pathlib.Path(folder)
        self.taken: set[pathlib.Path] = set()

    def write(self, picture: Picture, drawn: Pixels) -> pathlib.Path:
        """The path that it was written to."""
        path = self.free_place(picture)
        if path.exists() and path.samefile(picture.file):
            raise visionkit.errors.by_code["invalid_argument"](
                "the drawn picture would take the place of the original; choose another folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        visionkit.write_image(path, drawn)
        return path

    def free_place(self, picture: Picture) -> pathlib.Path:
        place = self.folder / picture.inside
        suffix = place.suffix if place.suffix in {".jpg", ".jpeg", ".png", ".webp"} else ".png"
        path, count = place.with_suffix(suffix), 2
        while path in self.taken:
            path, count = place.with_name(f"{place.stem}-{count}{suffix}"), count + 1
        self.taken.add(path)
        return path


class StatusLine:
    """A line that is written over and over on a terminal; nothing in a pipe or a file."""

    def __init__(self) -> None:
        self.is_shown = False

    def show(self, text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
            self.is_shown = True

    def clear(self) -> None:
        if self.is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        self.is_shown = False


def run_batches(
    pictures: Sequence[Picture],
    batch: int,
    answer: Callable[[list[Pixels]], list[Result]],
    show: Callable[[Picture, Pixels, Result], None],
) -> int:
    """Reads the pictures, gives them to `answer` in batches, and each with its answer to `show`. What fails is reported
    and counted, the others go on. The exit code: 0 all went well, 1 some did not."""
    if not pictures:
        print("there are no pictures", file=sys.stderr)
        return 1
    failed = 0
    status = StatusLine()

    def attempt(picture: Picture, work: Callable[[], None]) -> None:
        nonlocal failed
        try:
            work()
        except visionkit.Error as error:
            failed += 1
            status.clear()
            print(f"{picture.file}: {error.code}: {error}", file=sys.stderr)

    waiting: list[tuple[Picture, Pixels]] = []  # read, without an answer

    def flush() -> None:
        try:
            results = answer([image for _, image in waiting])
        except visionkit.Error:
            results = []  # one by one, to see which it was
        for place, (picture, image) in enumerate(waiting):
            attempt(picture, lambda: show(picture, image, results[place] if results else answer([image])[0]))
        waiting.clear()

    is_seen = sys.stdout.isatty()  # then the results themselves show how far it is
    for index, picture in enumerate(pictures):
        if not is_seen:
            status.show(f"{index} of {len(pictures)}")
        attempt(picture, lambda: waiting.append((picture, visionkit.read_image(picture.file))))
        if len(waiting) == batch:
            flush()
    if waiting:
        flush()
    status.clear()
    if failed:
        print(f"{failed} of {len(pictures)} pictures failed", file=sys.stderr)
    return 1 if failed else 0


def name_of(labels: Sequence[str], label: int) -> str:
    """The name of a class; its number as text when there is no name for it."""
    return labels[label] if label < len(labels) else str(label)


def file_json(file: str) -> str:
    """A file name need not be UTF-8; JSON must be."""
    return json.dumps(os.fsencode(file).decode("utf-8", "replace"), ensure_ascii=False)


def print_line(file: str, **more: Any) -> None:
    """One line of JSON."""
    rest = json.dumps(more, ensure_ascii=False, separators=(",", ":"))
    print(f'{{"file":{file_json(file)},{rest[1:]}')


def print_objects(file: str, found: visionkit.Detections) -> None:
    print(f'{{"file":{file_json(file)},"objects":{found.to_json()}}}')


def read_record(path: str | None) -> visionkit.ModelRecord | None:
    return visionkit.parse_record(pathlib.Path(path).read_text(encoding="utf-8"), path) if path else None


# Command lines.


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def add_pictures(parser: argparse.ArgumentParser, batch: int = 4) -> None:
    """Which pictures, and how answers are shown."""
    parser.add_argument("pictures", nargs="*", help="files, or folders to search for JPEG, PNG, WebP and BMP files")
    parser.add_argument("--batch", type=positive, default=batch, help="pictures in one call of the network")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--describe", action="store_true", help="print what the model says about itself")


def parse_pictures(parser: argparse.ArgumentParser) -> argparse.Namespace:
    arguments = parser.parse_intermixed_args()
    if not arguments.pictures and not arguments.describe:
        parser.error("the following arguments are required: pictures")
    return arguments


def add_run(parser: argparse.ArgumentParser, threads: str = "--threads") -> None:
    """How the network runs."""
    parser.add_argument("--engine", choices=["auto", "libtorch", "openvino"], help="what carries out the network")
    parser.add_argument("--precision", choices=["float32", "bfloat16", "float16"], help="its arithmetic")
    parser.add_argument(threads, dest="network_threads", type=int,
                        help="threads of the network; 0: as many as there is room for")
    parser.add_argument("--cache", help="folder that keeps what was found out about the network")


def run_options(arguments: argparse.Namespace) -> visionkit.RunOptions:
    given = {"engine": arguments.engine, "precision": arguments.precision, "threads": arguments.network_threads,
             "cache_folder": arguments.cache}
    return visionkit.RunOptions(**{name: value for name, value in given.items() if value is not None})


def add_detector(parser: argparse.ArgumentParser) -> None:
    """What is left out, the model's record says."""
    parser.add_argument("model", help="TorchScript file")
    parser.add_argument("--threshold", type=float, help="only objects with a greater score are shown, 0..1")
    parser.add_argument("--iou", type=float, help="of two boxes that overlap by more, the better one stays, 0..1")
    parser.add_argument("--format", default="", help="layout of the output: a name of visionkit.detection_formats()")
    parser.add_argument("--labels", help="names of the classes, one a line")
    parser.add_argument("--record", help="model record (JSON) to use instead of the model's own")
    add_run(parser)


def load_detector(arguments: argparse.Namespace) -> visionkit.Detector:
    return visionkit.Detector(
        arguments.model, score_threshold=arguments.threshold, iou_threshold=arguments.iou, format=arguments.format,
        labels=datasets.read_labels(arguments.labels) if arguments.labels else None,
        record=read_record(arguments.record), run=run_options(arguments))


def run_program(name: str, body: Callable[[], int]) -> int:
    """The exit code: that of `body`; 2 when nothing could be done."""
    try:
        return body()
    except (visionkit.Error, OSError, ValueError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2


# Annotations and limits.


def read_objects(format: str, path: str, split: str, rules: visionkit._core.CocoRules = "strict") -> datasets.AnnotatedObjects:
    """Annotations of objects in any format."""
    if format == "coco":
        read = datasets.read_coco(path, rules=rules)
        return datasets.AnnotatedObjects(dataset=read.dataset, notes=read.notes)
    if format == "labelme":
        return datasets.read_labelme(path)
    if format == "voc":
        return datasets.read_voc(path)

    def size(file: str) -> tuple[int, int]:
        height, width = visionkit.read_image(file).shape[:2]
        return width, height

    return datasets.read_yolo(path, split=split, image_size=size)


def print_notes(notes: Iterable[datasets.DatasetNote]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def parse_limits(texts: Iterable[str]) -> dict[str, float]:
    """Of "name=value" each."""
    limits = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            limits[name] = float(number)
        except ValueError:
            raise ValueError(f"--fail-under '{text}': expected a name and a number, as ap50=0.5") from None
    return limits


def count_below(figures: Mapping[str, float | None], limits: Mapping[str, float]) -> int:
    """How many figures are below their limit; each is named on standard error."""
    below = 0
    for name, least in limits.items():
        if name not in figures:
            raise ValueError(f"--fail-under '{name}': there is no such figure, only {', '.join(figures)}")
        value = figures[name]
        if value is None or not value >= least:
            print(f"{name} is {float('nan') if value is None else value:.4f}, below {least:g}", file=sys.stderr)
            below += 1
    return below
