"""What the accounts of the registry wrote in a span, and what their posts gained."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
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


@dataclass(frozen=True, slots=True)
class AccountMentions:
    """How many mentions of a registered account have a sentiment (None: not read)."""

    platform: str
    handle: str
    name: str
    person_class: str
    sentiment: str | None
    n: int


@dataclass(frozen=True, slots=True)
class AccountGain:
    """What the posts of a registered account gained of a common metric in a span."""

    platform: str
    handle: str
    common: str
    gained: int
    posts: int


def mentions_by_account(session: Session, span: TimeSpan) -> list[AccountMentions]:
    """Mentions of registered accounts in a span, by sentiment."""
    named = (R.platform, R.handle, R.name, R.person_class)
    statement = (
        select(*named, M.sentiment, func.count().label("n"))
        .select_from(MENTION.join(AUTHOR, AUTHOR.c.id == M.author_id))
        .join(REGISTRY, _registered())
        .where(within(span))
        .group_by(*named, M.sentiment)
    )
    return [AccountMentions(*row) for row in session.execute(statement)]


def gains_by_account(session: Session, span: TimeSpan) -> list[AccountGain]:
    """Engagement gained in a span by posts of registered accounts, whenever they were
    written."""
    theirs = (
        select(M.id)
        .select_from(MENTION.join(AUTHOR, AUTHOR.c.id == M.author_id))
        .join(REGISTRY, _registered())
    )
    per_post = gained(span, theirs)
    statement = (
        select(
            R.platform,
            R.handle,
            per_post.common,
            func.sum(per_post.gained),
            func.count(per_post.id.distinct()),
        )
        .select_from(per_post.source.join(AUTHOR, AUTHOR.c.id == per_post.author_id))
        .join(REGISTRY, _registered())
        .group_by(R.platform, R.handle, per_post.common)
    )
    return [
        AccountGain(platform, handle, common, int(total), posts)
        for platform, handle, common, total, posts in session.execute(statement)
    ]


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
