"""An incident, its alert and what is known of it, written by hand."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.listening.alerts.contradictions import Contradiction, ReportedFigure
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.people.visibility import People
from socialcell.listening.store.alerts.scope_counts import Numbers, ScopeDetails
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.reports.incidents import incident_page
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.incidents.incident_page import Evidence, Recipients
from socialcell.reports.letters import letter_render

NIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=IST)  # a Friday
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOW = NIGHT + 6 * HOUR
PEOPLE = People(b"a key that only tests have", {("x", "daily_paper")})
NAMES = {"ward:aundh-baner": dict.fromkeys(("en", "mr", "hi"), "Aundh - Baner")}


def incident(**changes: Any) -> Incident:
    """Number 7, about a flood; open since two at night, nobody has it."""
    values: dict[str, Any] = {
        "id": 7,
        "kind": "spike",
        "subject": "topic:flood",
        "severity": "high",
        "opened_at": NIGHT,
        "last_at": NOW,
    }
    return Incident(**values | changes)


def alert(**changes: Any) -> Alert:
    """Forty people in an hour that has four on other days."""
    values: dict[str, Any] = {
        "incident_id": 7,
        "key": "a",
        "series": "topic:flood",
        "at": NIGHT + HOUR,
        "score": 0.9,
        "observed": 40,
        "expected": 4.2,
        "mentions": [],
        "coverage": 0.75,
    }
    return Alert(**values | changes)


def state(mentions: int = 40, **changes: Any) -> IncidentState:
    """The numbers of an incident at eight in the morning: 35 accounts, 9 urgent."""
    numbers = Numbers(
        since=NIGHT,
        as_of=NOW,
        mentions=mentions,
        people=35,
        urgent=changes.pop("urgent", 9),
        wards=changes.pop("wards", ()),
        topics=(("flood", mentions),),
        owner=None,
    )
    return IncidentState(numbers=numbers, **changes)


def facts(
    row: Incident | None = None,
    stood: IncidentState | None = None,
    *,
    critical: int = 0,
    messages: int = 0,
    usual: int | None = None,
) -> IncidentFacts:
    details = ScopeDetails(critical, 0, messages, NIGHT + MINUTE, NOW - MINUTE)
    return IncidentFacts(
        row or incident(), NOW, stood or state(), details, usual, (), NAMES
    )


def discharge(*figures: float) -> Contradiction:
    """Figures of a dam's discharge; each told in one mention, an hour after another."""
    reported = tuple(
        ReportedFigure(value, [n], {n}, set(), [NIGHT + n * HOUR])
        for n, value in enumerate(figures, 1)
    )
    return Contradiction("discharge", "cusecs", reported)


def mention(id_: int = 42, **changes: Any) -> MentionRow:
    """A post on X of somebody who is not of the registry."""
    values: dict[str, Any] = dict.fromkeys(field.name for field in fields(MentionRow))
    values |= {
        "id": id_,
        "platform": "x",
        "external_id": f"post-{id_}",
        "kind": "post",
        "state": "present",
        "text": "Water in the houses, people on the roof",
        "authored_at": NIGHT,
        "stored_at": NIGHT,
        "language": "en",
        "missing": [],
        "uid": "u1",
        "handle": "asha_writes",
    }
    return MentionRow(**values | changes)


def letter(
    row: Incident | None = None,
    stood: IncidentState | None = None,
    *alerts: Alert,
    recipients: Recipients | None = None,
    lang: str = "en",
    **evidence: Any,
) -> str:
    """The letter of an incident as plain text in one line."""
    row = row or incident()
    known = {"facts": facts(row, stood), "alerts": list(alerts), **evidence}
    page = incident_page.page(
        row,
        Evidence(**known),
        recipients or Recipients(2),
        PEOPLE,
        "Social media cell",
        language(lang),
    )
    return one_line(letter_render.text(page))


def one_line(text: str) -> str:
    return " ".join(text.split())
