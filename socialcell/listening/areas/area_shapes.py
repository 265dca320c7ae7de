"""Outlines of areas: read from GeoJSON, checked, and matched with the areas.

GeoJSON is RFC 7946: a FeatureCollection of polygons in degrees, longitude first.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from socialcell.errors import SocialcellError, UnreadableValue
from socialcell.files.read_errors import unreadable_file
from socialcell.listening.areas.area_table import AreaRecord, is_valid
from socialcell.message_catalog import Message
from socialcell.text import fold

_MOST_BYTES = 8 << 20  # of a file of outlines; those of Pune's wards have one or two MB

Position: TypeAlias = tuple[float, float]
"""(longitude, latitude) in degrees."""
Ring: TypeAlias = tuple[Position, ...]
"""A closed line: its last position is its first."""
Polygon: TypeAlias = tuple[Ring, ...]
"""The outer ring, then the rings of holes."""

_ID_KEYS = ("area", "id")
_NAME_KEYS = ("name", "name_en", "name_mr", "name_hi")
WARDS = "ward_office"
_FEWEST_POSITIONS = 4  # of a closed ring, its first counted twice


@dataclass(frozen=True, slots=True)
class ShapeRecord:
    """The outline of an area in [valid_from, valid_to); None is without a limit.

    `sketch`: drawn by hand to look like the city, not surveyed.
    """

    area: str
    polygons: tuple[Polygon, ...]
    valid_from: date | None
    valid_to: date | None
    source: str
    sketch: bool

    def is_valid(self, on: date) -> bool:
        """Was this the outline on that day?"""
        return is_valid(self.valid_from, self.valid_to, on)


def read_shapes(path: Path, areas: Sequence[AreaRecord]) -> list[ShapeRecord]:
    """The shapes of a GeoJSON file, each of one of these areas.

    A feature names its area by its id (`area` or `id`) or by a name in one of the three
    languages (`name`, `name_en`, `name_mr`, `name_hi`), with its `kind` if several have
    that name: without it a ward office goes before others. `valid_from`, `valid_to`,
    `source` and `sketch` are optional properties. SocialcellError lists every feature
    that cannot be taken, and why.
    """
    faults: list[Message] = []
    shapes: list[ShapeRecord] = []
    for number, feature in enumerate(_features(path), start=1):
        try:
            shapes.append(_shape(feature, areas))
        except UnreadableValue as error:
            faults.append(_in_feature(number, feature, error))
    faults += _overlaps(shapes)
    if faults:
        raise SocialcellError(
            "areas.shapes_refused", file=path, n=len(faults), lines=faults
        )
    return shapes


def _features(path: Path) -> list[object]:
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise SocialcellError(
                "files.large_plain_file",
                path=path,
                size=size >> 20,
                limit=_MOST_BYTES >> 20,
            )
        document = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable_file(path, error) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise SocialcellError("areas.no_feature_collection", file=path)
    return features


def _in_feature(number: int, feature: object, reason: UnreadableValue) -> Message:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    labels = properties if isinstance(properties, dict) else {}
    name = next(
        (str(labels[key]) for key in (*_ID_KEYS, *_NAME_KEYS) if labels.get(key)), "?"
    )
    return Message(
        "areas.shape_fault", {"number": number, "name": name, "reason": reason.message}
    )


def _shape(feature: object, areas: Sequence[AreaRecord]) -> ShapeRecord:
    if not isinstance(feature, dict):
        raise UnreadableValue("areas.no_feature")
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        properties = {}
    first, last = (_day(properties, name) for name in ("valid_from", "valid_to"))
    if first and last and first >= last:
        raise UnreadableValue("areas.shape_without_days")
    sketch = properties.get("sketch", False)
    if not isinstance(sketch, bool):
        raise UnreadableValue("areas.sketch_is_no_flag", text=str(sketch))
    return ShapeRecord(
        area=_area_id(feature, properties, areas),
        polygons=_polygons(feature.get("geometry")),
        valid_from=first,
        valid_to=last,
        source=str(properties.get("source") or ""),
        sketch=sketch,
    )


def _area_id(
    feature: Mapping[str, object],
    properties: Mapping[str, object],
    areas: Sequence[AreaRecord],
) -> str:
    """The area that a feature names; an id goes before a name."""
    ids = {area.id for area in areas}
    for named in (*(properties.get(key) for key in _ID_KEYS), feature.get("id")):
        if isinstance(named, str) and named in ids:
            return named
    names = [
        properties[key]
        for key in (*_ID_KEYS, *_NAME_KEYS)
        if isinstance(properties.get(key), str)
    ]
    named_areas = [
        area
        for area in areas
        if any(_is_named(area, name) for name in names)
        and properties.get("kind") in (None, area.kind)
    ]
    matching = {area.id for area in named_areas}
    # A ward office is often called like a locality in it, and is drawn more often.
    if len(matching) > 1:
        matching = {area.id for area in named_areas if area.kind == WARDS} or matching
    if not matching:
        raise UnreadableValue("areas.shape_of_no_area")
    if len(matching) > 1:
        raise UnreadableValue("areas.shape_of_several", areas=sorted(matching))
    return matching.pop()


def _is_named(area: AreaRecord, name: object) -> bool:
    plain = _plain(str(name))
    return plain in map(_plain, (area.name_en, area.name_mr, area.name_hi))


def _plain(name: str) -> str:
    """A name without what differs from table to table: capitals, dashes, spaces."""
    return "".join(sign for sign in fold(name) if sign not in " -–—.,")


def _day(properties: Mapping[str, object], name: str) -> date | None:
    text = properties.get(name)
    if text in (None, ""):
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise UnreadableValue("areas.no_day", text=str(text)) from None


# Geometry ---------------------------------------------------------------------------


def _polygons(geometry: object) -> tuple[Polygon, ...]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise UnreadableValue("areas.no_polygon", kind=kind or "–")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise UnreadableValue("areas.empty_polygon")
    return tuple(_polygon(part) for part in parts)


def _polygon(rings: object) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise UnreadableValue("areas.empty_polygon")
    outer, *holes = (_ring(ring) for ring in rings)
    for hole in holes:
        if not all(contains(outer, position) for position in hole[:-1]):
            raise UnreadableValue("areas.hole_outside", at=_shown(hole[0]))
    return (outer, *holes)


def _ring(positions: object) -> Ring:
    if not isinstance(positions, list) or len(positions) < _FEWEST_POSITIONS:
        raise UnreadableValue("areas.short_ring")
    ring = [_position(position) for position in positions]
    if ring[0] != ring[-1]:
        raise UnreadableValue("areas.open_ring", at=_shown(ring[-1]))
    # A position that is written twice in a row adds nothing.
    distinct = [ring[0]] + [own for before, own in pairwise(ring) if own != before]
    if len(distinct) < _FEWEST_POSITIONS or signed_area(distinct) == 0:
        raise UnreadableValue("areas.flat_ring", at=_shown(ring[0]))
    crossing = _crossing(distinct)
    if crossing is not None:
        raise UnreadableValue("areas.crossed_ring", at=_shown(crossing))
    return tuple(distinct)


def _position(position: object) -> Position:
    if not isinstance(position, list) or len(position) < 2:
        raise UnreadableValue("areas.no_position", text=str(position))
    longitude, latitude = position[:2]
    for number in (longitude, latitude):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise UnreadableValue("areas.no_position", text=str(position))
    place = (float(longitude), float(latitude))
    if not all(map(math.isfinite, place)) or abs(place[0]) > 180 or abs(place[1]) > 90:
        raise UnreadableValue("areas.not_in_degrees", at=_shown(place))
    return place


def signed_area(ring: Sequence[Position]) -> float:
    """The area of a closed ring in square degrees; negative when it runs clockwise."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2


