"""What a platform told of single items that we hold, beside what we hold of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Author as AuthorFacts
from socialcell.connectors.base import Item, Record, Refresh
from socialcell.listening.model import Author, Mention
from socialcell.listening.store.records import cleaned, withheld_of

M = db.table(Mention).c
AUTHOR = db.table(Author).c


def changes(session: Session, items: Sequence[Item]) -> list[Item]:
    """The items, where a Refresh whose record says something new gives way to that
    record, with its author as we hold him. All others stay figures, nothing more."""
    told = [item for item in items if isinstance(item, Refresh) and item.record]
    held = {(row.platform, row.external_id): row for row in _held(session, told)}
    return [
        _change(item, held.get((item.platform, item.external_id)))
        if isinstance(item, Refresh)
        else item
        for item in items
    ]


def _change(item: Refresh, held: Row[Any] | None) -> Item:
    record = item.record
    if record is None or held is None or record.external_id != item.external_id:
        return item
    told = cleaned(record)
    says = (told.text, told.edited_at, withheld_of(told))
    if says == (held.text, held.edited_at, held.withheld):
        return item
    return replace(record, author=_author(record, held), missing=_missing(record, held))


def _author(record: Record, held: Row[Any]) -> AuthorFacts | None:
    """Who wrote it: the answer knows at most the number, and may know nobody."""
    if held.uid is None or (record.author and record.author.uid != held.uid):
        return record.author
    return AuthorFacts(held.uid, held.handle, held.name, held.verified)


def _missing(record: Record, held: Row[Any]) -> tuple[str, ...]:
    if held.uid is None:
        return record.missing
    return tuple(name for name in record.missing if name != "author")


def _held(session: Session, told: Sequence[Refresh]) -> Iterator[Row[Any]]:
    """Those of the mentions that are present, with their authors."""
    for platform in sorted({item.platform for item in told}):
        ids = [item.external_id for item in told if item.platform == platform]
        for some in db.chunks(ids):
            yield from session.execute(
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
                    M.external_id.in_(some),
                    M.state == "present",
                )
            )
