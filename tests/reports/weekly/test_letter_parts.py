"""Figures, work, decisions and end of a weekly letter beside its numbers."""

from typing import Any, cast

import pytest

from socialcell.reports.letters.letter_page import KeyFigures, plain_text
from socialcell.reports.weekly import (
    letter_decisions,
    letter_figures,
    letter_sections,
    letter_work,
    weekly_letter,
)
from socialcell.reports.weekly.letter_context import Addresses, LetterContext
from tests.reports.sections.numbers import figure, words
from tests.reports.weekly.hand_numbers import ENGLISH, WATER, WORK, context


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
        "60% to 80%; as classified 75%; last week 50%",
    )


def test_a_share_is_of_the_whole_week_beside_that_of_the_same_hours() -> None:
    """The report says 30 of 40, 75%; over the hours of both weeks it is 36%."""
    share = {"task": "asking", "id": "asking", "n": 30, "of": 40, "why": None}
    reader = {"shares": [share | {"share": 0.7, "low": 0.6, "high": 0.8}]}
    new, both = (
        [{"id": "asking_share", "now": 0.36, "before": before, **MEASURE}]
        for before in (None, 0.5)
    )

    (alone, *_) = key_figures(context(measures=new, reader=reader))
    (corrected, *_) = key_figures(context(measures=both, reader=reader))
    (read, *_) = key_figures(context(measures=both))

    assert alone[2] == "60% to 80%; as classified 75%"
    assert corrected[2] == (
        "60% to 80%; as classified 75%; same hours: last week 50%, now 36%"
    )
    assert (read[0], read[2]) == (
        "75%",
        "60% to 86%; same hours: last week 50%, now 36%",
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
    incidents.append({**incidents[1], "false_alarm": True})
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
        "Who acknowledges 2 open reports of danger to life (socialcell alerts list)",
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
