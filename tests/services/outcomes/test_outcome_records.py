"""Outcomes in the database: their areas, their restatements, their sums."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from socialcell import db
from socialcell.campaigns.outcomes.model import OutcomeDay
from socialcell.errors import UsageError
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.services.outcomes import outcome_records
from socialcell.services.outcomes.daily_figures import DayRange

SPAN = DayRange(date(2026, 11, 16), date(2026, 11, 22))
KOTHRUD = "ward:kothrud-bavdhan"


@pytest.fixture(autouse=True)
def city(engine: Engine) -> None:
    """The city's own areas."""
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())


def saved(folder: Path, *lines: str, at: datetime | None = None) -> Path:
    path = folder / "outcomes.csv"
    path.write_text("\n".join(("date,outcome,ward,value", *lines)) + "\n")
    if at is not None:
        os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def imported(context: Context, path: Path, *, dry_run: bool = False) -> Any:
    return file_import.import_file(
        context, path, format="outcomes", dry_run=dry_run
    ).result


def stored(engine: Engine) -> dict[tuple[str, str], int | None]:
    row = db.table(OutcomeDay).c
    with db.reading(engine) as session:
        found = session.execute(select(row.area, row.day, row.value))
        return {(area, str(day)): value for area, day, value in found}


@pytest.mark.parametrize(
    "name",
    [
        "Kothrud - Bavdhan",
        "kothrud-bavdhan",
        "KOTHRUD – BAVDHAN",
        "कोथरूड-बावधन",
        "ward:kothrud-bavdhan",
    ],
)
def test_an_area_is_found_by_any_of_its_names(
    name: str, context: Context, engine: Engine, tmp_path: Path
) -> None:
    imported(context, saved(tmp_path, f"2026-11-20,payments,{name},7"))

    assert stored(engine) == {(KOTHRUD, "2026-11-20"): 7}


