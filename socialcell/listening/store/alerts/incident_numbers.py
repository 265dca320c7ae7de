"""Which mentions an incident has, and what is read of each: times, texts, places."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    case,
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
from socialcell.language.classifiers import danger_kinds
from socialcell.listening.alerts import danger_topics
from socialcell.listening.alerts.model import (
    CRITICAL,
    OF_ONE,
    Alert,
    Closure,
    Incident,
)
from socialcell.listening.model import Annotation, Link, Mention
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Node,
    Not,
    QueryError,
    parse,
)
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.mention_times import (
    counted_at,
    counted_within,
)
from socialcell.listening.store.mentions.mention_matching import Matching

M = db.table(Mention).c
A = db.table(Annotation).c
_PLACE, _CITY = "place:", "place:pune"
EVERYTHING = "all"  # the subject of an incident of no topic
# The newest texts that are looked through, and characters of each.
_TEXTS, _LONGEST = 3_000, 2_000
_COUNTED = ("spike", "rule", "critical", "planned")
_NOT_QUOTED = ("spam", "not_civic")
_NEWEST_FIRST = (counted_at().desc(), M.id.desc())
_MOST_NUMBERED = 200  # mentions of a scope that are given by number
_PARTS = 200  # of one statement; SQLite takes 500


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
class PlaceCounts:
    """How many mentions an incident has, and (ward office, mentions that name it), the
    most first."""

    mentions: int
    wards: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class ItemSubject:
    """What kind of mention a critical item is, and its topics and ward offices in
    force, in the order of the annotations. `dangers` are ids of the kinds of danger in
    its words, the most telling first, where no topic tells the danger; `places` those
    of the places that it names, where none is in a ward office."""

    kind: str
    topics: Sequence[str]
    wards: Sequence[str]
    dangers: Sequence[str] = ()
    places: Sequence[str] = ()


def places_of(entities: Iterable[str], wards: Sequence[str]) -> tuple[str, ...]:
    """Those of the entities of a mention that are places, where it has no ward office;
    none is the city itself."""
    if wards:
        return ()
    return tuple(id_ for id_ in entities if id_.startswith(_PLACE) and id_ != _CITY)


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
    is there no more or can be read no more. Without `probing` the database is not asked
    what holds few.

    Of a topic, a ward, a detail, a phrase and a rule (`rule` is its query) they are all
    that it finds from the first alert's span on; of a planned closure those of its
    topic that name one of its wards or none; of no topic all mentions up to its last
    alert; else those on which the alerts rest. A critical item is one of its incident's
    whenever it was written. What has no time of writing counts by when it reached us.
    """
    if incident.kind not in _COUNTED:
        return None
    items = {
        id_ for alert in alerts if alert.series == CRITICAL for id_ in alert.mentions
    }
    since = first_moment(incident, alerts)
    if incident.kind == CRITICAL:
        written = select(func.min(counted_at())).where(M.id.in_(sorted(items)))
        since = min(since, session.scalars(written).one() or since)
    as_of = min(incident.ended_at or now, now)
    what = _condition(session, incident, alerts, rule, probing)
    if what is None:
        return None
    until = min(as_of, incident.last_at) if incident.subject == EVERYTHING else as_of
    whole = and_(counted_within(since, until), what)
    if items and incident.kind != CRITICAL:
        # What joined may be older, or be read as something else.
        whole = or_(whole, and_(M.id.in_(sorted(items)), counted_at() <= until))
    subject = None if incident.kind == CRITICAL else what
    return Scope(and_(M.state == "present", whole), since, as_of, subject)


def scope_of_mentions(mention_ids: Sequence[int], now: datetime) -> Scope:
    """These very mentions, at most as many as one statement takes."""
    some_ids = mention_ids[:_MOST_NUMBERED]
    return Scope(and_(M.state == "present", M.id.in_(some_ids)), now, now)


def first_moment(incident: Incident, alerts: Sequence[Alert]) -> datetime:
    """From when on an incident with these alerts has mentions: the span of its first
    alert that counts any."""
    starts = [
        alert.at - timedelta(minutes=alert.minutes)
        for alert in alerts
        if alert.series not in OF_ONE
    ]
    return min([incident.opened_at, *starts])


def read_subjects(
    session: Session, scopes: Mapping[int, Scope], item_ids: Collection[int]
) -> tuple[dict[int, PlaceCounts], dict[int, ItemSubject]]:
    """By its key the places of each scope, and by its id the subject of each critical
    item that was not removed; a statement for many of both."""
    parts = [part for key in scopes for part in _place_parts(key, scopes[key])]
    parts += [part for ids in db.chunks(item_ids) for part in _item_parts(ids)]
    read: dict[str, dict[int, list[tuple[int, str]]]]
    read = defaultdict(lambda: defaultdict(list))
    for chunk in db.chunks(parts, _PARTS):
        for key, part, name, n in session.execute(union_all(*chunk)):
            read[part][key].append((n, name))
    places = {
        key: PlaceCounts(
            count[0][0],
            sorted(
                ((ward, n) for n, ward in read["place"][key]),
                key=lambda place: (-place[1], place[0]),
            ),
        )
        for key, count in read["mentions"].items()
    }
    topics = {id_: _in_order(read["topic"][id_]) for id_ in read["kind"]}
    texts = {id_: "".join(_in_order(read["text"][id_])) for id_ in read["kind"]}
    wards = {id_: _in_order(read["ward"][id_]) for id_ in read["kind"]}
    items = {
        id_: ItemSubject(
            kind[0][1],
            topics[id_],
            wards[id_],
            danger_topics.kinds_beside(topics[id_], texts[id_]),
            places_of(_in_order(read["entity"][id_]), wards[id_]),
        )
        for id_, kind in read["kind"].items()
    }
    return places, items


