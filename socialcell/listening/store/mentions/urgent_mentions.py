"""Queries of urgent mentions: how many, which may be quoted, on what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.store.mentions.mention_counts import TimeSpan, within
from socialcell.listening.store.mentions.quotes import (
    ANNOTATION,
    AUTHOR,
    MENTION,
    A,
    M,
    quotable,
)

LEVELS = ("critical", "high")
# Enough to fill a quotation whatever is masked in it; a post may be a megabyte.
_READ = 4001


@dataclass(frozen=True, slots=True)
class UrgentPost:
    """An urgent post that may be quoted, or an urgent article of the press.

    `confidence` in its urgency is from 0 to 1: the score of the model, 1 where a person
    decided, None where neither is held.
    """

    id: int
    level: str
    kind: str
    confidence: float | None
    authored_at: datetime


@dataclass(frozen=True, slots=True)
class QuotablePost:
    """A post or an article with the beginning of its text, and its author."""

    id: int
    platform: str
    external_id: str
    kind: str
    title: str | None
    url: str | None
    text: str | None
    authored_at: datetime
    language: str | None
    owner: str | None
    uid: str | None
    handle: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class PressArticle:
    """An article with the beginning of its text, and who published it."""

    id: int
    platform: str
    title: str | None
    url: str | None
    text: str | None
    authored_at: datetime
    uid: str | None
    handle: str | None
    name: str | None


def count(session: Session, span: TimeSpan, kind: str | None = None) -> int:
    """Urgent mentions of a span: posts with and without an author, articles, messages;
    or those of one kind."""
    rules = [within(span), M.urgency.in_(LEVELS)]
    if kind is not None:
        rules.append(M.kind == kind)
    statement = select(func.count()).select_from(MENTION).where(*rules)
    return int(session.execute(statement).scalar_one())


def posts(session: Session, span: TimeSpan) -> list[UrgentPost]:
    """Urgent posts of a span that may be quoted, and urgent articles, by id."""
    score = case((A.decided_value.is_not(None), 1.0), else_=A.score)
    confidence = (
        select(func.max(score))
        .where(A.mention_id == M.id, A.kind == "urgency")
        .scalar_subquery()
    )
    article = and_(
        within(span),
        M.kind == "article",
        M.title.is_not(None),
        M.withheld.is_(None),
    )
    statement = (
        select(M.id, M.urgency, M.kind, confidence, M.authored_at)
        .select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))
        .where(
            or_(and_(quotable(span), M.kind != "article"), article),
            M.urgency.in_(LEVELS),
        )
        .order_by(M.id)
    )
    return [UrgentPost(*row) for row in session.execute(statement)]


def count_checked(session: Session, span: TimeSpan, level: str) -> int:
    """Mentions of a span with that urgency in force of which a person decided it."""
    decided = exists().where(
        A.mention_id == M.id, A.kind == "urgency", A.decided_value.is_not(None)
    )
    statement = select(func.count()).where(within(span), M.urgency == level, decided)
    return int(session.execute(statement).scalar_one())


def messages(session: Session, span: TimeSpan) -> list[UrgentPost]:
    """Urgent messages of a span, written to the city alone: the worst first, of one
    level the oldest. They are counted and described, and never quoted."""
    statement = (
        select(M.id, M.urgency, M.kind, M.authored_at)
        .where(within(span), M.kind == "message", M.urgency.in_(LEVELS))
        .order_by(M.urgency, M.authored_at, M.id)
    )
    return [
        UrgentPost(row.id, row.urgency, row.kind, None, row.authored_at)
        for row in session.execute(statement)
    ]


def values(
    session: Session, mention_ids: Collection[int], kind: str
) -> dict[int, list[str]]:
    """The topics, wards or entities of each of these mentions.

    Those that were decided come first; topics in the order of the reading, the danger's
    before others, the rest the surest first.
    """
    value_in_force = func.coalesce(A.decided_value, A.value)
    place = A.id if kind == "topic" else func.coalesce(A.score, 0.0).desc()
    listed: dict[int, list[str]] = {}
    for chunk in db.chunks(sorted(mention_ids)):
        rows = session.execute(
            select(A.mention_id, value_in_force)
            .select_from(ANNOTATION)
            .where(A.kind == kind, A.mention_id.in_(chunk))
            .order_by(A.mention_id, A.decided_value.is_(None), place, value_in_force)
        )
        for mention_id, name in rows:
            listed.setdefault(mention_id, []).append(name)
    return listed


def rows(session: Session, mention_ids: Sequence[int]) -> list[QuotablePost]:
    """These posts with the beginning of their text and their authors, in this order."""
    by_id: dict[int, QuotablePost] = {}
    for chunk in db.chunks(mention_ids):
        statement = (
            select(
                M.id,
                M.platform,
                M.external_id,
                M.kind,
                M.title,
                M.url,
                func.substr(M.text, 1, _READ).label("text"),
                M.authored_at,
                M.language,
                M.owner,
                AUTHOR.c.uid,
                AUTHOR.c.handle,
                AUTHOR.c.name,
            )
            .select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))
            .where(M.id.in_(chunk))
        )
        by_id.update((row.id, QuotablePost(*row)) for row in session.execute(statement))
    return [by_id[id_] for id_ in mention_ids if id_ in by_id]


def articles(session: Session, span: TimeSpan, limit: int) -> list[PressArticle]:
    """The newest articles of the press of a span, with who published them."""
    statement = (
        select(
            M.id,
            M.platform,
            M.title,
            M.url,
            func.substr(M.text, 1, _READ).label("text"),
            M.authored_at,
            AUTHOR.c.uid,
            AUTHOR.c.handle,
            AUTHOR.c.name,
        )
        .select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))
        .where(within(span), M.kind == "article")
        .order_by(M.authored_at.desc(), M.id.desc())
        .limit(limit)
    )
    return [PressArticle(*row) for row in session.execute(statement)]
