"""The numbers of an incident as they are now: its mentions, people, wards, owner."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.alerts.model import (
    CRITICAL,
    OF_ONE,
    Alert,
    Closure,
    Incident,
)
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.model import Annotation, Link, Mention, Relation
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.query.query_language import And, FieldTerm, Node, Not, parse
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.mentions.mention_matching import Matching

M = db.table(Mention).c
A = db.table(Annotation).c
EVERYTHING = "all"  # the subject of an incident of no topic
_URGENT = ("high", "critical")
_OTHER = "other"
OWNED = 0.3  # the share of an incident's mentions that makes their owner its own
# The newest texts that are looked through, and characters of each.
_TEXTS, _LONGEST = 3_000, 2_000
_COUNTED = ("spike", "rule", "critical", "planned")
_SCOPES = 50  # in one statement; SQLite takes 500 parts


@dataclass(frozen=True)
class Numbers:
    """Mentions of an incident from `since` up to `as_of`: now, or when it ended.

    `people` are the accounts that wrote them, None where none is known; `wards` and
    `topics` are (id, mentions), the most first; `owner` is the id of whose problem most
    of them are and three in ten at least, None where there is none.
    """

    since: datetime
    as_of: datetime
    mentions: int
    people: int | None
    urgent: int
    wards: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, int], ...]
    owner: str | None


@dataclass(frozen=True)
class Scope:
    """Which mentions an incident has: a condition, and the span of their times.

    `subject` is the condition without the span; None where the incident is these very
    mentions, of which no other span has any.
    """

    condition: ColumnElement[bool]
    since: datetime
    as_of: datetime
    subject: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class ScopeDetails:
    """Of a scope's mentions: how many are critical, of how many of these a person
    checked the urgency, how many are private messages, when the first and the newest
    were written."""

    critical: int
    checked: int
    messages: int
    first_at: datetime | None
    last_at: datetime | None


def scope_of(
    session: Session,
    incident: Incident,
    alerts: Sequence[Alert],
    now: datetime,
    rule: str | None = None,
    *,
    probing: bool = True,
) -> Scope | None:
    """What the incident's mentions are; None of a source, a promise, and of a rule that
    is there no more. Without `probing` the database is not asked
    what holds few.

    Of a topic, a ward, a detail, a phrase and a rule (`rule` is its query) they are all
    that it finds from the first alert's span on; of a planned closure those of its
    topic that name one of its wards or none; of no topic all mentions up to its last
    alert; else those on which the alerts rest.
    """
    if incident.kind not in _COUNTED:
        return None
    starts = [
        alert.at - timedelta(minutes=alert.minutes)
        for alert in alerts
        if alert.series not in OF_ONE
    ]
    since = min([incident.opened_at, *starts])
    as_of = min(incident.ended_at or now, now)
    what = _condition(session, incident, alerts, rule, probing)
    if what is None:
        return None
    until = min(as_of, incident.last_at) if incident.subject == EVERYTHING else as_of
    within = (M.state == "present", M.authored_at >= since, M.authored_at <= until)
    subject = None if incident.kind == CRITICAL else what
    return Scope(and_(*within, what), since, as_of, subject)


def count(session: Session, scope: Scope) -> Numbers:
    """The numbers of a scope."""
    n, people, urgent = session.execute(
        select(
            func.count(),
            func.count(M.author_id.distinct()),
            func.count().filter(M.urgency.in_(_URGENT)),
        ).where(scope.condition)
    ).one()
    owners = session.execute(
        select(M.owner, func.count())
        .where(scope.condition, M.owner.is_not(None), M.owner != NOBODY)
        .group_by(M.owner)
        .order_by(func.count().desc(), M.owner)
        .limit(1)
    ).first()
    return Numbers(
        since=scope.since,
        as_of=scope.as_of,
        mentions=n,
        people=people or None,
        urgent=urgent,
        wards=_values(session, scope, "ward"),
        topics=_underlying(session, scope),
        owner=owners[0] if owners and owners[1] >= OWNED * n else None,
    )


def wards_of(
    session: Session, scopes: Mapping[int, Scope]
) -> dict[int, list[tuple[str, int]]]:
    """Key of a scope → (ward office, mentions of the scope that name it), the most
    first; a statement for many scopes."""
    in_force = func.coalesce(A.decided_value, A.value)
    counts: dict[int, list[tuple[str, int]]] = {key: [] for key in scopes}
    for chunk in db.chunks(sorted(scopes), _SCOPES):
        parts = [
            select(
                literal(key, Integer).label("key"),
                in_force.label("ward"),
                func.count(A.mention_id.distinct()).label("n"),
            )
            .where(A.kind == "ward")
            .where(A.mention_id.in_(select(M.id).where(scopes[key].condition)))
            .group_by(in_force)
            for key in chunk
        ]
        for key, ward, n in session.execute(union_all(*parts)):
            counts[key].append((ward, n))
    return {
        key: sorted(own, key=lambda count: (-count[1], count[0]))
        for key, own in counts.items()
    }


def details(session: Session, scope: Scope) -> ScopeDetails:
    """How many mentions of a scope speak of danger to life, and who looked at them."""
    decided = exists().where(
        A.mention_id == M.id, A.kind == "urgency", A.decided_value.is_not(None)
    )
    critical = M.urgency == CRITICAL
    row = session.execute(
        select(
            func.count().filter(critical),
            func.count().filter(critical, decided),
            func.count().filter(M.kind == "message"),
            func.min(M.authored_at),
            func.max(M.authored_at),
        ).where(scope.condition)
    ).one()
    return ScopeDetails(*row)


def greatest_hour(session: Session, scope: Scope) -> tuple[datetime, int] | None:
    """The hour of Pune's clock with the most mentions of a scope, the first of several,
    and how many it has; None without a mention."""
    rows = session.execute(select(M.authored_at).where(scope.condition))
    hours = Counter(
        row.authored_at.astimezone(IST).replace(minute=0, second=0, microsecond=0)
        for row in rows
    )
    if not hours:
        return None
    hour = min(hours, key=lambda at: (-hours[at], at))
    return hour, hours[hour]


def count_earlier(session: Session, scope: Scope, by: timedelta) -> int:
    """Mentions of the scope's subject in a span as long, so much earlier."""
    if scope.subject is None:
        raise ValueError("These very mentions have no earlier span.")
    statement = select(func.count()).where(
        scope.subject,
        M.state == "present",
        M.authored_at >= scope.since - by,
        M.authored_at <= scope.as_of - by,
    )
    return int(session.execute(statement).scalar_one())


