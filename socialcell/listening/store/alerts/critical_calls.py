"""Queries of critical items and the calls about them, until somebody answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.listening.alerts import danger_topics
from socialcell.listening.alerts.model import CRITICAL, Alert, Escalation, Incident
from socialcell.listening.model import Annotation, Area, Mention, MentionMatch, Removal
from socialcell.listening.store.mention_times import counted_at
from socialcell.listening.store.mentions import urgent_mentions
from socialcell.listening.store.mentions.mention_counts import TimeSpan, within
from socialcell.ops import outbox_store

M, MATCH = db.table(Mention).c, db.table(MentionMatch).c
NOTE = db.table(Annotation).c
ESCALATION = db.table(Escalation)
_PLACE = "place:"
_FILES = ("export", "file")  # ways in which a mention of an imported file came


@dataclass(frozen=True, slots=True)
class CriticalItem:
    """A critical item: what it says, when it was written (where that is not known, when
    it reached us), and what it is about: ids of topics of its danger, wards and
    places."""

    id: int
    kind: str
    author_id: int | None
    text: str
    at: datetime
    topics: frozenset[str]
    wards: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class UnansweredCall:
    """An incident about which somebody was called, and when that began."""

    incident_id: int
    started_at: datetime


def ids_since(session: Session, since: datetime) -> list[int]:
    """Ids of what is critical as it is in force and was written since a moment, in the
    order in which it reached us. A direct message, or what has no time, counts by when
    it reached us; a message in a file by when it was written, as nobody waits there."""
    is_from_file = exists().where(MATCH.mention_id == M.id, MATCH.via.in_(_FILES))
    is_direct = and_(M.kind == "message", ~is_from_file)
    age = case((is_direct, M.stored_at), else_=counted_at())
    statement = select(M.id).where(
        M.urgency == "critical",
        M.state == "present",
        M.text.is_not(None),
        age >= since,
    )
    return list(session.scalars(statement.order_by(M.id)))


def items(session: Session, mention_ids: Sequence[int]) -> list[CriticalItem]:
    """These items, in this order; without those that were removed or are critical no
    more."""
    topics, wards, entities = (
        urgent_mentions.values(session, mention_ids, kind)
        for kind in ("topic", "ward", "entity")
    )
    cities = set(session.scalars(select(col(Area.key)).where(col(Area.kind) == "city")))
    by_id: dict[int, CriticalItem] = {}
    for chunk in db.chunks(mention_ids):
        rows = session.execute(
            select(M.id, M.kind, M.author_id, M.title, M.text, counted_at()).where(
                M.id.in_(chunk),
                M.state == "present",
                M.text.is_not(None),
                M.urgency == "critical",
            )
        )
        for id_, kind, author_id, title, text, at in rows:
            places = {
                entity for entity in entities.get(id_, ()) if entity.startswith(_PLACE)
            }
            by_id[id_] = CriticalItem(
                id=id_,
                kind=kind,
                author_id=author_id,
                text=f"{title}\n{text}" if title else text,
                at=at,
                topics=frozenset(danger_topics.of_danger(topics.get(id_, ()))),
                wards=frozenset(wards.get(id_, ())),
                places=frozenset(places - cities),
            )
    return [by_id[id_] for id_ in mention_ids if id_ in by_id]


def present_of(session: Session, mention_ids: Sequence[int]) -> list[int]:
    """Those of these items that were not removed, in this order."""
    present: set[int] = set()
    for chunk in db.chunks(mention_ids):
        present.update(
            session.scalars(
                select(M.id).where(
                    M.id.in_(chunk), M.state == "present", M.text.is_not(None)
                )
            )
        )
    return [id_ for id_ in mention_ids if id_ in present]


def is_removed_at_source(session: Session, mention_ids: Sequence[int]) -> bool:
    """Whether the platform no longer had one of these items; what was erased here
    alone leaves no such trace."""
    removed_id = col(Removal.mention_id)
    return any(
        session.scalars(
            select(removed_id).where(removed_id.in_(chunk)).limit(1)
        ).first()
        for chunk in db.chunks(mention_ids)
    )


def incidents_by_item(session: Session, since: datetime) -> dict[int, int]:
    """The incident of each critical item that was gathered since a moment, by item."""
    statement = select(col(Alert.mentions), col(Alert.incident_id)).where(
        col(Alert.series) == CRITICAL, col(Alert.at) >= since
    )
    rows = session.execute(statement.order_by(col(Alert.id)))
    return {mentions[0]: incident_id for mentions, incident_id in rows}


def items_of(session: Session, incident_id: int) -> list[int]:
    """Ids of the critical items of an incident, the first one first."""
    statement = select(col(Alert.mentions)).where(
        col(Alert.incident_id) == incident_id, col(Alert.series) == CRITICAL
    )
    return [own[0] for own in session.scalars(statement.order_by(col(Alert.id)))]


def false_alarms(session: Session) -> list[Incident]:
    """Incidents of critical items that are not over, of which people decided every
    item to be none. What was removed nobody can judge any more: it is no such item."""
    statement = select(Incident).where(
        col(Incident.kind) == CRITICAL, col(Incident.state) != "over"
    )
    rows = session.scalars(statement.order_by(col(Incident.id))).all()
    items_by_incident = {row.id: items_of(session, row.id or 0) for row in rows}
    every_item = [id_ for ids in items_by_incident.values() for id_ in ids]
    harmless: set[int] = set()
    for chunk in db.chunks(every_item):
        decided = select(M.id).where(
            M.id.in_(chunk),
            M.state == "present",
            M.urgency != "critical",
            exists().where(
                NOTE.mention_id == M.id,
                NOTE.kind == "urgency",
                NOTE.decided_value.is_not(None),
            ),
        )
        harmless.update(session.scalars(decided))
    return [
        row
        for row in rows
        if items_by_incident[row.id] and harmless.issuperset(items_by_incident[row.id])
    ]


def ids_within(session: Session, span: TimeSpan) -> list[int]:
    """Ids of the critical items of a span, of any kind, newest first."""
    statement = select(M.id).where(within(span), M.urgency == "critical")
    return list(session.scalars(statement.order_by(M.authored_at.desc(), M.id.desc())))


def climbing(session: Session, since: datetime) -> list[Escalation]:
    """Escalations with a call that is due, now or later, of incidents that are not
    over, with an alert since a moment, and items that are still critical; the oldest
    first."""
    statement = (
        select(Escalation)
        .join(Incident, col(Incident.id) == col(Escalation.incident_id))
        .join(Mention, M.id == col(Escalation.mention_id))
        .where(
            col(Escalation.next_at).is_not(None),
            col(Incident.state) != "over",
            col(Incident.last_at) >= since,
            M.urgency == "critical",
            M.state == "present",
        )
    )
    return list(session.scalars(statement.order_by(col(Escalation.id))))


def next_step_at(session: Session, since: datetime) -> datetime | None:
    """When the next call of these is due, maybe in the past; None: none is."""
    times = [row.next_at for row in climbing(session, since) if row.next_at is not None]
    return min(times, default=None)


def set_next(session: Session, escalation: Escalation, at: datetime | None) -> None:
    """When the next step of an escalation is due, unless that was changed since it was
    read: somebody has acknowledged it, or what waited was withdrawn and is due again.
    """
    unchanged = ESCALATION.c.next_at == escalation.next_at
    changed = update(ESCALATION).where(ESCALATION.c.id == escalation.id, unchanged)
    session.execute(changed.values(next_at=at))


def incident_of(session: Session, mention_id: int) -> int | None:
    """The incident of a critical item; None where it is in none."""
    statement = select(col(Alert.incident_id)).where(
        col(Alert.key) == f"{CRITICAL}:{mention_id}"
    )
    return session.scalars(statement).first()


def escalation_of_item(session: Session, mention_id: int) -> Escalation | None:
    """The escalation of an item, if it has one."""
    statement = select(Escalation).where(col(Escalation.mention_id) == mention_id)
    return session.scalars(statement).first()


def escalations_of_incident(session: Session, incident_id: int) -> Sequence[Escalation]:
    """The escalations of an incident, the oldest first."""
    statement = select(Escalation).where(col(Escalation.incident_id) == incident_id)
    return session.scalars(statement.order_by(col(Escalation.id))).all()


def unanswered(session: Session, before: datetime) -> list[UnansweredCall]:
    """What was called about before a moment and nobody acknowledged, of incidents that
    are not over; each incident once."""
    statement = (
        select(
            col(Escalation.incident_id),
            func.min(col(Escalation.started_at)).label("started_at"),
        )
        .join(Incident, col(Incident.id) == col(Escalation.incident_id))
        .where(
            col(Escalation.climbs).is_(True),
            col(Escalation.acked_at).is_(None),
            col(Escalation.started_at) <= before,
            col(Incident.state) == "open",
        )
        .group_by(col(Escalation.incident_id))
    )
    rows = session.execute(statement.order_by(col(Escalation.incident_id)))
    return [UnansweredCall(*row) for row in rows]


def unacknowledged(session: Session, since: datetime) -> dict[int, list[Escalation]]:
    """Escalations that nobody has acknowledged, of items that are still critical, by
    their incident, which is open and has an alert since a moment; the oldest first."""
    statement = (
        select(Escalation)
        .join(Incident, col(Incident.id) == col(Escalation.incident_id))
        .join(Mention, M.id == col(Escalation.mention_id))
        .where(
            col(Escalation.acked_at).is_(None),
            col(Incident.state) == "open",
            col(Incident.last_at) >= since,
            M.urgency == "critical",
            M.state == "present",
        )
    )
    by_incident: dict[int, list[Escalation]] = {}
    for escalation in session.scalars(statement.order_by(col(Escalation.id))):
        by_incident.setdefault(escalation.incident_id, []).append(escalation)
    return by_incident


def first_uncalled(
    session: Session, since: datetime, called: Collection[int]
) -> dict[int, int]:
    """By its incident the first item that is still critical, joined without a call of
    its own, and came after whoever acknowledged the incident last: of open incidents
    with an alert since a moment, but not of these."""
    statement = (
        select(col(Alert.incident_id), col(Alert.mentions))
        .join(Incident, col(Incident.id) == col(Alert.incident_id))
        .where(
            col(Alert.series) == CRITICAL,
            col(Incident.state) == "open",
            col(Incident.last_at) >= since,
            col(Incident.id).not_in(called),
            or_(
                col(Incident.acked_at).is_(None),
                col(Alert.at) > col(Incident.acked_at),
            ),
        )
    )
    rows = session.execute(statement.order_by(col(Alert.id))).all()
    uncalled: set[int] = set()
    for chunk in db.chunks([mentions[0] for _, mentions in rows]):
        uncalled.update(
            session.scalars(
                select(M.id).where(
                    M.id.in_(chunk),
                    M.urgency == "critical",
                    M.state == "present",
                    ~exists().where(ESCALATION.c.mention_id == M.id),
                )
            )
        )
    first: dict[int, int] = {}
    for incident_id, mentions in rows:
        if mentions[0] in uncalled:
            first.setdefault(incident_id, mentions[0])
    return first


def running(
    session: Session, since: datetime, critical_item: CriticalItem
) -> Incident | None:
    """The incident that an item belongs to: not over, with an alert since a moment, of
    a series or a rule, which rests on the item or is about its topic or ward; the
    newest of several."""
    subjects = [f"topic:{name}" for name in critical_item.topics]
    subjects += [f"ward:{name}" for name in critical_item.wards]
    statement = select(Incident).where(
        col(Incident.kind).in_(("spike", "rule")),
        col(Incident.state) != "over",
        col(Incident.last_at) >= since,
    )
    order = statement.order_by(col(Incident.last_at).desc(), col(Incident.id).desc())
    for incident in session.scalars(order).all():
        if incident.subject in subjects:
            return incident
        resting = select(col(Alert.mentions)).where(
            col(Alert.incident_id) == incident.id
        )
        if any(critical_item.id in own for own in session.scalars(resting)):
            return incident
    return None


def forget_words(session: Session, mention_ids: Collection[int]) -> None:
    """Alerts lose the words of these mentions, which are about to be removed: those
    about them, and those of their incidents, which may have their words, too, and are
    due again without them."""
    incident_ids: set[int] = set()
    for chunk in db.chunks(mention_ids):
        keys = [f"{CRITICAL}:{id_}" for id_ in chunk]
        statement = select(col(Alert.incident_id)).where(col(Alert.key).in_(keys))
        incident_ids.update(session.scalars(statement))
    for incident_id in sorted(incident_ids):
        _withdraw_quoting(session, incident_id)
    outbox_store.forget_messages(session, mention_ids)


def _withdraw_quoting(session: Session, incident_id: int) -> None:
    """What waits about an incident and has the words of several items is due again."""
    escalations = escalations_of_incident(session, incident_id)
    withdrawn: set[datetime] = set()
    for escalation in escalations:
        signs = (outbox_store.LATER,) if escalation.climbs else (".", "|")
        count = sum(
            outbox_store.withdraw_quoting(session, escalation.mention_id, sign)
            for sign in signs
        )
        if count and escalation.climbs and escalation.next_at is not None:
            escalation.next_at = _due_again(escalation)
        elif count and not escalation.climbs:
            withdrawn.add(escalation.started_at)
    for escalation in escalations:
        if not escalation.climbs and escalation.started_at in withdrawn:
            escalation.next_at = _due_again(escalation)


def _due_again(escalation: Escalation) -> datetime:
    """A time that its first step never had: whoever puts that step into the outbox at
    this moment sees the change (`set_next`)."""
    return escalation.started_at - timedelta(seconds=1)


def is_acknowledged(session: Session, mention_id: int) -> bool:
    """Whether the calls about an item were answered."""
    escalation = escalation_of_item(session, mention_id)
    return escalation is not None and escalation.acked_at is not None
