"""Builders with defaults: a test names only what it is about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel
from sqlalchemy import Engine

from socialcell import db
from socialcell.connectors.base import (
    Batch,
    Budget,
    Capability,
    ConnectorError,
    ConnectorHealth,
    Metric,
    Record,
    RecordAuthor,
)
from socialcell.listening.store.pages import pages
from socialcell.ops import store
from socialcell.ops.model import Source

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # Monday 12:00 in Pune


def make_author(uid: str = "u1", **changes: Any) -> RecordAuthor:
    made = {"handle": f"handle_{uid}", "name": "Asha Sample", "followers": 120}
    return RecordAuthor(uid=uid, **(made | changes))


def make_record(external_id: str = "100", **changes: Any) -> Record:
    made: dict[str, Any] = {
        "platform": "x",
        "text": "No water in Kothrud since morning",
        "raw": {"id": external_id, "text": changes.get("text", "No water")},
        "authored_at": NOON,
        "author": make_author(),
        "metrics": (Metric("like_count", 3, "reactions"),),
    }
    return Record(external_id=external_id, **(made | changes))


def make_source(
    engine: Engine, name: str = "x.mentions", connector: str = "x", **settings: Any
) -> Source:
    settings = settings or {"kind": "mentions", "user_id": "1"}
    with db.writing(engine) as session:
        source = store.add_source(session, name, connector, settings, NOON)
        session.refresh(source)
        session.expunge(source)
    return source


def store_records(
    engine: Engine,
    *records: Record,
    at: datetime = NOON,
    source: Source | None = None,
    observed: datetime | None = None,
) -> pages.PageCounts:
    """Store records as one page of one run."""
    with db.writing(engine) as session:
        kept = (
            source
            or store.find_source(session, "test")
            or store.add_source(session, "test", "x", {}, NOON)
        )
        run = store.start_run(session, kept, "pull", "tests", at)
        arrival = pages.Arrival(kept.id or 0, run.id or 0, at, observed)
        return pages.store_records(session, records, arrival, set())


@dataclass
class ScriptedConnector:
    """A connector that yields the batches it was given, then may fail.

    The cursor says how many batches are done, so a second pull goes on.
    """

    batches: Sequence[Batch] = ()
    error: ConnectorError | None = None
    pulled_with: list[dict[str, Any] | None] = field(default_factory=list)
    platform: ClassVar[str] = "x"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    Settings: ClassVar[type[BaseModel]] = BaseModel

    def check(self) -> ConnectorHealth:
        return ConnectorHealth(ok=True, message="scripted")

    def pull(
        self, cursor: dict[str, Any] | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        self.pulled_with.append(cursor)
        for batch in self.batches:
            budget.take("posts", len(batch.items))
            yield batch
            if stop():
                return
        if self.error is not None:
            error, self.error = self.error, None
            raise error


def make_batch(*items: Any, **changes: Any) -> Batch:
    made: dict[str, Any] = {"cursor": {"n": len(items)}, "cost": {"posts": len(items)}}
    return Batch(items=items, **(made | changes))
