"""Maps of areas for pages: links, numbers, borders, and what is not known."""

import math
from itertools import pairwise

import pytest

from socialcell.i18n import language
from socialcell.listening.areas.area_shapes import contains
from socialcell.listening.areas.area_table import read_areas
from socialcell.reports.svg.area_map import (
    NARROW,
    WIDE,
    AreaMap,
    MappedArea,
    draw_area_map,
)
from socialcell.reports.svg.map_values import MapScale, count_scale, share_scale
from socialcell.reports.svg.outline_simplify import simplify
from tests.reports.svg.drawings import Element, parsed, shape, square, surveyed, texts

ENGLISH = language("en")
SCALE = MapScale((10, 20, 40), ("under 10", "10 to 19", "20 to 39", "40 or more"))


def area(id_: str, count: int | None, name: str = "") -> MappedArea:
    text = "?" if count is None else str(count)
    words = "not known" if count is None else f"{count} mentions"
    return MappedArea(id_, name or id_.title(), count, text, f"/areas/{id_}", words)


def drawn(areas: list[MappedArea], shapes: list, scale: MapScale = SCALE) -> AreaMap:
    area_map = draw_area_map(areas, shapes, scale, "Mentions", ENGLISH)
    assert area_map is not None
    return area_map


def links(markup: str) -> dict[str, Element]:
    return {link.get("href", ""): link for link in parsed(markup).iter("a")}


def test_every_area_is_a_link_with_its_number_in_its_name() -> None:
    area_map = drawn(
        [area("east", 12), area("west", 44)],
        [shape("east", square(0, 0)), shape("west", square(0.1, 0))],
    )
    for markup in (area_map.wide, area_map.narrow):
        by_link = links(markup)
        assert by_link.keys() == {"/areas/east", "/areas/west"}
        east, west = by_link["/areas/east"], by_link["/areas/west"]
        assert east.get("aria-label") == "East: 12 mentions"
        assert [path.get("class") for path in (*east.iter("path"),)] == ["m2"]
        assert [path.get("class") for path in (*west.iter("path"),)] == ["m4"]
        assert set(texts(parsed(markup))) == {"East", "12", "West", "44"}


def test_what_is_not_known_is_hatched_and_asked() -> None:
    area_map = drawn([area("east", None)], [shape("east", square(0, 0))])
    link = links(area_map.wide)["/areas/east"]
    assert link.get("aria-label") == "East: not known"
    (path,) = link.iter("path")
    assert (path.get("fill"), path.get("class")) == ("url(#hatch)", None)
    assert "?" in texts(parsed(area_map.wide))
    assert "not known" in area_map.key


def test_none_is_not_zero() -> None:
    area_map = drawn([area("east", 0)], [shape("east", square(0, 0))])
    (path,) = links(area_map.wide)["/areas/east"].iter("path")
    assert path.get("class") == "m1"
    assert "not known" not in area_map.key


def test_without_outlines_no_map_is_pretended() -> None:
    assert draw_area_map([area("east", 3)], [], SCALE, "Mentions", ENGLISH) is None


def test_areas_without_an_outline_are_named() -> None:
    area_map = drawn([area("east", 1), area("west", 2)], [shape("east", square(0, 0))])
    assert [own.id for own in area_map.undrawn] == ["west"]
    assert not area_map.is_sketch


def test_a_sketch_is_called_one() -> None:
    shapes = [shape("east", square(0, 0), sketch=True)]
    assert drawn([area("east", 1)], shapes).is_sketch


def test_an_area_too_small_for_its_name_has_a_letter() -> None:
    area_map = drawn(
        [area("great", 1), area("small", 2, "A name that is long")],
        [shape("great", square(0, 0, 0.9)), shape("small", square(0.9, 0, 0.08))],
    )
    assert area_map.letters == {"small": "B"}
    assert {"Great", "B", "2"} <= set(texts(parsed(area_map.wide)))


def test_a_long_name_is_broken_or_cut_to_its_first_part() -> None:
    name = "Aundh - Baner and everything beside"
    shapes = [shape("east", square(0, 0)), shape("west", square(0.1, 0, 0.2))]
    area_map = drawn([area("east", 1, name), area("west", 2)], shapes)
    assert "Aundh" in texts(parsed(area_map.wide))
    assert "east" not in area_map.letters


def test_poison_in_names_and_links_is_inert() -> None:
    poison = '"><script>alert(1)</script>'
    own = MappedArea("east", poison, 1, poison, poison, poison)
    area_map = drawn([own], [shape("east", square(0, 0))])
    drawing = parsed(area_map.wide)
    assert "script" not in {part.tag for part in drawing.iter()}
    (link,) = drawing.iter("a")
    assert link.get("href") == poison


def test_no_element_has_a_style_or_a_handler() -> None:
    area_map = drawn([area("east", None)], [shape("east", square(0, 0))])
    drawing = parsed(area_map.wide + area_map.narrow + area_map.key)
    names = {name for part in drawing.iter() for name in part.attrib}
    assert names.isdisjoint({"style", "xlink:href"})
    assert not any(name.startswith("on") for name in names)


