"""Queries about accounts of public standing, and their counts of followers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
    union,
)
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.creators.candidate import VERIFIED_KINDS, FollowerCount
from socialcell.campaigns.creators.store.creators import ACCOUNT, CREATOR
from socialcell.listening.model import (
    Author,
    AuthorSnapshot,
    Mention,
    MentionMatch,
    RegistryAccount,
)
from socialcell.message_catalog import Message
from socialcell.ops.model import Source

AUTHOR = db.table(Author)
FIGURES = db.table(AuthorSnapshot)
_PAST = FIGURES.alias("past")
REGISTRY = db.table(RegistryAccount)
MENTION = db.table(Mention)
MATCH = db.table(MentionMatch)
_OWN_ACCOUNT_KEYS = (
    "user_id",
    "page_id",
    "account_id",
)  # in settings of sources: accounts of ours


@dataclass
class CandidateAccount:
    """An account that may be a candidate, with every author id that we have of it, and
    the followers of each over time, oldest first."""

    platform: str
    handle: str
    name: str | None
    why: list[Message]
    figures: dict[int, list[FollowerCount]]
    creator: str | None
    verified: str | None = None  # in small letters, as the platform says it

    @property
    def authors(self) -> list[int]:
        return list(self.figures)


@dataclass(frozen=True, slots=True)
class _AccountRow:
    """An account with whatever may make it a candidate; one row for each count of an
    author's followers."""

    id: int
    platform: str
    handle: str
    name: str | None
    verified: str | None
    followers: int | None
    person_class: str | None
    key: str | None
    counted_at: datetime | None
    counted: int | None


def candidate_accounts(
    session: Session, floor: int | None, handle: tuple[str, str] | None = None
) -> list[CandidateAccount]:
    """The accounts that may be candidates; only the one with that (platform, handle).

    Registered ones, verified businesses and governments, and those with at least
    `floor` followers when they were seen last (None: not for their followers). The
    cell's own accounts are none.
    """
    a, past = AUTHOR.c, _PAST.c
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
        func.lower(a.verified).in_(VERIFIED_KINDS),
    ]
    if floor is not None:
        grounds.append(FIGURES.c.followers >= floor)
    query = (
        select(
            a.id,
            a.platform,
            bare.label("handle"),
            a.name,
            a.verified,
            FIGURES.c.followers,
            r.person_class,
            CREATOR.c.key,
            past.taken_at.label("counted_at"),
            past.followers.label("counted"),
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
            .outerjoin(
                _PAST,
                and_(past.author_id == a.id, past.followers.is_not(None)),
            )
        )
        .where(a.handle.is_not(None), or_(*grounds), a.id.not_in(_own_author_ids()))
        .order_by(a.platform, bare, a.id, past.taken_at)
    )
    if handle is not None:
        query = query.where(a.platform == handle[0], bare == handle[1])
    accounts: dict[tuple[str, str], CandidateAccount] = {}
    for row in db.records(session, query, _AccountRow):
        account = accounts.setdefault(
            (row.platform, row.handle),
            CandidateAccount(
                row.platform,
                row.handle,
                row.name,
                [],
                {},
                row.key,
                row.verified and row.verified.lower(),
            ),
        )
        counts = account.figures.setdefault(row.id, [])
        if row.counted_at is not None and row.counted is not None:
            counts.append(FollowerCount(row.counted_at, row.counted))
        for why in _grounds(row, floor):
            if why not in account.why:
                account.why.append(why)
    return list(accounts.values())


_CLASS_WORDS = {
    "public_office": Message("creators.public_office"),
    "media": Message("creators.media"),
    "institution": Message("creators.institution"),
    "creator": Message("creators.creator"),
}
_KIND_WORDS = {
    "business": Message("creators.business"),
    "government": Message("creators.government"),
}


def _grounds(row: _AccountRow, floor: int | None) -> list[Message]:
    grounds: list[Message] = []
    if row.person_class is not None:
        grounds.append(
            Message(
                "creators.registered_as",
                {"person_class": _CLASS_WORDS.get(row.person_class, row.person_class)},
            )
        )
    if row.key is not None:
        grounds.append(Message("creators.in_registry"))
    if row.verified is not None and row.verified.lower() in VERIFIED_KINDS:
        grounds.append(
            Message("creators.verified_as", {"kind": _KIND_WORDS[row.verified.lower()]})
        )
    if floor is not None and row.followers is not None and row.followers >= floor:
        grounds.append(Message("creators.followers_or_more", {"followers": floor}))
    return grounds


def _own_author_ids() -> Select[int]:
    """The author ids of the cell's own accounts."""
    settings = col(Source.settings)
    uids = union(
        *(
            select(cast(settings[name].as_string(), String))
            for name in _OWN_ACCOUNT_KEYS
        )
    )
    a, m = AUTHOR.c, MENTION.c
    own = select(m.author_id).join_from(
        MENTION, MATCH, and_(MATCH.c.mention_id == m.id, MATCH.c.via == "own")
    )
    return select(a.id).where(
        or_(a.uid.in_(uids), a.id.in_(own.where(m.author_id.is_not(None))))
    )
