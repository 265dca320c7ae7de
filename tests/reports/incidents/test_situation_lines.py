"""The lines of a situation report say what is counted, claimed and promised."""

from dataclasses import replace
from datetime import datetime

import pytest

from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.reports.incidents.situation_lines import (
    ReportedClaim,
    SituationFacts,
    situation_lines,
)

NAMES = {
    "area:pune/ward-office/kothrud": {"en": "Kothrud", "mr": "कोथरूड", "hi": "कोथरूड"},
    "area:pune/ward-office/aundh": {"en": "Aundh", "mr": "औंध", "hi": "औंध"},
}
QUIET = SituationFacts(
    since=None,
    as_of=datetime(2026, 11, 21, 9, 0, tzinfo=IST),
    mentions=0,
    people=None,
    urgent=0,
    places=(),
    cases={"open": 0, "urgent": 0, "referred": 0, "ended": 0},
    claims=(),
    notes={},
    held_posts=0,
    next_update=None,
)
COUNTED = replace(
    QUIET,
    since=datetime(2026, 11, 21, 4, 5, tzinfo=IST),
    mentions=1299,
    people=820,
    urgent=31,
    places=[
        ("area:pune/ward-office/kothrud", 640),
        ("area:pune/ward-office/aundh", 75),
    ],
    cases={"open": 44, "urgent": 6, "referred": 12, "ended": 3},
    held_posts=2,
    next_update=datetime(2026, 11, 21, 11, 30, tzinfo=IST),
)


def _texts(facts: SituationFacts, code: str = "en") -> list[str]:
    return [line.text for line in situation_lines(facts, NAMES, language(code))]


def _claim(text: str, verdict: str, correction: str = "") -> ReportedClaim:
    at = datetime(2026, 11, 21, 8, 20, tzinfo=IST)
    return ReportedClaim(text, verdict, "Water Resources", at, correction, 4)


def test_a_report_says_how_many_wrote_where_and_what_became_of_it() -> None:
    assert _texts(COUNTED) == [
        "1,299 mentions since 21 Nov 2026, 04:05. Accounts that wrote: 820. "
        "Read as urgent: 31.",
        "Mentions by ward office: Kothrud 640, Aundh 75.",
        "Cases: 44 open, of them 6 urgent; 12 with other bodies; 3 ended.",
        "2 planned posts are held.",
        "Next update by 21 Nov 2026, 11:30.",
    ]


def test_people_who_are_not_known_are_not_counted() -> None:
    first = _texts(replace(COUNTED, people=None))[0]
    assert first == "1,299 mentions since 21 Nov 2026, 04:05. Read as urgent: 31."


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "en",
            "1 mention since 21 Nov 2026, 04:05. Accounts that wrote: 1. "
            "Read as urgent: 1.",
        ),
        (
            "mr",
            "२१ नोव्हेंबर २०२६, ०४:०५ पासून १ उल्लेख. लिहिणारी खाती: १. तातडीचे वाटणारे: १.",
        ),
        (
            "hi",
            "21 नवंबर 2026, 04:05 से 1 उल्लेख। लिखने वाले खाते: 1। तत्काल ध्यान वाले माने गए: 1।",
        ),
    ],
)
def test_one_mention_by_one_person_is_said_as_one(code: str, sentence: str) -> None:
    one = replace(COUNTED, mentions=1, people=1, urgent=1)

    assert _texts(one, code)[0] == sentence


def test_where_nothing_is_known_that_is_said() -> None:
    assert _texts(QUIET) == [
        "No mention is counted.",
        "No time is promised for the next update.",
    ]


def test_claims_stand_by_what_was_found_of_them() -> None:
    claims = [
        _claim("The dam is open", "true"),
        _claim("51,000 cusecs", "unverified"),
        _claim("The bridge fell", "false", "It is closed for a look"),
    ]
    assert _texts(replace(QUIET, claims=claims))[1:4] == [
        "Confirmed: The dam is open (Water Resources, 08:20).",
        "Not confirmed: 51,000 cusecs (Water Resources, 08:20).",
        "Not true: “The bridge fell” (It is closed for a look).",
    ]


def test_cases_are_told_in_the_language_of_the_report() -> None:
    assert _texts(COUNTED, "hi")[2] == (
        "मामले: 44 खुले, उनमें से 6 तत्काल ध्यान वाले; 12 अन्य संस्थाओं के पास; 3 समाप्त।"
    )
