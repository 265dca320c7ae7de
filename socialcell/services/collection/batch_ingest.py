"""Stores a page's items by type: mentions, tombstones, refreshes, facts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.connectors.base import (
    Batch,
    Filtered,
    Item,
    Record,
    Refresh,
    Reject,
    Tombstone,
    Undecided,
)
from socialcell.connectors.checked_records import date_item, storable_item
from socialcell.connectors.facts import Fact
from socialcell.language.names import office_holders
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import (
    engagement_history,
    lookups,
    pages,
    recheck_queue,
    tombstones,
)
from socialcell.listening.store.pages.pages import Arrival
from socialcell.services import area_matching, pseudonyms
from socialcell.services.context import Context

_DELETED = "deleted at its source"
_NOT_STORED = "not held here"
# The filter rule of items whose platform neither shows nor deletes them.
UNDECIDED = "neither shown nor said to be gone"
_T = TypeVar("_T")


@dataclass
class IngestCounts:
    """A page's outcomes: counts by name, counts by filter rule, rejects.

    `reports` are starts of periods whose report quotes something that is gone or
    withheld now.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    reports: set[datetime] = field(default_factory=set)


def store_batch(
    context: Context,
    session: Session,
    platform: str,
    batch: Batch,
    arrival: Arrival,
    mention_keys: set[int],
) -> IngestCounts:
    """Store one page in the caller's transaction; every item gets one outcome."""
    outcome = IngestCounts()
    if _of_type(batch.items, Tombstone):
        # Before mentions are written, which who reads them waits for.
        rollups.take_turn(session)
    changes = lookups.changes(session, batch.items)
    readables = [
        date_item(storable_item(item), arrival.at, arrival.observed) for item in changes
    ]
    placed_items = area_matching.match_areas(context, session, readables)
    items = pseudonyms.filter_suppressed(context, session, platform, placed_items)
    outcome.rules.update(item.rule for item in items if isinstance(item, Filtered))
    outcome.rejects = _of_type(items, Reject)
    pages.keep_rejects(session, platform, outcome.rejects, arrival)
    holders = office_holders.names(context.workspace.folder)
    _records(session, _of_type(items, Record), arrival, mention_keys, outcome, holders)
    _tombstones(session, _of_type(items, Tombstone), arrival, outcome)
    _refreshes(session, _of_type(items, Refresh), arrival, outcome)
    outcome.rules.update(f"{UNDECIDED}: {u.reason}" for u in _of_type(items, Undecided))
    outcome.rules = +outcome.rules  # without the rules that held nothing back

    facts = [i for i in items if isinstance(i, Fact)]
    stored = store_facts(session, facts, arrival.observed)
    outcome.counts.update(
        received=len(batch.items),
        stored=stored.stored,
        updated=stored.updated,
        unchanged=stored.unchanged,
        quarantined=len(outcome.rejects),
        filtered=outcome.rules.total(),
    )
    return outcome


def _of_type(items: Iterable[Item], kind: type[_T]) -> list[_T]:
    return [item for item in items if isinstance(item, kind)]


def _records(
    session: Session,
    records: Sequence[Record],
    arrival: Arrival,
    mention_keys: set[int],
    outcome: IngestCounts,
    holders: Sequence[str],
) -> None:
    gone = tombstones.removed_before(session, records)
    there = [r for r in records if (r.platform, r.external_id) not in gone]
    outcome.rules[_DELETED] += len(records) - len(there)
    stored = pages.store_records(session, there, arrival, mention_keys, holders)
    withheld = [(r.platform, r.external_id) for r in there if r.withheld]
    outcome.reports.update(tombstones.weeks_that_quote(session, withheld))
    outcome.counts.update(
        stored=stored.stored,
        updated=stored.updated,
        unchanged=stored.unchanged,
        duplicate=stored.duplicate,
        snapshots=stored.snapshots,
    )


def _tombstones(
    session: Session,
    batch: Sequence[Tombstone],
    arrival: Arrival,
    outcome: IngestCounts,
) -> None:
    by_id = {(stone.platform, stone.external_id): stone for stone in batch}
    removal = tombstones.apply_tombstones(session, list(by_id.values()), arrival.at)
    outcome.counts.update(
        updated=removal.removed,
        unchanged=removal.already_deleted,
        duplicate=len(batch) - len(by_id),
    )
    outcome.rules[_NOT_STORED] += removal.strangers
    outcome.reports.update(removal.reports)


def _refreshes(
    session: Session,
    refreshes: Sequence[Refresh],
    arrival: Arrival,
    outcome: IngestCounts,
) -> None:
    by_id = {(refresh.platform, refresh.external_id): refresh for refresh in refreshes}
    outcome.counts["duplicate"] += len(refreshes) - len(by_id)
    for platform in {refresh.platform for refresh in by_id.values()}:
        platform_refreshes = [
            refresh for refresh in by_id.values() if refresh.platform == platform
        ]
        ids = recheck_queue.present_ids(
            session, platform, [refresh.external_id for refresh in platform_refreshes]
        )
        stored_refreshes = [
            refresh for refresh in platform_refreshes if refresh.external_id in ids
        ]
        outcome.counts["snapshots"] += engagement_history.store_snapshots(
            session, stored_refreshes, ids, arrival
        )
        outcome.counts["unchanged"] += len(stored_refreshes)
        outcome.rules[_NOT_STORED] += len(platform_refreshes) - len(stored_refreshes)
        stored_ids = [refresh.external_id for refresh in stored_refreshes]
        recheck_queue.mark_seen(
            session, platform, stored_ids, arrival.at, refreshed=True
        )
