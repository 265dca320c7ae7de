"""A map of areas with a number written on each, and hatch where nothing is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from socialcell import palette
from socialcell.i18n import Language
from socialcell.listening.areas.area_shapes import Polygon, ShapeRecord
from socialcell.reports.page import Cell, Table
from socialcell.reports.pictures.canvas import (
    NARROW,
    SERIES,
    SMALLEST,
    WIDE,
    Canvas,
    Point,
    text_width,
    wrap,
)
from socialcell.reports.pictures.map_geometry import (
    Projection,
    label_place,
    polygon_size,
)
from socialcell.reports.pictures.map_key import draw_key
from socialcell.reports.pictures.map_scale import area_letters, step_of, steps_of
from socialcell.reports.pictures.picture import (
    Caption,
    Picture,
    PictureCoverage,
    framed,
)

_MARGIN, _ROW = 8, 20
_HALF_LABEL = 17.0  # pixels around a label of two lines


@dataclass(frozen=True)
class MapArea:
    """An area with its name; `count` None is not known."""

    id: str
    name: str
    count: int | None


@dataclass(frozen=True)
class WardMap:
    """Areas with their outlines; an area without one stands in the list alone.

    `first` and `last` are the days that are counted, in words; `unplaced` mentions name
    no area; None where they are not counted.
    """

    areas: Sequence[MapArea]
    shapes: Mapping[str, ShapeRecord]
    first: str
    last: str
    unplaced: int | None
    coverage: PictureCoverage


def draw(ward_map: WardMap, lang: Language, width: float = NARROW) -> Picture:
    """The map with a letter and a number on each area, and the list of names.

    ValueError: none of the areas has an outline.
    """
    if not any(area.id in ward_map.shapes for area in ward_map.areas):
        raise ValueError("a map needs the outline of one area at least")
    caption = Caption(
        _title(ward_map, lang), _drawn(ward_map, lang), _source(ward_map, lang)
    )

    def body(canvas: Canvas, top: float) -> float:
        return _MapDrawing(canvas, ward_map, lang).draw(top)

    return Picture(
        framed(width, caption, body),
        caption,
        _alt(ward_map, lang),
        _table(ward_map, lang),
    )


def _ordered(ward_map: WardMap) -> list[MapArea]:
    """The areas with the greatest number first, those that are not known last."""
    return sorted(
        ward_map.areas,
        key=lambda area: (area.count is None, -(area.count or 0), area.name),
    )


class _MapDrawing:
    """The map, its key and the list of names."""

    def __init__(self, canvas: Canvas, ward_map: WardMap, lang: Language) -> None:
        self._canvas, self._lang = canvas, lang
        self._areas = _ordered(ward_map)
        self._shapes = ward_map.shapes
        self._letters = dict(
            zip(
                (area.id for area in self._areas),
                area_letters(len(self._areas), lang),
                strict=True,
            )
        )
        self._steps = steps_of(
            area.count for area in self._areas if area.count is not None
        )

    def draw(self, top: float) -> float:
        is_wide = self._canvas.width >= WIDE
        map_width = 430.0 if is_wide else self._canvas.width - 2 * _MARGIN
        bottom = self._draw_map(top, map_width) + 14
        list_left = _MARGIN + map_width + 24 if is_wide else float(_MARGIN)
        if is_wide:
            list_bottom = self._draw_list((list_left, top))
            bottom = max(bottom, list_bottom + 8)
        is_known = all(area.count is not None for area in self._areas)
        unknown = None if is_known else self._lang.gettext("not known")
        bottom = draw_key(
            self._canvas, bottom, self._steps, self._lang, unknown=unknown
        )
        if not is_wide:
            bottom = self._draw_list((list_left, bottom + 10))
        return bottom

    def _draw_map(self, top: float, width: float) -> float:
        drawn = [area for area in self._areas if area.id in self._shapes]
        projection = Projection(
            [self._shapes[area.id] for area in drawn], (_MARGIN, top), width
        )
        outlines = [
            [projection.polygon(polygon) for polygon in self._shapes[area.id].polygons]
            for area in drawn
        ]
        for area, polygons in zip(drawn, outlines, strict=True):
            self._draw_area(area, polygons)
        for area, polygons in zip(drawn, outlines, strict=True):
            self._draw_label(area, max(polygons, key=polygon_size))
        return projection.bottom

    def _draw_area(self, area: MapArea, polygons: Sequence[Polygon]) -> None:
        for polygon in polygons:
            outer = polygon[0]
            if area.count is None:
                self._canvas.hatched(outer)
            else:
                step = step_of(area.count, self._steps)
                self._canvas.polygon(
                    outer, fill=palette.MAP_STEPS[step], role=f"{SERIES}{step}"
                )
            for hole in polygon[1:]:
                self._canvas.polygon(hole, fill=palette.PAPER, edge=palette.EDGE)
            # A light gap and a thin line: borders are seen between any two steps.
            self._canvas.line(outer, colour=palette.PAPER, width=3.2, order=2.5)
            self._canvas.line(outer, colour=palette.INK2, width=0.9, order=2.6)

    def _draw_label(self, area: MapArea, polygon: Polygon) -> None:
        (x, y), distance = label_place(polygon)
        words = "?" if area.count is None else self._lang.number(area.count)
        letter = self._letters[area.id]
        is_small = distance < _HALF_LABEL
        if is_small or area.count is None:
            fill = palette.PAPER
            width = max(text_width(words, 14, strong=True), 12) + 8
            height = 20 if is_small else 38
            self._canvas.rectangle(
                (x - width / 2, y - height / 2),
                width,
                height,
                fill=palette.PAPER,
                edge=palette.EDGE,
                order=3,
            )
        else:
            fill = palette.MAP_STEPS[step_of(area.count, self._steps)]
        colour = palette.text_on(fill)
        if is_small:
            self._canvas.text((x, y + 4.5), letter, side="center", colour=colour)
            return
        self._canvas.text(
            (x, y - 4), letter, size=SMALLEST, side="center", colour=colour
        )
        self._canvas.text(
            (x, y + 13), words, size=14, side="center", colour=colour, strong=True
        )

    def _draw_list(self, at: Point) -> float:
        (left, top), right = at, self._canvas.width - _MARGIN
        for area in self._areas:
            words = self._count_words(area)
            self._canvas.text(
                (left, top + 14), self._letters[area.id], colour=palette.INK2
            )
            name_width = right - left - 26 - text_width(words, 13, strong=True) - 12
            lines = wrap(area.name, 13, name_width)
            for n, line in enumerate(lines):
                self._canvas.text((left + 24, top + 14 + 18 * n), line)
            self._canvas.text((right, top + 14), words, side="right", strong=True)
            top += _ROW + 18 * (len(lines) - 1)
        return top

    def _count_words(self, area: MapArea) -> str:
        if area.count is None:
            return self._lang.gettext("not known")
        return self._lang.number(area.count)


def _title(ward_map: WardMap, lang: Language) -> str:
    _ = lang.gettext
    counted = [area for area in _ordered(ward_map) if area.count]
    if not counted:
        return _("No mention names a ward office")
    total = sum(area.count or 0 for area in counted)
    return _(
        "Most mentions name %(name)s: %(n)s of %(total)s",
        name=counted[0].name,
        n=lang.number(counted[0].count or 0),
        total=lang.number(total),
    )


def _is_sketch(ward_map: WardMap) -> bool:
    return any(
        ward_map.shapes[area.id].sketch
        for area in ward_map.areas
        if area.id in ward_map.shapes
    )


def _drawn(ward_map: WardMap, lang: Language) -> str:
    _ = lang.gettext
    words = _(
        "Mentions that name a place in the area of a ward office, %(first)s to "
        "%(last)s.",
        first=ward_map.first,
        last=ward_map.last,
    )
    if _is_sketch(ward_map):
        sketch = _("The map is a sketch: these are not the boundaries.")
        return f"{words} {sketch}"
    return words


def _source(ward_map: WardMap, lang: Language) -> str:
    sentences = [ward_map.coverage.sentence(lang)]
    if ward_map.unplaced is not None:
        sentences.append(
            lang.ngettext(
                "%(n)s mention names no place in a ward office.",
                "%(n)s mentions name no place in a ward office.",
                ward_map.unplaced,
            )
        )
    undrawn = [area.name for area in ward_map.areas if area.id not in ward_map.shapes]
    if undrawn:
        sentences.append(
            lang.gettext("Without an outline: %(names)s.", names=", ".join(undrawn))
        )
    return " ".join(sentences)


def _alt(ward_map: WardMap, lang: Language) -> str:
    pairs = (
        f"{area.name}: "
        + (lang.gettext("not known") if area.count is None else lang.number(area.count))
        for area in _ordered(ward_map)
    )
    return "; ".join(pairs) + "."


def _table(ward_map: WardMap, lang: Language) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = [
        ((area.name,), ("–" if area.count is None else lang.number(area.count),))
        for area in _ordered(ward_map)
    ]
    return Table(_drawn(ward_map, lang), (_("Ward office"), _("Mentions")), rows)
