"""A map of areas for web pages: a link each, its name and value written on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from socialcell.i18n import Language
from socialcell.listening.areas.area_shapes import Polygon, Position, ShapeRecord
from socialcell.reports.pictures.map_geometry import (
    Projection,
    label_place,
    polygon_size,
)
from socialcell.reports.svg.map_labels import (
    MapLabel,
    map_labels,
)
from socialcell.reports.svg.map_values import MapScale
from socialcell.reports.svg.markup import element, hatch_fill, join, number
from socialcell.reports.svg.outline_simplify import simplify

WIDE, NARROW = 390, 300
"""Widths in pixels: pages show the wide one at 364 and the narrow one at 262 at least,
so that no text is under 12 pixels."""
MAX_SIZE = 12_000
"""Bytes of the outlines in one drawing: two with their names stay under 60 kB."""
_MARGIN = 3
_TOLERANCE = 0.4  # pixels


@dataclass(frozen=True)
class MappedArea:
    """An area of a map: `value` is what it is coloured by (None: not known), `text` how
    that is written, `link` where it leads, `words` what a reader of the screen says
    after its name."""

    id: str
    name: str
    value: float | None
    text: str
    link: str
    words: str


@dataclass(frozen=True)
class AreaMap:
    """A finished map. `key` explains its steps. `letters` stand on areas that are too
    small for their name, so that a table can show them too. `undrawn` areas have no
    outline. `is_sketch`: the outlines are no boundaries, and the page must say so."""

    wide: Markup
    narrow: Markup
    key: Markup
    letters: dict[str, str]
    undrawn: tuple[MappedArea, ...]
    is_sketch: bool


def draw_area_map(
    areas: Sequence[MappedArea],
    shapes: Sequence[ShapeRecord],
    scale: MapScale,
    title: str,
    lang: Language,
) -> AreaMap | None:
    """The map of these areas; None where none of them has an outline.

    `title` says what is drawn; the numbers are in the name of each link.
    """
    by_area = {shape.area: shape for shape in shapes}
    drawn = [area for area in areas if area.id in by_area]
    if not drawn:
        return None
    own_shapes = tuple(by_area[area.id] for area in drawn)
    drawings = {}
    letters: dict[str, str] = {}
    for width in (WIDE, NARROW):
        outlines = _outlines(own_shapes, width)
        labels = map_labels(drawn, outlines.largest, lang, is_narrow=width == NARROW)
        drawings[width] = _drawing(drawn, outlines, labels, scale, title)
        letters |= {id_: label.letter for id_, label in labels.items() if label.letter}
    return AreaMap(
        wide=drawings[WIDE],
        narrow=drawings[NARROW],
        key=_key(scale, any(area.value is None for area in drawn), lang),
        letters=letters,
        undrawn=tuple(area for area in areas if area.id not in by_area),
        is_sketch=any(shape.sketch for shape in own_shapes),
    )


@dataclass(frozen=True)
class SheetOutlines:
    """Outlines on a sheet: the path of each area, its largest polygon with the place
    inside it that is farthest from its border, and the sheet's size."""

    paths: dict[str, str]
    largest: dict[str, tuple[Polygon, Position]]
    width: float
    height: float


@lru_cache(maxsize=16)
def _outlines(shapes: tuple[ShapeRecord, ...], width: int) -> SheetOutlines:
    inner = width - 2 * _MARGIN
    projection = Projection(shapes, (_MARGIN, _MARGIN), inner)
    simple = {
        shape.area: [projection.polygon(polygon) for polygon in shape.polygons]
        for shape in shapes
    }
    tolerance = _TOLERANCE
    while True:
        simple = simplify(simple, tolerance)
        paths = {area: _path(polygons) for area, polygons in simple.items()}
        if sum(map(len, paths.values())) <= MAX_SIZE or tolerance > width:
            break
        tolerance *= 1.4
    largest = {area: max(own, key=polygon_size) for area, own in simple.items()}
    return SheetOutlines(
        paths=paths,
        largest={
            area: (polygon, label_place(polygon)[0])
            for area, polygon in largest.items()
        },
        width=width,
        height=projection.bottom + _MARGIN,
    )


def _path(polygons: Sequence[Polygon]) -> str:
    rings = [ring for polygon in polygons for ring in polygon]
    return "".join(
        "M" + "L".join(f"{number(x)} {number(y)}" for x, y in ring[:-1]) + "Z"
        for ring in rings
    )


def _drawing(
    areas: Sequence[MappedArea],
    outlines: SheetOutlines,
    labels: dict[str, MapLabel],
    scale: MapScale,
    title: str,
) -> Markup:
    links = [
        element(
            "a",
            _outline(area, outlines.paths[area.id], scale),
            href=area.link,
            aria_label=f"{area.name}: {area.words}",
        )
        for area in areas
    ]
    # Texts lie above every outline: a neighbour's border crosses none.
    texts = [
        _texts(area, labels[area.id], scale) for area in areas if area.id in labels
    ]
    layout = "w-only" if outlines.width == WIDE else "n-only"
    return element(
        "svg",
        *links,
        element("g", *texts, aria_hidden="true", pointer_events="none"),
        class_=f"g map {layout}",
        viewBox=f"0 0 {number(outlines.width)} {number(outlines.height)}",
        role="group",
        aria_label=title,
    )


def _outline(area: MappedArea, path: str, scale: MapScale) -> Markup:
    if area.value is None:
        return element("path", fill=hatch_fill(), fill_rule="evenodd", d=path)
    step = scale.step_of(area.value)
    return element("path", class_=f"m{step + 1}", fill_rule="evenodd", d=path)


def _texts(area: MappedArea, label: MapLabel, scale: MapScale) -> Markup:
    """The lines of a label; on a hatch they have a ground of their own."""
    is_dark = area.value is not None and scale.step_of(area.value) >= 2
    inverted = " inv" if is_dark else ""
    parts = []
    if area.value is None:
        parts.append(
            element(
                "rect",
                class_="fp",
                x=label.left,
                y=label.top,
                width=label.width,
                height=label.height,
                rx=3,
            )
        )
    parts += [
        element(
            "text",
            line.words,
            class_=("v b" if line.is_value else "b") + inverted,
            x=label.x,
            y=line.y,
            text_anchor="middle",
        )
        for line in label.lines
    ]
    return join(parts)


def _key(scale: MapScale, has_unknown: bool, lang: Language) -> Markup:
    swatches = [
        (element("rect", width=24, height=14, class_=f"m{step + 1}"), words)
        for step, words in enumerate(scale.words)
    ]
    if has_unknown:
        hatch = element("rect", width=24, height=14, fill=hatch_fill())
        swatches.append((hatch, lang.gettext("not known")))
    return element(
        "ul",
        *(
            element(
                "li",
                element("svg", swatch, viewBox="0 0 24 14", aria_hidden="true"),
                words,
            )
            for swatch, words in swatches
        ),
        class_="key",
    )
