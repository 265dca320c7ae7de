"""Areas with dates in two trees, and the owners of problems."""

from datetime import date
from pathlib import Path

import pytest

from socialcell.errors import SocialcellError
from socialcell.language.names import places
from socialcell.listening.areas.area_table import area_chain, read_areas

HEADING = "id,tree,kind,parent,name_en,name_mr,name_hi,valid_from,valid_to,source"
CITY = "place:c,administrative,city,,City,शहर,शहर,,,test"
TODAY = date(2026, 1, 1)


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "areas.csv"
    path.write_text("\n".join([HEADING, *rows]) + "\n", "utf-8")
    return path


def ward(
    identity: str = "ward:a", parent: str = "place:c", first: str = "", last: str = ""
) -> str:
    return (
        f"{identity},administrative,ward_office,{parent},Alpha,अल्फा,अल्फा,"
        f"{first},{last},test"
    )


@pytest.mark.parametrize("place", ["place:kothrud", "Kothrud", "कोथरूड", " kothrud "])
def test_a_locality_leads_up_to_its_city(place: str) -> None:
    chain = area_chain(read_areas(), place, TODAY)

    assert [area.kind for area in chain] == ["locality", "ward_office", "zone", "city"]
    assert [area.id for area in chain] == [
        "place:kothrud",
        "ward:kothrud-bavdhan",
        "zone:2",
        "place:pune",
    ]


@pytest.mark.parametrize(
    ("place", "on", "inside"),
    [
        ("Wagholi", date(2021, 6, 29), False),
        ("Wagholi", date(2021, 6, 30), True),
        ("फुरसुंगी", date(2017, 10, 3), False),
        ("फुरसुंगी", date(2024, 9, 10), True),
        ("फुरसुंगी", date(2024, 9, 11), False),
        ("prabhag:38", date(2025, 10, 3), False),
        ("prabhag:38", date(2025, 10, 4), True),
        ("nowhere", TODAY, False),
    ],
)
def test_an_area_counts_only_while_it_is_in_the_city(place, on, inside) -> None:
    assert bool(area_chain(read_areas(), place, on)) is inside


def test_the_electoral_tree_is_apart() -> None:
    chain = area_chain(read_areas(), "prabhag:14", TODAY)

    assert {area.tree for area in chain} == {"electoral"}
    assert [area.kind for area in chain] == ["prabhag", "city"]


def test_the_packaged_table_holds_what_the_city_has() -> None:
    there = [area for area in read_areas() if area.is_valid(TODAY)]
    count = {kind: sum(area.kind == kind for area in there) for kind in KINDS}

    assert count == {"zone": 5, "ward_office": 15, "prabhag": 41, "city": 2}
    merged = [a for a in there if a.valid_from == date(2021, 6, 30)]
    assert len(merged) == 23
    assert all(a.kind == "village" for a in merged)


KINDS = ("zone", "ward_office", "prabhag", "city")


def test_where_a_ward_office_sits_is_marked_unverified() -> None:
    offices = [area for area in read_areas() if area.kind == "ward_office"]

    assert all("zone unverified" in area.source for area in offices)


def test_areas_and_gazetteer_agree_on_ids_and_wards() -> None:
    known = {place.id: place for place in places.places()}

    for area in read_areas():
        if area.id.startswith(("place:", "ward:")):
            assert area.id in known, area.id
        if area.kind == "locality":
            assert known[area.id].ward == area.parent, area.id


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([CITY, ward(parent="place:x")], "row 3: ward:a has unknown parent 'place:x'"),
        ([CITY, ward(), ward()], "row 4: ward:a overlaps in time with row 3"),
        (
            [CITY, ward(last="2020-01-02"), ward(first="2020-01-01")],
            "row 4: ward:a overlaps in time with row 3",
        ),
        ([CITY, ward(parent="ward:a")], "row 3: ward:a is inside itself"),
        (
            [ward("ward:a", "ward:b"), ward("ward:b", "ward:a")],
            "row 2: ward:a is inside itself",
        ),
        ([CITY, ward(parent="")], "row 3: ward:a has no parent"),
        ([CITY, ward(first="13.13.2020")], "row 3: valid_from '13.13.2020' is no"),
        (
            [CITY, ward(first="2020-01-01", last="2020-01-01")],
            "row 3: valid_from is not before valid_to",
        ),
        ([CITY, "a,b"], "row 3: 2 cells instead of 10"),
        ([CITY.replace("city", "moon")], "row 2: tree 'administrative' has no kind"),
        ([CITY.replace("City", "")], "row 2: name_en is empty"),
        (
            [CITY, "prabhag:1,electoral,prabhag,place:c,P,प,प,,,test"],
            "row 3: parent 'place:c' is in another tree",
        ),
        (
            [CITY.replace(",,,test", ",,2019-01-01,test"), ward(first="2020-01-01")],
            "row 3: 'place:c' was not there in that time",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_file_and_row(tmp_path, rows, message) -> None:
    path = table(tmp_path, *rows)

    with pytest.raises(SocialcellError) as refused:
        read_areas(path)

    assert str(refused.value).startswith(f"{path}, {message}")


def test_a_place_may_move_to_another_ward(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        CITY,
        ward("ward:a"),
        ward("ward:b"),
        "place:p,administrative,locality,ward:a,Peth,पेठ,पेठ,,2020-01-01,test",
        "place:p,administrative,locality,ward:b,Peth,पेठ,पेठ,2020-01-01,,test",
    )
    areas = read_areas(path)

    assert area_chain(areas, "Peth", date(2019, 12, 31))[1].id == "ward:a"
    assert area_chain(areas, "Peth", date(2020, 1, 1))[1].id == "ward:b"


@pytest.mark.parametrize("content", [b"", b"id,tree\n", b"\xff\xfe"])
def test_a_file_that_is_no_table_of_areas_is_refused(tmp_path, content) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(content)

    with pytest.raises(SocialcellError, match=r"areas\.csv"):
        read_areas(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SocialcellError, match=r"none\.csv"):
        read_areas(tmp_path / "none.csv")
