"""Sentences on campaigns beside figures that are written by hand."""

from typing import Any

import pytest

from socialcell.reports import render
from socialcell.reports.page import Quotation, Table
from socialcell.reports.sections import campaign_effects, clicks, goals, requests
from socialcell.reports.sections.report_context import ReportContext
from tests.reports.sections.numbers import PHRASES, context, words

COUNTS = {
    "clicks": 120,
    "installs": 30,
    "named_elsewhere": 2,
    "sourceless": 3,
    "requests": dict.fromkeys(clicks._group_labels(PHRASES), 9),
}


def rupees(amount: int) -> dict[str, Any]:
    return {"amount_micros": amount * 1_000_000, "currency": "INR"}


def price(best: int, low: int, high: int) -> dict[str, Any]:
    return {"best": rupees(best), "low": rupees(low), "high": rupees(high)}


def campaign(goal: str = "activated_users", **changes: Any) -> dict[str, Any]:
    return {
        "name": "monsoon26",
        "goal": goal,
        "start": "2026-11-09",
        "end": "2026-11-22",
        "week": COUNTS,
        "so_far": COUNTS,
        "places": [],
        "days_withheld": 3,
        "cost_per_install": price(40, 30, 55),
        "incremental": None,
        "series": None,
        **changes,
    }


def effect(**changes: Any) -> dict[str, Any]:
    return {
        "value": 560.4,
        "anyway": 840.0,
        "interval": [466.0, 685.2],
        "cost_per_incremental": price(18, 15, 22),
        **changes,
    }


def said(**changes: Any) -> list[str]:
    numbers = {"campaigns": [campaign(**changes)]}
    return words(campaign_effects.section(context(numbers)))


def test_a_campaign_says_its_days_what_an_install_is_and_what_is_withheld() -> None:
    sentences = said()

    assert "monsoon26, Monday, 9 November 2026 to Sunday, 22 November 2026" in sentences
    assert (
        "An install names the campaign when its link was clicked before, or when the "
        "store reports it under the campaign." in sentences
    )
    assert (
        "What the campaign added cannot be said from the figures at hand." in sentences
    )
    assert "For 3 days the store has not published numbers below five." in sentences
    assert (
        "Planned cost (the campaign's budget) per install that names the campaign: "
        "₹40 (₹30 to ₹55)." in sentences
    )


@pytest.mark.parametrize(
    ("goal", "changes", "sentences"),
    [
        (
            "activated_users",
            {},
            (
                "Activated users of the app: about 560 more than the 840 that would "
                "have come anyway (95% interval 466 to 685).",
                "Planned cost (the campaign's budget) per additional user: ₹18 (₹15 "
                "to ₹22).",
            ),
        ),
        (
            "forms_filed",
            {"interval": None},
            (
                "Forms filed: about 560 more than the 840 that would have come anyway; "
                "how sure that is cannot be said.",
                "Planned cost (the campaign's budget) per additional unit: ₹18 (₹15 "
                "to ₹22).",
            ),
        ),
    ],
)
def test_what_a_campaign_added_stands_with_its_interval_and_its_cost(
    goal: str, changes: dict[str, Any], sentences: tuple[str, str]
) -> None:
    shown = said(goal=goal, incremental=effect(**changes))

    assert set(sentences) <= set(shown)


def test_a_paid_link_says_so() -> None:
    row: Any = {"channel": "instagram_ads", "creator": None}

    assert clicks.place_label(PHRASES, row) == "Instagram, paid"


def test_goals_say_that_their_targets_are_counted() -> None:
    names = {"en": "Heard"}
    target = {"at_least": None, "at_most": 30, "by": "2026-12-01"}
    goal = {"title": names, "owner": names, "targets": {"alerted": target}}
    row = {"id": "alerted", "now": 31.0, "before": None, "of": None, "why": None}
    numbers = {
        "strategy": {"agreed": "2026-11-01", "goals": {"heard": goal}},
        "measures": [row | {"rests": ["incidents", 2, 3]}],
    }

    sentences = words(goals.section(context(numbers)))

    assert "Counted are the targets of each goal, as of this week." in sentences
    assert "by Dec 2026" in sentences


def test_quotations_say_how_they_were_drawn() -> None:
    quotation = Quotation("topic", "Water supply, drawn from 9 posts", "No water")
    shown: ReportContext = context({}, quotations=[quotation])

    assert words(requests.quoted(shown))[1] == (
        "For each of the topics that most people ask about, one post was drawn by lot, "
        "so neither the loudest nor the newest. Reposts, spam, very short posts, "
        "offices and media are left out, and each person is quoted once. Names and "
        "handles are hidden."
    )


def test_what_a_long_letter_leaves_out_is_in_the_workbook() -> None:
    table = Table("Mentions by hour", (), ())

    paragraph = render._reference(table, "Hour by hour", "en")

    assert paragraph.text == "In the attached workbook: Mentions by hour."
