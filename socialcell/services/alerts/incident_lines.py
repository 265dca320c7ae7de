"""Incidents as lines of a list: what each is, how severe, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.i18n import Language
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import incidents
from socialcell.reports.incidents import incident_facts, incident_page, incident_titles
from socialcell.reports.incidents.incident_facts import Names
from socialcell.reports.phrases import Phrases
from socialcell.services.context import Context


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
    is_false_alarm: bool

    @property
    def is_missed(self) -> bool:
        """Whether it was a danger to life that ended before anybody took charge."""
        is_danger = self.kind == CRITICAL and not self.is_false_alarm
        return is_danger and self.state == "over" and not self.assigned_to

    @property
    def standing(self) -> str:
        """Its state, or what became of a danger to life: missed | false_alarm."""
        if self.is_false_alarm:
            return "false_alarm"
        return "missed" if self.is_missed else self.state


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


def named_lines(
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
        line_of(
            row,
            own,
            incident_titles.title(subjects[row.id or 0], names, phrases),
            phrases,
        )
        for row, own in pairs
    ]


def line_of(
    row: Incident, alerts: Sequence[Alert], title: str, phrases: Phrases
) -> IncidentLine:
    """The line of an incident with its alerts under a title."""
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
        is_false_alarm=row.is_false_alarm,
    )


def _lines(
    session: Session,
    rows: Sequence[Incident],
    lang: Language,
    now: datetime,
) -> list[IncidentLine]:
    names = incident_facts.area_names(session)
    alerts = incidents.alerts_before(session, (row.id or 0 for row in rows), now)
    return named_lines(session, rows, alerts, names, lang, now)
