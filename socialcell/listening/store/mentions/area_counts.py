"""How many mentions each area has, hour by hour, and about what; only SQL is here.

An area is a ward office, by annotation in force, or a place that texts name. Which
mentions name some areas is a range of an index each, within the ids of the span's
mentions: so these areas cost as much as they have mentions, not as the city has.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select, union
from sqlalchemy.sql.base import ReadOnlyColumnCollection
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
_PLACE = ANNOTATION.alias("place_annotation")
P = _PLACE.c
_PLACE_IN_FORCE = func.coalesce(P.decided_value, P.value)


def by_area(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    groups: LabelGroups,
    ids: Collection[str] | None = None,
) -> dict[str | None, GroupCells]:
    """Counts by the id of an area; a mention may name several.

    Without `ids` every area, and under None the mentions that name none; with them
    these areas alone.
    """
    if ids is not None:
        return _by_some_areas(session, span, kind, groups, ids)
    # Two annotations of a mention may be decided to be the same area: it counts once.
    columns = {column for column, _values in groups.values()}
    named = (
        select(
            M.id,
            _PLACE_IN_FORCE.label("area"),
            M.platform,
            span_hour(session, span).label("hour"),
            *(M[column] for column in sorted(columns)),
        )
        .select_from(MENTION.outerjoin(_PLACE, _is_place(kind)))
        .where(within(span))
        .distinct()
        .subquery()
        .c
    )
    keys = (named.area, named.platform, named.hour)
    rows = session.execute(
        select(*keys, func.count(), *_counts(named, groups)).group_by(*keys)
    )
    cells_by_area: dict[str | None, GroupCells] = {}
    for area, platform, at, *row_counts in rows:
        _note(cells_by_area, groups, (area, platform, at), row_counts)
    return cells_by_area


def in_all(session: Session, span: TimeSpan, groups: LabelGroups) -> GroupCells:
    """The same of all mentions, each once."""
    hour = span_hour(session, span)
    rows = session.execute(
        select(M.platform, hour, func.count(), *_counts(M, groups))
        .where(within(span))
        .group_by(M.platform, hour)
    )
    cells: GroupCells = {name: {} for name in (ALL, *groups)}
    for platform, at, *row_counts in rows:
        for name, count in zip((ALL, *groups), row_counts, strict=True):
            if count:
                cells[name][platform, at] = count
    return cells


def topics(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    intents: Collection[str],
    ids: Collection[str] | None = None,
) -> dict[str | None, list[tuple[str, int]]]:
    """Area → (topic, mentions with one of these intents), the most first; `ids` and
    None as in `by_area`."""
    topic = func.coalesce(A.decided_value, A.value)
    # Not the bare column: its index would lead through mentions of all time.
    intent = func.coalesce(M.intent, "")
    count = func.count(M.id.distinct())
    asking = and_(within(span), intent.in_(sorted(intents)))
    about = and_(A.mention_id == M.id, A.kind == "topic")
    if ids is None:
        placed = MENTION.outerjoin(_PLACE, _is_place(kind))
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
            .select_from(
                named.outerjoin(
                    MENTION, and_(M.id == named.c.mention_id, asking)
                ).outerjoin(ANNOTATION, about)
            )
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
        .select_from(
            named.outerjoin(MENTION, and_(M.id == named.c.mention_id, within(span)))
        )
        .group_by(named.c.area)
    )
    return {area: n for area, n in rows if n}


def _by_some_areas(
    session: Session,
    span: TimeSpan,
    kind: PlaceKind,
    groups: LabelGroups,
    ids: Collection[str],
) -> dict[str | None, GroupCells]:
    named = _named(span, kind, ids)
    keys = (named.c.area, M.platform, span_hour(session, span))
    rows = session.execute(
        select(*keys, func.count(), *_counts(M, groups))
        .select_from(
            named.outerjoin(MENTION, and_(M.id == named.c.mention_id, within(span)))
        )
        .group_by(*keys)
    )
    cells_by_area: dict[str | None, GroupCells] = {}
    for area, platform, at, *row_counts in rows:
        if platform is not None:  # else they were not written in the span
            _note(cells_by_area, groups, (area, platform, at), row_counts)
    return cells_by_area


def _named(span: TimeSpan, kind: PlaceKind, ids: Collection[str]) -> Subquery:
    """(area, mention_id) of these areas once each, of mentions with any id between
    those of the span; each half is a look into an index of that half alone.

    Whoever joins mentions to it does so by an outer join: it keeps SQLite from looking
    for these mentions among all of the span.
    """
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
    own = sorted(ids)
    is_near = and_(P.kind == kind, P.mention_id >= first, P.mention_id <= last)
    return union(
        select(P.value.label("area"), P.mention_id).where(
            is_near, P.decided_value.is_(None), P.value.in_(own)
        ),
        select(P.decided_value, P.mention_id).where(
            is_near, P.decided_value.is_not(None), P.decided_value.in_(own)
        ),
    ).subquery("named")


def _is_place(kind: PlaceKind) -> ColumnElement[bool]:
    """The annotation is that of an area."""
    return and_(P.mention_id == M.id, P.kind == kind)


def _note(
    cells_by_area: dict[str | None, GroupCells],
    groups: LabelGroups,
    key: tuple[str | None, str, int],
    counts: Sequence[int],
) -> None:
    """Add what an (area, platform, hour) has: of all mentions, and of each group."""
    area, platform, at = key
    cells = cells_by_area.setdefault(area, {name: {} for name in (ALL, *groups)})
    for name, count in zip((ALL, *groups), counts, strict=True):
        if count:
            cells[name][platform, at] = count


def _counts(
    columns: ReadOnlyColumnCollection[str, ColumnElement[str]], groups: LabelGroups
) -> list[ColumnElement[int]]:
    """How many mentions have one of the values of each group."""
    return [
        func.count(case((columns[column].in_(sorted(values)), 1)))
        for column, values in groups.values()
    ]
