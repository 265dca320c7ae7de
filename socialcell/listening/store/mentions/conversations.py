"""Who wrote a message to us, through which source, and when they wrote last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Author, Mention, MentionMatch

MENTION, AUTHOR = db.table(Mention), db.table(Author)
MATCH = db.table(MentionMatch)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The person behind a message; `last_at` is when they wrote last."""

    platform: str
    uid: str
    source_id: int
    last_at: datetime | None


def is_in_danger(session: Session, mention_id: int, since: datetime) -> bool:
    """Whether the writer of a message asked for help or wrote something critical, in
    this message or another one since a moment, as it is in force."""
    m = MENTION.c
    writer = select(m.author_id).where(m.id == mention_id).scalar_subquery()
    statement = select(m.id).where(
        m.author_id == writer,
        m.kind == "message",
        m.state == "present",
        or_(m.urgency == "critical", m.intent == "help"),
        or_(m.id == mention_id, m.authored_at >= since),
    )
    return session.execute(statement.limit(1)).first() is not None


def mentions_by_id(session: Session, ids: Sequence[int]) -> dict[int, Mention]:
    """The mentions of these ids that are there still."""
    return {
        mention.id or 0: mention
        for chunk in db.chunks(ids)
        for mention in session.scalars(select(Mention).where(MENTION.c.id.in_(chunk)))
    }


def of_messages(
    session: Session, mention_ids: Collection[int]
) -> dict[int, Conversation]:
    """The same of several messages by their ids; those that are there no more are not
    there."""
    m, a = MENTION.c, AUTHOR.c
    rows = session.execute(
        select(m.id, m.platform, a.uid, m.author_id, MATCH.c.source_id)
        .join_from(MENTION, AUTHOR, m.author_id == a.id)
        .join(MATCH, MATCH.c.mention_id == m.id)
        .where(m.id.in_(mention_ids), m.kind == "message", m.state == "present")
        .order_by(MATCH.c.seen_at.desc(), MATCH.c.source_id.desc())
    )
    first = {row.id: row for row in rows}  # the earliest match of each comes last
    heard = session.execute(
        select(m.author_id, MATCH.c.source_id, func.max(m.authored_at))
        .join_from(MENTION, MATCH, MATCH.c.mention_id == m.id)
        .where(
            m.author_id.in_({row.author_id for row in first.values()}),
            m.kind == "message",
        )
        .group_by(m.author_id, MATCH.c.source_id)
    )
    last = {(author, source): at for author, source, at in heard}
    return {
        id_: Conversation(
            row.platform,
            row.uid,
            row.source_id,
            last.get((row.author_id, row.source_id)),
        )
        for id_, row in first.items()
    }


def of_message(session: Session, mention_id: int) -> Conversation | None:
    """The conversation that a message belongs to; None: there is no such message, or
    it was removed."""
    m, a = MENTION.c, AUTHOR.c
    row = session.execute(
        select(m.platform, a.uid, m.author_id, MATCH.c.source_id)
        .join_from(MENTION, AUTHOR, m.author_id == a.id)
        .join(MATCH, MATCH.c.mention_id == m.id)
        .where(m.id == mention_id, m.kind == "message", m.state == "present")
        .order_by(MATCH.c.seen_at, MATCH.c.source_id)
        .limit(1)
    ).first()
    if row is None:
        return None
    last_at = session.execute(
        select(func.max(m.authored_at))
        .join_from(MENTION, MATCH, MATCH.c.mention_id == m.id)
        .where(
            m.author_id == row.author_id,
            m.kind == "message",
            MATCH.c.source_id == row.source_id,
        )
    ).scalar_one()
    return Conversation(row.platform, row.uid, row.source_id, last_at)
