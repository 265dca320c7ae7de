"""Store one page of records: which are new, which changed, which are the same.

Statements work on the whole page at once; what is new is decided by unique keys.
The caller owns the transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record, Reject
from socialcell.listening.store.pages import (
    engagement_history,
    page_authors,
    page_details,
    page_mentions,
    raw_payloads,
)
from socialcell.listening.store.pages.page_arrival import Arrival
from socialcell.listening.store.pages.page_mentions import StoredMention
from socialcell.listening.store.pages.records import (
    cleaned,
    content_hash,
    is_removed,
    version,
)
from socialcell.listening.store.search_forms import SearchForms, search_forms

__all__ = ["Arrival", "PageCounts", "keep_rejects", "store_records"]


@dataclass
class PageCounts:
    """What became of a page's records."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    snapshots: int = 0


@dataclass
class _Sorted:
    """A page's records by what has to be done with them."""

    new: list[Record] = field(default_factory=list)
    changed: list[Record] = field(default_factory=list)
    same: list[Record] = field(default_factory=list)

    @property
    def all(self) -> list[Record]:
        return [*self.new, *self.changed, *self.same]


def store_records(
    session: Session,
    records: Iterable[Record],
    arrival: Arrival,
    run_hashes: set[int],
    office_holders: Sequence[str] = (),
) -> PageCounts:
    """Store records of one page; `run_hashes` are of what this run had; grows.

    `office_holders` are names of people in office, which may be searched.

    A record is new, changed (its text, author facts, relations or links differ and it
    is not an older edit), or the same; each sighting may add an engagement snapshot.
    Another version of an item that this run had is no duplicate: a page may show an
    item as it was, and the next one as it is. Of two on one page the newer counts.
    """
    counts = PageCounts()
    by_platform: dict[str, dict[str, Record]] = {}
    for record in map(cleaned, records):
        record_version = version(record)
        key = hash((record.platform, record.external_id, record_version))
        if key in run_hashes:
            counts.duplicate += 1
            continue
        run_hashes.add(key)
        fresh = by_platform.setdefault(record.platform, {})
        other = fresh.get(record.external_id)
        if other is not None:
            counts.duplicate += 1
        if other is None or record_version > version(other):
            fresh[record.external_id] = record
    # In one order, so that two pages of several platforms do not wait for each other.
    forms = search_forms(session, office_holders) if by_platform else None
    for platform, by_id in sorted(by_platform.items()):
        assert forms is not None
        _store_platform(session, platform, list(by_id.values()), arrival, forms, counts)
    return counts


def keep_rejects(
    session: Session, platform: str, rejects: Iterable[Reject], arrival: Arrival
) -> None:
    """Keep the raw form of items that could not be mapped, with the reason."""
    raw_payloads.quarantine(session, platform, rejects, arrival)


def _store_platform(
    session: Session,
    platform: str,
    records: list[Record],
    arrival: Arrival,
    forms: SearchForms,
    counts: PageCounts,
) -> None:
    # Two sources may bring the same item at once: the second one finds it known.
    db.take_turn(session, f"mentions of {platform}")
    native = [record.external_id for record in records]
    stored = page_mentions.stored_mentions(session, platform, native)
    todo = _sort(records, stored, arrival.observed)
    fresh = [*todo.new, *todo.changed]
    authors = page_authors.store_authors(
        session, platform, todo.all, todo.changed, arrival
    )
    raw_ids = raw_payloads.store_raws(session, platform, fresh, arrival)
    page_mentions.write(session, fresh, stored, authors, raw_ids, arrival, forms)
    ids = page_mentions.ids_of(session, platform, native)
    page_details.keep_matches(session, todo.all, ids, arrival)
    page_details.forget(session, [ids[record.external_id] for record in todo.changed])
    page_details.store_details(session, platform, fresh, ids, arrival)
    counts.stored += len(todo.new)
    counts.updated += len(todo.changed)
    counts.unchanged += len(todo.same)
    counts.snapshots += engagement_history.store_snapshots(
        session, todo.all, ids, arrival
    )


def _sort(
    records: list[Record], stored: dict[str, StoredMention], observed: datetime
) -> _Sorted:
    todo = _Sorted()
    for record in records:
        stored_mention = stored.get(record.external_id)
        if stored_mention is None or stored_mention.state == "stub":
            todo.new.append(record)
        elif stored_mention.content_hash == content_hash(record) or _is_older(
            record, stored_mention, observed
        ):
            todo.same.append(record)
        else:
            todo.changed.append(record)
    return todo


def _is_older(
    record: Record, stored_mention: StoredMention, observed: datetime
) -> bool:
    """A late page or an old file may bring what was true before what we hold.

    A platform's export has less than its API's answer, unless it has a later edit.
    """
    if record.via == "export":
        stored_edit = stored_mention.edited_at
        return record.edited_at is None or (
            stored_edit is not None and record.edited_at <= stored_edit
        )
    if stored_mention.edited_at is not None and not is_removed(record):
        return record.edited_at is None or record.edited_at < stored_mention.edited_at
    if record.edited_at is not None or stored_mention.fetched_at is None:
        return False
    return observed < stored_mention.fetched_at