def contains(ring: Sequence[Position], position: Position) -> bool:
    """Is a position inside a closed ring? Of its border some are and some are not."""
    x, y = position
    is_inside = False
    for (left, low), (right, high) in pairwise(ring):
        if (low > y) != (high > y):
            across = left + (y - low) * (right - left) / (high - low)
            is_inside ^= x < across
    return is_inside


def _crossing(ring: Sequence[Position]) -> Position | None:
    """Where two sides of a closed ring meet that do not follow each other."""
    sides = sorted(
        (min(start[0], end[0]), max(start[0], end[0]), number, start, end)
        for number, (start, end) in enumerate(pairwise(ring))
    )
    for at, (_left, right, number, start, end) in enumerate(sides):
        for left, _right, other, other_start, other_end in sides[at + 1 :]:
            if left > right:
                break
            if (number - other) % len(sides) in (1, len(sides) - 1):
                continue
            if _meet(start, end, other_start, other_end):
                return other_start
    return _turning_back(ring)


def _turning_back(ring: Sequence[Position]) -> Position | None:
    """A corner at which a closed ring runs back over the side it came from."""
    corners = [*ring, ring[1]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        forward = (corner[0] - before[0]) * (after[0] - corner[0]) + (
            corner[1] - before[1]
        ) * (after[1] - corner[1])
        if _turn(before, corner, after) == 0 and forward < 0:
            return corner
    return None


def _meet(start: Position, end: Position, other: Position, last: Position) -> bool:
    """Do two sides share a position?"""
    turns = (
        _turn(start, end, other),
        _turn(start, end, last),
        _turn(other, last, start),
        _turn(other, last, end),
    )
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    return any(
        turn == 0 and _between(position, *side)
        for turn, position, side in zip(
            turns,
            (other, last, start, end),
            ((start, end), (start, end), (other, last), (other, last)),
            strict=True,
        )
    )


def _turn(first: Position, second: Position, third: Position) -> float:
    """Above 0 where the way over three positions turns left, 0 where it is straight."""
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (
        third[0] - first[0]
    )


def _between(position: Position, start: Position, end: Position) -> bool:
    return all(
        min(start[axis], end[axis]) <= position[axis] <= max(start[axis], end[axis])
        for axis in (0, 1)
    )


def _shown(position: Position) -> str:
    return f"{position[0]:.6f}, {position[1]:.6f}"


# Many shapes ------------------------------------------------------------------------


def _overlaps(shapes: Sequence[ShapeRecord]) -> Iterator[Message]:
    """Areas with two outlines on the same day."""
    by_area: dict[str, list[ShapeRecord]] = {}
    for shape in shapes:
        for other in by_area.setdefault(shape.area, []):
            starts = max(shape.valid_from or date.min, other.valid_from or date.min)
            ends = min(shape.valid_to or date.max, other.valid_to or date.max)
            if starts < ends:
                yield Message("areas.two_shapes", {"area": shape.area, "day": starts})
        by_area[shape.area].append(shape)


@dataclass(frozen=True, slots=True)
class ShapeGaps:
    """What does not fit together on a day: areas of a kind without a shape, and shapes
    of areas that are none on that day."""

    without_shape: tuple[str, ...]
    without_area: tuple[str, ...]


def shape_gaps(
    shapes: Sequence[ShapeRecord], areas: Sequence[AreaRecord], kind: str, on: date
) -> ShapeGaps:
    """Compare the shapes with the areas of a kind as they were on a day."""
    drawn = {shape.area for shape in shapes if shape.is_valid(on)}
    there = {area.id for area in areas if area.is_valid(on)}
    wanted = {area.id for area in areas if area.is_valid(on) and area.kind == kind}
    return ShapeGaps(tuple(sorted(wanted - drawn)), tuple(sorted(drawn - there)))
