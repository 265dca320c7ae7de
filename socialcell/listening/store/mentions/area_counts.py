"""How many mentions each area has, hour by hour, and about what; only SQL is here.

An area is a ward office, by annotation in force, or a place that texts name.
"""

from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, case, func, select
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
        .select_from(MENTION.join(_PLACE, _is_named(kind, ids), isouter=ids is None))
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
        cells = cells_by_area.setdefault(area, {name: {} for name in (ALL, *groups)})
        for name, count in zip((ALL, *groups), row_counts, strict=True):
            if count:
                cells[name][platform, at] = count
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
    placed = MENTION.join(_PLACE, _is_named(kind, ids), isouter=ids is None)
    source = placed.join(ANNOTATION, and_(A.mention_id == M.id, A.kind == "topic"))
    rows = session.execute(
        select(_PLACE_IN_FORCE, topic, count)
        .select_from(source)
        .where(within(span), intent.in_(sorted(intents)))
        .group_by(_PLACE_IN_FORCE, topic)
        .order_by(count.desc(), topic)
    )
    topics_by_area: dict[str | None, list[tuple[str, int]]] = {}
    for area, id_, n in rows:
        topics_by_area.setdefault(area, []).append((id_, n))
    return topics_by_area


def _is_named(kind: PlaceKind, ids: Collection[str] | None) -> ColumnElement[bool]:
    """The annotation is that of an area; of these areas alone where there are ids."""
    is_own = and_(P.mention_id == M.id, P.kind == kind)
    return is_own if ids is None else and_(is_own, _PLACE_IN_FORCE.in_(sorted(ids)))


def _counts(
    columns: ReadOnlyColumnCollection[str, ColumnElement[str]], groups: LabelGroups
) -> list[ColumnElement[int]]:
    """How many mentions have one of the values of each group."""
    return [
        func.count(case((columns[column].in_(sorted(values)), 1)))
        for column, values in groups.values()
    ]
