"""Figures are asked for again: often of what is young or pinned, seldom of the old."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import Bucket, Metric, Refresh
from socialcell.errors import UsageError
from socialcell.listening.model import Engagement, Upkeep
from socialcell.listening.store.pages import recheck_queue as upkeep_store
from socialcell.ops import store
from socialcell.ops.model import Run
from socialcell.services.collection import collector, recheck
from socialcell.services.collection.allowance_ledger import Ledger, ShareUsedUp
from socialcell.services.context import Context
from tests.builders import NOON, make_record, make_source
from tests.connectors.stored_mentions import DAY, HOUR, answer, count, mention, run

pytestmark = pytest.mark.swept_on_postgresql


def test_young_posts_are_looked_at_often_and_old_ones_seldom(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    ages = {"3h": 3 * HOUR, "20h": 20 * HOUR, "2d": 2 * DAY, "6d": 6 * DAY}
    ages |= {"20d": 20 * DAY, "40d": 40 * DAY}
    records = [make_record(name, authored_at=NOON - age) for name, age in ages.items()]
    context.clock.set(NOON)
    run(context, source, *records)

    def due(after: timedelta) -> set[str]:
        with db.reading(engine) as session:
            assert source.id is not None
            at = NOON + after
            return set(upkeep_store.to_refresh(session, source.id, at, 100))

    # By hand from the bands: an hour, four hours, twelve, a day, a week, never.
    assert due(timedelta(minutes=59)) == set()
    assert due(HOUR) == {"3h"}
    assert due(3 * HOUR) == {"3h"} - {"3h"}  # six hours old by now: every four hours
    assert due(4 * HOUR) == {"3h"}
    assert due(12 * HOUR) == {"3h", "20h", "2d"}
    assert due(DAY) == {"3h", "20h", "2d"}  # the oldest but one is a week old by now
    assert due(7 * DAY) == {"3h", "20h", "2d", "6d", "20d"}
    assert due(8 * DAY) == {"3h", "20h", "2d", "6d"}


def test_figures_observed_again_are_one_more_point_of_their_history(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"))
    clock.advance(HOUR)
    likes = (Metric("like_count", 9, "reactions"),)

    result = answer(context, source, Refresh("x", "1", likes), Refresh("x", "2", likes))

    assert result.counts["snapshots"] == 1
    assert (result.counts["unchanged"], result.counts["filtered"]) == (1, 1)
    history = db.table(Engagement).c
    with db.reading(engine) as session:
        rows = session.execute(
            select(history.taken_at, history.value).order_by(history.taken_at)
        ).all()
    assert [row.value for row in rows] == [3, 9]
    assert rows[1].taken_at - rows[0].taken_at == HOUR


def test_a_snapshot_run_is_counted_and_leaves_the_sources_place(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    with db.reading(engine) as session:
        source = store.source_named(session, "x.mentions")
        before = store.cursor(session, source.id or 0)
        assert before is not None
    city_clock.advance(2 * HOUR)

    (result,) = recheck.snapshot(city)

    assert result.counts["snapshots"] == result.counts["received"] > 0
    assert count(engine, Run, kind="snapshot") == 1
    with db.reading(engine) as session:
        after = store.cursor(session, source.id or 0)
        assert after is not None
        assert after.state == before.state


def test_a_pinned_mention_is_looked_at_every_hour_and_first(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(NOON)
    old = make_record("old", authored_at=NOON - 60 * DAY)
    run(context, source, old, make_record("new", authored_at=NOON))
    id_ = mention(engine, "old").id

    recheck.pin(context, [id_], 2)

    def due(after: timedelta) -> list[str]:
        with db.reading(engine) as session:
            assert source.id is not None
            return upkeep_store.to_refresh(session, source.id, NOON + after, 9)

    assert due(timedelta(minutes=59)) == []
    assert due(HOUR) == ["old", "new"]
    assert due(3 * DAY) == ["new"]
    recheck.pin(context, [id_], None)
    assert due(HOUR) == ["new"]


def test_a_mention_that_is_not_held_cannot_be_pinned(
    context: Context, engine: Engine
) -> None:
    run(context, make_source(engine), make_record("1"))

    with pytest.raises(UsageError, match="1 of these mentions"):
        recheck.pin(context, [mention(engine, "1").id, 999], 2)

    assert count(engine, Upkeep) == 0


def test_engagement_has_what_deletions_do_not_need(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)  # 23 November: eight days are left of the month
    ledger = Ledger(engine, clock, "x", {"posts": Bucket("posts", "month", cap=400)})

    # Half of 400, less ten posts on eight days; a quarter of 400 at most.
    ledger.spare(first=10).take("posts", 120)
    with pytest.raises(ShareUsedUp):
        ledger.spare(first=10).take("posts", 121)
    ledger.spare(first=999).take("posts", 100)
    with pytest.raises(ShareUsedUp):
        ledger.spare(first=999).take("posts", 101)
    ledger.spare().take("posts", 200)
