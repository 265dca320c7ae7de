"""Where a place lay: areas, places of the gazetteer, and those of a cell's own."""

from datetime import date
from pathlib import Path

import pytest

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services import areas
from socialcell.services.context import Context
from socialcell.services.mentions import gazetteer
from tests.language.test_gazetteer_lint import GOOD, write

DAY = date(2026, 11, 20)


@pytest.fixture
def city(context: Context) -> Context:
    """A workspace with the areas of the package."""
    with db.writing(context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    return context


def ids_around(context: Context, place: str, day: date = DAY) -> list[str]:
    return [area.id for area in areas.areas_around(context, place, day)]


@pytest.mark.parametrize(
    "name", ["Moonpeth", " moonpeth ", "चांदपेठ", "munpeth", "place:moonpeth"]
)
def test_a_place_of_the_own_gazetteer_lies_in_its_ward_office(
    city: Context, tmp_path: Path, name: str
) -> None:
    gazetteer.import_names(city, write(tmp_path, GOOD))

    own = areas.areas_around(city, name, DAY)

    assert [area.id for area in own] == [
        "place:moonpeth",
        *ids_around(city, "ward:aundh-baner"),
    ]
    assert (own[0].kind, own[0].parent) == ("place", "ward:aundh-baner")


def test_a_place_of_the_package_that_is_no_area_lies_in_its_ward_office(
    city: Context,
) -> None:
    assert ids_around(city, "Ruby Hall Clinic")[:2] == [
        "place:ruby-hall-clinic",
        "ward:dhole-patil-road",
    ]


def test_an_area_imported_by_the_cell_goes_before_the_gazetteer(
    city: Context, tmp_path: Path
) -> None:
    gazetteer.import_names(city, write(tmp_path, GOOD))
    rows = [
        "id,tree,kind,parent,name_en,name_mr,name_hi,valid_from,valid_to,source",
        "place:c,administrative,city,,City,शहर,शहर,,,test",
        "ward:m,administrative,ward_office,place:c,Moonpeth,मून,मून,,,test",
    ]
    file = tmp_path / "areas.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    areas.import_areas(city, file)

    assert ids_around(city, "Moonpeth") == ["ward:m", "place:c"]


def test_a_village_that_left_the_city_is_not_found_by_the_gazetteer(
    city: Context,
) -> None:
    assert ids_around(city, "फुरसुंगी", date(2024, 9, 10))
    assert ids_around(city, "फुरसुंगी", date(2024, 9, 11)) == []


def test_a_place_without_a_ward_office_says_what_to_write(
    city: Context, tmp_path: Path
) -> None:
    gazetteer.import_names(city, write(tmp_path, GOOD | {"ward": ""}))

    with pytest.raises(SocialcellError, match=r"No ward office.*gazetteer import"):
        areas.areas_around(city, "Moonpeth", DAY)
