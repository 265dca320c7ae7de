"""How many mentions some areas have, hour by hour, and about what; only SQL is here.

An area is a ward office, by annotation in force, or a place that texts name. Which
mentions name some areas is a range of an index each, within the ids of the span's
mentions: so these areas cost as much as they have mentions, not as the city has.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    select,
    union,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlmodel import Session

from socialcell.listening.store.mentions.mention_counts import (
    ANNOTATION,
    MENTION,
    A,
    Cells,
    M,
    TimeSpan,
    span_hour,
    within,
)

PlaceKind: TypeAlias = Literal["ward", "entity"]
"""The kind of annotation that names an area: of a ward office, of any other place."""
LabelGroups: TypeAlias = Mapping[str, tuple[str, Collection[str]]]
"""A name of ours → a column (intent, urgency, sentiment) of mentions and values."""
GroupCells: TypeAlias = dict[str, Cells]
"""A name of a LabelGroups, or ALL → how many mentions."""
ALL = "all"
Columns: TypeAlias = ReadOnlyColumnCollection[str, KeyedColumnElement[str]]
_PLACE = ANNOTATION.alias("place_annotation")
P = _PLACE.c


def by_area(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    groups: LabelGroups,
    ids: Collection[str],
) -> dict[str | None, GroupCells]:
    """Counts of these areas by their ids; a mention may name several."""
    cells_by_area: dict[str | None, GroupCells] = {}
    named = _named(span, kind, ids)
    for area, hour, counts in _hourly(session, span, groups, named):
        _add(cells_by_area.setdefault(area, _no_cells(groups)), hour, counts)
    return cells_by_area


def topics(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    intents: Collection[str],
    ids: Collection[str],
) -> dict[str | None, list[tuple[str, int]]]:
    """Area → (topic, mentions with one of these intents), the most first."""
    topic = func.coalesce(A.decided_value, A.value)
    # Not the bare column: its index would lead through mentions of all time.
    intent = func.coalesce(M.intent, "")
    count = func.count(M.id.distinct())
    asking = and_(within(span), intent.in_(sorted(intents)))
    about = and_(A.mention_id == M.id, A.kind == "topic")
    named = _named(span, kind, ids)
    statement = (
        select(named.c.area, topic, count)
        .select_from(_with_mentions(named, asking).outerjoin(ANNOTATION, about))
        .group_by(named.c.area, topic)
    )
    topics_by_area: dict[str | None, list[tuple[str, int]]] = {}
    for area, id_, n in session.execute(statement.order_by(count.desc(), topic)):
        if id_ is not None:
            topics_by_area.setdefault(area, []).append((id_, n))
    return topics_by_area


def totals(
    session: Session, span: TimeSpan, kind: PlaceKind, ids: Collection[str]
) -> dict[str, int]:
    """Mentions of the span that name each of these areas, where there are any."""
    named = _named(span, kind, ids)
    rows = session.execute(
        select(named.c.area, func.count(M.id))
        .select_from(_with_mentions(named, within(span)))
        .group_by(named.c.area)
    )
    return {area: n for area, n in rows if n}


def _named(span: TimeSpan, kind: PlaceKind, ids: Collection[str]) -> Subquery[Columns]:
    """(area, mention_id) of these areas, each once; see `_halves`."""
    return union(*_halves(span, kind, ids)).subquery("named")


def _halves(
    span: TimeSpan, kind: PlaceKind, ids: Collection[str]
) -> list[Select[str, int]]:
    """(area, mention_id) of these areas, of mentions with any id between those of the
    span; each half is a look into an index of that half alone."""
    # The addition keeps PostgreSQL from looking for the span along all ids.
    bounds = (
        select(func.min(M.id + 0).label("first"), func.max(M.id + 0).label("last"))
        .where(M.authored_at >= span.start, M.authored_at < span.end)
        .cte("bounds")
        .prefix_with("MATERIALIZED")
    )
    first, last = (
        select(bounds.c[name]).scalar_subquery() for name in ("first", "last")
    )
    is_near = and_(P.kind == kind, P.mention_id >= first, P.mention_id <= last)
    suggested = select(P.value.label("area"), P.mention_id).where(
        is_near, P.decided_value.is_(None)
    )
    decided = select(P.decided_value, P.mention_id).where(
        is_near, P.decided_value.is_not(None)
    )
    own = sorted(ids)
    return [
        suggested.where(P.value.in_(own)),
        decided.where(P.decided_value.in_(own)),
    ]


def _hourly(
    session: Session, span: TimeSpan, groups: LabelGroups, named: Subquery[Columns]
) -> Iterator[tuple[str, tuple[str, int], Sequence[int]]]:
    """(area, (platform, hour), counts) of what each area is named in, in the span: how
    many mentions, and of each group."""
    keys = (named.c.area, M.platform, span_hour(session, span))
    rows = session.execute(
        select(*keys, func.count(), *_counts(groups))
        .select_from(_with_mentions(named, within(span)))
        .group_by(*keys)
    )
    for area, platform, at, *counts in rows:
        if platform is not None:  # else they were not written in the span
            yield area, (platform, at), counts


def _with_mentions(
    named: Subquery[Columns], condition: ColumnElement[bool]
) -> FromClause[Columns]:
    """Each (area, mention_id) with its mention, where that meets the condition.

    An outer join: it keeps SQLite from looking for them among all of the span.
    """
    return named.outerjoin(MENTION, and_(M.id == named.c.mention_id, condition))


def _no_cells(groups: LabelGroups) -> GroupCells:
    return {name: {} for name in (ALL, *groups)}


def _add(cells: GroupCells, hour: tuple[str, int], counts: Sequence[int]) -> None:
    """Add what a (platform, hour) has: of all mentions, and of each group."""
    for own, count in zip(cells.values(), counts, strict=True):
        if count:
            own[hour] = own.get(hour, 0) + count


def _counts(groups: LabelGroups) -> list[ColumnElement[int]]:
    """How many mentions have one of the values of each group."""
    return [
        func.count(case((M[column].in_(sorted(values)), 1)))
        for column, values in groups.values()
    ]
