"""Queries of the incidents of a span: what they rest on, and who joined them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.alerts.model import (
    CRITICAL,
    PLANNED,
    Alert,
    Escalation,
    Incident,
    Promise,
)
from socialcell.listening.model import Author, Mention, RegistryAccount
from socialcell.listening.store.mentions.mention_counts import TimeSpan

ACCOUNT = "account"
M, AUTHOR = db.table(Mention).c, db.table(Author).c
REGISTRY = db.table(RegistryAccount).c
# An incident whose end was not kept was over a day after its last alert.
_DAY = timedelta(days=1)
OPEN = ("open", "acked")  # states of what is not over
SEVERITIES = ("high", "medium")  # of what was not planned


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An incident as it stood at a moment: its alerts until then, and when the newest
    of them was."""

    incident: Incident
    last_alert_at: datetime
    alerts: Sequence[Alert]


@dataclass(frozen=True, slots=True)
class IncidentMark:
    """How the incidents stand: the newest alert, how many wait and how many are
    acknowledged. Another one: something has changed."""

    newest_alert: int
    waiting: int
    acked: int

    def __str__(self) -> str:
        return f"{self.newest_alert}-{self.waiting}-{self.acked}"


@dataclass(frozen=True, slots=True)
class JoinedAuthor:
    """An author who joined an incident, with the account of the registry, None where
    it does not hold one."""

    author_id: int
    platform: str | None
    handle: str | None
    name: str | None
    person_class: str | None


def open_at(session: Session, at: datetime) -> list[OpenIncident]:
    """Incidents that were open at a moment, whatever became of them since; those with
    the newest alert first. What was planned is none here, nor in `touching`."""
    opened, ended = col(Incident.opened_at), col(Incident.ended_at)
    statement = select(Incident).where(
        col(Incident.kind) != PLANNED,
        opened <= at,
        or_(
            col(Incident.state) != "over",
            ended > at,
            and_(ended.is_(None), col(Incident.last_at) > at - _DAY),
        ),
    )
    rows = session.scalars(statement.order_by(opened, col(Incident.id))).all()
    alerts = alerts_before(
        session, (incident.id or 0 for incident in rows), at + timedelta(microseconds=1)
    )
    standing = [_standing(incident, alerts[incident.id or 0]) for incident in rows]
    return sorted(standing, key=lambda incident: incident.last_alert_at, reverse=True)


def pass_on(session: Session, name: str, to: str) -> list[int]:
    """Open incidents that one operator has go to another; their ids."""
    rows = session.scalars(
        select(Incident)
        .where(col(Incident.state) == "acked", col(Incident.acked_by) == name)
        .order_by(col(Incident.id))
    ).all()
    for row in rows:
        row.acked_by = to
    session.flush()
    return [row.id for row in rows if row.id is not None]


def count_open(session: Session) -> dict[str, int]:
    """How many incidents are not over, by severity; what was planned is none."""
    severity = col(Incident.severity)
    query = (
        select(severity, func.count())
        .where(col(Incident.kind) != PLANNED, col(Incident.state) != "over")
        .group_by(severity)
    )
    counts = dict(session.execute(query).all())
    return {level: counts.get(level, 0) for level in SEVERITIES}


def read_mark(session: Session) -> IncidentMark:
    """How the incidents stand now, in one small statement."""
    state = col(Incident.state)
    query = select(
        select(func.max(col(Alert.id))).scalar_subquery(),
        func.count().filter(state == "open"),
        func.count().filter(state == "acked"),
    ).select_from(db.table(Incident))
    newest, waiting, acked = session.execute(query).one()
    return IncidentMark(newest or 0, waiting, acked)


def open_with_mark(session: Session) -> tuple[list[Incident], IncidentMark]:
    """Incidents that are not over, the newest alert first, and how all stand at the
    same moment."""
    newest_alert = select(func.max(col(Alert.id))).scalar_subquery()
    query = (
        select(Incident, newest_alert)
        .where(col(Incident.state).in_(OPEN))
        .order_by(col(Incident.last_at).desc())
    )
    rows = session.execute(query).all()
    if not rows:
        return [], read_mark(session)
    states = Counter(incident.state for incident, _ in rows)
    mark = IncidentMark(rows[0][1] or 0, states["open"], states["acked"])
    return [incident for incident, _ in rows], mark


def count_dangers_after(session: Session, alert_id: int) -> int:
    """How many dangers to life were entered after an alert."""
    query = select(func.count()).where(
        col(Alert.id) > alert_id, col(Alert.series) == CRITICAL
    )
    return session.scalars(query).one()


def count_unacknowledged(session: Session, end: datetime) -> int:
    """How many incidents of danger to life are open and acknowledged by nobody, of
    those that opened before `end` or whose mention was written before it."""
    written = (
        select(1)
        .select_from(db.table(Escalation).join(db.table(Mention)))
        .where(
            db.table(Escalation).c.incident_id == col(Incident.id),
            func.coalesce(M.authored_at, col(Incident.opened_at)) < end,
        )
    )
    query = select(func.count()).where(
        col(Incident.kind) == CRITICAL,
        col(Incident.state) == "open",
        or_(col(Incident.opened_at) < end, exists(written)),
    )
    return session.scalars(query).one()


