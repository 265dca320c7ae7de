"""What is held is asked about again: figures come thickly at first, the gone go."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    Bucket,
    ConnectorContext,
    Metric,
    Refresh,
    Tombstone,
)
from socialcell.errors import UsageError
from socialcell.listening.model import (
    Annotation,
    Engagement,
    Link,
    Mention,
    RawItem,
    Removal,
    Upkeep,
)
from socialcell.listening.store import integrity
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import recheck_queue as upkeep_store
from socialcell.ops import store
from socialcell.ops.model import FrozenReport, Run, Source
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector, recheck
from socialcell.services.collection.allowance_ledger import Ledger, ShareUsedUp
from socialcell.services.collection.metrics_refresh import run_refresh
from socialcell.services.context import Context
from socialcell.services.daemon.job_registry import JobSlot, list_jobs
from socialcell.services.mentions import tagging
from socialcell.services.reporting import weekly_report
from tests.builders import (
    NOON,
    ScriptedConnector,
    make_batch,
    make_record,
    make_source,
    store_records,
)
from tests.connectors.conftest import settings_of, source_named

pytestmark = pytest.mark.swept_on_postgresql

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run(context: Context, source: Source, *items: Any) -> collector.RunResult:
    """One page that pulls bring."""
    connector = ScriptedConnector([make_batch(*items)])
    ledger = Ledger(context.engine, context.clock, "x")
    return collector.run(context, source, connector, ledger, kind="pull")


def told(context: Context, source: Source, *items: Any) -> collector.RunResult:
    """One answer to a question about what is held."""
    batches = [make_batch(*items, cursor={})]
    ledger = Ledger(context.engine, context.clock, "x")
    return run_refresh(context, source, "x", ledger, batches, kind="recheck")


def count(engine: Engine, model: Any, **where: Any) -> int:
    table = db.table(model)
    asked = select(func.count()).select_from(table)
    for name, value in where.items():
        asked = asked.where(table.c[name] == value)
    with db.reading(engine) as session:
        return session.execute(asked).scalar_one()


def mention(engine: Engine, external_id: str) -> Any:
    table = db.table(Mention)
    with db.reading(engine) as session:
        return session.execute(
            select(table).where(table.c.external_id == external_id)
        ).one()


# Tombstones -----------------------------------------------------------------------


@pytest.mark.fault("F15")
def test_nothing_is_left_of_what_is_gone_but_that_it_was_there(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    gone = make_record("1", text="My number is 98, water please https://a.example/b")
    carrier = make_record(
        "3", text="Look at this", raw={"id": "3", "quoted": {"id": "1"}}
    )
    run(context, source, gone, make_record("2", text="Water in Aundh"), carrier)
    tagging.tag_waiting(context)

    result = told(context, source, Tombstone("x", "1", "deleted"))

    assert result.counts["updated"] == 1
    row = mention(engine, "1")
    assert (row.state, row.text, row.folded, row.url) == ("deleted", None, None, None)
    assert (row.author_id, row.raw_id, row.intent) == (None, None, None)
    for model in (Annotation, Link, Engagement, Upkeep):
        assert count(engine, model, mention_id=row.id) == 0
    with db.reading(engine) as session:
        bodies = session.scalars(select(db.table(RawItem).c.body)).all()
        assert all("98" not in body for body in bodies)
        assert integrity.problems(session) == []
        kept = rollups.everything(session)
    with db.writing(engine) as session:
        rollups.rebuild(session)
        assert rollups.everything(session) == kept


@pytest.mark.fault("F15")
def test_what_is_gone_does_not_come_back_with_an_old_page(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"))
    told(context, source, Tombstone("x", "1", "deleted"))

    again = run(context, source, make_record("1"), make_record("2"))

    assert again.filtered_by == {"deleted at its source": 1}
    assert again.counts["stored"] == 1
    assert mention(engine, "1").text is None


def test_every_tombstone_has_one_outcome(context: Context, engine: Engine) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"), make_record("2"))
    told(context, source, Tombstone("x", "2", "deleted"))

    result = told(
        context,
        source,
        Tombstone("x", "1", "deleted"),
        Tombstone("x", "1", "deleted"),
        Tombstone("x", "2", "deleted"),
        Tombstone("x", "404", "deleted"),
    )

    counts = result.counts
    assert counts["received"] == 4
    assert (counts["updated"], counts["duplicate"], counts["unchanged"]) == (1, 1, 1)
    assert result.filtered_by == {"not held here": 1}
    assert count(engine, Removal) == 2


def test_the_lag_is_from_when_it_was_last_seen(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"), make_record("2"))
    clock.advance(2 * HOUR)
    told(context, source, Tombstone("x", "1", "deleted"))
    clock.advance(24 * HOUR)
    told(context, source, Tombstone("x", "2", "deleted"))

    with db.reading(engine) as session:
        lag = upkeep_store.lag(session, clock.now() - 7 * DAY)

    assert (lag.removals, lag.longest, lag.over_a_day) == (2, 26 * HOUR, 1)


@pytest.mark.fault("F15")
def test_a_report_that_quoted_it_is_written_without_it(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    tagging.tag_waiting(city)
    made = weekly_report.write_weekly(city, as_of=city_clock.now(), lang="en")
    with db.reading(engine) as session:
        quoted = session.scalars(select(FrozenReport)).one().numbers["quotations"][0]
    words = mention(engine, quoted["external_id"]).text[:25]
    assert words in made.text.read_text("utf-8")
    served.platform("x").remove(quoted["external_id"])
    city_clock.advance(DAY)

    results = recheck.recheck(city)

    assert any(result.quoting for result in results)
    assert words not in made.text.read_text("utf-8")
    assert words not in made.html.read_text("utf-8")


# Asking again -----------------------------------------------------------------------


@pytest.fixture
def city(
    served: Sandbox,
    connector_context: ConnectorContext,
    engine: Engine,
    context: Context,
) -> Context:
    """A workspace that listens to the sandbox's X, at the sandbox's time."""
    entered = source_named(served, "x.mentions")
    make_source(engine, "x.mentions", "x", **settings_of(entered))
    return Context(context.workspace, engine, connector_context.clock, served.base_urls)


def test_what_was_deleted_upstream_is_gone_here_after_a_recheck(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    x = served.platform("x")
    gone = x.publish("@PuneCityDemo delete me")
    city_clock.advance(HOUR)
    collector.collect(city)
    x.remove(gone)
    city_clock.advance(DAY)

    (result,) = recheck.recheck(city)

    assert result.state == "ok"
    assert mention(engine, gone).text is None
    m, now = db.table(Mention).c, city_clock.now()
    with db.reading(engine) as session:
        kept = session.scalars(select(m.external_id).where(m.state == "present")).all()
    assert all(x.world.post(id_, now) for id_ in kept)
    assert result.counts["updated"] == result.counts["received"] - len(kept)
    assert recheck.recheck(city) == []  # all were seen just now


def test_a_recheck_that_fails_leaves_the_rest_for_the_next(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    held = count(engine, Mention, state="present")
    city_clock.advance(DAY)
    served.platform("x").server_error(times=1)

    (failed,) = recheck.recheck(city)
    (done,) = recheck.recheck(city)

    assert (failed.state, failed.error_kind) == ("failed", "transient")
    assert done.counts["received"] == held
    with db.reading(engine) as session:
        assert store.source_named(session, "x.mentions").state == "ok"


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

    result = told(context, source, Refresh("x", "1", likes), Refresh("x", "2", likes))

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


def test_what_is_not_urgent_leaves_half_of_the_allowance_for_pulls(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    held = count(engine, Mention, state="present")
    with db.reading(engine) as session:
        start = city_clock.now().replace(day=1, hour=0, minute=0, second=0)
        row = store.usage(session, "x", "posts", start)
        assert row is not None
        used = row.used
    # Room for one question of a hundred posts under half of the cap.
    city.workspace.config.budget.caps["x"] = {"posts": 2 * (used + 150)}
    city_clock.advance(DAY)

    (result,) = recheck.recheck(city)

    assert held > 200
    assert (result.state, result.error_kind) == ("partial", "quota")
    assert result.counts["received"] == 100
    with db.reading(engine) as session:
        assert store.source_named(session, "x.mentions").state == "ok"
    (rest,) = recheck.recheck(city)
    assert (rest.state, rest.counts["received"]) == ("failed", 0)
    assert [one.state for one in collector.collect(city)] == ["ok"]


def test_what_was_not_asked_for_is_not_taken_for_seen(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    held = count(engine, Mention, state="present")
    city_clock.advance(DAY)
    asked = iter([False, False, False, True])  # told to stop after the first question

    (first,) = recheck.recheck(city, stop=lambda: next(asked, True))
    (second,) = recheck.recheck(city)

    assert first.counts["received"] == 100
    assert (first.state, second.state) == ("partial", "ok")
    assert second.counts["received"] >= held - 100


def test_more_than_one_run_may_ask_for_is_owed(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    with db.reading(engine) as session:
        source = store.source_named(session, "x.mentions")
    many = [
        make_record(str(10**17 + n), metrics=(), authored_at=city_clock.now())
        for n in range(recheck.MAX_IDS)
    ]
    store_records(engine, *many, at=city_clock.now(), source=source)
    city_clock.advance(DAY)

    (first,) = recheck.recheck(city)
    assert (first.state, first.reason) == ("partial", str(recheck.MORE_DUE))
    assert recheck.overdue_sources(city) == ["x.mentions"]
    (second,) = recheck.recheck(city)

    assert second.state == "ok"
    assert recheck.overdue_sources(city) == []


def test_deletions_are_asked_for_before_engagement_in_what_is_left(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    with db.reading(engine) as session:
        start = city_clock.now().replace(day=1, hour=0, minute=0, second=0)
        row = store.usage(session, "x", "posts", start)
        assert row is not None
    # Room for one question of a hundred posts under half of the cap.
    city.workspace.config.budget.caps["x"] = {"posts": 2 * (row.used + 150)}
    city_clock.advance(DAY)

    (looks,) = recheck.snapshot(city)
    (deletions,) = recheck.recheck(city)

    assert (looks.state, looks.error_kind) == ("failed", "quota")
    assert looks.counts["received"] == 0
    assert deletions.counts["received"] == 100


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


def test_what_could_not_be_asked_at_night_is_asked_before_the_next_looks(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    caps = city.workspace.config.budget.caps
    caps["x"] = {"posts": 100}
    city_clock.advance(DAY)
    (night,) = recheck.recheck(city)
    assert (night.state, recheck.overdue_sources(city)) == ("failed", ["x.mentions"])
    caps["x"] = {"posts": 1_000_000}
    (job,) = (job for job in list_jobs(city) if job.name == "snapshot")

    job.run(city, JobSlot(city_clock.now(), 1, late=False), collector.never_stop)

    with db.reading(engine) as session:
        rows = db.table(Run).c
        kinds = session.scalars(select(rows.kind).order_by(rows.id)).all()
    # X tells counts with it: no look is due any more.
    assert kinds == ["pull", "recheck", "recheck"]
    assert recheck.overdue_sources(city) == []


def test_a_recheck_of_a_source_that_has_to_wait_says_so(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    city_clock.advance(DAY)
    with db.writing(engine) as session:
        source = store.source_named(session, "x.mentions")
        source.not_before, source.state = city_clock.now() + HOUR, "rate_limited"

    (result,) = recheck.recheck(city)

    assert str(result.reason).startswith("not before 2026-11-22 10:00 IST")
    assert (result.state, recheck.overdue_sources(city)) == ("failed", ["x.mentions"])
    with db.reading(engine) as session:
        assert store.source_named(session, "x.mentions").state == "rate_limited"


def test_a_recheck_without_its_secret_needs_a_person(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    city_clock.advance(DAY)
    (city.workspace.folder / "secrets" / "x_bearer").unlink()

    (result,) = recheck.recheck(city)

    assert (result.state, result.error_kind) == ("failed", "auth")
    with db.reading(engine) as session:
        assert store.source_named(session, "x.mentions").state == "needs_attention"
        (run,) = store.last_runs(session, "recheck").values()
        assert run.state == "failed"


def test_the_weekly_coverage_names_whose_deletions_are_not_known(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    city.workspace.config.budget.caps["x"] = {"posts": 100}
    city_clock.advance(DAY)
    recheck.recheck(city)

    made = weekly_report.write_weekly(city, as_of=city_clock.now(), lang="en")

    page = made.html.read_text()
    assert "could not be asked for all of them: x.mentions" in page
