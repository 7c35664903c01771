"""Label maps and panoptic maps as pictures, and pictures in the pages of notebooks."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from visionkit import _core
from visionkit.values import Size

if TYPE_CHECKING:
    import PIL.Image

    from visionkit._core import LabelMap, PanopticMap, Picture


def plot_map(map: LabelMap | PanopticMap, picture: Picture | None, options: dict[str, Any]) -> PIL.Image.Image:
    """The picture tinted by class, or a white one, as a Pillow image."""
    import PIL.Image

    return PIL.Image.fromarray(_core.draw_map(_canvas(map) if picture is None else picture, map, **options))


def map_html(map: LabelMap | PanopticMap) -> str:
    """What a notebook shows: the map as a thumbnail of at most 160 pixels."""
    drawn = _core.draw_map(_canvas(map), map, opacity=1, legend_entries=0)
    scale = min(1, 160 / max(drawn.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in drawn.shape[:2])
    return f"<div>{html.escape(repr(map))}{image_html(_core.resize(drawn, (width, height)), Size(width, height))}</div>"


def image_html(pixels: NDArray[np.uint8], size: Size) -> str:
    """A picture in a line of its own, for a page that is shown in so many pixels."""
    png = base64.b64encode(_core.encode_image(pixels, format="png")).decode()
    return f'<br><img width="{size.width}" height="{size.height}" src="data:image/png;base64,{png}">'


def _canvas(map: LabelMap | PanopticMap) -> NDArray[np.uint8]:
    return np.full((map.size.height, map.size.width, 3), 255, np.uint8)
