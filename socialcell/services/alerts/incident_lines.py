"""Incidents as lines of a list: what each is, how severe, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.i18n import Language
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions import mention_queries
from socialcell.reports.incidents import (
    critical_item_page,
    incident_facts,
    incident_page,
    incident_titles,
)
from socialcell.reports.incidents.incident_facts import Names
from socialcell.reports.phrases import Phrases
from socialcell.services import pseudonyms
from socialcell.services.context import Context

_SEVERITIES = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class DangerPost:
    """The post that an incident of danger to life rests on: its masked words, "" where
    they are withheld, their language, and when it was written."""

    words: str
    language: str | None
    written_at: datetime | None


@dataclass(frozen=True)
class IncidentLine:
    """An incident as it is listed. `observed` and `expected` are those of its worst
    alert; None where it counts nothing. `is_danger`: a post of it was read as danger to
    life; `post` is the first of such an incident that is there, None of other kinds."""

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
    is_acknowledged_late: bool = False
    is_danger: bool = False
    post: DangerPost | None = None

    @property
    def standing(self) -> str:
        """Its state, or what became of a danger to life: missed (nobody acknowledged
        it) | late (it was acknowledged after its end) | false_alarm."""
        if self.is_false_alarm:
            return "false_alarm"
        if self.kind != CRITICAL or self.state != "over":
            return self.state
        if self.is_acknowledged_late:
            return "late"
        return self.state if self.assigned_to else "missed"


def list_lines(
    context: Context, lang: Language, states: Iterable[str] = ()
) -> list[IncidentLine]:
    """All incidents in these states (any without), the newest first."""
    with db.reading(context.engine) as session:
        rows = alert_store.incidents(session, states, None)
        return _lines(context, session, rows, lang)


def by_need(line: IncidentLine) -> tuple[bool, bool, int, int, float]:
    """The order of open incidents: first those that nobody is assigned to, of these
    dangers to life, the newest first; then by severity, and those with the most
    mentions at a time."""
    severity = _SEVERITIES.get(line.severity, len(_SEVERITIES))
    size = 0 if line.is_danger else -(line.observed or 0)
    newest_first = -line.last_at.timestamp()
    return line.state != "open", not line.is_danger, severity, size, newest_first


def list_page(
    context: Context, lang: Language, before: int | None, limit: int
) -> list[IncidentLine]:
    """Incidents in any state, the last opened first, after the one of a number."""
    with db.reading(context.engine) as session:
        rows = alert_store.opened_before(session, (), before, limit)
        return _lines(context, session, rows, lang)


def list_numbered(
    context: Context, lang: Language, numbers: Iterable[int]
) -> list[IncidentLine]:
    """The incidents of these numbers, the last opened first."""
    with db.reading(context.engine) as session:
        rows = incidents.numbered(session, numbers)
        return _lines(context, session, rows, lang)


def named_lines(
    context: Context,
    session: Session,
    rows: Sequence[Incident],
    alerts: Mapping[int, Sequence[Alert]],
    names: Names,
    lang: Language,
) -> list[IncidentLine]:
    """Lines of incidents with their alerts until now, dangers with their words."""
    phrases = Phrases(lang)
    pairs = [(row, alerts[row.id or 0]) for row in rows]
    subjects = incident_titles.read_subjects(session, pairs, context.clock.now())
    posts = _danger_posts(context, session, pairs)
    return [
        replace(
            line_of(
                row,
                own,
                incident_titles.title(subjects[row.id or 0], names, phrases),
                phrases,
            ),
            post=posts.get(row.id or 0),
        )
        for row, own in pairs
    ]


def _danger_posts(
    context: Context,
    session: Session,
    pairs: Sequence[tuple[Incident, Sequence[Alert]]],
) -> dict[int, DangerPost]:
    """By the number of its incident the first critical item that was not removed. A
    false alarm's words are nobody's concern."""
    items = {
        incident.id or 0: incident_titles.items_of(incident, alerts)
        for incident, alerts in pairs
        if incident.kind == CRITICAL and not incident.is_false_alarm
    }
    ids = sorted({id_ for own in items.values() for id_ in own})
    if not ids:
        return {}
    rows = {
        id_: row
        for id_, row in mention_queries.mentions_by_id(session, ids).items()
        if row.state == "present" and row.text
    }
    firsts = {
        incident_id: present[0]
        for incident_id, own in items.items()
        if (present := [rows[id_] for id_ in own if id_ in rows])
    }
    read = mention_queries.annotations(session, [row.id for row in firsts.values()])
    people = pseudonyms.read_people(context, session)
    return {
        incident_id: DangerPost(
            critical_item_page.mask_words(row, read[row.id], people),
            row.language,
            row.authored_at,
        )
        for incident_id, row in firsts.items()
    }


def line_of(
    row: Incident, alerts: Sequence[Alert], title: str, phrases: Phrases
) -> IncidentLine:
    """The line of an incident with its alerts under a title."""
    worst = incident_page.worst_alert(row.subject, alerts)
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
        is_acknowledged_late=row.is_acknowledged_late,
        is_danger=row.kind == CRITICAL
        or any(alert.series == CRITICAL for alert in alerts),
    )


def _lines(
    context: Context, session: Session, rows: Sequence[Incident], lang: Language
) -> list[IncidentLine]:
    now = context.clock.now()
    names = incident_facts.area_names(session)
    alerts = incidents.alerts_until(session, (row.id or 0 for row in rows), now)
    return named_lines(context, session, rows, alerts, names, lang)
