"""Which posts may be quoted, and what a quoted post says today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import (
    Annotation,
    Author,
    Mention,
    RegistryAccount,
    StoredWithheld,
)
from socialcell.listening.store.mentions.mention_counts import (
    TimeSpan,
    is_repost,
    within,
)

MENTION = db.table(Mention)
ANNOTATION = db.table(Annotation)
AUTHOR = db.table(Author)
REGISTRY = db.table(RegistryAccount)
M, A = MENTION.c, ANNOTATION.c

# A shorter post says nothing that a reader could judge.
SHORTEST = 25


@dataclass(frozen=True, slots=True)
class Drawable:
    """A post that may be drawn for quotation."""

    id: int
    platform: str
    external_id: str
    author_id: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class QuotedPost:
    """A quoted post as it is now, with its author, None where they are not held."""

    id: int
    platform: str
    state: str
    title: str | None
    text: str | None
    content_hash: str | None
    authored_at: datetime | None
    language: str | None
    intent: str | None
    withheld: StoredWithheld | None
    uid: str | None
    handle: str | None
    name: str | None


def of_topic(
    session: Session, span: TimeSpan, topic: str, intents: Collection[str]
) -> list[Drawable]:
    """Posts of people (not offices or media) on a topic with one of these intents; no
    reposts, no spam."""
    topic_in_force = func.coalesce(A.decided_value, A.value)
    about = select(A.mention_id).where(A.kind == "topic", topic_in_force == topic)
    return _drawable(session, span, M.id.in_(about), M.intent.in_(intents))


def of_urgency(session: Session, span: TimeSpan, level: str) -> list[Drawable]:
    """The same for posts of one urgency."""
    return _drawable(session, span, M.urgency == level)


def current(session: Session, platform: str, external_id: str) -> QuotedPost | None:
    """A quoted post as it is now, with who wrote it; None when it is not held."""
    row = session.execute(
        select(
            M.id,
            M.platform,
            M.state,
            M.title,
            M.text,
            M.content_hash,
            M.authored_at,
            M.language,
            M.intent,
            M.withheld,
            AUTHOR.c.uid,
            AUTHOR.c.handle,
            AUTHOR.c.name,
        )
        .select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))
        .where(M.platform == platform, M.external_id == external_id)
    ).first()
    return None if row is None else QuotedPost(*row)


def quotable(span: TimeSpan) -> ColumnElement[bool]:
    """Posts of a span that may be quoted, for a question that joins their authors: no
    message, repost, spam, short or withheld one, and none of an office or media."""
    named = select(REGISTRY.c.id).where(
        REGISTRY.c.platform == AUTHOR.c.platform,
        REGISTRY.c.handle == func.lower(AUTHOR.c.handle),
    )
    return and_(
        within(span),
        M.kind != "message",  # what was written to the city alone stays with it
        M.intent.not_in(["spam", "not_civic"]),
        func.length(M.text) >= SHORTEST,
        M.withheld.is_(None),
        ~is_repost(),
        ~named.exists(),
    )


def _drawable(
    session: Session, span: TimeSpan, *rules: ColumnElement[bool]
) -> list[Drawable]:
    rows = session.execute(
        select(M.id, M.platform, M.external_id, M.author_id, M.content_hash)
        .join_from(MENTION, AUTHOR, M.author_id == AUTHOR.c.id)
        .where(*rules, quotable(span))
    )
    return [
        Drawable(id_, platform, external_id, author_id, digest or "")
        for id_, platform, external_id, author_id, digest in rows
    ]
