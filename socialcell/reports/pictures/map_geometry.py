"""Outlines in degrees become polygons on a sheet, each with a place for its label."""

import math
from collections.abc import Sequence
from itertools import pairwise

from socialcell.listening.areas.area_shapes import (
    Polygon,
    Position,
    ShapeRecord,
    contains,
    signed_area,
)

_TRIES = 24  # places for a label in each direction


class Projection:
    """Degrees on a sheet: a plane that touches the middle of the shapes."""

    def __init__(
        self, shapes: Sequence[ShapeRecord], at: Position, width: float
    ) -> None:
        positions = [
            position
            for shape in shapes
            for polygon in shape.polygons
            for position in polygon[0]
        ]
        west, east = (edge(x for x, _ in positions) for edge in (min, max))
        south, north = (edge(y for _, y in positions) for edge in (min, max))
        self._narrowing = math.cos(math.radians((south + north) / 2))
        self._west, self._north, (self._left, self._top) = west, north, at
        self._scale = width / ((east - west) * self._narrowing)
        self.bottom = self._top + (north - south) * self._scale

    def polygon(self, polygon: Polygon) -> Polygon:
        """The polygon in pixels."""
        return tuple(
            tuple(
                (
                    self._left + (x - self._west) * self._narrowing * self._scale,
                    self._top + (self._north - y) * self._scale,
                )
                for x, y in ring
            )
            for ring in polygon
        )


def label_place(polygon: Polygon) -> tuple[Position, float]:
    """The place inside a polygon that is farthest from its border, of those on a grid,
    and how far it is."""
    xs = [x for x, _ in polygon[0]]
    ys = [y for _, y in polygon[0]]
    left, top = min(xs), min(ys)
    across, down = (max(xs) - left) / _TRIES, (max(ys) - top) / _TRIES
    places = [
        (left + across * (column + 0.5), top + down * (row + 0.5))
        for row in range(_TRIES)
        for column in range(_TRIES)
    ]
    inside = [place for place in places if _is_inside(place, polygon)]
    if not inside:
        return polygon[0][0], 0.0
    best = max(inside, key=lambda place: _distance(place, polygon))
    return best, _distance(best, polygon)


def _is_inside(place: Position, polygon: Polygon) -> bool:
    outer, *holes = polygon
    return contains(outer, place) and not any(contains(hole, place) for hole in holes)


def _distance(place: Position, polygon: Polygon) -> float:
    return min(
        _to_side(place, start, end) for ring in polygon for start, end in pairwise(ring)
    )


def _to_side(place: Position, start: Position, end: Position) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = across**2 + down**2
    along = ((place[0] - start[0]) * across + (place[1] - start[1]) * down) / (
        length or 1.0
    )
    along = min(max(along, 0.0), 1.0)
    return math.dist(place, (start[0] + along * across, start[1] + along * down))


def polygon_size(polygon: Polygon) -> float:
    """The area within the outer ring of a polygon."""
    return abs(signed_area(polygon[0]))
