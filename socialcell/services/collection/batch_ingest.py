"""A page's items stored by what they are: mentions, tombstones, refreshes, facts."""

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
from socialcell.connectors.checked_records import readable
from socialcell.connectors.facts import Fact
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

_GONE = "deleted at its source"
_NOT_HELD = "not held here"
# The rule under which items are counted of which nothing new is known.
UNDECIDED = "neither shown nor said to be gone"
_T = TypeVar("_T")


@dataclass
class Accounted:
    """A page's outcomes: counts by name, rules of what was filtered, what is odd.

    `reports` are starts of periods whose report quotes something that is gone or
    withheld now.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    reports: set[datetime] = field(default_factory=set)


def store(
    context: Context,
    session: Session,
    platform: str,
    batch: Batch,
    arrival: Arrival,
    seen: set[int],
) -> Accounted:
    """Store one page in the caller's transaction; every item gets one outcome."""
    done = Accounted()
    changes = lookups.changes(session, batch.items)
    readables = [readable(item) for item in changes]
    found = area_matching.placed(context, session, readables)
    items = pseudonyms.admitted(context, session, platform, found)
    done.rules.update(item.rule for item in items if isinstance(item, Filtered))
    done.rejects = _of(items, Reject)
    pages.keep_rejects(session, platform, done.rejects, arrival)
    _records(session, _of(items, Record), arrival, seen, done)
    _tombstones(session, _of(items, Tombstone), arrival, done)
    _refreshes(session, _of(items, Refresh), arrival, done)
    done.rules.update(f"{UNDECIDED}: {u.reason}" for u in _of(items, Undecided))
    done.rules = +done.rules  # without the rules that held nothing back
    facts = [i for i in items if isinstance(i, Fact)]
    stored = store_facts(session, facts, arrival.observed)
    done.counts.update(
        received=len(batch.items),
        stored=stored.stored,
        updated=stored.updated,
        unchanged=stored.unchanged,
        quarantined=len(done.rejects),
        filtered=done.rules.total(),
    )
    return done


def _of(items: Iterable[Item], kind: type[_T]) -> list[_T]:
    return [item for item in items if isinstance(item, kind)]


def _records(
    session: Session,
    records: Sequence[Record],
    arrival: Arrival,
    seen: set[int],
    done: Accounted,
) -> None:
    gone = tombstones.removed_before(session, records)
    there = [r for r in records if (r.platform, r.external_id) not in gone]
    done.rules[_GONE] += len(records) - len(there)
    stored = pages.store_records(session, there, arrival, seen)
    withheld = [(r.platform, r.external_id) for r in there if r.withheld]
    done.reports.update(tombstones.quoting(session, withheld))
    done.counts.update(
        stored=stored.stored,
        updated=stored.updated,
        unchanged=stored.unchanged,
        duplicate=stored.duplicate,
        snapshots=stored.snapshots,
    )


def _tombstones(
    session: Session, stones: Sequence[Tombstone], arrival: Arrival, done: Accounted
) -> None:
    once = {(stone.platform, stone.external_id): stone for stone in stones}
    buried = tombstones.bury(session, list(once.values()), arrival.at)
    done.counts.update(
        updated=buried.removed,
        unchanged=buried.known,
        duplicate=len(stones) - len(once),
    )
    done.rules[_NOT_HELD] += buried.strangers
    done.reports.update(buried.reports)


def _refreshes(
    session: Session, refreshes: Sequence[Refresh], arrival: Arrival, done: Accounted
) -> None:
    once = {(one.platform, one.external_id): one for one in refreshes}
    done.counts["duplicate"] += len(refreshes) - len(once)
    for platform in {one.platform for one in once.values()}:
        told = [one for one in once.values() if one.platform == platform]
        ids = recheck_queue.present_ids(
            session, platform, [one.external_id for one in told]
        )
        held = [one for one in told if one.external_id in ids]
        done.counts["snapshots"] += engagement_history.keep(session, held, ids, arrival)
        done.counts["unchanged"] += len(held)
        done.rules[_NOT_HELD] += len(told) - len(held)
        known = [one.external_id for one in held]
        recheck_queue.note(session, platform, known, arrival.at, refreshed=True)