def test_a_degree_north_is_as_long_as_on_the_ground() -> None:
    """At 18.5° north a square of degrees is 0.948 times as wide as it is high."""
    area_map = drawn([area("east", 1)], [shape("east", square(0, 0))])
    (svg,) = parsed(area_map.wide)
    _left, _top, width, height = map(float, (svg.get("viewBox") or "").split())
    assert width == WIDE
    expected = (WIDE - 6) / math.cos(math.radians(18.55))
    assert height - 6 == pytest.approx(expected, abs=0.2)


def test_a_surveyed_city_of_prabhags_stays_small() -> None:
    shapes = surveyed(7, 6, 400)
    name = "प्रभाग १५: मांजरी बुद्रुक-केशवनगर-साडेसतरा नळी"
    areas = [area(own.area, n, name) for n, own in enumerate(shapes)]
    area_map = drawn(areas, shapes)
    assert len(links(area_map.wide)) == 42
    assert len((area_map.wide + area_map.narrow).encode()) < 60_000
    (svg,) = parsed(area_map.narrow)
    assert (svg.get("viewBox") or "").split()[2] == str(NARROW)


def test_neighbours_keep_one_border() -> None:
    shapes = surveyed(3, 3, 60)
    pixels = {
        own.area: [
            tuple(
                tuple(((x - 73.7) * 6000, (y - 18.4) * 6000) for x, y in ring)
                for ring in polygon
            )
            for polygon in own.polygons
        ]
        for own in shapes
    }
    simple = simplify(pixels, 1.5)
    before = sum(len(own[0][0]) for own in pixels.values())
    after = sum(len(own[0][0]) for own in simple.values())
    assert after < before / 3
    sides: dict[frozenset, int] = {}
    for own in simple.values():
        ring = own[0][0]
        assert ring[0] == ring[-1]
        for start, end in pairwise(ring):
            side = frozenset((start, end))
            sides[side] = sides.get(side, 0) + 1
    # Of 24 borders 12 lie between two areas: each side of those belongs to both.
    shared = sum(count == 2 for count in sides.values())
    outer = sum(count == 1 for count in sides.values())
    assert set(sides.values()) == {1, 2}
    assert shared > 12
    assert outer > 12
    middle = simple["area:1-1"][0][0]
    assert contains(middle, (180.0, 180.0))


def test_an_island_under_a_pixel_goes_and_an_area_never() -> None:
    great = ((0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0), (0.0, 0.0))
    tiny = ((60.0, 0.0), (60.5, 0.0), (60.5, 0.5), (60.0, 0.5), (60.0, 0.0))
    assert simplify({"a": [(great,), (tiny,)]}, 1) == {"a": [(great,)]}
    assert len(simplify({"a": [(tiny,)]}, 5)["a"]) == 1


def test_a_hole_stays_one() -> None:
    outer, hole = square(0, 0, 0.3), square(0.1, 0.1, 0.1)
    area_map = drawn([area("east", 1)], [shape("east", outer, hole)])
    (path,) = links(area_map.wide)["/areas/east"].iter("path")
    assert path.get("fill-rule") == "evenodd"
    assert (path.get("d") or "").count("M") == 2


@pytest.mark.parametrize(
    ("code", "second"),
    [
        ("en", "20% to under 40%"),
        ("mr", "२०% ते ४०% पेक्षा कमी"),
        ("hi", "20% से 40% से कम तक"),
    ],
)
def test_the_steps_of_shares_are_in_words(code: str, second: str) -> None:
    scale = share_scale(language(code))
    assert [scale.step_of(share) for share in (0, 0.199, 0.2, 0.4, 0.6, 1)] == [
        *(0, 0, 1, 2, 3, 3)
    ]
    assert len(scale.words) == 4
    assert scale.words[1] == second


def test_the_steps_of_counts_follow_the_greatest() -> None:
    scale = count_scale([None, 228, 3], ENGLISH)
    assert scale.begins == (28, 57, 110)
    assert scale.words[0] == "under 28"
    assert [scale.step_of(n) for n in (0, 28, 109, 110)] == [0, 1, 2, 3]


def test_names_of_the_city_are_written_in_three_languages() -> None:
    wards = [own for own in read_areas() if own.kind == "ward_office"]
    shapes = [
        shape(own.id, square(n % 4 * 0.1, n // 4 * 0.1)) for n, own in enumerate(wards)
    ]
    for code in ("mr", "hi", "en"):
        lang = language(code)
        areas = [
            area(own.id, n, getattr(own, f"name_{code}")) for n, own in enumerate(wards)
        ]
        area_map = draw_area_map(areas, shapes, SCALE, "x", lang)
        assert area_map is not None
        assert len(area_map.letters) < 15


def test_a_border_is_made_simpler_alike_from_both_sides() -> None:
    """Of two corners as far off one is left: the same for both neighbours."""
    border = ((0.0, 0.0), (10.0, 10.0), (20.0, 10.0), (30.0, 0.0))
    above = (*border, (30.0, 40.0), (0.0, 40.0), (0.0, 0.0))
    below = (*reversed(border), (0.0, -40.0), (30.0, -40.0), (30.0, 0.0))
    simple = simplify({"above": [(above,)], "below": [(below,)]}, 9)
    corners = [
        {corner for corner in own[0][0] if corner[1] == 10.0} for own in simple.values()
    ]
    assert corners[0] == corners[1]
    assert len(corners[0]) == 1
