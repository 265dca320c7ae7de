"""The numbers of an incident as they are now: its mentions, people, wards, owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    exists,
    func,
    literal,
    null,
    select,
    union,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlmodel import Session

from socialcell import db
from socialcell.language.analysis import NO_TOPIC
from socialcell.listening.alerts.model import CRITICAL
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.model import Annotation, Mention, Relation
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store.alerts.incident_numbers import Scope
from socialcell.listening.store.mention_times import (
    counted_at,
    counted_within,
)

M = db.table(Mention).c
A = db.table(Annotation).c
OWNED = 0.3  # the share of an incident's mentions that makes their owner its own
_URGENT = ("high", "critical")
_Mentions = CTE[ReadOnlyColumnCollection[str, KeyedColumnElement[object]]]
_PARTS = ("owner", "ward", "topic", "place")


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
class ScopeDetails:
    """Of a scope's mentions: how many are critical, of how many of these a person
    checked the urgency, how many are private messages, when the first and the newest
    were written, or else reached us."""

    critical: int
    checked: int
    messages: int
    first_at: datetime | None
    last_at: datetime | None


NO_DETAILS = ScopeDetails(
    critical=0, checked=0, messages=0, first_at=None, last_at=None
)


@dataclass(frozen=True)
class ScopeCounts:
    """All that is counted of a scope; `places` are (id of a place, public mentions that
    name it), the most first."""

    numbers: Numbers
    details: ScopeDetails
    places: tuple[tuple[str, int], ...]


def count(session: Session, scope: Scope) -> ScopeCounts:
    """The numbers of a scope, in one statement: its mentions are looked up once."""
    mentions = (
        select(
            M.id,
            M.author_id,
            counted_at().label("counted_at"),
            M.urgency,
            M.owner,
            M.kind,
        )
        .where(scope.condition)
        .cte("mentions_of_scope")
    )
    rows = session.execute(
        union_all(
            _totals(mentions),
            _padded("owner", _owners(mentions)),
            _padded("ward", _values(mentions, "ward")),
            _padded("topic", _topics(mentions)),
            _padded("place", _places(mentions)),
        )
    ).all()
    totals = next(row for row in rows if row.part == "all")
    owner, wards, topics, places = (
        tuple(
            sorted(
                ((row.name, row.n) for row in rows if row.part == part),
                key=lambda pair: (-pair[1], pair[0]),
            )
        )
        for part in _PARTS
    )
    is_owned = bool(owner) and owner[0][1] >= OWNED * totals.n
    return ScopeCounts(
        Numbers(
            since=scope.since,
            as_of=scope.as_of,
            mentions=totals.n,
            people=totals.people or None,
            urgent=totals.urgent,
            wards=wards,
            topics=topics,
            owner=owner[0][0] if is_owned else None,
        ),
        ScopeDetails(
            critical=totals.critical,
            checked=totals.checked,
            messages=totals.messages,
            first_at=totals.first_at,
            last_at=totals.last_at,
        ),
        places,
    )


def count_earlier(
    session: Session, scope: Scope, earlier: Sequence[timedelta]
) -> list[int]:
    """Mentions of the scope's subject in a span as long, so much earlier each; in one
    statement. ValueError: these very mentions have no earlier span."""
    if scope.subject is None:
        raise ValueError("These very mentions have no earlier span.")
    if not earlier:
        return []
    counts = [
        select(func.count())
        .select_from(db.table(Mention))
        .where(
            scope.subject,
            M.state == "present",
            counted_within(scope.since - by, scope.as_of - by),
        )
        .scalar_subquery()
        for by in earlier
    ]
    return [int(n) for n in session.execute(select(*counts)).one()]


def _totals(mentions: _Mentions) -> Select[*tuple[object, ...]]:
    own = mentions.c
    decided = exists().where(
        A.mention_id == own.id, A.kind == "urgency", A.decided_value.is_not(None)
    )
    is_critical = own.urgency == CRITICAL
    return select(
        literal("all").label("part"),
        literal("").label("name"),
        func.count().label("n"),
        func.count(own.author_id.distinct()).label("people"),
        func.count().filter(own.urgency.in_(_URGENT)).label("urgent"),
        func.count().filter(is_critical).label("critical"),
        func.count().filter(is_critical, decided).label("checked"),
        func.count().filter(own.kind == "message").label("messages"),
        func.min(own.counted_at).label("first_at"),
        func.max(own.counted_at).label("last_at"),
    ).select_from(mentions)


def _padded(part: str, counts: Select[object, int]) -> Select[*tuple[object, ...]]:
    """Counts by name with as many columns as the totals have."""
    name, n = counts.subquery().c
    return select(literal(part), name, n, *[null()] * 7)


def _owners(mentions: _Mentions) -> Select[object, int]:
    own = mentions.c
    return (
        select(own.owner, func.count())
        .where(own.owner.is_not(None), own.owner != NOBODY)
        .group_by(own.owner)
    )


def _values(mentions: _Mentions, kind: str) -> Select[str, int]:
    """Values of a kind in force, with how many mentions have each."""
    value_in_force = func.coalesce(A.decided_value, A.value)
    return (
        select(value_in_force, func.count(A.mention_id.distinct()))
        .where(A.kind == kind, *_is_telling(value_in_force), _is_of(mentions))
        .group_by(value_in_force)
    )


def _topics(mentions: _Mentions) -> Select[str, int]:
    """Topics of a scope; of a mention that has none those of what it answers or quotes:
    "closed without action, as ever" says nothing of the drain itself."""
    topic_in_force = func.coalesce(A.decided_value, A.value)
    relation = db.table(Relation).c
    named = (A.kind == "topic", *_is_telling(topic_in_force))
    own = (
        select(A.mention_id.label("id"), topic_in_force.label("topic"))
        .where(*named, _is_of(mentions))
        .cte("own_topics")
    )
    answered = (
        select(relation.mention_id.label("id"), topic_in_force.label("topic"))
        .where(*named, A.mention_id == relation.target_id)
        .where(relation.kind.in_(("reply", "quote")))
        .where(relation.mention_id.in_(select(mentions.c.id)))
        .where(relation.mention_id.not_in(select(own.c.id)))
    )
    both = union(select(own.c.id, own.c.topic), answered).subquery().c
    return select(both.topic, func.count(both.id.distinct())).group_by(both.topic)


def _places(mentions: _Mentions) -> Select[str, int]:
    public = select(mentions.c.id).where(mentions.c.kind != "message")
    return (
        select(A.value, func.count(A.mention_id.distinct()))
        .where(A.kind == "entity", A.value.startswith("place:"))
        .where(A.mention_id.in_(public))
        .group_by(A.value)
    )


def _is_telling(value: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    return value != NO_TOPIC, value.not_in(TOPICS)


def _is_of(mentions: _Mentions) -> ColumnElement[bool]:
    return A.mention_id.in_(select(mentions.c.id))
