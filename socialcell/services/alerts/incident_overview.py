"""Incidents at a glance: the one that needs a person first, and a line for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.i18n import Language
from socialcell.listening.alerts.model import CRITICAL
from socialcell.listening.store.alerts import incidents as incident_store
from socialcell.reports.incidents import (
    incident_facts,
    incident_sentences,
)
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.letters.letter_page import LetterPage, plain_text
from socialcell.reports.phrases import Phrases
from socialcell.services.alerts import escalations, incident_notifications
from socialcell.services.alerts.incident_lines import (
    IncidentLine,
    by_need,
    line_of,
    named_lines,
)
from socialcell.services.alerts.incident_notifications import ReadIncident
from socialcell.services.context import Context

OPEN = incident_store.OPEN


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
    """Open incidents, the most pressing first, the leading one in sentences; `mark` is
    how all incidents stand (`incident_changes`)."""

    mark: str
    leading: LeadingIncident | None
    others: Sequence[IncidentLine]


def open_incidents(context: Context, lang: Language) -> IncidentOverview:
    """Open incidents in the order of need."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        incidents, mark = incident_store.open_with_mark(session)
        rows = {row.id: row for row in incidents}
        if not rows:
            return IncidentOverview(str(mark), None, ())
        names = incident_facts.area_names(session)
        alerts = incident_store.alerts_until(session, (id_ or 0 for id_ in rows), now)
        lines = sorted(
            named_lines(context, session, list(rows.values()), alerts, names, lang),
            key=by_need,
        )
        first = lines[0]
        read = ReadIncident(rows[first.id], alerts[first.id], names)
        leading = _tell(context, session, read, first, lang)
        return IncidentOverview(str(mark), leading, lines[1:])


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
        line.title,
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
        line = line_of(read.incident, own, letter.subject, Phrases(lang))
        return IncidentReport(line, letter)
