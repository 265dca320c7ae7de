"""Sentences of an office's weekly letter beside numbers that are written by hand."""

from collections.abc import Iterable
from typing import Any

import pytest

from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import Line, plain_text
from socialcell.reports.weekly import letter_decisions, letter_lead, office_letter
from tests.reports.incidents.facts import one_line
from tests.reports.sections.numbers import figure
from tests.reports.weekly.hand_numbers import context

AUNDH = "ward:aundh-baner"


def happened(id_: int = 7, **changes: Any) -> dict[str, Any]:
    """A flood of twenty mentions, eight of them in Aundh, that nobody has."""
    situation = {
        "mentions": 20,
        "people": 15,
        "urgent": 3,
        "critical": 0,
        "checked": 0,
        "messages": 0,
        "usual": 2,
        "began_at": "2026-11-20T04:00:00+05:30",
        "newest_at": "2026-11-20T06:00:00+05:30",
        "wards": [{"id": AUNDH, "n": 8, "name": {"en": "Aundh - Baner"}}],
        "places": [],
        "topics": [{"id": "flood", "n": 20, "name": None}],
        "owner": {"id": "dept:water", "name": {"en": "Water Department"}},
        "owners": [],
        "figures": [],
        "rumours": [],
        **changes.pop("situation", {}),
    }
    return {
        "id": id_,
        "kind": "spike",
        "subject": "topic:flood",
        "name": None,
        "severity": "high",
        "state": "open",
        "week": "now",
        "opened_at": "2026-11-20T04:05:00+05:30",
        "last_at": "2026-11-20T06:00:00+05:30",
        "first_post_at": "2026-11-20T04:00:00+05:30",
        "ended_at": None,
        "acked_at": None,
        "acked_by": None,
        "situation": situation,
        **changes,
    }


def office(kind: str = "ward", n: int = 9, **changes: Any) -> Any:
    id_, name = (AUNDH, "Aundh") if kind == "ward" else ("dept:roads", "Roads")
    return {
        "id": id_,
        "kind": kind,
        "name": {"en": name},
        "mentions": figure(n, 4),
        "asking": figure(5, 2),
        "urgent": figure(1, 0),
        "closed": 0,
        "topics": [],
        "places": [],
        **changes,
    }


def letter(of: Any, *incidents: dict[str, Any], **numbers: Any) -> tuple[str, str]:
    """The subject of a letter, and all of it in one line."""
    page = office_letter.page(context(incidents=list(incidents), **numbers), of)
    return page.subject, one_line(letter_render.text(page))


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "Aundh: Flood, 8 mentions, no one is assigned"),
        (
            {"acked_by": "Asha", "acked_at": "2026-11-20T05:00:00+05:30"},
            "Aundh: Flood, 8 mentions, assigned to Asha",
        ),
        (
            {"ended_at": "2026-11-21T05:00:00+05:30", "state": "over"},
            "Aundh: Flood, 8 mentions, over",
        ),
    ],
)
def test_a_ward_office_reads_how_many_of_an_incident_are_its_own(
    changes: dict[str, Any], subject: str
) -> None:
    shown, text = letter(office(), happened(**changes))

    assert shown == subject
    assert (
        "Flood at Aundh - Baner: 8 of its 20 mentions name a place of this ward office."
        in text
    )
    assert "In all 9 mentions. Same hours last week and now: 4 → 9." in text


def test_other_incidents_of_an_office_are_named() -> None:
    other = happened(8, subject="topic:roads", situation={"mentions": 12})

    assert "Also: Roads, Aundh - Baner 8." in letter(office(), happened(), other)[1]


def test_an_office_without_an_incident_reads_its_counts() -> None:
    assert letter(office("owner"))[0] == (
        "Roads: 9 mentions, of these 5 expect an answer"
    )


@pytest.mark.parametrize(
    ("kind", "numbers", "sentence"),
    [
        (
            "ward",
            {},
            "No mention named a place of this ward office; no incident and no open "
            "commitment concerns it.",
        ),
        (
            "owner",
            {},
            "No mention fell to this office; no incident and no open commitment "
            "concerns it.",
        ),
        (
            "owner",
            {"mentions": figure(None)},
            "Nothing was collected in this week, so nothing is known.",
        ),
    ],
)
def test_an_office_without_anything_is_told_why(
    kind: str, numbers: dict[str, Any], sentence: str
) -> None:
    subject, text = letter(office(kind, 0), **numbers)

    assert subject in ("Aundh: nothing this week", "Roads: nothing this week")
    assert sentence in text


def plain(lines: Iterable[Line]) -> str:
    return " ".join(plain_text(line) for line in lines)


def test_the_letter_of_the_cell_judges_its_main_incident() -> None:
    single = {"kind": "critical", "acked_at": None}
    made = context(incidents=[happened(), single, single])

    assert letter_lead.subject(made) == (
        "Flood at Aundh - Baner: 20 mentions, no one is assigned"
    )
    lead = plain(letter_lead.lead(made))
    assert "Also: 2 single reports of danger to life (acknowledged: 0)." in lead
    assert "The cell: alert 5 minutes after the first mention." in lead


def test_an_incident_without_a_place_says_so() -> None:
    nowhere = context(incidents=[happened(situation={"wards": []})])
    assert nowhere.main is not None

    assert "Where: no mention names a place." in plain(
        letter_lead.incident_lines(nowhere, nowhere.main)
    )


def test_more_open_incidents_are_to_be_decided_together() -> None:
    made = context(incidents=[happened(id_) for id_ in (7, 8, 9)])

    _first, others = letter_decisions.incident_decisions(made, made.incidents)

    assert plain_text(others.what).startswith(
        "Who takes charge of 2 more open incidents ("
    )
