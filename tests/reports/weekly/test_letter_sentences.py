"""Sentences of the weekly letter beside numbers that are written by hand."""

from typing import Any, cast

import pytest

from socialcell.i18n import language
from socialcell.reports.letters.letter_page import KeyFigures, LetterPage, plain_text
from socialcell.reports.phrases import Phrases
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import (
    letter_decisions,
    letter_figures,
    letter_lead,
    letter_sections,
    letter_work,
    office_letter,
    weekly_letter,
)
from socialcell.reports.weekly.letter_context import Addresses, LetterContext
from tests.reports.sections.numbers import figure, words

ENGLISH = language("en")
WORK = {
    "posts": 0,
    "answers": 0,
    "kept": 0,
    "due": 0,
    "posts_waiting": {"n": 0, "due_at": None},
    "answers_waiting": {"n": 0, "due_at": None},
}
OWN = {
    "planned": [],
    "closed": 0,
    "closed_of": [],
    "festival": [],
    "work": WORK,
    "commitments": [],
}
WATER = {"id": "dept:water", "name": {"en": "Water Department"}}


def context(letter: dict[str, Any] | None = None, **numbers: Any) -> LetterContext:
    """A week from 16 November with 40 mentions, of which 30 had 20 the week before."""
    coverage = {"due": 336, "covered": 336, "platforms": [{"id": "x", "missing": []}]}
    week = {
        "coverage": coverage,
        "mentions": figure(40, 20),
        "period": {"to": "2026-11-23T00:00:00+05:30"},
        "made_at": "2026-11-23T09:00:00+05:30",
        "days": [
            figure(n, date=f"2026-11-{16 + day}")
            for day, n in enumerate((3, 4, 20, 3, 4, 3, 3))
        ],
        "urgencies": [figure(2, 1, id="critical"), figure(3, 2, id="high")],
        "intents": [figure(30, id="complaint", unsure=8)],
        "owners": [],
        "unread": 0,
        "letter": OWN | (letter or {}),
        **numbers,
    }
    return LetterContext(cast(WeekNumbers, week), Phrases(ENGLISH), "Social media cell")


def lead(made: LetterContext) -> list[str]:
    return [plain_text(line) for line in letter_lead.lead(made)]


@pytest.mark.parametrize(
    ("made", "subject"),
    [
        (context(), "A quiet week: no incident, 40 mentions"),
        (
            context({"festival": ["2026-11-20", "2026-11-21"]}),
            "Festival days without an incident: 40 mentions",
        ),
        (
            context({"planned": [{"topic": "water", "n": 5}]}),
            "Water supply, announced closure: 5 mentions, no incident",
        ),
        (
            context(coverage={"due": 336, "covered": 9, "platforms": []}),
            "Nothing stood out in what was collected: 40 mentions",
        ),
        (
            context(alert_watch={"by_daemon": False, "gaps": []}),
            "40 mentions; incidents were not looked for all week",
        ),
        (
            context(incidents=[{"kind": "critical"}] * 3),
            "No incident; 3 single reports of danger to life",
        ),
        (
            context(
                incidents=[{"kind": "critical"}] * 3,
                alert_watch={"by_daemon": False, "gaps": []},
            ),
            "3 single reports of danger to life; incidents not looked for all week",
        ),
    ],
)
def test_the_subject_judges_the_week(made: LetterContext, subject: str) -> None:
    assert letter_lead.subject(made) == subject


def test_the_lead_of_a_quiet_week_counts_what_there_was() -> None:
    asked = {"topic": "water", "asking": figure(12), "owners": []}

    lines = lead(context(owners=[asked]))

    assert lines == [
        "Nothing stood out: no incident of mentions was open. Mentions of danger to "
        "life: 2.",
        "Whole week: 40 mentions. Same hours last week and now: 20 → 40 (+100%). Most "
        "complaints and requests: Water supply (12).",
        "No statement and no answer was published by the cell. No commitment is due.",
    ]


