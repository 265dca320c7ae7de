"""Posts that may be those that a plan asked for: found among mentions, and kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.store.creators import AUTHOR, MENTION
from socialcell.campaigns.outreach.model import OutreachDismissed, OutreachFound
from socialcell.listening.model import Link

_LINK = db.table(Link)
_FOUND = db.table(OutreachFound)
_DISMISSED = db.table(OutreachDismissed)


@dataclass(frozen=True, slots=True)
class Post:
    """A mention with its words and the addresses in it."""

    mention: int
    platform: str
    handle: str  # lower case
    at: datetime
    url: str | None
    text: str | None
    links: tuple[str, ...] = ()


def of(
    session: Session,
    accounts: Sequence[tuple[str, str]],
    since: datetime,
    until: datetime,
) -> list[Post]:
    """Posts of these accounts (platform, handle in lower case) that are present, in
    the order in which they were written."""
    if not accounts:
        return []
    m, a = MENTION.c, AUTHOR.c
    handle = _bare(a.handle)
    theirs = [and_(a.platform == one, handle == name) for one, name in accounts]
    asked = (
        select(m.id, m.platform, handle, m.authored_at, m.url, m.text)
        .join_from(MENTION, AUTHOR, m.author_id == a.id)
        .where(or_(*theirs), m.state == "present")
        .where(m.authored_at >= since, m.authored_at < until)
        .order_by(m.authored_at, m.id)
    )
    rows = session.execute(asked).all()
    links: dict[int, list[str]] = defaultdict(list)
    for some in db.chunks(row[0] for row in rows):
        held = select(_LINK.c.mention_id, _LINK.c.url)
        for id_, url in session.execute(held.where(_LINK.c.mention_id.in_(some))):
            links[id_].append(url)
    return [
        Post(id_, platform, who, at, url, text, tuple(sorted(links[id_])))
        for id_, platform, who, at, url, text in rows
    ]


def add(session: Session, found: Sequence[OutreachFound]) -> int:
    """Keep posts that were found; how many are new. What is known stays as it was."""
    return db.insert_new(
        session, _FOUND, [one.model_dump(exclude={"id"}) for one in found]
    )


def dismiss(session: Session, tag_id: int, said: OutreachDismissed) -> bool:
    """A mention is not the post of a tag, and not proposed as such; False: that was
    said before."""
    c = _FOUND.c
    mine = and_(c.tag_id == tag_id, c.mention_id == said.mention_id)
    session.execute(delete(_FOUND).where(mine))
    return bool(db.insert_new(session, _DISMISSED, [said.model_dump(exclude={"id"})]))


def dismissed(session: Session, campaign: str) -> set[tuple[str, int]]:
    """Terms of tags, and mentions of which somebody said that they are not theirs."""
    c = _DISMISSED.c
    asked = select(c.terms, c.mention_id).where(c.campaign == campaign)
    return {(terms, mention) for terms, mention in session.execute(asked)}


def known(session: Session, tag_id: int, mention: int) -> Post | None:
    """A post that was found for a tag; its words as they are held now."""
    m, a = MENTION.c, AUTHOR.c
    asked = (
        select(m.id, m.platform, _bare(a.handle), m.authored_at, m.url, m.text)
        .select_from(
            MENTION.join(_FOUND, _FOUND.c.mention_id == m.id).outerjoin(
                AUTHOR, m.author_id == a.id
            )
        )
        .where(_FOUND.c.tag_id == tag_id, m.id == mention)
    )
    row = session.execute(asked).first()
    return None if row is None else Post(*row)


def text_at(session: Session, url: str) -> str | None:
    """The words of the post at an address, where it reached us."""
    plain = url.partition("?")[0].rstrip("/")
    asked = select(MENTION.c.text).where(
        MENTION.c.url.in_([url, plain, f"{plain}/"]), MENTION.c.state == "present"
    )
    found: str | None = session.scalar(asked.order_by(MENTION.c.id.desc()).limit(1))
    return found


def urls(session: Session, mentions: Sequence[int]) -> dict[int, str | None]:
    """Addresses of mentions by id."""
    asked = select(MENTION.c.id, MENTION.c.url).where(MENTION.c.id.in_(mentions))
    return {row.id: row.url for row in session.execute(asked)}


def _bare(handle: ColumnElement[Any]) -> Any:
    """A handle as the registry holds it."""
    return func.ltrim(func.lower(handle), "@")
