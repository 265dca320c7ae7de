"""What posts gained in engagement within a span, from its history; only SQL is here."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Engagement
from socialcell.listening.store.mentions.mention_counts import MENTION, M, TimeSpan

ENGAGEMENT = db.table(Engagement)
E = ENGAGEMENT.c


@dataclass(frozen=True)
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
    per_post = gained(span).subquery()
    p = per_post.c
    rows = session.execute(
        select(p.platform, p.common, func.sum(p.gained), func.count(p.id.distinct()))
        .group_by(p.platform, p.common)
        .order_by(p.platform, p.common)
    )
    return [
        Gain(platform, common, int(total), posts)
        for platform, common, total, posts in rows
    ]


def gained(span: TimeSpan, posts: Select[Any] | None = None) -> Select[Any]:
    """What each count of each post observed in a span grew by in it: platform, id,
    author_id, common metric, gained. `posts` selects the ids that are looked at."""
    ends = _ends(span, posts).subquery()
    before, first, last = (ENGAGEMENT.alias(name) for name in ("b", "f", "l"))
    born_here = and_(M.authored_at >= span.start, M.authored_at < span.end)
    base = func.coalesce(before.c.value, case((born_here, 0), else_=first.c.value))
    growth = (last.c.value - base).label("gained")
    joined = MENTION.join(ends, ends.c.mention_id == M.id)
    for snapshot, moment in ((last, "last_at"), (first, "first_at")):
        joined = joined.join(snapshot, _same(snapshot, ends, moment))
    joined = joined.outerjoin(before, _same(before, ends, "before_at"))
    return (
        select(M.platform, M.id, M.author_id, last.c.common, growth)
        .select_from(joined)
        .where(M.state == "present")
    )


def _ends(span: TimeSpan, posts: Select[Any] | None) -> Any:
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
    return statement if posts is None else statement.where(E.mention_id.in_(posts))


def _same(snapshot: Any, ends: Any, moment: str) -> ColumnElement[bool]:
    return and_(
        snapshot.c.mention_id == ends.c.mention_id,
        snapshot.c.metric == ends.c.metric,
        snapshot.c.taken_at == ends.c[moment],
    )
