"""Detections: what a detector finds, as one array for each field."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from visionkit import _core, plots
from visionkit.containers import Named, is_place, places
from visionkit.values import Box, Size

if TYPE_CHECKING:
    import PIL.Image

    from visionkit._core import Mask, Picture


class Detection(NamedTuple):
    """One object: its box (x1, y1, x2, y2 in pixels of the picture), class, score 0..1, and its pixels or None."""

    box: Box
    label: int
    score: float
    mask: Mask | None = None


class Detections(Named):
    """Objects found in a picture: `boxes` float32 [n, 4] as x1, y1, x2, y2 in pixels, `scores` float32 [n], `labels`
    int32 [n], `masks` a list of Mask or None, `names` the names of the classes by label (empty: there are none), `size`
    the (width, height) of the picture where it is known.

    A container: len(), iteration over Detection, found[0], found[2:5], found[found.scores > 0.5], a + b, ==.
    """

    __slots__ = ("boxes", "scores", "labels", "masks", "names", "size")

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int32]
    masks: list[Mask | None] | None
    names: tuple[str, ...]
    size: Size | None

    def __init__(
        self,
        boxes: ArrayLike,
        scores: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        masks: Iterable[Mask | None] | None = None,
        *,
        names: Iterable[str] = (),
        size: tuple[int, int] | None = None,
    ) -> None:
        """Scores are 1 and labels 0 where they are not given. Arrays of the right type are not copied."""
        self.boxes = np.asarray(boxes, dtype=np.float32)
        if self.boxes.size == 0:
            self.boxes = self.boxes.reshape(0, 4)
        if self.boxes.ndim != 2 or self.boxes.shape[1] != 4:
            raise _error("shape", f"Detections: boxes have the shape {self.boxes.shape}, expected (n, 4)")
        count = len(self.boxes)
        self.scores = np.ones(count, np.float32) if scores is None else np.asarray(scores, dtype=np.float32)
        self.labels = np.zeros(count, np.int32) if labels is None else np.asarray(labels, dtype=np.int32)
        self.masks = None if masks is None else list(masks)
        self.names = tuple(names)
        self.size = None if size is None else Size(*size)
        for name, values in (("scores", self.scores), ("labels", self.labels), ("masks", self.masks)):
            if values is not None and len(values) != count:
                raise _error("shape", f"Detections: {len(values)} {name} for {count} boxes")

    @classmethod
    def _of(
        cls,
        boxes: NDArray[np.float32],
        scores: NDArray[np.float32],
        labels: NDArray[np.int32],
        masks: list[Mask | None] | None,
        names: tuple[str, ...] = (),
        size: Size | None = None,
    ) -> Detections:
        """What the C++ side makes: nothing is checked or copied."""
        self = cls.__new__(cls)
        self.boxes, self.scores, self.labels, self.masks, self.names, self.size = (
            boxes, scores, labels, masks, names, size)
        return self

    # A container.

    def __len__(self) -> int:
        return len(self.boxes)

    def _item(self, index: int) -> Detection:
        mask = None if self.masks is None else self.masks[index]
        return Detection(Box(*self.boxes[index].tolist()), int(self.labels[index]), float(self.scores[index]), mask)

    def __iter__(self) -> Iterator[Detection]:
        return (self._item(index) for index in range(len(self)))

    @overload
    def __getitem__(self, key: int | np.integer[Any]) -> Detection: ...
    @overload
    def __getitem__(self, key: slice | Sequence[int] | Sequence[bool] | NDArray[Any]) -> Detections: ...
    def __getitem__(self, key: Any) -> Detection | Detections:
        """One Detection by its place; else those of a slice (views), of places, or where a boolean mask is True."""
        if is_place(key):
            index = key.__index__()
            if not -len(self) <= index < len(self):
                raise IndexError(f"detection {index} of {len(self)}")
            return self._item(index)
        key = places(key)
        masks = self.masks
        if masks is not None:
            masks = [masks[place] for place in np.arange(len(self))[key].tolist()]
        return self._of(self.boxes[key], self.scores[key], self.labels[key], masks, self.names, self.size)

    def __add__(self, other: Detections) -> Detections:
        """All of both, in this order."""
        if not isinstance(other, Detections):
            return NotImplemented
        return concatenate([self, other])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Detections):
            return NotImplemented
        arrays = ((self.boxes, other.boxes), (self.scores, other.scores), (self.labels, other.labels))
        return all(np.array_equal(a, b) for a, b in arrays) and self.masks == other.masks and self.names == other.names

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Detections._of, (self.boxes, self.scores, self.labels, self.masks, self.names, self.size)

    # Other forms.

    @property
    def areas(self) -> NDArray[np.float64]:
        """Square pixels: of the masks where there are any, else of the boxes."""
        boxes = self.boxes.astype(np.float64)
        areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        for index, mask in enumerate(self.masks or ()):
            if mask is not None:
                areas[index] = mask.area
        return areas

    def sorted(self) -> Detections:
        """By falling score; equal scores stay in their order."""
        return self[np.argsort(-self.scores, kind="stable")]

    def to_dict(self) -> dict[str, Any]:
        """Lists of plain numbers: boxes, scores, labels, names of each, and masks as pycocotools' dictionaries."""
        labels = self.labels.tolist()
        result: dict[str, Any] = {"boxes": self.boxes.tolist(), "scores": self.scores.tolist(), "labels": labels}
        if self.names:
            result["names"] = [self.name(label) for label in labels]
        if self.masks is not None:
            result["masks"] = [None if mask is None else mask.to_rle() for mask in self.masks]
        return result

    def to_json(self) -> str:
        """A JSON array with one object for each detection, as C++'s to_json()."""
        return _core.detections_json(self, self.names)

    def to_coco(self, image_id: int, category_ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """COCO's results: boxes as x, y, width, height. `category_ids` gives the id for each label; without it they are
        the labels."""
        results = []
        for found in self:
            x1, y1, x2, y2 = found.box
            entry: dict[str, Any] = {
                "image_id": image_id,
                "category_id": found.label if category_ids is None else int(category_ids[found.label]),
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "score": found.score,
            }
            if found.mask is not None:
                rle = found.mask.to_rle()
                entry["segmentation"] = {"size": rle["size"], "counts": rle["counts"].decode("ascii")}
            results.append(entry)
        return results

    def to_pandas(self) -> Any:
        """A DataFrame with the columns x1, y1, x2, y2, score, label, name. Needs pandas."""
        pandas = importlib.import_module("pandas")
        columns: dict[str, Any] = {key: self.boxes[:, column] for column, key in enumerate(("x1", "y1", "x2", "y2"))}
        columns |= {"score": self.scores, "label": self.labels, "name": [self.name(label) for label in self.labels]}
        return pandas.DataFrame(columns)

    def to_supervision(self) -> Any:
        """supervision's Detections. Needs supervision."""
        supervision = importlib.import_module("supervision")
        masks = None
        if self.masks is not None and all(mask is not None for mask in self.masks) and len(self):
            masks = np.stack([mask.to_dense() for mask in self.masks if mask is not None])
        names = np.array([self.name(label) for label in self.labels])
        return supervision.Detections(xyxy=self.boxes, mask=masks, confidence=self.scores,
                                      class_id=self.labels.astype(int), data={"class_name": names})

    def plot(self, picture: Picture, **options: Any) -> PIL.Image.Image:
        """The picture with the detections drawn, as a Pillow image; options are those of visionkit.draw(). Needs
        Pillow."""
        import PIL.Image

        return PIL.Image.fromarray(_core.draw(picture, self, **{"labels": self.names, **options}))

    def __repr__(self) -> str:
        places, counts = np.unique(self.labels, return_counts=True)
        kinds = ", ".join(f"{count} {self.name(label)}" for label, count in zip(places.tolist(), counts.tolist()))
        return f"<{len(self)} detections{': ' if kinds else ''}{kinds[:60]}{', with masks' if self.masks else ''}>"

    def _repr_html_(self) -> str:
        """A table of the first 20, for notebooks, with a drawing of the boxes where the size of the picture is known."""
        import html

        rows = "".join(
            f"<tr><td>{html.escape(self.name(found.label))}</td><td>{found.score:.3f}</td>"
            f"<td>{', '.join(f'{value:.1f}' for value in found.box)}</td></tr>" for found in self[:20])
        return (f"<div>{html.escape(repr(self))}{self._thumbnail()}<table><tr><th>class</th><th>score</th>"
                f"<th>x1, y1, x2, y2</th></tr>{rows}</table></div>")

    def _thumbnail(self) -> str:
        if self.size is None or min(self.size) < 1:
            return ""
        scale = 160 / max(self.size)
        width, height = (max(1, round(side * scale)) for side in self.size)
        canvas = np.full((height * 2, width * 2, 3), 240, np.uint8)
        small = self._of(self.boxes * np.float32(2 * scale), self.scores, self.labels, None, self.names)
        return plots.image_html(_core.draw(canvas, small, labels=self.names, score_style="none"), Size(width, height))


def concatenate(parts: Iterable[Detections]) -> Detections:
    """All detections of several, in their order; names and size are those of the first."""
    parts = list(parts)
    if not parts:
        return Detections(np.zeros((0, 4), np.float32))
    masks: list[Mask | None] | None = None
    if any(part.masks is not None for part in parts):
        masks = [mask for part in parts for mask in (part.masks or [None] * len(part))]
    first = parts[0]
    return Detections._of(
        np.concatenate([part.boxes for part in parts]), np.concatenate([part.scores for part in parts]),
        np.concatenate([part.labels for part in parts]), masks, first.names, first.size)


def _error(code: str, message: str) -> Exception:
    from visionkit import errors

    return errors.by_code[code](message)
