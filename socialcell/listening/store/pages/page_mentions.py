"""The mentions of a page: what is known of them, new ones in, changed ones anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record
from socialcell.json_types import DocumentValue
from socialcell.listening.model import Mention
from socialcell.listening.store.pages.page_arrival import Arrival
from socialcell.listening.store.pages.records import content_hash, withheld_of
from socialcell.listening.store.search_forms import IndexedText, SearchForms

MENTION = db.table(Mention)
_NOTHING: DocumentValue = []  # one list, which is made into JSON once for a page


@dataclass
class StoredMention:
    """What the database already holds of a page's mentions, by native id."""

    id: int
    state: str
    content_hash: str | None
    edited_at: datetime | None
    fetched_at: datetime | None


def stored_mentions(
    session: Session, platform: str, ids: Sequence[str]
) -> dict[str, StoredMention]:
    """What is known of the mentions with these native ids."""
    stored: dict[str, StoredMention] = {}
    c = MENTION.c
    for chunk in db.chunks(ids):
        rows = session.execute(
            select(
                c.external_id,
                c.id,
                c.state,
                c.content_hash,
                c.edited_at,
                c.fetched_at,
            ).where(c.platform == platform, c.external_id.in_(chunk))
        )
        for external_id, *facts in rows:
            stored[external_id] = StoredMention(*facts)
    return stored


def write(
    session: Session,
    records: Sequence[Record],
    stored: Mapping[str, StoredMention],
    authors: Mapping[str, int],
    raws: Mapping[str, int],
    arrival: Arrival,
    forms: SearchForms,
) -> None:
    """New mentions in; changed ones and filled stubs with new content, unread again.

    `forms` makes the words that are searched.
    """
    rows = []
    for record in records:
        values = _content(record, authors, raws, arrival)
        values["folded"] = forms.form(_indexed_text(record))
        stored_mention = stored.get(record.external_id)
        if stored_mention is None:
            rows.append(_identity(record) | _birth(record, arrival) | values)
            continue
        if stored_mention.state == "stub":
            values |= _birth(record, arrival)
        session.execute(
            update(MENTION)
            .where(MENTION.c.id == stored_mention.id)
            .values(tagged_at=None, **values)
        )
    db.insert(session, MENTION, rows)


def _identity(record: Record) -> dict[str, DocumentValue]:
    return {"platform": record.platform, "external_id": record.external_id}


def _indexed_text(record: Record) -> IndexedText:
    author = record.author
    return IndexedText(
        record.platform,
        record.title,
        record.text,
        author.uid if author else None,
        author.handle if author else None,
        author.name if author else None,
    )


def _birth(record: Record, arrival: Arrival) -> dict[str, DocumentValue]:
    return {"authored_at": record.authored_at, "stored_at": arrival.at}


def _content(
    record: Record,
    authors: Mapping[str, int],
    raws: Mapping[str, int],
    arrival: Arrival,
) -> dict[str, DocumentValue]:
    return {
        "kind": record.kind,
        "state": "present",
        "author_id": authors[record.author.uid] if record.author else None,
        "text": record.text,
        "title": record.title,
        "url": record.url,
        "platform_language": record.language,
        "conversation": record.conversation,
        "missing": sorted(record.missing) if record.missing else _NOTHING,
        "withheld": withheld_of(record),
        "status": record.status,
        "ward": record.ward,
        "department": record.department,
        "closed_at": record.closed_at,
        "edited_at": record.edited_at,
        "fetched_at": arrival.observed,
        "content_hash": content_hash(record),
        "raw_id": raws[record.external_id],
    }


def ids_of(session: Session, platform: str, external: Iterable[str]) -> dict[str, int]:
    """Native id → mention id."""
    ids: dict[str, int] = {}
    for chunk in db.chunks(external):
        rows = session.execute(
            select(MENTION.c.external_id, MENTION.c.id).where(
                MENTION.c.platform == platform, MENTION.c.external_id.in_(chunk)
            )
        )
        ids.update((external_id, id_) for external_id, id_ in rows)
    return ids


def mentions_of_raws(session: Session, raw_ids: Sequence[int]) -> dict[int, RowMapping]:
    """Raw id → the mention whose content was made of it, by column."""
    mentions_by_raw_id: dict[int, RowMapping] = {}
    for chunk in db.chunks(raw_ids):
        rows = session.execute(select(MENTION).where(MENTION.c.raw_id.in_(chunk)))
        mentions_by_raw_id.update((row.raw_id, row._mapping) for row in rows)
    return mentions_by_raw_id
