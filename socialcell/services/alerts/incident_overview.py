"""Incidents at a glance: a line for each, and the one that needs a person first."""

from collections.abc import Iterable, Mapping, Sequence
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
    incident_titles,
)
from socialcell.reports.incidents.incident_facts import IncidentFacts, Names
from socialcell.reports.letters.letter_page import LetterPage, plain_text
from socialcell.reports.phrases import Phrases
from socialcell.services.alerts import escalations, incident_notifications
from socialcell.services.alerts.incident_notifications import ReadIncident
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

    @property
    def is_missed(self) -> bool:
        """Whether it was a danger to life that ended before anybody took charge."""
        return self.kind == CRITICAL and self.state == "over" and not self.assigned_to


@dataclass(frozen=True)
class LeadingIncident:
    """The incident that needs a person first: what and where, how many since when, in
    danger, whose it is; and what is not known."""

    line: IncidentLine
    title: str
    sentences: Sequence[str]
    unknown: Sequence[str]


@dataclass(frozen=True)
class IncidentReport:
    """An incident as it is listed, and as its letter reports it."""

    line: IncidentLine
    letter: LetterPage


@dataclass(frozen=True)
class IncidentOverview:
    """Open incidents, the most pressing first, the leading one in sentences."""

    leading: LeadingIncident | None
    others: Sequence[IncidentLine]


def list_lines(
    context: Context, lang: Language, states: Iterable[str] = ()
) -> list[IncidentLine]:
    """All incidents in these states (any without), the newest first."""
    with db.reading(context.engine) as session:
        rows = alert_store.incidents(session, states, None)
        return _lines(session, rows, lang, context.clock.now())


def list_page(
    context: Context, lang: Language, before: int | None, limit: int
) -> list[IncidentLine]:
    """Incidents in any state, the last opened first, after the one of a number."""
    with db.reading(context.engine) as session:
        rows = alert_store.opened_before(session, (), before, limit)
        return _lines(session, rows, lang, context.clock.now())


def list_numbered(
    context: Context, lang: Language, numbers: Iterable[int]
) -> list[IncidentLine]:
    """The incidents of these numbers, the last opened first."""
    with db.reading(context.engine) as session:
        rows = incidents.numbered(session, numbers)
        return _lines(session, rows, lang, context.clock.now())


def open_incidents(context: Context, lang: Language) -> IncidentOverview:
    """Open incidents: those that nobody is assigned to first, then by severity, those
    with the most mentions at a time first."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = {row.id: row for row in alert_store.incidents(session, OPEN, None)}
        if not rows:
            return IncidentOverview(None, ())
        names = incident_facts.area_names(session)
        alerts = incidents.alerts_before(session, (id_ or 0 for id_ in rows), now)
        lines = sorted(
            _named(session, list(rows.values()), alerts, names, lang, now),
            key=_by_need,
        )
        first = lines[0]
        read = ReadIncident(rows[first.id], alerts[first.id], names)
        return IncidentOverview(_tell(context, session, read, first, lang), lines[1:])


def _tell(
    context: Context,
    session: Session,
    read: ReadIncident,
    line: IncidentLine,
    lang: Language,
) -> LeadingIncident:
    """Of a single danger, what its letter says; else the numbers of now."""
    if line.kind == CRITICAL:
        letter = escalations.letter_of(context, session, read, lang.code)
        unknown = [] if letter.unknown is None else [plain_text(letter.unknown)]
        sentences = [plain_text(row) for row in letter.lead]
        return LeadingIncident(line, letter.subject, sentences, unknown)
    phrases = Phrases(lang)
    facts = incident_facts.collect(
        session,
        read.incident,
        read.alerts,
        context.clock.now(),
        texts=False,
        names=read.names,
    )
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


def find_report(
    context: Context, incident_id: int, lang: Language
) -> IncidentReport | None:
    """One incident with its letter; None: there is none."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        read = incident_notifications.read_incident(session, incident_id)
        if read is None:
            return None
        own = [alert for alert in read.alerts if alert.at < now]
        letter = escalations.letter_of(context, session, read, lang.code)
        line = _line(read.incident, own, letter.subject, Phrases(lang))
        return IncidentReport(line, letter)


def _by_need(line: IncidentLine) -> tuple[bool, int, int, float]:
    severity = _SEVERITIES.get(line.severity, len(_SEVERITIES))
    newest_first = -line.last_at.timestamp()
    return line.state != "open", severity, -(line.observed or 0), newest_first


def _lines(
    session: Session,
    rows: Sequence[Incident],
    lang: Language,
    now: datetime,
) -> list[IncidentLine]:
    names = incident_facts.area_names(session)
    alerts = incidents.alerts_before(session, (row.id or 0 for row in rows), now)
    return _named(session, rows, alerts, names, lang, now)


def _named(
    session: Session,
    rows: Sequence[Incident],
    alerts: Mapping[int, Sequence[Alert]],
    names: Names,
    lang: Language,
    now: datetime,
) -> list[IncidentLine]:
    """Lines of incidents with their alerts until now."""
    phrases = Phrases(lang)
    pairs = [(row, alerts[row.id or 0]) for row in rows]
    subjects = incident_titles.read_subjects(session, pairs, now)
    return [
        _line(
            row,
            own,
            incident_titles.title(subjects[row.id or 0], names, phrases),
            phrases,
        )
        for row, own in pairs
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
