"""How many mentions each area has, hour by hour, and about what; only SQL is here.

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
    union_all,
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
_Columns: TypeAlias = ReadOnlyColumnCollection[str, KeyedColumnElement[str]]
_BETWEEN = "\x1f"  # the areas of a mention; no id has it
_PLACE = ANNOTATION.alias("place_annotation")
P = _PLACE.c
_PLACE_IN_FORCE = func.coalesce(P.decided_value, P.value)


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


def by_every_area(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    groups: LabelGroups,
    every: GroupCells,
) -> dict[str | None, GroupCells]:
    """Counts of every area by its id, and under None of the mentions that name none:
    those of all (`every`, see `in_all`) that are left."""
    # All areas of a mention are one word, so that each mention is looked up once.
    pairs = union_all(*_halves(span, kind, None)).subquery()
    word = func.aggregate_strings(pairs.c.area, _BETWEEN).label("area")
    placed = (
        select(word, pairs.c.mention_id).group_by(pairs.c.mention_id).subquery("placed")
    )
    rest = {name: dict(cells) for name, cells in every.items()}
    cells_by_area: dict[str | None, GroupCells] = {}
    for areas, hour, counts in _hourly(session, span, groups, placed):
        for area in set(areas.split(_BETWEEN)):
            _add(cells_by_area.setdefault(area, _no_cells(groups)), hour, counts)
        _add(rest, hour, [-count for count in counts])
    unnamed = {
        name: {hour: count for hour, count in cells.items() if count > 0}
        for name, cells in rest.items()
    }
    if unnamed[ALL]:
        cells_by_area[None] = unnamed
    return cells_by_area


def in_all(session: Session, span: TimeSpan, groups: LabelGroups) -> GroupCells:
    """The same of all mentions, each once."""
    keys = (M.platform, span_hour(session, span))
    rows = session.execute(
        select(*keys, func.count(), *_counts(groups))
        .where(within(span))
        .group_by(*keys)
    )
    cells = _no_cells(groups)
    for platform, at, *counts in rows:
        _add(cells, (platform, at), counts)
    return cells


def topics(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    intents: Collection[str],
    ids: Collection[str] | None = None,
) -> dict[str | None, list[tuple[str, int]]]:
    """Area → (topic, mentions with one of these intents), the most first; of these
    areas alone, or of every one and under None of the mentions that name none."""
    topic = func.coalesce(A.decided_value, A.value)
    # Not the bare column: its index would lead through mentions of all time.
    intent = func.coalesce(M.intent, "")
    count = func.count(M.id.distinct())
    asking = and_(within(span), intent.in_(sorted(intents)))
    about = and_(A.mention_id == M.id, A.kind == "topic")
    if ids is None:
        placed = MENTION.outerjoin(_PLACE, and_(P.mention_id == M.id, P.kind == kind))
        statement = (
            select(_PLACE_IN_FORCE, topic, count)
            .select_from(placed.join(ANNOTATION, about))
            .where(asking)
            .group_by(_PLACE_IN_FORCE, topic)
        )
    else:
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


def _named(span: TimeSpan, kind: PlaceKind, ids: Collection[str]) -> Subquery[_Columns]:
    """(area, mention_id) of these areas, each once; see `_halves`."""
    return union(*_halves(span, kind, ids)).subquery("named")


def _halves(
    span: TimeSpan, kind: PlaceKind, ids: Collection[str] | None
) -> list[Select[str, int]]:
    """(area, mention_id) of these areas or of all, of mentions with any id between
    those of the span; each half is a look into an index of that half alone."""
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
    if ids is None:
        return [suggested.where(P.value.in_(_suggested_areas(kind))), decided]
    own = sorted(ids)
    return [
        suggested.where(P.value.in_(own)),
        decided.where(P.decided_value.in_(own)),
    ]


def _suggested_areas(kind: PlaceKind) -> Select[str]:
    """Every area that an annotation names: a look into the index for each."""
    rules = (A.kind == kind, A.decided_value.is_(None))
    first = (
        select(func.min(A.value).label("area"))
        .where(*rules)
        .cte("suggested_areas", recursive=True)
    )
    following = select(func.min(A.value)).where(*rules, A.value > first.c.area)
    rest = select(following.correlate(first).scalar_subquery())
    areas = first.union_all(rest.where(first.c.area.is_not(None)))
    return select(areas.c.area)


def _hourly(
    session: Session, span: TimeSpan, groups: LabelGroups, named: Subquery[_Columns]
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
    named: Subquery[_Columns], condition: ColumnElement[bool]
) -> FromClause[_Columns]:
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
