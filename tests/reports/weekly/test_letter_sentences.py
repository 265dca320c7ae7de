"""Subject, lead and what is not known of a weekly letter beside its numbers."""

from typing import Any

import pytest

from socialcell.reports.letters.letter_page import plain_text
from socialcell.reports.weekly import (
    letter_lead,
)
from socialcell.reports.weekly.letter_context import LetterContext
from tests.reports.sections.numbers import figure
from tests.reports.weekly.hand_numbers import WORK, context

NO_DANGER = [figure(0, 1, id="critical"), figure(3, 2, id="high")]
UNWATCHED = {"by_daemon": False, "gaps": []}


def calm(letter: dict[str, Any] | None = None, **numbers: Any) -> LetterContext:
    """The week without its two mentions of danger to life."""
    return context(letter, urgencies=NO_DANGER, **numbers)


def lead(made: LetterContext) -> list[str]:
    return [plain_text(line) for line in letter_lead.lead(made)]


@pytest.mark.parametrize(
    ("made", "subject"),
    [
        (calm(), "A quiet week: no incident, 40 mentions"),
        (context(), "No incident; 2 mentions of danger to life"),
        (
            calm({"festival": ["2026-11-20", "2026-11-21"]}),
            "Festival days without an incident: 40 mentions",
        ),
        (
            calm({"planned": [{"topic": "water", "n": 5}]}),
            "Water supply, announced closure: 5 mentions, no incident",
        ),
        (
            calm(coverage={"due": 336, "covered": 9, "platforms": []}),
            "Nothing stood out in what was collected: 40 mentions",
        ),
        (
            context(alert_watch=UNWATCHED),
            "40 mentions; incidents were not looked for all week",
        ),
        (
            context(incidents=[{"kind": "critical"}] * 3),
            "No incident; 3 single reports of danger to life",
        ),
        (
            context(
                incidents=[{"kind": "critical"}] * 3,
                alert_watch=UNWATCHED,
            ),
            "3 single reports of danger to life; incidents not looked for all week",
        ),
    ],
)
def test_the_subject_judges_the_week(made: LetterContext, subject: str) -> None:
    assert letter_lead.subject(made) == subject


def test_the_lead_of_a_quiet_week_counts_what_there_was() -> None:
    asked = {"topic": "water", "asking": figure(12), "owners": []}

    lines = lead(calm(owners=[asked]))

    assert lines == [
        "Nothing stood out: no incident was open in this week. Mentions of danger to "
        "life: 0.",
        "Whole week: 40 mentions. Same hours last week and now: 20 → 40 (+100%). Most "
        "complaints and requests: Water supply (12).",
        "No statement and no public answer was published by the cell. No commitment "
        "is due.",
    ]


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            context(),
            "No incident was open in this week. Mentions of danger to life: 2.",
        ),
        (
            context(alert_watch=UNWATCHED),
            "No incident is known, but they were not looked for all week. Mentions of "
            "danger to life: 2.",
        ),
        (
            calm(alert_watch=UNWATCHED),
            "No incident is known, but they were not looked for all week. Mentions of "
            "danger to life: 0.",
        ),
    ],
)
def test_a_week_of_danger_or_without_alerts_is_not_said_to_be_calm(
    made: LetterContext, sentence: str
) -> None:
    assert lead(made)[0] == sentence


def test_the_lead_counts_single_dangers_and_what_is_known_of_them() -> None:
    items = [
        {"kind": "critical", "acked_at": None, "state": "open"},
        {"kind": "critical", "acked_at": "2026-11-20T05:00:00+05:30", "state": "acked"},
        {"kind": "critical", "acked_at": "2026-11-20T05:00:00+05:30", "state": "over"},
    ]
    false_alarm = {**items[2], "acked_at": None, "false_alarm": True}

    assert lead(context(incidents=[*items, false_alarm]))[0] == (
        "No incident of several mentions. Single reports of danger to life: 3; "
        "acknowledged: 2; still open: 2."
    )


def test_the_lead_names_what_was_announced_closed_and_published() -> None:
    closure = {
        "topic": "water",
        "wards": [{"id": "ward:aundh", "name": {"en": "Aundh"}}],
        "from": "2026-11-20T06:00:00+05:30",
        "n": 5,
    }
    commitments = [
        {"due_at": "2026-11-20T06:00:00+05:30"},
        {"due_at": "2026-11-25T06:00:00+05:30"},
    ]

    lines = lead(
        context(
            {
                "planned": [closure],
                "closed": 4,
                "festival": ["2026-11-20", "2026-11-22"],
                "work": WORK | {"posts": 3, "answers": 7},
                "commitments": commitments,
            },
            mentions=figure(40),
        )
    )

    assert lines[1:] == [
        "Festival days: Fri 20 to Sun 22.",
        "Also: announced for Fri 20: Water supply, Aundh, 5 mentions; “closed without "
        "action” 4 mentions.",
        "Whole week: 40 mentions. Not comparable with last week: no hour was collected "
        "in both.",
        "Published: posts 3, answers 7. Commitments due: 2, of these late: 1.",
    ]


def test_the_lead_says_beside_what_was_published_how_many_cases_were_answered() -> None:
    answers = {"n": 279, "answered": 229, "p90": None, "decided": 0, "in_time": 0}

    lines = lead(context({}, mentions=figure(40), cases={"answers": answers}))

    assert lines[-1] == (
        "No statement and no public answer was published by the cell. 229 of 279 cases "
        "of the week have an answer from a person. No commitment is due."
    )


def test_a_week_without_data_says_that_nothing_can_be_said() -> None:
    assert lead(context(mentions=figure(None))) == [
        "Nothing can be said about it. That does not mean that nobody spoke."
    ]


def unknown(made: LetterContext) -> str:
    line = letter_lead.unknown(made)
    assert line is not None
    return plain_text(line)


def test_what_is_not_known_of_a_whole_week_are_calls_and_visits() -> None:
    assert unknown(context()) == (
        "Not known: What people say in calls, letters and visits: only posts and "
        "messages are counted."
    )


def test_hours_and_mentions_that_are_missing_are_counted() -> None:
    platforms = [
        {"id": id_, "missing": [{"hours": hours}]}
        for id_, hours in (
            ("x", 30),
            ("youtube", 20),
            ("instagram", 10),
            ("reddit", 2),
            ("mastodon", 1),
        )
    ]
    coverage = {"due": 840, "covered": 777, "platforms": platforms}

    assert unknown(context(coverage=coverage, unread=6)) == (
        "Not known: Not collected: X 30 hours, YouTube 20 hours, Instagram 10 hours, "
        "2 more platforms. 6 mentions have not been classified yet."
    )
    nothing = {"due": 0, "covered": 0, "platforms": []}
    assert "What was not collected: no source is watched." in unknown(
        context(coverage=nothing)
    )
