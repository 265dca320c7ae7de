"""What the accounts of the registry said in a span, and what their posts gained."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Author, RegistryAccount
from socialcell.listening.store.mentions.engagement_deltas import gained
from socialcell.listening.store.mentions.mention_counts import (
    MENTION,
    M,
    TimeSpan,
    within,
)

AUTHOR, REGISTRY = db.table(Author), db.table(RegistryAccount)
R = REGISTRY.c


def spoke(session: Session, span: TimeSpan) -> list[Row[Any]]:
    """Mentions of registered accounts by sentiment (None: not read): platform, handle,
    name, person_class, sentiment, n."""
    named = (R.platform, R.handle, R.name, R.person_class)
    statement = (
        select(*named, M.sentiment, func.count().label("n"))
        .select_from(MENTION.join(AUTHOR, AUTHOR.c.id == M.author_id))
        .join(REGISTRY, _registered())
        .where(within(span))
        .group_by(*named, M.sentiment)
    )
    return list(session.execute(statement))


def gains(session: Session, span: TimeSpan) -> list[Row[Any]]:
    """Engagement gained in a span by posts of registered accounts, whenever they were
    written: platform, handle, common metric, gained, posts."""
    theirs = (
        select(M.id)
        .select_from(MENTION.join(AUTHOR, AUTHOR.c.id == M.author_id))
        .join(REGISTRY, _registered())
    )
    per_post = gained(span, theirs).subquery()
    statement = (
        select(
            R.platform,
            R.handle,
            per_post.c.common,
            func.sum(per_post.c.gained).label("gained"),
            func.count(per_post.c.id.distinct()).label("posts"),
        )
        .select_from(per_post.join(AUTHOR, AUTHOR.c.id == per_post.c.author_id))
        .join(REGISTRY, _registered())
        .group_by(R.platform, R.handle, per_post.c.common)
    )
    return list(session.execute(statement))


def languages(session: Session, span: TimeSpan, person_class: str) -> dict[str, int]:
    """Language → what accounts of a class wrote in a span, of what was read."""
    statement = (
        select(M.language, func.count())
        .select_from(MENTION.join(AUTHOR, AUTHOR.c.id == M.author_id))
        .join(REGISTRY, _registered())
        .where(within(span), R.person_class == person_class, M.language.is_not(None))
        .group_by(M.language)
    )
    rows: list[tuple[str, int]] = [
        (row[0], row[1]) for row in session.execute(statement)
    ]
    return dict(rows)


def _registered() -> ColumnElement[bool]:
    return and_(
        R.platform == AUTHOR.c.platform, R.handle == func.lower(AUTHOR.c.handle)
    )
