"""Classification: what a classifier answers for one picture, as one array for each field."""

from __future__ import annotations

import html
import importlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from visionkit import _core, errors
from visionkit.containers import Named, is_place, places
from visionkit.values import ClassScore

if TYPE_CHECKING:
    import PIL.Image

    from visionkit._core import Picture


class Classification(Named):
    """The best classes of a picture by falling score: `labels` int32 [n], `scores` float32 [n] (probabilities, 0..1),
    `all_scores` float32 [classes] in the model's order or None, `names` the names of the classes (empty: there are none).

    A container: len(), iteration over ClassScore, found[0], found[:3], found[found.scores > 0.5], a + b, ==.
    """

    __slots__ = ("labels", "scores", "all_scores", "names")

    labels: NDArray[np.int32]
    scores: NDArray[np.float32]
    all_scores: NDArray[np.float32] | None
    names: tuple[str, ...]

    def __init__(
        self,
        labels: ArrayLike = (),
        scores: ArrayLike = (),
        all_scores: ArrayLike | None = None,
        *,
        names: Iterable[str] = (),
    ) -> None:
        """Arrays of the right type are not copied."""
        self.labels = np.asarray(labels, dtype=np.int32)
        self.scores = np.asarray(scores, dtype=np.float32)
        self.all_scores = None if all_scores is None else np.asarray(all_scores, dtype=np.float32)
        self.names = tuple(names)
        if self.labels.ndim != 1 or self.labels.shape != self.scores.shape:
            raise errors.by_code["shape"](
                f"Classification: labels have the shape {self.labels.shape} and scores {self.scores.shape}, expected (n,)")

    @classmethod
    def _of(
        cls,
        labels: NDArray[np.int32],
        scores: NDArray[np.float32],
        all_scores: NDArray[np.float32] | None,
        names: tuple[str, ...] = (),
    ) -> Classification:
        """What the C++ side makes: nothing is checked or copied."""
        self = cls.__new__(cls)
        self.labels, self.scores, self.all_scores, self.names = labels, scores, all_scores, names
        return self

    # A container.

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[ClassScore]:
        return map(ClassScore, self.labels.tolist(), self.scores.tolist())

    @overload
    def __getitem__(self, key: int | np.integer[Any]) -> ClassScore: ...
    @overload
    def __getitem__(self, key: slice | Sequence[int] | Sequence[bool] | NDArray[Any]) -> Classification: ...
    def __getitem__(self, key: Any) -> ClassScore | Classification:
        """One ClassScore by its place; else those of a slice (views), of places, or where a boolean mask is True."""
        if is_place(key):
            return ClassScore(int(self.labels[key]), float(self.scores[key]))
        key = places(key)
        return self._of(self.labels[key], self.scores[key], self.all_scores, self.names)

    def __add__(self, other: Classification) -> Classification:
        """The classes of both, in this order; all scores and names are those of the first."""
        if not isinstance(other, Classification):
            return NotImplemented
        return self._of(np.concatenate([self.labels, other.labels]), np.concatenate([self.scores, other.scores]),
                        self.all_scores, self.names)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Classification):
            return NotImplemented
        if (self.all_scores is None) != (other.all_scores is None):
            return False
        pairs = [(self.labels, other.labels), (self.scores, other.scores)]
        if self.all_scores is not None and other.all_scores is not None:
            pairs.append((self.all_scores, other.all_scores))
        return all(np.array_equal(a, b) for a, b in pairs) and self.names == other.names

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Classification._of, (self.labels, self.scores, self.all_scores, self.names)

    # Other forms.

    @property
    def best(self) -> str | None:
        """The name of the class with the highest score; None when no class was answered."""
        return self.name(int(self.labels[0])) if len(self) else None

    def to_dict(self) -> dict[str, Any]:
        """Lists of plain values: labels, scores, names of each, and all scores where there are any."""
        result: dict[str, Any] = {"labels": self.labels.tolist(), "scores": self.scores.tolist()}
        if self.names:
            result["names"] = [self.name(label) for label in result["labels"]]
        if self.all_scores is not None:
            result["all_scores"] = self.all_scores.tolist()
        return result

    def to_json(self) -> str:
        """to_dict() as text."""
        return json.dumps(self.to_dict())

    def to_pandas(self) -> Any:
        """A DataFrame with the columns label, name, score. Needs pandas."""
        pandas = importlib.import_module("pandas")
        names = [self.name(label) for label in self.labels.tolist()]
        return pandas.DataFrame({"label": self.labels, "name": names, "score": self.scores})

    def to_supervision(self) -> Any:
        """supervision's Classifications. Needs supervision."""
        supervision = importlib.import_module("supervision")
        return supervision.Classifications(class_id=self.labels.astype(int), confidence=self.scores)

    def plot(self, picture: Picture, **options: Any) -> PIL.Image.Image:
        """The picture with the classes written on it, as a Pillow image; options are those of visionkit.draw(). Needs
        Pillow."""
        import PIL.Image

        return PIL.Image.fromarray(_core.draw(picture, self, **{"labels": self.names, **options}))

    def __repr__(self) -> str:
        classes = ", ".join(f"{self.name(label)} {score:.2f}" for label, score in self[:5])
        return f"<{classes}{', ...' if len(self) > 5 else ''}>" if len(self) else "<no class>"

    def _repr_html_(self) -> str:
        """A table with bars of the first 20, for notebooks."""
        rows = "".join(
            f"<tr><td>{html.escape(self.name(label))}</td><td>{score:.3f}</td><td><div style='background:#4a7ebb;"
            f"height:0.8em;width:{max(1, round(120 * score))}px'></div></td></tr>" for label, score in self[:20])
        return f"<table><tr><th>class</th><th>score</th><th></th></tr>{rows}</table>"
