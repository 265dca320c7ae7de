"""The texts of dated mentions, for those who compare them with each other."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Mention

MENTION = db.table(Mention)


@dataclass(frozen=True, slots=True)
class Dated:
    """What a mention says, its title first, and when it was written (UTC)."""

    id: int
    text: str
    authored_at: datetime


def between(session: Session, since: datetime, until: datetime) -> list[Dated]:
    """The mentions that are present and say something, oldest first; half open."""
    c = MENTION.c
    rows = session.execute(
        select(c.id, c.title, c.text, c.authored_at)
        .where(c.state == "present", c.text.is_not(None))
        .where(c.authored_at >= since, c.authored_at < until)
        .order_by(c.authored_at, c.id)
    )
    return [
        Dated(id_, f"{title}\n{text}" if title else text, at)
        for id_, title, text, at in rows
        if (title or text).strip()
    ]
