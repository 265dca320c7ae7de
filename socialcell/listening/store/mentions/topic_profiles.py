"""Queries of a topic in a span: where it is spoken of, whose it is, what is asked."""

from sqlalchemy import Select, and_, func, select
from sqlmodel import Session

from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.store.mentions.mention_counts import TimeSpan, within
from socialcell.listening.store.mentions.quotes import (
    ANNOTATION,
    AUTHOR,
    MENTION,
    A,
    M,
    quotable,
)

_OWNED = 0.3  # the share of a topic's mentions that makes their owner the topic's


def wards_of(session: Session, span: TimeSpan, topic: str) -> list[tuple[str, int]]:
    """(ward, mentions of the topic that name it), the most first."""
    value_in_force = func.coalesce(A.decided_value, A.value)
    number = func.count(A.mention_id.distinct())
    rows = session.execute(
        select(value_in_force, number)
        .where(A.kind == "ward", A.mention_id.in_(_of_topic(span, topic)))
        .group_by(value_in_force)
        .order_by(number.desc(), value_in_force)
    )
    return [(ward, n) for ward, n in rows]


def owner_of(session: Session, span: TimeSpan, topic: str) -> str | None:
    """Whose problem most mentions of a topic are, and three in ten at least."""
    rows = session.execute(
        select(M.owner, func.count())
        .where(M.id.in_(_of_topic(span, topic)))
        .group_by(M.owner)
        .order_by(func.count().desc(), M.owner)
    ).all()
    total = sum(n for _owner, n in rows)
    owned = [(owner, n) for owner, n in rows if owner not in (None, NOBODY)]
    return owned[0][0] if owned and owned[0][1] >= _OWNED * total else None


def question_ids(session: Session, span: TimeSpan) -> list[int]:
    """Posts of a span that ask something and may be quoted, the oldest first."""
    statement = (
        select(M.id)
        .select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))
        .where(quotable(span), M.kind != "article", M.intent == "question")
        .order_by(M.authored_at, M.id)
    )
    return list(session.scalars(statement))


def _of_topic(span: TimeSpan, topic: str) -> Select[tuple[int]]:
    topic_in_force = func.coalesce(A.decided_value, A.value)
    return (
        select(M.id)
        .select_from(MENTION.join(ANNOTATION, A.mention_id == M.id))
        .where(and_(within(span), A.kind == "topic", topic_in_force == topic))
    )
