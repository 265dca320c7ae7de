"""The authors of a page: who they are, and how many followed them when it was read."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record, RecordAuthor
from socialcell.listening.model import Author, AuthorSnapshot
from socialcell.listening.store import search_forms
from socialcell.listening.store.pages.page_arrival import Arrival

AUTHOR = db.table(Author)
AUTHOR_SNAPSHOT = db.table(AuthorSnapshot)


def store_authors(
    session: Session,
    platform: str,
    records: Sequence[Record],
    changed: Sequence[Record],
    arrival: Arrival,
) -> dict[str, int]:
    """Keep the authors of a page, those of `changed` records as they are now; native
    id → author id."""
    facts = _facts(records)
    rows = [
        {
            "platform": platform,
            "uid": uid,
            "handle": author.handle,
            "name": author.name,
            "verified": author.verified,
            "first_seen_at": arrival.at,
        }
        for uid, author in facts.items()
    ]
    db.insert_new(session, AUTHOR, rows)
    _update(session, platform, _facts(changed))
    ids = _ids(session, platform, list(facts))
    db.insert_new(
        session,
        AUTHOR_SNAPSHOT,
        [
            {
                "author_id": ids[uid],
                "taken_at": arrival.observed,
                "followers": author.followers,
                "posts": author.posts,
            }
            for uid, author in facts.items()
            if author.followers is not None or author.posts is not None
        ],
    )
    return ids


def facts_of(session: Session, platform: str, uid: str) -> RecordAuthor | None:
    """What is held of one author, without figures; None when nothing is."""
    c = AUTHOR.c
    row = session.execute(
        select(c.uid, c.handle, c.name, c.verified).where(
            c.platform == platform, c.uid == uid
        )
    ).first()
    return None if row is None else RecordAuthor(*row)


def _facts(records: Sequence[Record]) -> dict[str, RecordAuthor]:
    """What the records say of their authors, by native id."""
    return {record.author.uid: record.author for record in records if record.author}


def _update(session: Session, platform: str, facts: dict[str, RecordAuthor]) -> None:
    renamed = _renamed(session, platform, facts)
    for uid, author in facts.items():
        session.execute(
            update(AUTHOR)
            .where(AUTHOR.c.platform == platform, AUTHOR.c.uid == uid)
            .values(handle=author.handle, name=author.name, verified=author.verified)
        )
    # What they wrote under the old name is hidden by the new one as well.
    if renamed:
        search_forms.refresh_authors(session, renamed)


def _renamed(
    session: Session, platform: str, facts: dict[str, RecordAuthor]
) -> list[int]:
    """Ids of authors whose handle or name is another now."""
    a = AUTHOR.c
    renamed: list[int] = []
    for chunk in db.chunks(facts):
        rows = session.execute(
            select(a.id, a.uid, a.handle, a.name).where(
                a.platform == platform, a.uid.in_(chunk)
            )
        )
        renamed += [
            id_
            for id_, uid, handle, name in rows
            if (facts[uid].handle, facts[uid].name) != (handle, name)
        ]
    return renamed


def _ids(session: Session, platform: str, uids: list[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for chunk in db.chunks(uids):
        rows = session.execute(
            select(AUTHOR.c.uid, AUTHOR.c.id).where(
                AUTHOR.c.platform == platform, AUTHOR.c.uid.in_(chunk)
            )
        )
        ids.update((uid, id_) for uid, id_ in rows)
    return ids
