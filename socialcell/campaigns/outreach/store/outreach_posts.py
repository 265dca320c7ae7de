"""Posts that may belong to a tag: found among mentions, stored and dismissed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.creators.store.creators import AUTHOR, MENTION
from socialcell.campaigns.outreach.model import OutreachDismissed, OutreachFound
from socialcell.listening.model import Link

_LINK = db.table(Link)
_FOUND = db.table(OutreachFound)
_DISMISSED = db.table(OutreachDismissed)


@dataclass(frozen=True, slots=True)
class OutreachPost:
    """A mention with its text and the addresses in it."""

    mention: int
    platform: str
    handle: str  # lower case
    at: datetime
    url: str | None
    text: str | None
    links: tuple[str, ...] = ()


def posts_of_accounts(
    session: Session,
    accounts: Sequence[tuple[str, str]],
    since: datetime,
    until: datetime,
) -> list[OutreachPost]:
    """Posts of these accounts (platform, handle in lower case) that are present, in
    the order in which they were written."""
    if not accounts:
        return []
    m, a = MENTION.c, AUTHOR.c
    handle = _normalised_handle(a.handle)
    account_conditions = [
        and_(a.platform == platform, handle == name) for platform, name in accounts
    ]
    query = (
        select(m.id, m.platform, handle, m.authored_at, m.url, m.text)
        .join_from(MENTION, AUTHOR, m.author_id == a.id)
        .where(or_(*account_conditions), m.state == "present")
        .where(m.authored_at >= since, m.authored_at < until)
        .order_by(m.authored_at, m.id)
    )
    rows = session.execute(query).all()
    links: dict[int, list[str]] = defaultdict(list)
    for chunk in db.chunks(row[0] for row in rows):
        link_query = select(_LINK.c.mention_id, _LINK.c.url)
        for id_, url in session.execute(
            link_query.where(_LINK.c.mention_id.in_(chunk))
        ):
            links[id_].append(url)
    return [
        OutreachPost(id_, platform, who, at, url, text, tuple(sorted(links[id_])))
        for id_, platform, who, at, url, text in rows
    ]


def add_found(session: Session, posts: Sequence[OutreachFound]) -> int:
    """Store found posts; returns how many are new. Stored ones are not changed."""
    return db.insert_new(
        session, _FOUND, [post.model_dump(exclude={"id"}) for post in posts]
    )


def dismiss(session: Session, tag_id: int, dismissal: OutreachDismissed) -> bool:
    """Mark a mention as not being the post of a tag; False: it was marked already."""
    c = _FOUND.c
    mine = and_(c.tag_id == tag_id, c.mention_id == dismissal.mention_id)
    session.execute(delete(_FOUND).where(mine))
    return bool(
        db.insert_new(session, _DISMISSED, [dismissal.model_dump(exclude={"id"})])
    )


def dismissed_pairs(session: Session, campaign: str) -> set[tuple[str, int]]:
    """Pairs of the terms of a tag and a mention that was dismissed for it."""
    c = _DISMISSED.c
    query = select(c.terms, c.mention_id).where(c.campaign == campaign)
    return {(terms, mention) for terms, mention in session.execute(query)}


def find_found_post(session: Session, tag_id: int, mention: int) -> OutreachPost | None:
    """A post that was found for a tag, with its current text."""
    m, a = MENTION.c, AUTHOR.c
    query = (
        select(
            m.id, m.platform, _normalised_handle(a.handle), m.authored_at, m.url, m.text
        )
        .select_from(
            MENTION.join(_FOUND, _FOUND.c.mention_id == m.id).outerjoin(
                AUTHOR, m.author_id == a.id
            )
        )
        .where(_FOUND.c.tag_id == tag_id, m.id == mention)
    )
    row = session.execute(query).first()
    return None if row is None else OutreachPost(*row)


def text_at(session: Session, url: str) -> str | None:
    """The text of the post at an address, where it was collected."""
    plain = url.partition("?")[0].rstrip("/")
    query = select(MENTION.c.text).where(
        MENTION.c.url.in_([url, plain, f"{plain}/"]), MENTION.c.state == "present"
    )
    text: str | None = session.scalar(query.order_by(MENTION.c.id.desc()).limit(1))
    return text


def found_with_urls(
    session: Session, tag_ids: Sequence[int]
) -> dict[int, list[tuple[OutreachFound, str | None]]]:
    """Found posts with their addresses by tag's id, in the order in which they were
    found."""
    query = (
        select(OutreachFound, MENTION.c.url)
        .outerjoin(MENTION, MENTION.c.id == col(OutreachFound.mention_id))
        .where(col(OutreachFound.tag_id).in_(tag_ids))
        .order_by(col(OutreachFound.id))
    )
    posts: dict[int, list[tuple[OutreachFound, str | None]]] = defaultdict(list)
    for post, url in session.execute(query):
        posts[post.tag_id].append((post, url))
    return posts


def _normalised_handle(handle: ColumnElement[str]) -> ColumnElement[str]:
    """A handle in the form of the registry."""
    return func.ltrim(func.lower(handle), "@")
