"""Outlines of areas: read from GeoJSON, refused when broken, matched with areas."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from socialcell.errors import SocialcellError
from socialcell.listening.areas.area_shapes import read_shapes, shape_gaps
from socialcell.listening.areas.area_table import read_areas
from socialcell.sandbox import ward_sketch

SQUARE = [[73.0, 18.0], [74.0, 18.0], [74.0, 19.0], [73.0, 19.0], [73.0, 18.0]]
TODAY = date(2026, 11, 28)
AUNDH = "ward:aundh-baner"


def feature(
    ring: Any = None, *holes: Any, geometry: str = "Polygon", **properties: Any
) -> dict[str, Any]:
    rings = [SQUARE if ring is None else ring, *holes]
    return {
        "type": "Feature",
        "properties": properties or {"area": AUNDH},
        "geometry": {"type": geometry, "coordinates": rings},
    }


def geojson(folder: Path, *features: Any) -> Path:
    path = folder / "shapes.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), "utf-8"
    )
    return path


def refusal(folder: Path, *features: Any) -> str:
    with pytest.raises(SocialcellError) as refused:
        read_shapes(geojson(folder, *features), read_areas())
    return str(refused.value)


@pytest.mark.parametrize(
    "properties",
    [
        {"area": AUNDH},
        {"id": AUNDH, "name": "anything else"},
        {"name": "Aundh - Baner"},
        {"name": "AUNDH–BANER"},
        {"name_mr": "औंध-बाणेर"},
        {"name_hi": "औंध-बाणेर", "name": "Ward 12"},
    ],
)
def test_an_outline_finds_its_area_by_id_or_name(
    tmp_path: Path, properties: dict[str, str]
) -> None:
    (shape,) = read_shapes(geojson(tmp_path, feature(**properties)), read_areas())

    assert shape.area == AUNDH
    assert shape.polygons == ((tuple(map(tuple, SQUARE)),),)


@pytest.mark.parametrize(
    ("properties", "area"),
    [
        ({"name": "Bibwewadi"}, "ward:bibwewadi"),
        ({"name": "Bibwewadi", "kind": "locality"}, "place:bibwewadi"),
    ],
)
def test_of_two_areas_with_one_name_it_is_the_ward_office_or_the_kind_given(
    tmp_path, properties, area
) -> None:
    (shape,) = read_shapes(geojson(tmp_path, feature(**properties)), read_areas())

    assert shape.area == area


@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        (SQUARE[:-1], "the ring ends at 73.000000, 19.000000, not where it began"),
        (SQUARE[:3], "a ring needs four positions at least"),
        ([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]], "has no area"),
        ([[73, 18], [75, 19], [75, 18], [73, 20], [73, 18]], "crosses or touches"),
        (
            # A spike: out to a place and back the same way.
            [[73, 18], [74, 18], [75, 18], [74, 18], [74, 19], [73, 18]],
            "crosses or touches",
        ),
        ([[368_000, 2_050_000], *SQUARE[1:-1], [368_000, 2_050_000]], "EPSG:4326"),
        ([[float("nan"), 18], *SQUARE[1:]], "not longitude and latitude"),
        ([["73", 18], *SQUARE[1:]], "is no position of two numbers"),
        ([[True, 18], *SQUARE[1:]], "is no position of two numbers"),
        ("ring", "a ring needs four positions at least"),
    ],
)
def test_a_broken_ring_is_refused_with_its_place(tmp_path, ring, reason) -> None:
    said = refusal(tmp_path, feature(), feature(ring, name="Bibwewadi"))

    assert "nothing was taken, 1 feature is at fault" in said
    assert "feature 2 (Bibwewadi): " in said
    assert reason in said


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"geometry": "Point"}, "its geometry is Point"),
        ({"geometry": "MultiPolygon"}, "a ring needs four positions at least"),
        ({"area": "ward:nowhere"}, "no area has this id or name"),
        ({"area": AUNDH, "valid_from": "soon"}, "A day looks like"),
        (
            {"area": AUNDH, "valid_from": "2026-01-02", "valid_to": "2026-01-02"},
            "valid_from must come before valid_to",
        ),
        ({"area": AUNDH, "sketch": "yes"}, "sketch is true or false"),
    ],
)
def test_a_feature_that_cannot_be_taken_says_why(tmp_path, changes, reason) -> None:
    assert reason in refusal(tmp_path, feature(**changes))


def test_every_fault_of_a_file_is_listed_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, feature(SQUARE[:-1]), feature(SQUARE[:3]), "feature")

    assert "3 features are at fault" in said
    assert [line[:9] for line in said.splitlines()[1:]] == [
        "feature 1",
        "feature 2",
        "feature 3",
    ]


def test_a_hole_lies_inside_its_outline(tmp_path: Path) -> None:
    inside = [[73.2, 18.2], [73.4, 18.2], [73.4, 18.4], [73.2, 18.2]]
    outside = [[x + 5, y] for x, y in inside]

    (shape,) = read_shapes(geojson(tmp_path, feature(None, inside)), read_areas())

    assert len(shape.polygons[0]) == 2
    assert "the hole at 78.200000, 18.200000" in refusal(
        tmp_path, feature(None, outside)
    )


def test_an_area_has_one_outline_on_a_day(tmp_path: Path) -> None:
    old = feature(area=AUNDH, valid_to="2025-10-04")
    new = feature(area=AUNDH, valid_from="2025-10-04")

    shapes = read_shapes(geojson(tmp_path, old, new), read_areas())

    assert [shape.is_valid(TODAY) for shape in shapes] == [False, True]
    assert f"{AUNDH} has two outlines" in refusal(tmp_path, old, feature())


def test_positions_that_are_written_twice_in_a_row_are_one(tmp_path: Path) -> None:
    ring = [SQUARE[0], *SQUARE]

    (shape,) = read_shapes(geojson(tmp_path, feature(ring)), read_areas())

    assert shape.polygons[0][0] == tuple(map(tuple, SQUARE))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"features": []}', "[" * 10**5])
def test_a_file_that_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shapes.geojson"
    path.write_text(text, "utf-8")

    with pytest.raises(SocialcellError, match=r"shapes\.geojson"):
        read_shapes(path, read_areas())


def test_the_sketch_has_every_ward_office_and_says_that_it_is_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "wards.geojson"
    path.write_text(ward_sketch.geojson(), "utf-8")

    shapes = read_shapes(path, read_areas())

    assert all(shape.sketch for shape in shapes)
    gaps = shape_gaps(shapes, read_areas(), "ward_office", TODAY)
    assert (gaps.without_shape, gaps.without_area) == ((), ())
    assert shape_gaps(shapes[1:], read_areas(), "ward_office", TODAY).without_shape == (
        shapes[0].area,
    )
