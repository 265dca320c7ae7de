"""Records that a platform gave for single items, compared with what is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Item, Record, RecordAuthor, Refresh
from socialcell.listening.model import Author, Mention, StoredWithheld
from socialcell.listening.store.pages.records import cleaned, withheld_of

M = db.table(Mention).c
AUTHOR = db.table(Author).c


@dataclass(frozen=True, slots=True)
class _StoredText:
    """A present mention as it is stored, with its author where one is held."""

    platform: str
    external_id: str
    text: str | None
    edited_at: datetime | None
    withheld: StoredWithheld | None
    uid: str | None
    handle: str | None
    name: str | None
    verified: str | None


def changes(session: Session, items: Sequence[Item]) -> list[Item]:
    """The items, where a Refresh whose record says something new gives way to that
    record, with the author that we hold. All others stay figures, nothing more."""
    refreshes = [
        page_item
        for page_item in items
        if isinstance(page_item, Refresh) and page_item.record
    ]
    rows = {(row.platform, row.external_id): row for row in _rows(session, refreshes)}
    return [
        _change(page_item, rows.get((page_item.platform, page_item.external_id)))
        if isinstance(page_item, Refresh)
        else page_item
        for page_item in items
    ]


def _change(refresh: Refresh, row: _StoredText | None) -> Item:
    record = refresh.record
    if record is None or row is None or record.external_id != refresh.external_id:
        return refresh
    fresh = cleaned(record)
    content = (fresh.text, fresh.edited_at, withheld_of(fresh))
    if content == (row.text, row.edited_at, row.withheld):
        return refresh
    return replace(record, author=_author(record, row), missing=_missing(record, row))


def _author(record: Record, row: _StoredText) -> RecordAuthor | None:
    """Who wrote it: the answer has at most the number, and may have no author."""
    if row.uid is None or (record.author and record.author.uid != row.uid):
        return record.author
    return RecordAuthor(row.uid, row.handle, row.name, row.verified)


def _missing(record: Record, row: _StoredText) -> tuple[str, ...]:
    if row.uid is None:
        return record.missing
    return tuple(name for name in record.missing if name != "author")


def _rows(session: Session, refreshes: Sequence[Refresh]) -> Iterator[_StoredText]:
    """Those of the mentions that are present, with their authors."""
    for platform in sorted({refresh.platform for refresh in refreshes}):
        ids = [
            refresh.external_id for refresh in refreshes if refresh.platform == platform
        ]
        for chunk in db.chunks(ids):
            rows = session.execute(
                select(
                    M.platform,
                    M.external_id,
                    M.text,
                    M.edited_at,
                    M.withheld,
                    AUTHOR.uid,
                    AUTHOR.handle,
                    AUTHOR.name,
                    AUTHOR.verified,
                )
                .select_from(
                    db.table(Mention).outerjoin(
                        db.table(Author), M.author_id == AUTHOR.id
                    )
                )
                .where(
                    M.platform == platform,
                    M.external_id.in_(chunk),
                    M.state == "present",
                )
            )
            for row in rows:
                yield _StoredText(*row)
