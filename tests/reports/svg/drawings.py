"""Reads a drawing as a browser would, and invents outlines."""

import math
import random
from xml.etree import ElementTree

from socialcell.listening.areas.area_shapes import Position, Ring, ShapeRecord

Element = ElementTree.Element


def parsed(markup: str) -> Element:
    """The tree of a drawing; what is no well-formed XML raises an error."""
    return ElementTree.fromstring(f"<page>{markup}</page>")  # our own markup


def texts(drawing: Element) -> list[str]:
    return [text.text or "" for text in drawing.iter("text")]


def shape(area: str, *rings: Ring, sketch: bool = False) -> ShapeRecord:
    return ShapeRecord(area, (tuple(rings),), None, None, "test", sketch)


def square(left: float, low: float, side: float = 0.1) -> Ring:
    """A square of degrees, near Pune."""
    x, y = 73.8 + left, 18.5 + low
    return (
        (x, y),
        (x + side, y),
        (x + side, y + side),
        (x, y + side),
        (x, y),
    )


def surveyed(columns: int, rows: int, corners: int) -> list[ShapeRecord]:
    """A grid of areas whose common borders wind, with so many corners on each side."""
    chance = random.Random(5)
    step = 0.02
    borders: dict[tuple[Position, Position], list[Position]] = {}

    def knot(column: int, row: int) -> Position:
        return (73.7 + column * step, 18.4 + row * step)

    def side(start: Position, end: Position) -> list[Position]:
        if (end, start) in borders:
            return borders[end, start][::-1]
        if (start, end) not in borders:
            line = [start]
            for n in range(1, corners):
                part = n / corners
                wave = math.sin(part * 9) * 0.001 + chance.uniform(-1, 1) * 0.0002
                x = start[0] + (end[0] - start[0]) * part + wave * (end[1] != start[1])
                y = start[1] + (end[1] - start[1]) * part + wave * (end[0] != start[0])
                line.append((x, y))
            borders[start, end] = [*line, end]
        return borders[start, end]

    shapes = []
    for column in range(columns):
        for row in range(rows):
            knots = [
                knot(column, row),
                knot(column + 1, row),
                knot(column + 1, row + 1),
                knot(column, row + 1),
            ]
            ring = [knots[0]]
            for start, end in zip(knots, [*knots[1:], knots[0]], strict=True):
                ring += side(start, end)[1:]
            shapes.append(shape(f"area:{column}-{row}", tuple(ring)))
    return shapes
