"""Routes: found by topic and ward office, imported, and what is wrong in a file."""

import csv
import json
from pathlib import Path

import pytest
from sqlmodel import Session

from socialcell import db
from socialcell.desk.routing_table import (
    COLUMNS,
    RouteFinder,
    as_route,
    read_cells,
    shipped_routes,
)
from socialcell.errors import SocialcellError
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.store import areas, owners
from socialcell.services.context import Context
from socialcell.services.desk import case_routing
from tests import desk_builders
from tests.running import inside

ROW = {
    "topic": "roads",
    "area": "ward:aundh-baner",
    "team": "dept:roads",
    "stage_hours": "8",
    "total_hours": "24",
    "counts": "working",
    "source": "Order 12",
}


@pytest.fixture
def city(context: Context) -> Context:
    """A workspace with the city's areas and owners."""
    with db.writing(context.engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners(), shipped=True)
    return context


def write(place: Path, *rows: dict[str, str]) -> Path:
    with place.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return place


def of_case(session: Session, topic: str | None, area: str | None) -> tuple[str, float]:
    case = desk_builders.make_case(session, topic=topic, area=area)
    route = case_routing.service_hours(session, case)
    return route.team, route.total_hours


def test_the_packages_own_routes_have_no_fault(city: Context) -> None:
    assert case_routing.lint_file(city, None) == []
    assert RouteFinder(shipped_routes()).find(None, None).team == "cell"


def test_the_nearest_row_decides() -> None:
    rows = [
        ("*", "", "cell"),
        ("*", "ward:a", "dept:a"),
        ("roads", "", "dept:roads"),
        ("roads", "ward:a", "dept:both"),
    ]
    finder = RouteFinder(
        as_route({**ROW, "topic": topic, "area": area, "team": team})
        for topic, area, team in rows
    )

    assert finder.find("roads", "ward:a").team == "dept:both"
    assert finder.find("roads", "ward:b").team == "dept:roads"
    assert finder.find("roads", None).team == "dept:roads"
    assert finder.find("water", "ward:a").team == "dept:a"
    assert finder.find(None, "ward:b").team == "cell"


def test_rows_of_ones_own_stand_in_place_of_the_packages(
    city: Context, tmp_path: Path
) -> None:
    place = write(tmp_path / "routing.csv", ROW, {**ROW, "area": "", "source": "B"})

    trial = case_routing.import_routes(city, place, dry_run=True)
    assert (trial.added, trial.changed) == (2, 0)
    with db.writing(city.engine) as session:
        assert of_case(session, "roads", "ward:aundh-baner") == ("dept:roads", 72)
    assert case_routing.import_routes(city, place) == trial
    again = case_routing.import_routes(city, place)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)

    with db.writing(city.engine) as session:
        assert of_case(session, "roads", "ward:bibwewadi") == ("dept:roads", 24)
        assert of_case(session, "water", None) == ("dept:water", 17)
        assert case_routing.route_finder(session).find("roads", None).team == (
            "dept:roads"
        )

    one = write(tmp_path / "one.csv", {**ROW, "total_hours": "30"})
    done = case_routing.import_routes(city, one, replace=True)
    assert (done.changed, done.removed) == (1, 1)
    roads = case_routing.list_routes(city, "roads")
    assert [(row.route.area, row.route.total_hours, row.is_own) for row in roads] == [
        ("", 72, False),
        ("ward:aundh-baner", 30, True),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"topic": "raods"}, "did you mean roads"),
        ({"area": "ward:aundh-banner"}, "did you mean ward:aundh-baner"),
        ({"team": "body:msedcl"}, "body:msedcl is not known here"),
        ({"counts": "calendar"}, "calendar is not known"),
        ({"stage_hours": "0"}, "0 is not above 0"),
        ({"stage_hours": "nan"}, "nan is not above 0"),
        ({"total_hours": "10000"}, "10000 is not above 0"),
        ({"stage_hours": "25"}, "a step may not have more hours"),
        ({"source": ""}, "say where the hours come from"),
    ],
)
def test_a_file_with_a_fault_is_taken_in_no_part(
    city: Context, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    place = write(tmp_path / "routing.csv", {**ROW, "topic": "water"}, ROW | changes)

    with pytest.raises(SocialcellError) as refusal:
        case_routing.import_routes(city, place)

    assert "row 3" in str(refusal.value)
    assert reason in str(refusal.value)
    assert not [row for row in case_routing.list_routes(city) if row.is_own]


def test_two_rows_may_not_say_the_same(city: Context, tmp_path: Path) -> None:
    place = write(tmp_path / "routing.csv", ROW, ROW)

    (problem,) = case_routing.lint_file(city, place)

    assert str(problem) == (
        "row 3, topic: the same topic and area as in row 2. Keep one of them."
    )


def test_a_listed_table_is_a_file_that_is_taken(city: Context, tmp_path: Path) -> None:
    config = city.workspace.folder / "config.yaml"
    listed = inside("routing", "list", "--csv", "--config", config)
    place = tmp_path / "routing.csv"
    place.write_text(listed, encoding="utf-8")

    assert len(read_cells(place)) == len(shipped_routes())
    assert "0 problems" in inside("routing", "lint", place, "--config", config)
    done = inside("routing", "import", place, "--config", config)
    assert f"added: {len(shipped_routes())}" in done


def test_closed_days_say_how_sure_they_are(city: Context) -> None:
    config = city.workspace.folder / "config.yaml"
    config.write_text(
        config.read_text(encoding="utf-8")
        + "desk: {closed: [[2027-01-28, 2027-01-29, Mourning]], open: [2027-03-10]}\n",
        encoding="utf-8",
    )

    shown = inside("routing", "days", "--year", "2027", "--config", config)
    rows = json.loads(inside("routing", "days", "--json", "--config", config))["days"]

    assert "2027-01-29" in shown
    assert "2027-03-10" not in shown
    assert "calculated (2027, 2028)" in shown
    assert {row["status"] for row in rows} == {
        "announced",
        "fixed",
        "calculated",
        "config",
    }
