"""The sentences at the top of the weekly report, and its head and foot."""

from typing import Any, cast

import pytest

from socialcell.i18n import language
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.report_context import ChartFiles
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import weekly_view
from socialcell.reports.weekly.summary import summary
from socialcell.settings.notifications import Report
from tests.reports.sections.numbers import figure

ENGLISH = language("en")


def week(**changes: Any) -> WeekNumbers:
    """Forty mentions on two platforms that were collected whole; 30 ask."""
    platforms = [{"id": id_, "n": 20, "missing": []} for id_ in ("x", "youtube")]
    numbers = {
        "coverage": {"due": 336, "covered": 336, "platforms": platforms},
        "platforms": platforms,
        "mentions": figure(40, 20),
        "topics": [],
        "intents": [figure(30, id="complaint"), figure(10, id="praise")],
        "urgencies": [figure(2, id="critical"), figure(3, id="high")],
        **changes,
    }
    return cast(WeekNumbers, numbers)


def said(**changes: Any) -> list[str]:
    return summary(week(**changes), Phrases(ENGLISH), "Pune")


def test_a_whole_week_says_what_was_collected_asked_and_urgent() -> None:
    topic = figure(25, 4, id="water", asking=figure(12))
    topic["same_hours"]["now"] = 24

    assert said(topics=[topic]) == [
        "40 mentions of Pune were collected (X, YouTube). Everything on all 2 watched "
        "platforms was collected without gaps.",
        "Over the 300 platform-hours that both weeks covered, mentions rose from 20 to "
        "40 (+100%).",
        "Water supply grew most: from 4 to 24 mentions in the same hours.",
        "30 mentions (75%) expect an answer: complaints, questions, suggestions and "
        "requests for help. Most complaints and requests: Water supply (12).",
        "Needs a look: 5 mentions are urgent, 2 of them critical.",
    ]


def test_hours_that_are_missing_stand_with_their_main_cause() -> None:
    gaps = [
        {"hours": 3, "causes": {"x.city": "quota"}},
        {"hours": 2, "causes": {"x.city": "auth"}},
    ]
    platforms = [{"id": "x", "n": 40, "missing": gaps}]
    coverage = {"due": 168, "covered": 126, "platforms": platforms}

    first = said(coverage=coverage, platforms=platforms)[0]

    assert first == (
        "40 mentions of Pune were collected (X). Of the platform-hours, 126 of 168 "
        "(75%) were collected without gaps. Not collected: X 5 hours, mostly because "
        "the allowance for the month was spent."
    )


@pytest.mark.parametrize(
    ("mentions", "sentence"),
    [
        (
            figure(15, 20),
            "Over the 300 platform-hours that both weeks covered, mentions fell from "
            "20 to 15 (−25%).",
        ),
        (
            figure(20, 20),
            "Over the 300 platform-hours that both weeks covered, mentions stayed at "
            "20.",
        ),
        (
            figure(40),
            "Nothing is compared: there is no hour that both this week and the week "
            "before covered.",
        ),
    ],
)
def test_the_change_is_that_of_the_hours_of_both_weeks(
    mentions: dict[str, Any], sentence: str
) -> None:
    assert said(mentions=mentions)[1] == sentence


def test_a_week_without_need_says_so() -> None:
    nobody = said(
        intents=[figure(40, id="praise")], urgencies=[figure(0, id="critical")]
    )

    assert nobody[-2:] == [
        "No mention expects an answer of the city.",
        "No mention is urgent.",
    ]


def test_a_week_without_data_says_only_that() -> None:
    assert said(mentions=figure(None)) == [
        "No data: nothing was collected for this week, so nothing can be said about "
        "it. That does not mean that nobody spoke."
    ]


def test_promises_that_were_missed_are_counted_and_named() -> None:
    missed = [{"text": f"Drain {n}."} for n in range(1, 6)]

    assert said(promises=missed)[-1] == (
        "Needs a decision: 5 promises were due and not kept: Drain 1; Drain 2; Drain 3."
    )


def test_the_head_names_the_week_and_the_foot_when_it_was_counted() -> None:
    numbers: Any = week(
        mentions=figure(None),
        period={"from": "2026-11-16T00:00:00+05:30"},
        days=[{"date": f"2026-11-{day}"} for day in range(16, 23)],
        made_at="2026-11-23T09:00:00+05:30",
    )
    numbers["coverage"] |= {"platforms": [], "not_watched": []}
    numbers |= {"undated": 0, "unread": 0, "unplaced": 0, "messages": 0}

    page = weekly_view.page(numbers, [], ChartFiles(), ENGLISH, Report())

    city = Report().city("en")
    assert page.title == f"{city}: weekly social media report"
    assert page.subtitle == (
        "Monday, 16 November 2026, 00:00 to midnight at the end of Sunday, 22 November "
        "2026, Indian time"
    )
    assert page.footer == [
        f"Social media cell, {city}. Numbers counted on 23 Nov 2026, 09:00 and frozen; "
        "a quotation that its author deletes later is removed."
    ]
