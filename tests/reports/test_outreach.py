"""Plans in the weekly report: how far they are, what waits, and nobody's name."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from socialcell import db
from socialcell.campaigns.outreach.tag_states import STATES
from socialcell.clock import IST, FixedClock
from socialcell.i18n import CODES, language
from socialcell.ops.model import FrozenReport
from socialcell.reports.page import Page, Paragraph, Section, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import outreach_progress
from socialcell.reports.sections.report_context import ChartFiles, ReportContext
from socialcell.reports.weekly import workbook
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.reporting import weekly_report
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning import worlds
from tests.operators import acting
from tests.reports.world import MONDAY, NEXT, World
from tests.snapshots import Snapshots

pytestmark = pytest.mark.swept_on_postgresql

WEEK = timedelta(days=7)
KINDS = (
    *("approve", "approve_again", "blocked", "contact", "schedule", "answer"),
    *("confirm", "missing", "label", "measure"),
)


@pytest.fixture
def city(context: Context, snapshots: Snapshots) -> Context:
    """A city that listens for six weeks from 9 November, and its creators; the
    operator lead has signed in."""
    snapshots.fill("creators", context.engine, lambda: worlds.fill(context))
    World(context).covered(MONDAY - WEEK, NEXT + 4 * WEEK)
    return acting(context, "lead")


def said_of(made: weekly_report.WeeklyFiles) -> str:
    """The section on campaigns as plain text."""
    page = " ".join(made.text.read_text("utf-8").split())
    return page.split("Campaigns: what they brought")[1].split("Ads: what")[0]


def test_a_plan_says_how_far_its_tags_are_and_what_waits(
    city: Context, folder: Path
) -> None:
    made = agreed.approved(city, folder)
    agreed.come_to(made, 1, "posted")

    written = weekly_report.write_weekly(made)

    found = written.numbers["outreach"]
    (plan,) = found["plans"]
    assert plan["states"] == {
        **dict.fromkeys(STATES, 0),
        **{"posted": 1, "approved": 1},
    }
    assert plan["cost"] == {"amount_micros": 4_000_000_000, "currency": "INR"}
    people = sum(tag.reach for tag in agreed.tags(made))
    assert plan["reach"] == pytest.approx(people)
    assert found["due"] == []
    said = said_of(written)
    assert (
        "- monsoon26, 30 Nov to 13 Dec, approved 1, posted 1. Tags: 2; "
        f"People expected: {round(people)}; Planned cost (₹): 4,000"
    ) in said
    assert "Nothing is to be done about the plans now." in said


def test_what_waits_is_said_with_its_day(city: Context, folder: Path) -> None:
    made = agreed.planned(city, folder)
    written = weekly_report.write_weekly(made)
    said = said_of(written)
    assert "13 Dec, proposed 2. Tags: 2; " in said
    assert (
        "What is to be done. As it stood on 23 Nov; each with the day that it is "
        "about. - monsoon26: the plan waits for a second person. Day: 30 Nov"
    ) in said


def test_a_creator_is_never_named_not_even_by_a_rule(
    city: Context, folder: Path
) -> None:
    made = agreed.approved(city, folder)
    creator_registry.flag_account(
        made, "instagram:dev_sample", "blocked", "letter 7 of 2 May"
    )
    n = agreed.number_of(made, "dev")

    written = weekly_report.write_weekly(made)

    found = written.numbers["outreach"]
    assert ("blocked", n) in [(one["kind"], one["tag"]) for one in found["due"]]
    assert f"- monsoon26, tag {n}: a rule is in the way. Day:" in said_of(written)
    names = re.compile(r"chitra|\bdev\b|dev_", re.IGNORECASE)
    assert not names.search(json.dumps(found))
    assert not names.search(said_of(written))


def test_a_plan_that_ended_in_the_week_is_there_and_a_week_later_is_not(
    city: Context, folder: Path, clock: FixedClock
) -> None:
    made = agreed.approved(city, folder)
    agreed.come_to(made, 1, "posted")
    clock.set(datetime(2026, 12, 14, 9, 0, tzinfo=IST))  # it ended yesterday
    (plan,) = weekly_report.write_weekly(made).numbers["outreach"]["plans"]
    assert plan["end"] == "2026-12-13"

    clock.set(datetime(2026, 12, 21, 9, 0, tzinfo=IST))
    written = weekly_report.write_weekly(made)

    assert written.numbers["outreach"]["plans"] == []
    said = said_of(written)
    assert "No campaign that is under way or to come has a plan." in said
    assert "- monsoon26, tag 2: its day has passed, no post. Day: 1 Dec" in said
    assert "- monsoon26 is over: measure it. Day: 13 Dec" in said


def test_only_the_newest_version_of_a_plan_counts_and_frozen_it_stays(
    city: Context, folder: Path
) -> None:
    made = agreed.approved(city, folder)
    agreed.planned(city, folder, creators=["chitra"])
    (plan,) = weekly_report.write_weekly(made).numbers["outreach"]["plans"]
    assert (plan["version"], plan["tags"]) == (2, 1)

    agreed.planned(city, folder)
    (again,) = weekly_report.write_weekly(made).numbers["outreach"]["plans"]
    assert again == plan


@pytest.mark.parametrize("lang", CODES)
def test_without_a_plan_one_line_says_so(world: World, lang: str) -> None:
    world.covered()
    page = weekly_report.write_weekly(world.context, lang=lang).text.read_text("utf-8")
    line = {
        "en": "No campaign that is under way or to come has a plan.",
        "mr": "सुरू असलेल्या किंवा होणाऱ्या एकाही मोहिमेचे नियोजन केलेले नाही.",
        "hi": "चल रहे या आने वाले किसी भी अभियान की योजना नहीं बनी है।",
    }[lang]
    assert page.count(line) == 1


def test_a_report_of_an_earlier_version_says_nothing_of_plans(world: World) -> None:
    world.covered()
    counted = weekly_report.write_weekly(world.context).numbers
    older = {key: value for key, value in counted.items() if key != "outreach"}
    with db.writing(world.engine) as session:
        session.execute(update(FrozenReport).values(numbers=older))
    page = weekly_report.write_weekly(world.context).text.read_text("utf-8")
    assert "Campaigns: what they brought" not in page


def material(
    lang: str,
    kinds: Sequence[str] = (),
    name: str = "पावसाळा",
    currencies: Sequence[str] = ("INR",),
) -> ReportContext:
    """Numbers of plans in which every state has a tag, and what waits, a day each."""
    plan = {
        "campaign": name,
        "version": 1,
        "start": "2026-11-30",
        "end": "2026-12-13",
        "tags": 8,
        "states": dict.fromkeys(STATES, 1),
        "reach": 12_345.6,
    }
    costs = [
        {"amount_micros": 12_34_567 * 10**6, "currency": one} for one in currencies
    ]
    first = date(2026, 11, 20)
    due: list[dict[str, Any]] = [
        {
            "kind": kind,
            "campaign": name,
            "tag": back,
            "day": (first + timedelta(days=back)).isoformat(),
        }
        for back, kind in enumerate(kinds, 1)
    ]
    plans = [{**plan, "cost": cost} for cost in costs]
    found = {"today": "2026-11-23", "plans": plans, "due": due}
    return ReportContext({"outreach": found}, [], ChartFiles(), Phrases(language(lang)))


def test_six_rows_are_shown_and_the_others_counted() -> None:
    for many, rest in ((6, None), (7, "And 1 more."), (10, "And 4 more.")):
        _plans, waits, *more = outreach_progress.plan_blocks(
            material("en", KINDS[:many])
        )
        assert isinstance(waits, Table)
        assert len(waits.rows) == 6
        assert [row[1] for row in waits.rows][:2] == [("21 Nov",), ("22 Nov",)]
        said = [one.text for one in more if isinstance(one, Paragraph)]
        assert [text[: len(rest or "")] for text in said] == ([rest] if rest else [])


@pytest.mark.parametrize("lang", ["mr", "hi"])
@pytest.mark.parametrize("kinds", [KINDS[:5], KINDS[5:], KINDS, ()])
def test_no_english_is_left_whatever_there_is_to_say(
    lang: str, kinds: Sequence[str]
) -> None:
    said = str(
        [
            (block.caption, block.note, block.headings, block.rows)
            if isinstance(block, Table)
            else block
            for block in outreach_progress.plan_blocks(material(lang, kinds))
        ]
    )
    words = set(re.findall(r"[A-Za-z]+", said)) - {"Paragraph", "text", "kind"}
    assert words == {"paragraph"} or not words


def test_costs_of_two_currencies_stand_in_two_tables() -> None:
    found = outreach_progress.plan_blocks(
        material("en", currencies=("USD", "INR", "USD"))
    )
    tables = [one for one in found if isinstance(one, Table)]
    heads = [(one.headings[-1], len(one.rows)) for one in tables]
    assert heads == [("Planned cost (₹)", 1), ("Planned cost (USD)", 2)]


def test_numbers_are_numbers_in_the_workbook_and_text_is_no_formula(
    tmp_path: Path,
) -> None:
    formula = '=HYPERLINK("x")'
    blocks = outreach_progress.plan_blocks(material("mr", KINDS, formula))
    page = Page("mr", "", "", (), [Section("=1", blocks)], ())
    (tmp_path / "book.xlsx").write_bytes(workbook.workbook(page))
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells]
    assert {8, 12_346, 12_34_567} <= set(values)
    starts = [str(value) for value in values if str(value).startswith(formula)]
    assert len(starts) == 1 + outreach_progress.MAX_STEPS