def test_the_lead_counts_single_dangers_and_what_is_known_of_them() -> None:
    items = [
        {"kind": "critical", "acked_at": None, "state": "open"},
        {"kind": "critical", "acked_at": "2026-11-20T05:00:00+05:30", "state": "acked"},
        {"kind": "critical", "acked_at": "2026-11-20T05:00:00+05:30", "state": "over"},
    ]

    assert lead(context(incidents=items))[0] == (
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


def key_figures(made: LetterContext) -> list[tuple[str, str, str]]:
    section = letter_figures.number_section(made)
    assert section is not None
    (block,) = section.blocks
    assert isinstance(block, KeyFigures)
    return [(row.value, row.label, row.comparison) for row in block.figures]


MEASURE = {"of": None, "why": None, "rests": None}


def test_numbers_stand_beside_those_of_last_week() -> None:
    measures = [
        {"id": "asking_share", "now": 0.75, "before": 0.5, **MEASURE},
        {"id": "activated", "now": 310.0, "before": 250.0, **MEASURE},
    ]

    asking, urgent, activated = key_figures(context(measures=measures))

    # Wilson's interval of 30 of 40, to whole percents: (0.598, 0.858).
    assert asking == (
        "75%",
        "of mentions expect an answer",
        "60% to 86%; last week 50%",
    )
    assert urgent == (
        "5",
        "urgent mentions, of these danger to life: 2",
        "last week 3",
    )
    assert activated == (
        "310",
        "people began to use the app (PMC Care)",
        "last week 250",
    )


def test_a_share_that_is_corrected_says_what_was_read() -> None:
    share = {"task": "asking", "id": "asking", "n": 30, "of": 40, "why": None}
    reader = {"shares": [share | {"share": 0.7, "low": 0.6, "high": 0.8}]}
    measures = [{"id": "asking_share", "now": 0.75, "before": 0.5, **MEASURE}]

    (asking, *_) = key_figures(context(measures=measures, reader=reader))

    assert asking == (
        "70%",
        "of mentions expect an answer",
        "60% to 80%; as classified 75%, last week 50%",
    )


def test_a_count_over_fewer_hours_says_that_of_the_same_hours() -> None:
    counted = figure(9, 4)
    counted["same_hours"]["now"] = 7

    shown = letter_figures.count_figure(context(), cast(Any, counted), "mentions")

    assert shown is not None
    assert shown.comparison == "same hours: last week 4, now 7"


@pytest.mark.parametrize(
    ("coverage", "source"),
    [
        (
            {"platforms": [], "due": 0, "covered": 0},
            "Source: imported files; what they lack is not known.",
        ),
        (
            {"platforms": [1, 2], "due": 336, "covered": 336},
            "Source: 2 platforms, all collected without gaps.",
        ),
        (
            {"platforms": [1, 2], "due": 336, "covered": 252},
            "Source: 2 platforms; 75% of their hours were collected.",
        ),
    ],
)
def test_the_source_says_how_much_was_collected(
    coverage: dict[str, Any], source: str
) -> None:
    assert letter_figures.source_note(context(coverage=coverage)) == source


def test_a_day_that_stands_out_is_named() -> None:
    section = letter_figures.day_section(context())

    assert section is not None
    assert section.title == "Wed 18 stands out: 20 of 40 mentions"


def texts(made: LetterContext, most: int = 2) -> list[str]:
    (block,) = letter_work.work_section(made, most).blocks
    return words([cast(Any, block)])


def test_what_the_cell_did_is_counted() -> None:
    incidents = [
        {"kind": "critical", "week": "now", "acked_at": acked} for acked in ("x", None)
    ]
    measures = [
        {"id": "alerted", "now": 12.4, "before": None, **MEASURE},
        {"id": "acknowledged", "now": 31.0, "before": None, **MEASURE},
    ]

    assert texts(
        context(
            {"work": WORK | {"posts": 3, "answers": 7, "due": 5, "kept": 4}},
            incidents=incidents,
            measures=measures,
        )
    ) == [
        "Alerts: median 12 minutes after the first mention.",
        "Incidents that began in the week: 2; somebody took charge of 1. Median time "
        "until then: 31 minutes.",
        "Published: posts 3, answers 7.",
        "Commitments: 5 fell due, 4 were kept.",
    ]
    assert texts(context()) == ["Nothing is recorded for this week."]


def campaign(name: str, effect: dict[str, Any] | None = None) -> dict[str, Any]:
    week = {"clicks": 120, "installs": 30}
    return {
        "name": name,
        "goal": "activated_users",
        "incremental": effect,
        "week": week,
    }


def test_campaigns_say_what_they_added_and_how_sure_that_is() -> None:
    campaigns = [
        campaign("monsoon26", {"value": 560.2, "interval": [466.0, 685.0]}),
        campaign("voice", {"value": 40.0, "interval": None}),
        campaign("trees"),
        *(campaign(f"other {n}") for n in range(2)),
    ]

    assert texts(context(campaigns=campaigns), 3) == [
        "monsoon26, since its start: Activated users of the app, about 560 more than "
        "without it (95% interval 466 to 685).",
        "voice, since its start: Activated users of the app, about 40 more than "
        "without it; how sure that is cannot be said.",
        "trees: effect not known; clicks this week 120, installs that name it 30.",
        "2 more campaigns are in the report.",
    ]


def decided(made: LetterContext) -> list[tuple[str, str, str]]:
    return [
        (plain_text(row.what), row.who, row.by)
        for row in letter_decisions.decisions(made)
    ]


def test_what_is_to_be_decided_is_counted_with_its_owner_and_date() -> None:
    commitment = {
        "text": "A drain",
        "due_at": "2026-11-20T06:00:00+05:30",
        "owner": WATER,
        "made_by": "asha",
    }
    goal = {
        "title": {"en": "Heard"},
        "owner": {"en": "Head of cell"},
        "targets": {"alerted": {"at_least": None, "at_most": 30, "by": "2026-12-01"}},
    }
    made = context(
        {
            "commitments": [commitment] * 9,
            "closed": 4,
            "closed_of": [WATER],
            "work": WORK
            | {
                "posts_waiting": {"n": 2, "due_at": "2026-11-24T10:00:00+05:30"},
                "answers_waiting": {"n": 3, "due_at": None},
            },
        },
        incidents=[{"kind": "critical", "acked_at": None, "state": "open"}] * 2,
        strategy={"agreed": "2026-11-01", "goals": {"heard": goal}},
        measures=[{"id": "alerted", "now": 45.0, "before": None, **MEASURE}],
    )

    (danger, late, *_, more, posts, answers, closed, missed) = decided(made)

    assert danger == (
        "Who acknowledges 2 open reports of danger to life",
        "Social media cell",
        "at once",
    )
    assert late == (
        "Commitment missed: A drain",
        "Water Department",
        "was due Fri 20 Nov, 06:00",
    )
    shown = sum(row[0].startswith("Commitment missed") for row in decided(made))
    assert more[0] == f"{9 - shown} more commitments are late"
    assert posts == (
        "2 posts wait for approval",
        "An approver",
        "Tue 24 Nov, 10:00",
    )
    assert answers[0] == "3 answers wait for approval"
    assert closed[:2] == (
        "4 mentions say that a complaint was closed without action: reopen or explain",
        "Water Department",
    )
    assert missed == (
        "Goal missed: Incident: post to alert 45 minutes, target ≤ 30",
        "Head of cell",
        "Dec 2026",
    )


def test_what_does_not_fit_is_counted() -> None:
    made = context()
    decision = letter_decisions.closed_complaints(made, 4, "Water Department")
    commitment: Any = {
        "text": "A drain",
        "due_at": "2026-11-20T06:00:00+05:30",
        "owner": None,
        "made_by": "asha",
    }

    decisions = letter_sections.decision_section(made, [decision] * 5, 3)
    commitments = letter_sections.commitment_section(made, [commitment] * 5, 3)
    nothing = letter_sections.decision_section(made, [], 3)

    assert words(cast(Any, decisions.blocks))[-1] == (
        "2 more decisions are in the report."
    )
    assert words(cast(Any, commitments.blocks))[-1] == (
        "2 more commitments are not shown."
    )
    assert "Fri 20 Nov, 06:00, late" in words(cast(Any, commitments.blocks))
    assert words(cast(Any, nothing.blocks)) == ["Nothing waits for a decision."]


def test_the_letter_ends_with_how_sure_it_is_and_when_it_was_counted() -> None:
    measures = [
        {"id": id_, "now": now, "before": None, **MEASURE}
        for id_, now in (("rating", None), ("alerted", 12.0), ("took_part", None))
    ]

    sure, counted = letter_sections.closing(context(measures=measures, messages=6))

    # Of 40 mentions the program was unsure of eight.
    assert plain_text(sure) == (
        "How sure: topic, intent and urgency are a program's classification; "
        "corrections by staff take precedence. It was unsure of the intent of 20% of "
        "the mentions."
    )
    assert plain_text(counted) == (
        "2 of 3 indicators have no value this week and are left out. 6 private "
        "messages are among the mentions: counted, not quoted. Counted on 23 Nov 2026, "
        "09:00 and frozen."
    )


def test_the_letter_names_the_files_that_go_with_it() -> None:
    links = letter_sections.links(
        ENGLISH, Addresses(report="week.html", workbook="week.xlsx")
    )

    assert [plain_text((link,)) for link in links] == [
        "Full report: week.html",
        "Rows behind each number: week.xlsx",
    ]


def test_the_head_says_which_week_it_is_and_how_much_is_to_be_decided() -> None:
    first, last = context().days

    assert weekly_letter.occasion(ENGLISH, first, last) == (
        "Weekly letter, 16 to 22 November 2026"
    )
    assert weekly_letter.preheader(context(), 3) == "3 decisions are needed."
    assert weekly_letter.preheader(context(), 0) == "Nothing waits for a decision."


def office(made: LetterContext, **changes: Any) -> LetterPage:
    numbers = {
        "id": "dept:water",
        "name": {"en": "Water Department"},
        "mentions": figure(0, 0),
        "asking": figure(0),
        **changes,
    }
    return office_letter.page(made, cast(Any, numbers))
