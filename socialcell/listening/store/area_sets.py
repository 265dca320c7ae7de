"""Every area of a span at once: ids of mentions are read, and counted in memory.

What a database groups and joins row by row takes several times as long: here each
index is read once from end to end, as one text of numbers for each value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CTE, ColumnElement, String, case, func, select, union_all
from sqlmodel import Session

from socialcell.listening.store.mentions.area_counts import (
    ALL,
    Columns,
    GroupCells,
    LabelGroups,
    PlaceKind,
)
from socialcell.listening.store.mentions.mention_counts import (
    MENTION,
    A,
    Cells,
    M,
    TimeSpan,
    span_hour,
    within,
)

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = dict[str, Numbers]
"""A value of annotations → where the mentions that have it stand among those of a
span, each once, in their order."""


@dataclass(frozen=True)
class SpanMentions:
    """The mentions of a span in the order of their ids.

    `cells` are the (platform, hour) that have any, `cell` says which of them a mention
    is in, `groups` which groups it belongs to: an array of all mentions for each.
    """

    ids: Numbers
    cells: Sequence[tuple[str, int]]
    cell: Numbers
    groups: Mapping[str, Flags]

    def since(self, hour: int) -> Flags:
        """Which of them were written in this hour of the span or later."""
        return np.array([at >= hour for _, at in self.cells], np.bool_)[self.cell]

    def count(self, at: Numbers | None = None) -> GroupCells:
        """Counts of all of them, or of those that stand in these places."""
        chosen = np.arange(len(self.ids)) if at is None else at
        cell = self.cell[chosen]
        cells = {ALL: self._count(cell)}
        for name, flags in self.groups.items():
            cells[name] = self._count(cell[flags[chosen]])
        return cells

    def _count(self, cell: Numbers) -> Cells:
        counts = np.bincount(cell, minlength=len(self.cells)).tolist()
        return {own: n for own, n in zip(self.cells, counts, strict=True) if n}


def read_mentions(
    session: Session, span: TimeSpan, groups: LabelGroups
) -> SpanMentions:
    """The mentions of the span that are still there."""
    keys = (M.platform, span_hour(session, span))
    # An id and a bit for each group are one number.
    number = M.id * 2 ** len(groups) + sum(
        case((M[column].in_(sorted(values)), 2**bit), else_=0)
        for bit, (column, values) in enumerate(groups.values())
    )
    # SQLite looks up what is in such a list in the order of ids, as the rows stand.
    near = MENTION.alias("near")
    times = near.c.authored_at >= span.start, near.c.authored_at < span.end
    rows = session.execute(
        select(*keys, _as_text(number))
        .where(M.id.in_(select(near.c.id).where(*times)), within(span))
        .group_by(*keys)
    ).all()
    each = [_numbers(text) for _, _, text in rows]
    numbers = np.concatenate([np.empty(0, np.int64), *each])
    order = np.argsort(numbers)
    cell = np.repeat(np.arange(len(each)), [len(some) for some in each])
    numbers = numbers[order]
    return SpanMentions(
        ids=numbers >> len(groups),
        cells=[(platform, hour) for platform, hour, _ in rows],
        cell=cell[order],
        groups={name: numbers >> bit & 1 == 1 for bit, name in enumerate(groups)},
    )


def read_places(
    session: Session, mentions: SpanMentions, kind: PlaceKind | Literal["topic"]
) -> Places:
    """Where the mentions of each ward office, place or topic stand, as is in force."""
    if not len(mentions.ids):
        return {}
    is_near = A.mention_id.between(int(mentions.ids[0]), int(mentions.ids[-1]))
    rules = (A.kind == kind, is_near)
    # Each value is a range of an index: a look for the next one, then all its ids.
    values = _suggested_values(kind)
    suggested = (
        select(_as_text(A.mention_id))
        .where(*rules, A.decided_value.is_(None), A.value == values.c.value)
        .scalar_subquery()
    )
    decided = (
        select(A.decided_value, _as_text(A.mention_id))
        .where(*rules, A.decided_value.is_not(None))
        .group_by(A.decided_value)
    )
    texts: dict[str, list[str]] = {}
    for value, text in session.execute(
        union_all(select(values.c.value, suggested), decided)
    ):
        if text is not None:
            texts.setdefault(value, []).append(text)
    return {
        value: _places(mentions.ids, _numbers(",".join(some)))
        for value, some in texts.items()
    }


def by_area(mentions: SpanMentions, areas: Places) -> dict[str | None, GroupCells]:
    """Counts of every area that has any, and under None of the mentions that name
    none; a mention may name several."""
    return {
        area: mentions.count(at)
        for area, at in _with_rest(mentions, areas).items()
        if len(at)
    }


def topics_by_area(
    mentions: SpanMentions, areas: Places, topics: Places, counted: Flags
) -> dict[str | None, list[tuple[str, int]]]:
    """The same areas → (topic, mentions of those that are counted), the most first."""
    topics_by_area: dict[str | None, list[tuple[str, int]]] = {}
    for area, at in _with_rest(mentions, areas).items():
        own = np.zeros_like(counted)
        own[at] = counted[at]
        counts = [(id_, int(own[about].sum())) for id_, about in topics.items()]
        if ordered := sorted((-n, id_) for id_, n in counts if n):
            topics_by_area[area] = [(id_, -n) for n, id_ in ordered]
    return topics_by_area


def _with_rest(mentions: SpanMentions, areas: Places) -> dict[str | None, Numbers]:
    """The areas, and under None where the mentions stand that name none."""
    is_rest = np.ones(len(mentions.ids), np.bool_)
    for at in areas.values():
        is_rest[at] = False
    parts: dict[str | None, Numbers] = {None: is_rest.nonzero()[0]}
    parts.update(areas)
    return parts


def _suggested_values(kind: str) -> CTE[Columns]:
    """Every value that an annotation of a kind suggests, and NULL at the end."""
    rules = (A.kind == kind, A.decided_value.is_(None))
    first = (
        select(func.min(A.value).label("value"))
        .where(*rules)
        .cte("suggested_values", recursive=True)
    )
    following = select(func.min(A.value)).where(*rules, A.value > first.c.value)
    rest = select(following.correlate(first).scalar_subquery())
    return first.union_all(rest.where(first.c.value.is_not(None)))


def _as_text(number: ColumnElement[int]) -> ColumnElement[str]:
    return func.aggregate_strings(number.cast(String), ",")


def _numbers(text: str) -> Numbers:
    return np.fromstring(text, np.int64, sep=",")


def _places(ids: Numbers, named: Numbers) -> Numbers:
    """Where those of the named ids stand that are among these, each once."""
    at = np.searchsorted(ids, named)
    is_named = np.zeros(len(ids), np.bool_)
    is_named[at[ids[at] == named]] = True
    return is_named.nonzero()[0]
