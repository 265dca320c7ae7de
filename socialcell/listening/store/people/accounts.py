"""What is stored of one account: its rows, its posts, and all of it for a request."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import Session, SQLModel

from socialcell import db
from socialcell.json_types import DocumentValue
from socialcell.listening.attachment_model import Attachment
from socialcell.listening.model import (
    Annotation,
    Author,
    AuthorSnapshot,
    Engagement,
    Link,
    Mention,
    MentionMatch,
    RawItem,
    Relation,
    RevealGrant,
)
from socialcell.listening.store.pages import raw_payloads
from socialcell.ops.model import Source

AUTHOR = db.table(Author)
MENTION = db.table(Mention)
StoredRow = dict[str, DocumentValue]  # any row of a table, by column


@dataclass(frozen=True, slots=True)
class HeldPost:
    """The ids of a post: ours, and the platform's."""

    id: int
    external_id: str


@dataclass(frozen=True, slots=True)
class _AuthorRow:
    id: int
    uid: str
    handle: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as one row has it."""

    platform: str
    uid: str
    handle: str | None


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """One account as it is held, under every form in which files and platforms gave it.

    A file may know only a handle; such a row has @handle for its number.
    """

    platform: str
    uids: tuple[str, ...]
    handles: tuple[str, ...]  # lower case, without @
    author_ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Values in a platform's JSON that name this account."""
        return (*self.uids, *self.handles, *(f"@{handle}" for handle in self.handles))


def find(
    session: Session, platform: str, uid: str | None, handle: str | None
) -> HeldAccount:
    """The account of a number or a handle; without rows when nothing is held."""
    uids = {uid} if uid else set()
    handles = {handle.lower().lstrip("@")} if handle else set()
    rows: list[_AuthorRow] = []
    while True:
        rows = _rows(session, platform, uids, handles)
        # A row found by its number tells the handle by which other rows are known.
        more_uids = uids | {row.uid for row in rows}
        more = handles | {row.handle.lower() for row in rows if row.handle}
        more |= {
            uid_text[1:].lower() for uid_text in more_uids if uid_text.startswith("@")
        }
        if (more_uids, more) == (uids, handles):
            break
        uids, handles = more_uids, more
    return HeldAccount(
        platform=platform,
        uids=tuple(sorted(uids)),
        handles=tuple(sorted(handles)),
        author_ids=tuple(row.id for row in rows),
        names=tuple(sorted({row.name for row in rows if row.name})),
    )


def all_accounts(session: Session) -> list[StoredAccount]:
    """Every account that is held, by platform and number."""
    columns = (AUTHOR.c.platform, AUTHOR.c.uid, AUTHOR.c.handle)
    query = select(*columns).order_by(AUTHOR.c.platform, AUTHOR.c.uid)
    return db.records(session, query, StoredAccount)


def languages_of_accounts(
    session: Session, languages: Collection[str]
) -> dict[tuple[str, str], str]:
    """Of these languages the one in which most posts of an account are, by platform
    and number; accounts without such a post are left out."""
    a, m = AUTHOR.c, MENTION.c
    query = (
        select(a.platform, a.uid, m.language, func.count())
        .join(MENTION, m.author_id == a.id)
        .where(m.language.in_(languages))
        .group_by(a.platform, a.uid, m.language)
        .order_by(func.count(), m.language)
    )
    rows = session.execute(query)
    return {(platform, uid): language for platform, uid, language, _n in rows}


def posts(session: Session, account: HeldAccount) -> list[HeldPost]:
    """The account's posts that are held."""
    m = MENTION.c
    statement = select(m.id, m.external_id).where(m.author_id.in_(account.author_ids))
    return [HeldPost(*row) for row in session.execute(statement.order_by(m.id))]


def everything(session: Session, account: HeldAccount) -> dict[str, DocumentValue]:
    """All that is held of an account, as plain JSON, for the person who asks."""
    post_rows = posts(session, account)
    ids = [row.id for row in post_rows]
    raw_ids = raw_payloads.ids_with_terms(
        session, account.platform, [*account.terms, *_externals(post_rows)]
    )
    return {
        "platform": account.platform,
        "accounts": _all(session, Author, "id", account.author_ids),
        "figures": _all(session, AuthorSnapshot, "author_id", account.author_ids),
        "mentions": [
            _mention(session, row) for row in _all(session, Mention, "id", ids)
        ],
        "engagement": _all(session, Engagement, "mention_id", ids),
        "understood": _all(session, Annotation, "mention_id", ids),
        "links": _all(session, Link, "mention_id", ids),
        "files": _all(session, Attachment, "mention_id", ids),
        "relations": _all(session, Relation, "mention_id", ids),
        "revealed": _all(session, RevealGrant, "author_id", account.author_ids),
        "raw": [
            {
                "received_at": row["received_at"],
                "state": row["state"],
                "reason": row["reason"],
                "body": json.loads(str(row["body"])),
            }
            for row in _all(session, RawItem, "id", raw_ids)
        ],
    }


def _rows(
    session: Session, platform: str, uids: Iterable[str], handles: Iterable[str]
) -> list[_AuthorRow]:
    a = AUTHOR.c
    named = list(handles)
    written = [f"@{handle}" for handle in named]
    statement = select(a.id, a.uid, a.handle, a.name).where(
        a.platform == platform,
        or_(
            a.uid.in_(list(uids)),
            func.lower(a.uid).in_(written),
            func.lower(a.handle).in_([*named, *written]),
        ),
    )
    return [_AuthorRow(*row) for row in session.execute(statement.order_by(a.id))]


def _externals(post_rows: Sequence[HeldPost]) -> list[str]:
    return [row.external_id for row in post_rows]


def _mention(session: Session, row: StoredRow) -> StoredRow:
    match, source = db.table(MentionMatch), db.table(Source)
    through = session.execute(
        select(source.c.name, match.c.via, match.c.seen_at)
        .join_from(match, source, source.c.id == match.c.source_id)
        .where(match.c.mention_id == row["id"])
        .order_by(source.c.name)
    )
    return {**row, "through": [source_row._asdict() for source_row in through]}


def _all(
    session: Session, model: type[SQLModel], column: str, ids: Sequence[int]
) -> list[StoredRow]:
    whole = db.table(model)
    order = list(whole.primary_key.columns)
    return [
        row._asdict()
        for chunk in db.chunks(ids)
        for row in session.execute(
            select(whole).where(whole.c[column].in_(chunk)).order_by(*order)
        )
    ]
