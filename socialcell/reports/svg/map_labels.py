"""Where names and values stand on a map: inside their area, or a letter instead."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from socialcell.i18n import Language
from socialcell.listening.areas.area_shapes import Polygon, Position
from socialcell.reports.pictures.map_scale import area_letters
from socialcell.reports.svg.markup import text_width

# Sizes of the style sheet: names in English, in Devanagari, on phones; values.
_NAME, _NAME_DEVANAGARI, _NAME_NARROW, _VALUE = 13.0, 14.5, 14.0, 17.0
_SPACE = 3.0  # between a text and the border
_JOINTS = re.compile(r"\s*[-–—/]\s*")


class NamedValue(Protocol):
    """An area with its name and how its value is written."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class LabelLine:
    """A line of a label with its base line; the value is larger than the name."""

    words: str
    y: float
    is_value: bool


@dataclass(frozen=True)
class MapLabel:
    """A label around x, with the box that it fills; `letter` stands for the name where
    there is no room for it."""

    x: float
    lines: tuple[LabelLine, ...]
    left: float
    top: float
    width: float
    height: float
    letter: str = ""


def map_labels(
    areas: Sequence[NamedValue],
    places: Mapping[str, tuple[Polygon, Position]],
    lang: Language,
    *,
    is_narrow: bool,
) -> dict[str, MapLabel]:
    """The label of each area, at the place inside its polygon that has most room.

    The name is written whole, or its first part ("Aundh" of "Aundh - Baner"), in up to
    two lines; else the area has a letter. Its value is always written.
    """
    size = _NAME_NARROW if is_narrow else _NAME
    if lang.code != "en":
        size = max(size, _NAME_DEVANAGARI)
    letters = area_letters(len(areas), lang)
    labels = {}
    for area, letter in zip(areas, letters, strict=True):
        polygon, place = places[area.id]
        labels[area.id] = _label(area, polygon, place, size, letter)
    return labels


def _label(
    area: NamedValue, polygon: Polygon, place: Position, size: float, letter: str
) -> MapLabel:
    for lines in _namings(area.name):
        label = _placed(lines, area.text, place, size)
        if _has_room(label, polygon):
            return label
    small = _placed((letter,), area.text, place, size)
    return MapLabel(
        small.x,
        small.lines,
        small.left,
        small.top,
        small.width,
        small.height,
        letter=letter,
    )


def _namings(name: str) -> Iterator[tuple[str, ...]]:
    """The ways to write a name, the fullest first."""
    parts = [part for part in _JOINTS.split(name) if part]
    yield (name,)
    if len(parts) == 2:
        yield (f"{parts[0]}-", parts[1])
    for text in dict.fromkeys((name, parts[0] if parts else name)):
        yield (text,)
        words = text.split()
        if len(words) > 1:
            middle = min(
                range(1, len(words)),
                key=lambda n: abs(len(" ".join(words[:n])) * 2 - len(text)),
            )
            yield (" ".join(words[:middle]), " ".join(words[middle:]))


def _placed(names: Sequence[str], value: str, place: Position, size: float) -> MapLabel:
    x, y = place
    leading = size * 1.15
    height = leading * len(names) + _VALUE * 1.1
    top = y - height / 2
    lines = [
        LabelLine(words, top + leading * n + size * 0.9, is_value=False)
        for n, words in enumerate(names)
    ]
    lines.append(
        LabelLine(value, top + leading * len(names) + _VALUE * 0.9, is_value=True)
    )
    width = max(
        *(text_width(words, size, strong=True) for words in names),
        text_width(value, _VALUE, strong=True),
    )
    return MapLabel(
        x=x,
        lines=tuple(lines),
        left=x - width / 2 - _SPACE,
        top=top - 1,
        width=width + 2 * _SPACE,
        height=height + 4,
    )


def _has_room(label: MapLabel, polygon: Polygon) -> bool:
    """Whether a label's box lies inside a polygon, holes apart."""
    outer = polygon[0]
    heights = [label.top + label.height * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    right = label.left + label.width
    return all(_spans(outer, y, label.left, right) for y in heights)


def _spans(ring: Sequence[Position], y: float, left: float, right: float) -> bool:
    """Whether a horizontal line from left to right lies inside a ring."""
    crossings = sorted(
        x + (y - low) * (u - x) / (high - low)
        for (x, low), (u, high) in pairwise(ring)
        if (low > y) != (high > y)
    )
    return any(
        start <= left and right <= end
        for start, end in zip(crossings[::2], crossings[1::2], strict=True)
    )
