"""Queries of alerts: times of mentions by series, incidents, planned closures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.alerts.model import (
    CRITICAL,
    PLANNED,
    Alert,
    Closure,
    Incident,
    Promise,
)
from socialcell.listening.alerts.people_times import PeopleTimes
from socialcell.listening.model import (
    Annotation,
    Author,
    AuthorSnapshot,
    Engagement,
    Mention,
    RegistryAccount,
    Relation,
)
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store.mentions.tags import FROM_INCIDENT

M = db.table(Mention).c
A = db.table(Annotation).c
E = db.table(Engagement).c
ALERT = db.table(Alert)
INCIDENT = db.table(Incident)
AUTHOR, FIGURES = db.table(Author), db.table(AuthorSnapshot)
REGISTRY = db.table(RegistryAccount)
RELATION = db.table(Relation).c


@dataclass(frozen=True, slots=True)
class InfluentialPost:
    """A post of an influential account; `followers` is None where not known."""

    id: int
    author_id: int
    authored_at: datetime
    sentiment: str | None
    urgency: str | None
    followers: int | None


def times(
    session: Session, start: datetime, end: datetime
) -> dict[str, list[datetime]]:
    """Sorted times of mentions in [start, end) by series.

    Series: all; topic:T, ward:W and detail:D (of an intent) by annotation in force;
    each with `negative ` before it for the negative ones. There is no series of
    politics. What counts is how many people speak: somebody counts once an hour in a
    series; reposts, and answers by offices and institutions of the registry, do not
    count, nor does a topic that an incident says, which would make itself greater.
    """
    series = PeopleTimes()
    columns = (M.authored_at, M.author_id, M.sentiment)
    within = (
        M.state == "present",
        M.authored_at >= start,
        M.authored_at < end,
        or_(M.author_id.is_(None), M.author_id.not_in(_offices())),
        ~exists().where(RELATION.mention_id == M.id, RELATION.kind == "repost"),
    )
    for row in session.execute(select(*columns).where(*within).order_by(M.authored_at)):
        series.add("all", *row)
    value_in_force = func.coalesce(A.decided_value, A.value)
    for kind in ("topic", "ward", "detail"):
        rows = session.execute(
            select(value_in_force, *columns)
            .select_from(
                db.table(Mention).join(db.table(Annotation), A.mention_id == M.id)
            )
            .where(A.kind == kind, value_in_force.not_in(TOPICS), *within)
            .where(or_(A.model != FROM_INCIDENT, A.decided_value.is_not(None)))
            .order_by(M.authored_at)
        )
        for id_, at, author_id, sentiment in rows:
            series.add(f"{kind}:{id_}", at, author_id, sentiment)
    return series.times


def first_since(session: Session, start: datetime) -> datetime | None:
    """When the first mention from then on was written."""
    statement = select(func.min(M.authored_at)).where(
        M.state == "present", M.authored_at >= start
    )
    first: datetime | None = session.scalars(statement).one()
    return first


def ids(session: Session, series: str, start: datetime, end: datetime) -> list[int]:
    """Mentions of a series in [start, end), the most engaging first."""
    statement = select(M.id).where(*_in_series(series, start, end))
    return list(session.scalars(statement.order_by(_weight().desc(), M.id)))


def ordered(session: Session, mention_ids: Sequence[int]) -> list[int]:
    """Those of the mentions that are there, the most engaging first."""
    weighed: list[tuple[int, int]] = []
    for chunk in db.chunks(mention_ids):
        statement = select(_weight(), M.id).where(M.id.in_(chunk), M.state == "present")
        weighed += [(-weight, id_) for weight, id_ in session.execute(statement)]
    return [id_ for _, id_ in sorted(weighed)]


def influential_posts(
    session: Session, series: str, start: datetime, end: datetime, floor: int | None
) -> list[InfluentialPost]:
    """Posts of a series in [start, end) by influential accounts, earliest first.

    Influential are media and creators of the registry, and whoever has `floor`
    followers. Offices and institutions answer an incident rather than join it.
    """
    followers = (
        select(FIGURES.c.followers)
        .where(FIGURES.c.author_id == M.author_id, FIGURES.c.followers.is_not(None))
        .order_by(FIGURES.c.taken_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    person_class = REGISTRY.c.person_class
    loud: list[ColumnElement[bool]] = [person_class.in_(("media", "creator"))]
    if floor is not None:
        loud.append(and_(person_class.is_(None), followers >= floor))
    registered = and_(
        REGISTRY.c.platform == AUTHOR.c.platform,
        REGISTRY.c.handle == func.lower(AUTHOR.c.handle),
    )
    statement = (
        select(
            M.id,
            M.author_id,
            M.authored_at,
            M.sentiment,
            M.urgency,
            followers.label("followers"),
        )
        .join(AUTHOR, AUTHOR.c.id == M.author_id)
        .outerjoin(REGISTRY, registered)
        .where(*_in_series(series, start, end), or_(*loud))
    )
    rows = session.execute(statement.order_by(M.authored_at, M.id))
    return [InfluentialPost(*row) for row in rows]


def last_of(session: Session, series: str) -> datetime | None:
    """When the newest alert of a series was."""
    statement = select(func.max(ALERT.c.at)).where(ALERT.c.series == series)
    last: datetime | None = session.scalars(statement).one()
    return last


def incident_of(session: Session, subject: str) -> Incident | None:
    """The incident of a subject that is not over."""
    statement = select(Incident).where(
        col(Incident.subject) == subject, col(Incident.state) != "over"
    )
    return session.scalars(statement.order_by(col(Incident.id).desc()).limit(1)).first()


def planned_incident(session: Session, closure: Closure) -> Incident:
    """The incident of a planned closure, from its beginning to its end; made where
    there is none yet."""
    subject = f"closure:{closure.id}"
    statement = select(Incident).where(col(Incident.subject) == subject)
    incident = session.scalars(statement).first()
    if incident is None:
        incident = Incident(
            kind=PLANNED,
            subject=subject,
            severity="low",
            opened_at=closure.from_at,
            last_at=closure.from_at,
            said=closure.note,
        )
        session.add(incident)
        session.flush()
    return incident


def closure_of(session: Session, incident: Incident) -> Closure | None:
    """The planned closure, where the incident is one of that."""
    kind, _, id_ = incident.subject.partition(":")
    return session.get(Closure, int(id_)) if kind == "closure" else None


def promised(session: Session, incident: Incident) -> Promise | None:
    """The promise that was missed, where the incident is one of that."""
    kind, _, id_ = incident.subject.partition(":")
    return session.get(Promise, int(id_)) if kind == "promise" else None


def urgent_share(session: Session, mention_ids: Sequence[int]) -> float:
    """Which share of these is of high or critical urgency; 0 of none."""
    if not mention_ids:
        return 0.0
    n = 0
    for chunk in db.chunks(mention_ids):
        n += session.execute(
            select(func.count()).where(
                M.id.in_(chunk), M.urgency.in_(("high", "critical"))
            )
        ).scalar_one()
    return n / len(mention_ids)


def topics_of(session: Session, mention_ids: Sequence[int]) -> list[tuple[str, int]]:
    """Topics of these mentions and how many have each, the commonest first."""
    topic_in_force = func.coalesce(A.decided_value, A.value)
    counted: dict[str, int] = {}
    for chunk in db.chunks(mention_ids):
        rows = session.execute(
            select(topic_in_force, func.count(A.mention_id.distinct()))
            .where(A.kind == "topic", A.mention_id.in_(chunk))
            .group_by(topic_in_force)
        )
        for topic, n in rows:
            counted[topic] = counted.get(topic, 0) + n
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def open_incidents(session: Session, since: datetime) -> Sequence[Incident]:
    """Incidents that are not over, with an alert since then, newest first."""
    statement = (
        select(Incident)
        .where(col(Incident.state) != "over", col(Incident.last_at) >= since)
        .order_by(col(Incident.last_at).desc())
    )
    return session.scalars(statement).all()


def incidents(
    session: Session, states: Iterable[str] = (), limit: int | None = 50
) -> Sequence[Incident]:
    """Incidents in these states (any without), newest first."""
    statement = select(Incident).order_by(col(Incident.last_at).desc()).limit(limit)
    if states := tuple(states):
        statement = statement.where(col(Incident.state).in_(states))
    return session.scalars(statement).all()


def count_incidents(session: Session, states: Iterable[str] = ()) -> int:
    """How many incidents are in these states (any without)."""
    statement = select(func.count()).select_from(Incident)
    if states := tuple(states):
        statement = statement.where(col(Incident.state).in_(states))
    return session.scalars(statement).one()


def opened_before(
    session: Session, states: Iterable[str], before: int | None, limit: int
) -> Sequence[Incident]:
    """Incidents in these states (any without), the last opened first, after the one of
    a number: unlike the newest alert, that order never changes."""
    statement = select(Incident).order_by(col(Incident.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(Incident.id) < before)
    if states := tuple(states):
        statement = statement.where(col(Incident.state).in_(states))
    return session.scalars(statement).all()


def ended_since(session: Session, start: datetime) -> Sequence[Incident]:
    """Incidents that were over at that moment or later, in that order."""
    statement = select(Incident).where(
        col(Incident.state) == "over", col(Incident.ended_at) >= start
    )
    return session.scalars(statement.order_by(col(Incident.ended_at))).all()


def alerts_of(session: Session, incident_id: int) -> Sequence[Alert]:
    """An incident's alerts in their order."""
    statement = select(Alert).where(col(Alert.incident_id) == incident_id)
    return session.scalars(statement.order_by(col(Alert.at), col(Alert.id))).all()


