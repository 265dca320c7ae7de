"""Incidents at a glance: a line for each, and the one that needs a person first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.i18n import Language
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import incidents
from socialcell.reports.incidents import (
    incident_facts,
    incident_page,
    incident_sentences,
)
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.letters.letter_page import plain_text
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
    kind: str
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
    """The incident that needs a person first: what and where, how many since when, in
    danger, whose it is; and what is not known."""

    line: IncidentLine
    title: str
    sentences: Sequence[str]
    unknown: Sequence[str]


@dataclass(frozen=True)
class IncidentOverview:
    """Open incidents, the most pressing first, the leading one in sentences."""

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
    return IncidentOverview(_tell(context, lines[0], lang), lines[1:])


def _tell(context: Context, line: IncidentLine, lang: Language) -> LeadingIncident:
    """Of a single danger, what its letter says; else the numbers of now."""
    if line.kind == CRITICAL:
        letter = escalations.incident_page(context, line.id, lang.code)
        unknown = [] if letter.unknown is None else [plain_text(letter.unknown)]
        sentences = [plain_text(row) for row in letter.lead]
        return LeadingIncident(line, letter.subject, sentences, unknown)
    phrases, now = Phrases(lang), context.clock.now()
    with db.reading(context.engine) as session:
        incident = session.get_one(Incident, line.id)
        own = incidents.alerts_before(session, [line.id], now)[line.id]
        facts = incident_facts.collect(session, incident, own, now, texts=False)
        return LeadingIncident(
            line,
            incident_sentences.title(facts, phrases),
            [*_sentences(facts, phrases)],
            [*incident_sentences.unknown_lines(facts, phrases)],
        )


def _sentences(facts: IncidentFacts, phrases: Phrases) -> Iterable[str]:
    lang = phrases.lang
    if facts.state.numbers is not None:
        yield incident_sentences.count_line(facts, lang)
        yield from incident_sentences.message_lines(facts, lang)
        yield from incident_sentences.ward_lines(facts, phrases)
        yield incident_sentences.danger_line(facts, lang)
    yield from incident_sentences.responsible_lines(facts, phrases)


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
        kind=row.kind,
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
