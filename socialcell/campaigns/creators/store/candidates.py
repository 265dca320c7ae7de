"""Questions about accounts of public standing: which there are, and their figures."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.candidate import VERIFIED, Figures
from socialcell.campaigns.creators.store.creators import ACCOUNT, CREATOR
from socialcell.listening.model import (
    Author,
    AuthorSnapshot,
    Mention,
    MentionMatch,
    RegistryAccount,
)
from socialcell.ops.model import Source

AUTHOR = db.table(Author)
FIGURES = db.table(AuthorSnapshot)
REGISTRY = db.table(RegistryAccount)
MENTION = db.table(Mention)
MATCH = db.table(MentionMatch)
_OWN = ("user_id", "page_id", "account_id")  # in settings of sources: accounts of ours


@dataclass
class Found:
    """An account that may be a candidate, under every number that we have of it."""

    platform: str
    handle: str
    name: str | None
    why: list[str]
    authors: list[int]
    creator: str | None


def found(
    session: Session, floor: int | None, handle: tuple[str, str] | None = None
) -> list[Found]:
    """The accounts that may be candidates; only the one with that (platform, handle).

    Registered ones, verified businesses and governments, and those with at least
    `floor` followers when they were seen last (None: not for their followers). The
    cell's own accounts are none.
    """
    a = AUTHOR.c
    bare = func.ltrim(func.lower(a.handle), "@")
    newest = (
        select(FIGURES.c.author_id, func.max(FIGURES.c.taken_at).label("taken_at"))
        .where(FIGURES.c.followers.is_not(None))
        .group_by(FIGURES.c.author_id)
        .subquery()
    )
    r, k = REGISTRY.c, ACCOUNT.c
    grounds: list[ColumnElement[bool]] = [
        r.id.is_not(None),
        k.id.is_not(None),
        func.lower(a.verified).in_(VERIFIED),
    ]
    if floor is not None:
        grounds.append(FIGURES.c.followers >= floor)
    asked = (
        select(
            a.id,
            a.platform,
            bare.label("handle"),
            a.name,
            a.verified,
            FIGURES.c.followers,
            r.person_class,
            CREATOR.c.key,
        )
        .select_from(
            AUTHOR.outerjoin(newest, newest.c.author_id == a.id)
            .outerjoin(
                FIGURES,
                and_(
                    FIGURES.c.author_id == newest.c.author_id,
                    FIGURES.c.taken_at == newest.c.taken_at,
                ),
            )
            .outerjoin(REGISTRY, and_(r.platform == a.platform, r.handle == bare))
            .outerjoin(ACCOUNT, and_(k.platform == a.platform, k.handle == bare))
            .outerjoin(CREATOR, CREATOR.c.id == k.creator_id)
        )
        .where(a.handle.is_not(None), or_(*grounds), a.id.not_in(_own(session)))
        .order_by(a.platform, bare, a.id)
    )
    if handle is not None:
        asked = asked.where(a.platform == handle[0], bare == handle[1])
    made: dict[tuple[str, str], Found] = {}
    for row in session.execute(asked):
        one = made.setdefault(
            (row.platform, row.handle),
            Found(row.platform, row.handle, row.name, [], [], row.key),
        )
        one.authors.append(row.id)
        for why in _why(row, floor):
            if why not in one.why:
                one.why.append(why)
    return list(made.values())


def figures(session: Session, authors: Collection[int]) -> dict[int, list[Figures]]:
    """Followers of each author over time, oldest first."""
    c = FIGURES.c
    found: dict[int, list[Figures]] = defaultdict(list)
    for some in db.chunks(sorted(authors)):
        asked = (
            select(c.author_id, c.taken_at, c.followers)
            .where(c.author_id.in_(some), c.followers.is_not(None))
            .order_by(c.author_id, c.taken_at)
        )
        for row in session.execute(asked):
            found[row.author_id].append(Figures(row.taken_at, row.followers))
    return found


def _why(row: Row[Any], floor: int | None) -> list[str]:
    grounds = []
    if row.person_class is not None:
        grounds.append(f"registered: {row.person_class}")
    if row.key is not None:
        grounds.append("in the registry of creators")
    if row.verified is not None and row.verified.lower() in VERIFIED:
        grounds.append(f"verified: {row.verified.lower()}")
    if floor is not None and row.followers is not None and row.followers >= floor:
        grounds.append(f"{floor} followers or more")
    return grounds


def _own(session: Session) -> list[int]:
    """The numbers of the cell's own accounts."""
    settings = session.scalars(select(db.table(Source).c.settings))
    uids = {str(one[name]) for one in settings for name in _OWN if one.get(name)}
    a, m = AUTHOR.c, MENTION.c
    own = select(m.author_id).join_from(
        MENTION, MATCH, and_(MATCH.c.mention_id == m.id, MATCH.c.via == "own")
    )
    asked = select(a.id).where(or_(a.uid.in_(uids), a.id.in_(own)))
    return list(session.scalars(asked))
