"""Incidents at a glance: a line for each, and the one that needs a person first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.i18n import Language
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import incidents
from socialcell.reports.incidents import (
    incident_facts,
    incident_page,
    incident_sentences,
)
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.phrases import Phrases
from socialcell.services.alerts import escalations
from socialcell.services.context import Context

OPEN = ("open", "acked")
_SEVERITIES = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class IncidentLine:
    """An incident as it is listed. `observed` and `expected` are those of its worst
    alert; None where it counts nothing."""

    id: int
    title: str
    severity: str
    severity_words: str
    state: str  # open | acked | over
    opened_at: datetime
    last_at: datetime
    ended_at: datetime | None
    assigned_to: str | None
    assigned_at: datetime | None
    observed: int | None
    expected: float | None


@dataclass(frozen=True)
class LeadingIncident:
    """The incident that needs a person first, as its letter tells it."""

    line: IncidentLine
    letter: LetterPage


@dataclass(frozen=True)
class IncidentOverview:
    """Open incidents, the most pressing first, the leading one with its letter."""

    leading: LeadingIncident | None
    others: Sequence[IncidentLine]


def list_lines(
    context: Context, lang: Language, states: Iterable[str] = (), limit: int = 50
) -> list[IncidentLine]:
    """Incidents in these states (any without), the newest first."""
    with db.reading(context.engine) as session:
        rows = alert_store.incidents(session, states, limit)
        return _lines(session, rows, lang, context.clock.now())


def open_incidents(context: Context, lang: Language) -> IncidentOverview:
    """Open incidents: those that nobody is assigned to first, then by severity, those
    with the most mentions at a time first."""
    with db.reading(context.engine) as session:
        rows = alert_store.incidents(session, OPEN, None)
        lines = sorted(_lines(session, rows, lang, context.clock.now()), key=_by_need)
    if not lines:
        return IncidentOverview(None, ())
    letter = escalations.incident_page(context, lines[0].id, lang.code)
    return IncidentOverview(LeadingIncident(lines[0], letter), lines[1:])


def find_line(
    context: Context, incident_id: int, lang: Language
) -> IncidentLine | None:
    """One incident; None: there is none."""
    with db.reading(context.engine) as session:
        row = session.get(Incident, incident_id)
        rows = [] if row is None else [row]
        return next(iter(_lines(session, rows, lang, context.clock.now())), None)


def _by_need(line: IncidentLine) -> tuple[bool, int, int, float]:
    severity = _SEVERITIES.get(line.severity, len(_SEVERITIES))
    newest_first = -line.last_at.timestamp()
    return line.state != "open", severity, -(line.observed or 0), newest_first


def _lines(
    session: Session, rows: Sequence[Incident], lang: Language, now: datetime
) -> list[IncidentLine]:
    phrases, names = Phrases(lang), incident_facts.area_names(session)
    alerts = incidents.alerts_before(session, (row.id or 0 for row in rows), now)
    return [
        _line(
            row,
            alerts[row.id or 0],
            incident_sentences.subject_words(row.subject, names, phrases),
            phrases,
        )
        for row in rows
    ]


def _line(
    row: Incident, alerts: Sequence[Alert], title: str, phrases: Phrases
) -> IncidentLine:
    worst = incident_page.worst_alert(alerts)
    return IncidentLine(
        id=row.id or 0,
        title=title,
        severity=row.severity,
        severity_words=incident_page.severity_word(row.severity, phrases),
        state=row.state,
        opened_at=row.opened_at,
        last_at=row.last_at,
        ended_at=row.ended_at,
        assigned_to=row.acked_by,
        assigned_at=row.acked_at,
        observed=worst.observed if worst else None,
        expected=worst.expected if worst else None,
    )
