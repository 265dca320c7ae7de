"""Sources are asked what was deleted there: within their allowance, or owed."""

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.listening.model import Mention
from socialcell.ops import store
from socialcell.ops.model import Run
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector, recheck
from socialcell.services.context import Context
from socialcell.services.daemon.job_registry import JobSlot, list_jobs
from socialcell.services.reporting import weekly_report
from tests.builders import make_record, store_records
from tests.connectors.stored_mentions import DAY, HOUR, count, mention

pytestmark = pytest.mark.swept_on_postgresql


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
        present = session.scalars(
            select(m.external_id).where(m.state == "present")
        ).all()
    assert all(x.world.post(id_, now) for id_ in present)
    assert result.counts["updated"] == result.counts["received"] - len(present)
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