def with_alerts(
    session: Session, incident_id: int
) -> tuple[Incident | None, Sequence[Alert]]:
    """An incident and its alerts in their order, in one statement; None: there is no
    such incident."""
    rows = session.execute(
        select(Incident, Alert)
        .outerjoin(Alert, col(Alert.incident_id) == col(Incident.id))
        .where(col(Incident.id) == incident_id)
        .order_by(col(Alert.at), col(Alert.id))
    ).all()
    incident = rows[0][0] if rows else None
    return incident, [alert for _incident, alert in rows if alert is not None]


def existing_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these alerts are there already."""
    return set(session.scalars(select(ALERT.c.key).where(ALERT.c.key.in_(keys))))


def close(incident: Incident, now: datetime) -> None:
    """It is over."""
    incident.state, incident.ended_at = "over", now


def close_old(session: Session, before: datetime, now: datetime) -> int:
    """Incidents of mentions with no alert since `before` are over. How many."""
    return db.changed(
        session,
        update(INCIDENT)
        .where(
            INCIDENT.c.kind.in_(("spike", "rule", CRITICAL)),
            INCIDENT.c.state != "over",
            INCIDENT.c.last_at < before,
        )
        .values(state="over", ended_at=now),
    )


def annotated(kind: str, values: Sequence[str]) -> ColumnElement[bool]:
    """The mention has one of these topics, wards …, by annotation in force."""
    value_in_force = func.coalesce(A.decided_value, A.value)
    return M.id.in_(
        select(A.mention_id).where(A.kind == kind, value_in_force.in_(values))
    )


def closures(session: Session, start: datetime, end: datetime) -> Sequence[Closure]:
    """Planned closures that touch [start, end); none that was taken back before it
    began, which ends as it begins."""
    statement = select(Closure).where(
        col(Closure.from_at) < end,
        col(Closure.to_at) > start,
        col(Closure.to_at) > col(Closure.from_at),
    )
    return session.scalars(statement.order_by(col(Closure.from_at))).all()


def _in_series(
    series: str, start: datetime, end: datetime
) -> list[ColumnElement[bool]]:
    name = series.removeprefix("negative ")
    rules = [M.state == "present", M.authored_at >= start, M.authored_at < end]
    if name != series:
        rules.append(M.sentiment == "negative")
    if name != "all":
        kind, _, id_ = name.partition(":")
        rules.append(annotated(kind, [id_]))
    return rules


def _weight() -> ColumnElement[int]:
    """The largest count of a mention's engagement."""
    return (
        select(func.coalesce(func.max(E.value), 0))
        .where(E.mention_id == M.id)
        .scalar_subquery()
    )


def _offices() -> Select[tuple[int]]:
    """The accounts of offices and institutions in the registry."""
    return (
        select(AUTHOR.c.id)
        .join(
            REGISTRY,
            and_(
                REGISTRY.c.platform == AUTHOR.c.platform,
                REGISTRY.c.handle == func.lower(AUTHOR.c.handle),
            ),
        )
        .where(REGISTRY.c.person_class.in_(("public_office", "institution")))
    )
