"""Questions about alerts: times of mentions by series, incidents, planned closures."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.alert_model import Alert, Closure, Incident
from socialcell.listening.model import Annotation, Engagement, Mention

M = db.table(Mention).c
A = db.table(Annotation).c
E = db.table(Engagement).c
ALERT = db.table(Alert)
INCIDENT = db.table(Incident)
# What a city government must not watch; platforms forbid it, and so do we.
UNWATCHED = ("politics",)


def times(
    session: Session, start: datetime, end: datetime
) -> dict[str, list[datetime]]:
    """Sorted times of mentions in [start, end) by series.

    Series: all; topic:T and ward:W by annotation in force; each with `negative ` before
    it for the negative ones. There is no series of politics.
    """
    found: dict[str, list[datetime]] = {}
    within = (M.state == "present", M.authored_at >= start, M.authored_at < end)
    for at, sentiment in session.execute(
        select(M.authored_at, M.sentiment).where(*within).order_by(M.authored_at)
    ):
        _add(found, "all", at, sentiment)
    value = func.coalesce(A.decided_value, A.value)
    for kind in ("topic", "ward"):
        rows = session.execute(
            select(value, M.authored_at, M.sentiment)
            .select_from(
                db.table(Mention).join(db.table(Annotation), A.mention_id == M.id)
            )
            .where(A.kind == kind, value.not_in(UNWATCHED), *within)
            .order_by(M.authored_at)
        )
        for id_, at, sentiment in rows:
            _add(found, f"{kind}:{id_}", at, sentiment)
    return found


def ids(session: Session, series: str, start: datetime, end: datetime) -> list[int]:
    """Mentions of a series in [start, end), the most engaging first."""
    name = series.removeprefix("negative ")
    rules = [M.state == "present", M.authored_at >= start, M.authored_at < end]
    if name != series:
        rules.append(M.sentiment == "negative")
    if name != "all":
        kind, _, id_ = name.partition(":")
        value = func.coalesce(A.decided_value, A.value)
        rules.append(M.id.in_(select(A.mention_id).where(A.kind == kind, value == id_)))
    weight = (
        select(func.coalesce(func.max(E.value), 0))
        .where(E.mention_id == M.id)
        .scalar_subquery()
    )
    return list(
        session.scalars(select(M.id).where(*rules).order_by(weight.desc(), M.id))
    )


def urgent_share(session: Session, mention_ids: Sequence[int]) -> float:
    """Which share of these is of high or critical urgency; 0 of none."""
    if not mention_ids:
        return 0.0
    n = 0
    for some in db.chunks(mention_ids):
        n += session.execute(
            select(func.count()).where(
                M.id.in_(some), M.urgency.in_(("high", "critical"))
            )
        ).scalar_one()
    return n / len(mention_ids)


def topics_of(session: Session, mention_ids: Sequence[int]) -> list[tuple[str, int]]:
    """Topics of these mentions and how many have each, the commonest first."""
    value = func.coalesce(A.decided_value, A.value)
    counted: dict[str, int] = {}
    for some in db.chunks(mention_ids):
        rows = session.execute(
            select(value, func.count(A.mention_id.distinct()))
            .where(A.kind == "topic", A.mention_id.in_(some))
            .group_by(value)
        )
        for topic, n in rows:
            counted[topic] = counted.get(topic, 0) + n
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def open_incidents(session: Session, since: datetime) -> Sequence[Incident]:
    """Incidents that are not over, with an alert since then, newest first."""
    asked = (
        select(Incident)
        .where(col(Incident.state) != "over", col(Incident.last_at) >= since)
        .order_by(col(Incident.last_at).desc())
    )
    return session.scalars(asked).all()


def incidents(
    session: Session, states: Iterable[str] = (), limit: int | None = 50
) -> Sequence[Incident]:
    """Incidents in these states (any without), newest first."""
    asked = select(Incident).order_by(col(Incident.last_at).desc()).limit(limit)
    if states := tuple(states):
        asked = asked.where(col(Incident.state).in_(states))
    return session.scalars(asked).all()


def alerts_of(session: Session, incident_id: int) -> Sequence[Alert]:
    """An incident's alerts in their order."""
    asked = select(Alert).where(col(Alert.incident_id) == incident_id)
    return session.scalars(asked.order_by(col(Alert.at), col(Alert.id))).all()


def known(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these alerts are there already."""
    return set(session.scalars(select(ALERT.c.key).where(ALERT.c.key.in_(keys))))


def close_old(session: Session, before: datetime) -> int:
    """Spikes with no alert since then are over. How many."""
    return db.changed(
        session,
        update(INCIDENT)
        .where(
            INCIDENT.c.kind == "spike",
            INCIDENT.c.state != "over",
            INCIDENT.c.last_at < before,
        )
        .values(state="over"),
    )


def closures(session: Session, start: datetime, end: datetime) -> Sequence[Closure]:
    """Planned closures that touch [start, end)."""
    asked = select(Closure).where(
        col(Closure.from_at) < end, col(Closure.to_at) > start
    )
    return session.scalars(asked.order_by(col(Closure.from_at))).all()


def _add(
    found: dict[str, list[datetime]],
    name: str,
    at: datetime,
    sentiment: str | None,
) -> None:
    found.setdefault(name, []).append(at)
    if sentiment == "negative":
        found.setdefault(f"negative {name}", []).append(at)
