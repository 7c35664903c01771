"""Small values as named tuples: any tuple of as many numbers does for them where one is asked for."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Pixels. Arrays of pictures have the shape (height, width, channels)."""

    width: int
    height: int


class Box(NamedTuple):
    """Corners in float pixels with edges at integers: a box that covers a picture is (0, 0, width, height)."""

    x1: float
    y1: float
    x2: float
    y2: float


class PixelBox(NamedTuple):
    """Columns x1 .. x2 - 1 and rows y1 .. y2 - 1."""

    x1: int
    y1: int
    x2: int
    y2: int


class ObjectBox(NamedTuple):
    """A box as annotation files have it: the left upper corner, width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float


class ClassArea(NamedTuple):
    """How many pixels belong to a class."""

    label: int
    pixels: int


class ClassScore(NamedTuple):
    """A class and its probability, 0..1."""

    label: int
    score: float


class Color(NamedTuple):
    """0..255 each."""

    red: int
    green: int
    blue: int


class PixelRect(NamedTuple):
    """Whole pixels: the left upper corner, width and height."""

    x: int
    y: int
    width: int
    height: int


class Interval(NamedTuple):
    """From low to high."""

    low: float
    high: float


class SampleValue(NamedTuple):
    """What one sample contributes to a mean; sample -1 has no number."""

    sample: int
    value: float


class FigureLimit(NamedTuple):
    """A figure of a report must be at least this."""

    figure: str
    least: float
