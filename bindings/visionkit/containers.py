"""What the results that behave like containers share."""

from __future__ import annotations

from typing import Any

import numpy as np


class Named:
    """Something with the names of classes by label; empty: there are none."""

    __slots__ = ()

    names: tuple[str, ...]

    def name(self, label: int) -> str:
        """The name of a class; its number as text where there is none."""
        return self.names[label] if 0 <= label < len(self.names) else str(label)


def is_place(key: Any) -> bool:
    """Whether a key asks for one entry."""
    return hasattr(key, "__index__") and getattr(key, "ndim", 0) == 0


def places(key: Any) -> Any:
    """A key that asks for several, as NumPy takes it: an empty list is one of places."""
    if isinstance(key, slice):
        return key
    key = np.asarray(key)
    return key.astype(np.intp) if key.size == 0 and key.dtype != bool else key