def test_of_an_office_and_a_locality_with_one_name_it_is_the_office(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    imported(context, saved(tmp_path, "2026-11-20,payments,Bibwewadi,7"))

    assert list(stored(engine)) == [("ward:bibwewadi", "2026-11-20")]


def test_no_area_is_the_city_and_elsewhere_is_a_place_to_compare_with(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    rows = ("2026-11-20,payments,,7", "2026-11-20,payments,elsewhere: Nashik City,9")
    imported(context, saved(tmp_path, *rows))

    assert stored(engine) == {
        ("place:pune", "2026-11-20"): 7,
        ("elsewhere:nashik-city", "2026-11-20"): 9,
    }


def test_an_area_that_nobody_knows_is_named_with_the_nearest(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    rows = ("2026-11-20,payments,Sinhgad Road,7", "2026-11-20,payments,Bibwewadi,3")
    result = imported(context, saved(tmp_path, *rows))

    (reject,) = result.rejects
    assert reject.row == 2
    assert reject.reason == (
        "there is no area 'Sinhgad Road': the nearest is 'Sinhagad Road'"
    )
    assert result.state == "partial"
    assert len(stored(engine)) == 1


def test_a_day_that_has_not_come_is_named(context: Context, tmp_path: Path) -> None:
    # The clock stands on 23 November, 09:00 in Pune.
    rows = ("2026-11-23,payments,,7", "2026-11-24,payments,,7")
    result = imported(context, saved(tmp_path, *rows))

    assert [(one.row, one.reason) for one in result.rejects] == [
        (3, "the day 2026-11-24 has not come yet")
    ]


def test_a_dry_run_names_the_same_rows_and_stores_none(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(tmp_path, "2026-11-20,payments,Nowhere,7", "2026-11-20,payments,,3")

    rehearsed = imported(context, path, dry_run=True)

    assert stored(engine) == {}
    assert (rehearsed.counts["stored"], rehearsed.counts["quarantined"]) == (1, 1)
    done = imported(context, path)
    assert done.counts == rehearsed.counts
    again = imported(context, path)
    assert (again.counts["unchanged"], again.counts["quarantined"]) == (1, 1)


def test_every_restatement_keeps_what_was_said_before(
    context: Context, tmp_path: Path
) -> None:
    first = datetime(2026, 11, 21, 4, 0).astimezone()
    for n, value in enumerate(("7", "9", "<5", "")):
        at = first + timedelta(days=n)
        imported(
            context, saved(tmp_path, f"2026-11-20,payments,Bibwewadi,{value}", at=at)
        )

    found = outcome_records.outcome_document(
        context, SPAN, "payments", daily=True, history=True
    )

    (row,) = found["rows"]
    # An empty cell says nothing: the number that was withheld stays withheld.
    assert (row["value"], row["days_withheld"], row["restatements"]) == (None, 1, 2)
    assert [(one["value"], one["withheld"]) for one in row["before"]] == [
        (7, False),
        (9, False),
    ]
    assert row["before"][0]["said_at"] == first
    assert row["before"][0]["replaced_at"] == first + timedelta(days=1)


def test_sums_by_area_say_which_days_they_lack(
    context: Context, tmp_path: Path
) -> None:
    rows = (
        "2026-11-17,payments,Bibwewadi,7",
        "2026-11-18,payments,Bibwewadi,<5",
        "2026-11-20,payments,Bibwewadi,5",
        "2026-11-17,payments,Warje-Karvenagar,0",
        "2026-11-20,payments,Warje-Karvenagar,",
        "2026-11-15,payments,Warje-Karvenagar,1000",
    )
    imported(context, saved(tmp_path, *rows))

    found = outcome_records.outcome_document(context, SPAN, "Payments", daily=False)

    assert found["rows"] == [
        {
            "area": "ward:bibwewadi",
            "value": 12,
            "days": 3,
            "days_withheld": 1,
            "days_not_reported": 0,
            "as_of": None,
        },
        {
            "area": "ward:warje-karvenagar",
            "value": 0,
            "days": 3,
            "days_withheld": 0,
            "days_not_reported": 2,
            "as_of": None,
        },
    ]
    assert found["data_through"] == date(2026, 11, 20)
    assert found["missing_dates"] == [date(2026, 11, 16), date(2026, 11, 19)]


def test_what_is_held_is_listed(context: Context, tmp_path: Path) -> None:
    rows = ("2026-11-17,payments,Bibwewadi,7", "2026-11-18,payments,,<5")
    imported(context, saved(tmp_path, *rows))

    (one,) = outcome_records.list_outcomes(context)

    assert (one["outcome"], one["areas"], one["rows"]) == ("payments", 2, 2)
    assert (one["first"], one["last"]) == (date(2026, 11, 17), date(2026, 11, 18))
    assert (one["withheld"], one["restated"]) == (1, 0)


def test_an_outcome_that_is_not_held_is_named_with_those_that_are(
    context: Context, tmp_path: Path
) -> None:
    imported(context, saved(tmp_path, "2026-11-17,payments,,7"))

    with pytest.raises(UsageError, match=r"No outcome 'forms'.*There are: payments"):
        outcome_records.outcome_document(context, SPAN, "forms", daily=False)


def test_visits_are_summed_by_one_value(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        "date,source,medium,campaign,sessions\n"
        "2026-11-20,instagram,creator,monsoon26,40\n"
        "2026-11-21,facebook,social,monsoon26,2\n"
        "2026-11-21,google,organic,,90\n"
    )
    settings = {"site": "pune.example", "zone": "Asia/Kolkata"}
    file_import.import_file(context, path, format="site-visits", settings=settings)

    found = outcome_records.visit_document(context, SPAN, "campaign", daily=False)

    assert [(row["campaign"], row["visits"]) for row in found["rows"]] == [
        ("", 90),
        ("monsoon26", 42),
    ]
    (site,) = found["sites"]
    assert (site["zone"], site["data_through"]) == ("Asia/Kolkata", date(2026, 11, 21))
    with db.reading(engine) as session:
        assert (
            session.scalar(select(func.count()).select_from(db.table(OutcomeDay))) == 0
        )


def test_an_outcome_that_is_a_stock_has_its_last_value(
    context: Context, tmp_path: Path
) -> None:
    rows = ("2026-11-19,followers,,900", "2026-11-20,followers,,910")
    more = ("2026-11-19,payments,,9", "2026-11-20,payments,,7")
    imported(context, saved(tmp_path, *rows, *more))

    stock, flow = (
        outcome_records.outcome_document(context, SPAN, name, daily=False)
        for name in ("followers", "payments")
    )

    (row,) = stock["rows"]
    assert (stock["kind"], row["value"], row["as_of"]) == (
        "stock",
        910,
        date(2026, 11, 20),
    )
    (row,) = flow["rows"]
    assert (flow["kind"], row["value"], row["as_of"]) == ("flow", 16, None)
