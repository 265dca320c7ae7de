"""Which mentions an incident has, and what is read of each: times, texts, places."""

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
from socialcell.listening.model import Annotation, Link, Mention
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.query.query_language import And, FieldTerm, Node, Not, parse
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.mentions.mention_matching import Matching

M = db.table(Mention).c
A = db.table(Annotation).c
EVERYTHING = "all"  # the subject of an incident of no topic
# The newest texts that are looked through, and characters of each.
_TEXTS, _LONGEST = 3_000, 2_000
_COUNTED = ("spike", "rule", "critical", "planned")
_NEWEST_FIRST = (M.authored_at.desc(), M.id.desc())
_SCOPES = 50  # in one statement; SQLite takes 500 parts


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
class TextDetails:
    """By mention: the places that it names, but not the city itself, and the addresses
    to which it leads."""

    places: Mapping[int, frozenset[str]]
    links: Mapping[int, Sequence[str]]


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
    alert; else those on which the alerts rest. A critical item is one of its incident's
    whenever it was written.
    """
    if incident.kind not in _COUNTED:
        return None
    starts = [
        alert.at - timedelta(minutes=alert.minutes)
        for alert in alerts
        if alert.series not in OF_ONE
    ]
    items = {
        id_ for alert in alerts if alert.series == CRITICAL for id_ in alert.mentions
    }
    since = min([incident.opened_at, *starts])
    if incident.kind == CRITICAL:
        written = select(func.min(M.authored_at)).where(M.id.in_(sorted(items)))
        since = min(since, session.scalars(written).one() or since)
    as_of = min(incident.ended_at or now, now)
    what = _condition(session, incident, alerts, rule, probing)
    if what is None:
        return None
    until = min(as_of, incident.last_at) if incident.subject == EVERYTHING else as_of
    whole = and_(M.authored_at >= since, M.authored_at <= until, what)
    if items and incident.kind != CRITICAL:
        # What joined may be older, or be read as something else.
        whole = or_(whole, and_(M.id.in_(sorted(items)), M.authored_at <= until))
    subject = None if incident.kind == CRITICAL else what
    return Scope(and_(M.state == "present", whole), since, as_of, subject)


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


def times(session: Session, scope: Scope) -> list[datetime]:
    """When each mention of a scope was written, in order."""
    statement = select(M.authored_at).where(scope.condition)
    return list(session.scalars(statement.order_by(M.authored_at)))


def texts(session: Session, scope: Scope) -> list[Row[tuple[int, int, datetime, str]]]:
    """(id, author_id, authored_at, text) of the scope's mentions that were not written
    to the city alone, the newest of them, in the order of time."""
    text = func.substr(M.text, 1, _LONGEST).label("text")
    statement = (
        select(M.id, M.author_id, M.authored_at, text)
        .where(*_are_texts(scope))
        .order_by(*_NEWEST_FIRST)
        .limit(_TEXTS)
    )
    return list(reversed(session.execute(statement).all()))


def details_of_texts(session: Session, scope: Scope) -> TextDetails:
    """What the mentions whose `texts` these are name and lead to, in one statement."""
    link = db.table(Link).c
    newest = (
        select(M.id)
        .where(*_are_texts(scope))
        .order_by(*_NEWEST_FIRST)
        .limit(_TEXTS)
        .cte("newest")
    )
    places: dict[int, set[str]] = {}
    links: dict[int, list[str]] = {}
    rows = session.execute(
        union_all(
            select(literal("place").label("what"), A.mention_id, A.value).where(
                A.kind == "entity",
                A.value.startswith("place:"),
                A.value != "place:pune",
                A.mention_id.in_(select(newest.c.id)),
            ),
            select(literal("link"), link.mention_id, link.url).where(
                link.mention_id.in_(select(newest.c.id))
            ),
        )
    )
    for what, id_, value in rows:
        if what == "place":
            places.setdefault(id_, set()).add(value)
        else:
            links.setdefault(id_, []).append(value)
    return TextDetails({id_: frozenset(own) for id_, own in places.items()}, links)


def _are_texts(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    is_public = M.kind != "message"
    return scope.condition, M.text.is_not(None), is_public, M.withheld.is_(None)


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
        id_
        for alert in alerts
        if alert.series == CRITICAL or alert.series not in OF_ONE
        for id_ in alert.mentions
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
