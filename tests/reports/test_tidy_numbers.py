"""The workbook's sheet of numbers, read back as a program would and held against the
frozen week."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from socialcell.reports.weekly import frozen_week
from socialcell.reports.weekly.tidy_numbers import COLUMNS
from socialcell.services.reporting import weekly_report
from tests.reports.around import alert, incident
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, World

Cells = dict[str, Any]


def city(world: World) -> dict[str, Any]:
    """Two weeks of a small city, and its frozen numbers."""
    world.covered(BEFORE, MONDAY + timedelta(days=6))
    for number in range(9):
        world.mention(
            MONDAY + number * HOUR,
            topics=("water",) if number < 5 else ("politics",),
            wards=("ward:kothrud-bavdhan",),
            entities=("place:khadakwasla",),
            urgency="high" if number < 2 else "normal",
        )
    world.mention(BEFORE, topics=("water",), sentiment="positive", intent="praise")
    id_ = incident(world, "topic:water", MONDAY + HOUR)
    alert(world, id_, at=MONDAY + HOUR, mentions=[1, 2])
    week = frozen_week.period(MADE, MADE)
    return dict(frozen_week.numbers_of_week(world.engine, week, MADE))


def sheet(file: Path) -> list[Cells]:
    rows = openpyxl.load_workbook(file)["numbers"].iter_rows(values_only=True)
    assert next(rows) == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def row_of(rows: list[Cells], *key: str) -> Cells:
    names = ("section", "measure", "dimension", "id")
    (row,) = (r for r in rows if tuple(r[name] or "" for name in names) == key)
    return row


def test_numbers_are_typed_and_are_those_that_were_frozen(world: World) -> None:
    numbers = city(world)
    rows = sheet(weekly_report.write_weekly(world.context).workbook)
    for key, figure in (
        (("volume", "mentions", "all", ""), numbers["mentions"]),
        *(
            (("topics", "mentions", "topic", topic["id"]), topic)
            for topic in numbers["topics"]
            if topic["id"] != "politics"
        ),
        *(
            (("places", "mentions", "ward", ward["id"]), ward)
            for ward in numbers["wards"]
        ),
        *((("volume", "mentions", "day", day["date"]), day) for day in numbers["days"]),
    ):
        row, same = row_of(rows, *key), figure["same_hours"]
        assert row["value"] == figure["n"]
        assert row["unit"] == "mentions"
        assert (row["previous_value"], row["comparable_value"]) == (
            (same["before"], same["now"]) if same else (None, None)
        )
        assert row["comparable_hours"] == (same["hours"] if same else None)
        share = figure["coverage"]["covered"] / figure["coverage"]["due"]
        assert row["coverage"] == pytest.approx(share)
    for row in rows:
        assert row["period_from"] == datetime(2026, 11, 16)
        assert row["period_to"] == datetime(2026, 11, 23)
        for name in ("value", "low", "high", "coverage", "previous_value"):
            assert row[name] is None or isinstance(row[name], int | float), row


def test_what_is_not_known_is_empty_and_not_nothing(world: World) -> None:
    city(world)
    rows = sheet(weekly_report.write_weekly(world.context).workbook)
    sunday = row_of(rows, "volume", "mentions", "day", "2026-11-22")
    monday_night = row_of(rows, "volume", "mentions", "hour", "2026-11-16T23:00")
    assert (sunday["value"], sunday["coverage"]) == (None, 0)
    assert monday_night["value"] == 0


def test_every_hour_urgency_and_alert_has_its_row(world: World) -> None:
    numbers = city(world)
    rows = sheet(weekly_report.write_weekly(world.context).workbook)
    hours = [row["value"] for row in rows if row["dimension"] == "hour"]
    assert hours == numbers["hours"]
    assert row_of(rows, "reading", "mentions", "urgency", "high")["value"] == 2
    worst = numbers["incidents"][0]["worst"]
    row = row_of(rows, "incidents", "alert", "incident", "1")
    assert row["value"] == worst["observed"]
    assert len({tuple(row.items())[2:6] for row in rows}) == len(rows)


def test_the_topic_that_is_not_shown_is_not_in_it(world: World) -> None:
    city(world)
    rows = sheet(weekly_report.write_weekly(world.context).workbook)
    assert "politics" not in {row["id"] for row in rows}


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_sheet_is_the_same_in_every_language(world: World, lang: str) -> None:
    city(world)
    english = sheet(weekly_report.write_weekly(world.context, lang="en").workbook)
    other = sheet(weekly_report.write_weekly(world.context, lang=lang).workbook)
    assert other == english
