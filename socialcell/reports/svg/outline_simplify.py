"""Outlines on a sheet with as few corners as a reader can tell apart.

Neighbours keep one border: corners where three areas meet stay, and the line between
two of them is made simpler once, for both (Douglas and Peucker, 1973).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from socialcell.listening.areas.area_shapes import Polygon, Position, Ring, signed_area

Outlines: TypeAlias = Mapping[str, Sequence[Polygon]]
"""An area's id → its polygons in pixels."""
_Line: TypeAlias = tuple[Position, ...]

_GRID = 1000  # places on a pixel's side: corners nearer than that are one
_LEAST = 1.0  # square pixels of an island or a hole that is drawn
_FEWEST = 4  # corners of a closed ring, its first counted twice


def simplify(outlines: Outlines, tolerance: float) -> dict[str, list[Polygon]]:
    """The outlines with corners left out that lie within `tolerance` pixels of the line
    without them. Every area keeps a polygon; islands and holes under a pixel go."""
    snapped = {
        area: [tuple(_snapped(ring) for ring in polygon) for polygon in polygons]
        for area, polygons in outlines.items()
    }
    simplifier = _Simplifier(
        [ring for own in snapped.values() for polygon in own for ring in polygon],
        tolerance,
    )
    simple: dict[str, list[Polygon]] = {}
    for area, polygons in snapped.items():
        own = [tuple(simplifier.ring(ring) for ring in polygon) for polygon in polygons]
        simple[area] = _visible(own) or [max(polygons, key=_size)]
    return simple


class _Simplifier:
    """Makes rings simpler that share borders."""

    def __init__(self, rings: Sequence[Ring], tolerance: float) -> None:
        neighbours: dict[Position, set[Position]] = defaultdict(set)
        for ring in rings:
            for one_end, other_end in pairwise(ring):
                neighbours[one_end].add(other_end)
                neighbours[other_end].add(one_end)
        self._meetings = {
            corner for corner, around in neighbours.items() if len(around) != 2
        }
        self._tolerance = tolerance
        self._lines: dict[_Line, _Line] = {}

    def ring(self, ring: Ring) -> Ring:
        if len(ring) < _FEWEST:
            return ring
        corners = ring[:-1]
        fixed = [n for n, corner in enumerate(corners) if corner in self._meetings]
        if not fixed:  # it touches nobody: any two corners far apart will do
            first = corners.index(min(corners))
            far = max(
                range(len(corners)),
                key=lambda n: (math.dist(corners[n], corners[first]), corners[n]),
            )
            fixed = sorted({first, far})
        turned = corners[fixed[0] :] + corners[: fixed[0]]
        cuts = [n - fixed[0] for n in fixed] + [len(turned)]
        whole = (*turned, turned[0])
        simple: list[Position] = [whole[0]]
        for start, end in pairwise(cuts):
            simple += self._line(whole[start : end + 1])[1:]
        return tuple(simple)

    def _line(self, line: _Line) -> _Line:
        """A border has the same corners whichever way it is walked."""
        back = line[::-1]
        if back < line:
            return self._line(back)[::-1]
        if line not in self._lines:
            self._lines[line] = _thinned(line, self._tolerance)
        return self._lines[line]


def _thinned(line: _Line, tolerance: float) -> _Line:
    kept = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        inner = range(start + 1, end)
        far = max(inner, key=lambda n: _off(line[n], line[start], line[end]))
        if _off(line[far], line[start], line[end]) > tolerance:
            kept.add(far)
            spans += [(start, far), (far, end)]
    return tuple(line[n] for n in sorted(kept))


def _off(corner: Position, start: Position, end: Position) -> float:
    """How far a corner is from a line; from its end where that is a point."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, down)
    if not length:
        return math.dist(corner, start)
    return abs(across * (corner[1] - start[1]) - down * (corner[0] - start[0])) / length


def _snapped(ring: Ring) -> Ring:
    corners = [(round(x * _GRID) / _GRID, round(y * _GRID) / _GRID) for x, y in ring]
    distinct = [corners[0]]
    distinct += [own for before, own in pairwise(corners) if own != before]
    return tuple(distinct)


def _visible(polygons: Sequence[Polygon]) -> list[Polygon]:
    """The polygons, and of them the holes, that are larger than a pixel."""
    return [
        (polygon[0], *(hole for hole in polygon[1:] if _is_visible(hole)))
        for polygon in polygons
        if _is_visible(polygon[0])
    ]


def _is_visible(ring: Ring) -> bool:
    return len(ring) >= _FEWEST and abs(signed_area(ring)) >= _LEAST


def _size(polygon: Polygon) -> float:
    return abs(signed_area(polygon[0]))