def place_counts(session: Session, scope: Scope) -> tuple[tuple[str, int], ...]:
    """(id of a place, public mentions of the scope that name it), the most first."""
    rows = session.execute(
        select(A.value, func.count(A.mention_id.distinct()))
        .where(A.kind == "entity", A.value.startswith("place:"))
        .where(
            A.mention_id.in_(select(M.id).where(scope.condition, M.kind != "message"))
        )
        .group_by(A.value)
        .order_by(func.count(A.mention_id.distinct()).desc(), A.value)
    )
    return tuple((name, n) for name, n in rows)


def times(session: Session, scope: Scope) -> list[datetime]:
    """When each mention of a scope was written, in order."""
    statement = select(M.authored_at).where(scope.condition)
    return list(session.scalars(statement.order_by(M.authored_at)))


def texts(session: Session, scope: Scope) -> list[Row[tuple[int, int, datetime, str]]]:
    """(id, author_id, authored_at, text) of the scope's mentions that were not written
    to the city alone, the newest of them, in the order of time."""
    statement = (
        select(
            M.id,
            M.author_id,
            M.authored_at,
            func.substr(M.text, 1, _LONGEST).label("text"),
        )
        .where(scope.condition, M.text.is_not(None), M.kind != "message")
        .where(M.withheld.is_(None))
        .order_by(M.authored_at.desc(), M.id.desc())
        .limit(_TEXTS)
    )
    return list(reversed(session.execute(statement).all()))


