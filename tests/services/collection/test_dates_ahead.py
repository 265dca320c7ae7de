"""Posts that a platform dates in the future: none is lost, none stands above all."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.connectors.base import Batch, Record
from socialcell.listening.model import Mention, RawItem
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from tests.builders import ScriptedConnector, make_batch, make_record, make_source

pytestmark = pytest.mark.on_sqlite

YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def source(context: Context) -> Source:
    return make_source(context.engine)


def run(context: Context, source: Source, batch: Batch) -> dict[str, int]:
    """A pull of one page; its counts that are not 0, without the snapshots."""
    ledger = Ledger(context.engine, context.clock, "x", {})
    connector = ScriptedConnector([batch])
    result = collector.run(context, source, connector, ledger, kind="pull")
    assert result.state == "ok"
    return {k: n for k, n in result.counts.items() if n and k != "snapshots"}


def dated(at: datetime, external_id: str = "1", **changes: Any) -> Record:
    raw = {"id": external_id, "at": at.isoformat()}
    return make_record(external_id, authored_at=at, raw=raw, **changes)


def stored(context: Context, external_id: str = "1") -> Any:
    """When a mention was written, what its platform did not say, and its raw form."""
    m, raw = db.table(Mention).c, db.table(RawItem).c
    query = select(m.authored_at, m.missing, raw.body).where(
        m.external_id == external_id, m.raw_id == raw.id
    )
    with db.reading(context.engine) as session:
        return session.execute(query).one()


def test_a_post_of_the_future_is_dated_when_it_was_seen_and_says_so(
    context: Context, source: Source
) -> None:
    now = context.clock.now()

    counts = run(context, source, make_batch(dated(now + YEAR, missing=("url",))))

    assert counts == {"received": 1, "stored": 1}
    mention = stored(context)
    assert mention.authored_at == now
    assert mention.missing == ["created_at", "url"]
    assert json.loads(mention.body)["at"] == (now + YEAR).isoformat()


def test_it_keeps_that_date_when_it_is_seen_again(
    context: Context, source: Source, clock: Any
) -> None:
    first_seen = context.clock.now()
    post = dated(first_seen + YEAR)
    run(context, source, make_batch(post))

    clock.advance(timedelta(hours=1))
    later = run(context, source, make_batch(post))
    clock.advance(2 * YEAR)
    in_its_year = run(context, source, make_batch(post))

    assert later == in_its_year == {"received": 1, "unchanged": 1}
    assert stored(context).authored_at == first_seen


def test_a_clock_that_is_minutes_ahead_is_believed(
    context: Context, source: Source
) -> None:
    now = context.clock.now()
    near, far = now + 10 * MINUTE, now + 11 * MINUTE

    run(context, source, make_batch(dated(near, "near"), dated(far, "far")))

    assert stored(context, "near").authored_at == near
    assert stored(context, "near").missing == []
    assert stored(context, "far").authored_at == now


def test_what_waited_before_it_was_stored_is_dated_when_it_came(
    context: Context, source: Source
) -> None:
    now = context.clock.now()
    came_at = now - timedelta(hours=2)
    since_then, ahead = dated(now - MINUTE, "a"), dated(now + YEAR, "b")

    run(context, source, make_batch(since_then, ahead, observed_at=came_at))

    assert stored(context, "a").authored_at == now - MINUTE
    assert stored(context, "b").authored_at == came_at