def resting_on(
    session: Session, mention_id: int, start: datetime, end: datetime
) -> list[Incident]:
    """The incidents of [start, end] that have an alert which rests on a mention, the
    oldest first."""
    opened, last = col(Incident.opened_at), col(Incident.last_at)
    statement = (
        select(Incident, Alert)
        .join(Alert, col(Alert.incident_id) == col(Incident.id))
        .where(last >= start, opened <= end)
        .order_by(opened, col(Incident.id))
    )
    incidents: dict[int, Incident] = {}
    for incident, alert in session.execute(statement):
        if mention_id in alert.mentions:
            incidents[incident.id or 0] = incident
    return list(incidents.values())


def _standing(incident: Incident, alerts: Sequence[Alert]) -> OpenIncident:
    last = max((alert.at for alert in alerts), default=incident.opened_at)
    return OpenIncident(incident, max(last, incident.opened_at), alerts)


def touching(session: Session, span: TimeSpan) -> Sequence[Incident]:
    """Incidents that began before the end of a span and have an alert in it or after
    its start, in their order."""
    statement = select(Incident).where(
        col(Incident.kind) != PLANNED,
        col(Incident.opened_at) < span.end,
        col(Incident.last_at) >= span.start,
    )
    return session.scalars(
        statement.order_by(col(Incident.opened_at), col(Incident.id))
    ).all()


def numbered(session: Session, numbers: Iterable[int]) -> list[Incident]:
    """The incidents of these numbers, the last opened first."""
    rows: list[Incident] = []
    for chunk in db.chunks(sorted(set(numbers), reverse=True)):
        statement = select(Incident).where(col(Incident.id).in_(chunk))
        rows += session.scalars(statement.order_by(col(Incident.id).desc()))
    return rows


def alerts_before(
    session: Session, incidents: Iterable[int], end: datetime
) -> dict[int, list[Alert]]:
    """Alerts of incidents up to a moment, in their order, by incident."""
    by_incident: dict[int, list[Alert]] = defaultdict(list)
    for chunk in db.chunks(sorted(incidents)):
        statement = select(Alert).where(
            col(Alert.incident_id).in_(chunk), col(Alert.at) < end
        )
        for alert in session.scalars(statement.order_by(col(Alert.at), col(Alert.id))):
            by_incident[alert.incident_id].append(alert)
    return by_incident


def alerts_until(
    session: Session, incidents: Iterable[int], last: datetime
) -> dict[int, list[Alert]]:
    """The same, those of the last moment included: what is known at it."""
    return alerts_before(session, incidents, last + timedelta.resolution)


def first_posts(session: Session, mention_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these mentions was written; without those that have no time."""
    times_by_id: dict[int, datetime] = {}
    for chunk in db.chunks(sorted(mention_ids)):
        rows = session.execute(
            select(M.id, M.authored_at).where(
                M.id.in_(chunk), M.authored_at.is_not(None)
            )
        )
        times_by_id.update((id_, at) for id_, at in rows)
    return times_by_id


def joined_authors(session: Session, span: TimeSpan) -> list[JoinedAuthor]:
    """Who joined an incident in a span, each once."""
    posts = session.scalars(
        select(col(Alert.mentions)).where(
            col(Alert.series) == ACCOUNT,
            col(Alert.at) >= span.start,
            col(Alert.at) < span.end,
        )
    )
    mention_ids = {post for own in posts for post in own}
    registered = and_(
        REGISTRY.platform == AUTHOR.platform,
        REGISTRY.handle == func.lower(AUTHOR.handle),
    )
    rows_by_author: dict[int, JoinedAuthor] = {}
    for chunk in db.chunks(sorted(mention_ids)):
        rows = session.execute(
            select(
                AUTHOR.id.label("author_id"),
                REGISTRY.platform,
                REGISTRY.handle,
                REGISTRY.name,
                REGISTRY.person_class,
            )
            .select_from(db.table(Mention))
            .join(db.table(Author), AUTHOR.id == M.author_id)
            .outerjoin(db.table(RegistryAccount), registered)
            .where(M.id.in_(chunk))
            .distinct()
        )
        rows_by_author.update((row.author_id, JoinedAuthor(*row)) for row in rows)
    return list(rows_by_author.values())


def promises_due(session: Session, start: datetime, end: datetime) -> list[Promise]:
    """Promises that fell due in [start, end), whatever became of them."""
    due = col(Promise.due_at)
    statement = select(Promise).where(due >= start, due < end).order_by(due)
    return list(session.scalars(statement))


def promises_of(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """What was promised, by id."""
    texts_by_id: dict[int, str] = {}
    for chunk in db.chunks(sorted(ids)):
        rows = session.execute(
            select(col(Promise.id), col(Promise.text)).where(col(Promise.id).in_(chunk))
        )
        texts_by_id.update((id_, text) for id_, text in rows if id_ is not None)
    return texts_by_id