def places(session: Session, mention_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The places, but not the city itself, that each of these mentions names."""
    places_by_id: dict[int, set[str]] = {}
    for chunk in db.chunks(mention_ids):
        rows = session.execute(
            select(A.mention_id, A.value).where(
                A.kind == "entity",
                A.value.startswith("place:"),
                A.value != "place:pune",
                A.mention_id.in_(chunk),
            )
        )
        for id_, place in rows:
            places_by_id.setdefault(id_, set()).add(place)
    return {id_: frozenset(own) for id_, own in places_by_id.items()}


def links(session: Session, mention_ids: Sequence[int]) -> dict[int, list[str]]:
    """The addresses to which these mentions lead."""
    link = db.table(Link).c
    links_by_id: dict[int, list[str]] = {}
    for chunk in db.chunks(mention_ids):
        rows = session.execute(
            select(link.mention_id, link.url).where(link.mention_id.in_(chunk))
        )
        for id_, url in rows:
            links_by_id.setdefault(id_, []).append(url)
    return links_by_id


def _condition(
    session: Session,
    incident: Incident,
    alerts: Sequence[Alert],
    rule: str | None,
    probing: bool,
) -> ColumnElement[bool] | None:
    kind, _, name = incident.subject.partition(":")
    query: Node | None = None
    if incident.subject == EVERYTHING:
        return M.id.is_not(None)
    if kind in ("topic", "ward", "detail"):
        query = FieldTerm(kind, name, 0)
    elif kind == "phrase":
        query = parse('"{}"'.format(name.replace('"', "")))
    elif kind == "rule":
        if rule is None:
            return None
        barred = (Not(FieldTerm("topic", topic, 0)) for topic in TOPICS)
        query = And((parse(rule), *barred))
    elif kind == "closure":
        closure = session.get(Closure, int(name))
        return None if closure is None else _of_closure(closure)
    if query is not None:
        return Matching(session, assumed=None if probing else False).compiled(query)
    ids = {
        id_ for alert in alerts if alert.series not in OF_ONE for id_ in alert.mentions
    }
    ids |= {
        id_ for alert in alerts if alert.series == "critical" for id_ in alert.mentions
    }
    return M.id.in_(sorted(ids))


def count_of_closure(
    session: Session, closure: Closure, start: datetime, end: datetime
) -> int:
    """Mentions of [start, end) of what was planned, up to its end."""
    statement = select(func.count()).where(
        _of_closure(closure),
        M.state == "present",
        M.authored_at >= max(start, closure.from_at),
        M.authored_at < min(end, closure.to_at),
    )
    return int(session.execute(statement).scalar_one())


def _of_closure(closure: Closure) -> ColumnElement[bool]:
    about = alert_store.annotated("topic", [closure.topic])
    if not closure.wards:
        return about
    placed = exists().where(A.mention_id == M.id, A.kind == "ward")
    return and_(about, or_(~placed, alert_store.annotated("ward", closure.wards)))


def _underlying(session: Session, scope: Scope) -> tuple[tuple[str, int], ...]:
    """Topics of a scope; of a mention that has none those of what it answers or quotes:
    "closed without action, as ever" says nothing of the drain itself."""
    topic_in_force = func.coalesce(A.decided_value, A.value)
    named = (A.kind == "topic", topic_in_force != _OTHER, topic_in_force.not_in(TOPICS))
    relation = db.table(Relation).c
    own = select(A.mention_id.label("id"), topic_in_force.label("topic")).where(
        *named, A.mention_id.in_(select(M.id).where(scope.condition))
    )
    answered = (
        select(relation.mention_id.label("id"), topic_in_force.label("topic"))
        .where(*named, A.mention_id == relation.target_id)
        .where(relation.kind.in_(("reply", "quote")))
        .where(relation.mention_id.in_(select(M.id).where(scope.condition)))
        .where(relation.mention_id.not_in(select(own.subquery().c.id)))
    )
    both = union(own, answered).subquery().c
    rows = session.execute(
        select(both.topic, func.count(both.id.distinct()))
        .group_by(both.topic)
        .order_by(func.count(both.id.distinct()).desc(), both.topic)
    )
    return tuple((name, n) for name, n in rows)


def _values(session: Session, scope: Scope, kind: str) -> tuple[tuple[str, int], ...]:
    value_in_force = func.coalesce(A.decided_value, A.value)
    rows = session.execute(
        select(value_in_force, func.count(A.mention_id.distinct()))
        .where(A.kind == kind, value_in_force != _OTHER, value_in_force.not_in(TOPICS))
        .where(A.mention_id.in_(select(M.id).where(scope.condition)))
        .group_by(value_in_force)
        .order_by(func.count(A.mention_id.distinct()).desc(), value_in_force)
    )
    return tuple((name, n) for name, n in rows)