def _in_order(values: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """Values, each once, in the order of their annotations."""
    return tuple(dict.fromkeys(value for _, value in sorted(values)))


def _place_parts(key: int, scope: Scope) -> Iterator[Select[*tuple[object, ...]]]:
    """How many mentions a scope has, and of each ward office those that name it."""
    in_force = func.coalesce(A.decided_value, A.value)
    mentions = select(M.id).where(scope.condition).cte(f"mentions_of_{key}")
    yield select(
        literal(key, Integer).label("key"),
        literal("mentions").label("part"),
        literal("").label("name"),
        func.count(mentions.c.id).label("n"),
    )
    yield (
        select(
            literal(key, Integer),
            literal("place"),
            in_force,
            func.count(A.mention_id.distinct()),
        )
        .where(A.kind == "ward")
        .where(A.mention_id.in_(select(mentions.c.id)))
        .group_by(in_force)
    )


def _item_parts(ids: Sequence[int]) -> Iterator[Select[*tuple[object, ...]]]:
    """What each item is that was not removed, its topics and ward offices, what it
    names, and its text where no topic tells the danger."""
    is_there = and_(M.id.in_(ids), M.state == "present", M.text.is_not(None))
    has_danger_topic = exists().where(
        A.mention_id == M.id,
        A.kind == "topic",
        func.coalesce(A.decided_value, A.value).in_(danger_topics.DANGERS),
    )
    text = func.coalesce(M.title, "") + "\n" + M.text
    beginning = func.substr(text, 1, danger_kinds.LONGEST)
    yield select(
        M.id.label("key"),
        literal("kind").label("part"),
        M.kind.label("name"),
        literal(0, Integer).label("n"),
    ).where(is_there)
    yield select(M.id, literal("text"), beginning, literal(0, Integer)).where(
        is_there, ~has_danger_topic
    )
    yield select(
        A.mention_id, A.kind, func.coalesce(A.decided_value, A.value), A.id
    ).where(A.mention_id.in_(ids), A.kind.in_(("topic", "ward", "entity")))


def greatest_hour(session: Session, scope: Scope) -> tuple[datetime, int] | None:
    """The hour of Pune's clock with the most mentions of a scope, the first of several,
    and how many it has; None without a mention."""
    hours = Counter(
        at.astimezone(IST).replace(minute=0, second=0, microsecond=0)
        for at in times(session, scope)
    )
    if not hours:
        return None
    hour = min(hours, key=lambda at: (-hours[at], at))
    return hour, hours[hour]


def times(session: Session, scope: Scope) -> list[datetime]:
    """When each mention of a scope was written, or else reached us, in order."""
    statement = select(counted_at()).where(scope.condition)
    return list(session.scalars(statement.order_by(counted_at())))


def texts(session: Session, scope: Scope) -> list[Row[tuple[int, int, datetime, str]]]:
    """(id, author_id, authored_at, text) of the scope's mentions that were not written
    to the city alone, the newest of them, in the order of time; `authored_at` is when
    it reached us where the time of writing is not known."""
    text = func.substr(M.text, 1, _LONGEST).label("text")
    statement = (
        select(M.id, M.author_id, counted_at().label("authored_at"), text)
        .where(*_are_texts(scope))
        .order_by(*_NEWEST_FIRST)
        .limit(_TEXTS)
    )
    return list(reversed(session.execute(statement).all()))


def ids_to_quote(
    session: Session, scope: Scope, engaging: Sequence[int], limit: int
) -> list[int]:
    """Mentions of a scope that may stand for it, the most urgent first, of these those
    that are `engaging`, in their order, then the newest. None is spam, not civic, or
    written to the city alone."""
    rank = case((M.urgency == CRITICAL, 0), (M.urgency == "high", 1), else_=2)
    is_engaging = M.id.in_(engaging)
    rows = session.execute(
        select(M.id, rank)
        .where(*_are_texts(scope))
        .where(or_(M.intent.is_(None), M.intent.not_in(_NOT_QUOTED)))
        .where(or_(rank < 2, is_engaging))
        .order_by(rank, case((is_engaging, 0), else_=1), *_NEWEST_FIRST)
        .limit(limit)
    ).all()
    place = {id_: n for n, id_ in enumerate(engaging)}
    ordered = sorted(rows, key=lambda row: (row[1], place.get(row[0], len(place))))
    return [id_ for id_, _rank in ordered]


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
                A.value.startswith(_PLACE),
                A.value != _CITY,
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
        try:
            query = And((parse(rule), *barred))
        except QueryError:  # it could be read when it was written
            return None
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
        counted_within(
            max(start, closure.from_at), min(end, closure.to_at), with_last=False
        ),
    )
    return int(session.execute(statement).scalar_one())


def _of_closure(closure: Closure) -> ColumnElement[bool]:
    about = alert_store.annotated("topic", [closure.topic])
    if not closure.wards:
        return about
    placed = exists().where(A.mention_id == M.id, A.kind == "ward")
    return and_(about, or_(~placed, alert_store.annotated("ward", closure.wards)))
