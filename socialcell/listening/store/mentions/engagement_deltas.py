"""What posts gained in engagement within a span, from its history; only SQL is here."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, case, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.sql.roles import InElementRole
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Engagement
from socialcell.listening.store.mentions.mention_counts import MENTION, M, TimeSpan

ENGAGEMENT = db.table(Engagement)
E = ENGAGEMENT.c
_Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[object]]


@dataclass(frozen=True, slots=True)
class GainColumns:
    """What each count of each post observed in a span grew by in it: the columns of a
    subquery, and the subquery (`source`) for joins."""

    source: Subquery[_Columns]
    platform: ColumnElement[str]
    id: ColumnElement[int]
    author_id: ColumnElement[int]
    common: ColumnElement[str]
    gained: ColumnElement[int]


@dataclass(frozen=True, slots=True)
class Gain:
    """What one engagement count of one platform grew by in a span.

    `posts` were observed in the span and are summed; a post written in the span began
    at nothing, an older one at its last count before, or at the first one we have.
    """

    platform: str
    metric: str
    gained: int
    posts: int


def gains(session: Session, span: TimeSpan) -> list[Gain]:
    """Engagement gained within the span, by platform and common metric.

    Metrics of different platforms are never added up.
    """
    p = gained(span)
    rows = session.execute(
        select(p.platform, p.common, func.sum(p.gained), func.count(p.id.distinct()))
        .group_by(p.platform, p.common)
        .order_by(p.platform, p.common)
    )
    return [
        Gain(platform, common, int(total), posts)
        for platform, common, total, posts in rows
    ]


def gained(span: TimeSpan, posts: InElementRole | None = None) -> GainColumns:
    """What each count of each post observed in a span grew by in it. `posts` selects
    the ids of the posts that are looked at."""
    ends = _ends(span, posts)
    before, first, last = (ENGAGEMENT.alias(name) for name in ("b", "f", "l"))
    born_here = and_(M.authored_at >= span.start, M.authored_at < span.end)
    base = func.coalesce(before.c.value, case((born_here, 0), else_=first.c.value))
    growth = (last.c.value - base).label("gained")
    joined = MENTION.join(ends, ends.c.mention_id == M.id)
    for snapshot, moment in ((last, "last_at"), (first, "first_at")):
        joined = joined.join(snapshot, _same(snapshot, ends, moment))
    joined = joined.outerjoin(before, _same(before, ends, "before_at"))
    source = (
        select(M.platform, M.id, M.author_id, last.c.common, growth)
        .select_from(joined)
        .where(M.state == "present")
        .subquery()
    )
    c = source.c
    return GainColumns(source, c.platform, c.id, c.author_id, c.common, c.gained)


def _ends(span: TimeSpan, posts: InElementRole | None) -> Subquery[_Columns]:
    """For each post and metric observed in the span: when last, when first in it, and
    when last before it."""
    statement = (
        select(
            E.mention_id,
            E.metric,
            func.max(E.taken_at).label("last_at"),
            func.min(case((E.taken_at >= span.start, E.taken_at))).label("first_at"),
            func.max(case((E.taken_at < span.start, E.taken_at))).label("before_at"),
        )
        .where(E.value.is_not(None), E.common.is_not(None), E.taken_at < span.end)
        .group_by(E.mention_id, E.metric)
        .having(func.max(E.taken_at) >= span.start)
    )
    if posts is not None:
        statement = statement.where(E.mention_id.in_(posts))
    return statement.subquery()


def _same(
    snapshot: FromClause[_Columns], ends: Subquery[_Columns], moment: str
) -> ColumnElement[bool]:
    return and_(
        snapshot.c.mention_id == ends.c.mention_id,
        snapshot.c.metric == ends.c.metric,
        snapshot.c.taken_at == ends.c[moment],
    )
