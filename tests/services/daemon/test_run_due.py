"""A round: what is due is done once, failures stay with their job, nothing is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError
from socialcell.ops import slots
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.due import IntervalSlots
from socialcell.services.daemon.job_registry import DaemonJob, JobSlot, list_jobs
from tests.builders import make_source

HOUR = timedelta(hours=1)


class Recorder:
    """A job that remembers its slots, and fails as often as it is told."""

    def __init__(self, name: str, *, error: Exception | None = None) -> None:
        self.ran: list[JobSlot] = []
        self.error = error
        self.job = DaemonJob(name, IntervalSlots(HOUR), self._run)

    def _run(self, context: Context, slot: JobSlot, stop: Callable[[], bool]) -> str:
        self.ran.append(slot)
        if self.error is not None:
            raise self.error
        return f"{len(self.ran)} done"


def states(engine: Engine, job: str) -> list[tuple[str, int, int]]:
    with db.reading(engine) as session:
        return [
            (one.state, one.covers, one.attempts)
            for one in slots.slots_of_job(session, job)
        ]


def work(
    context: Context, *table: Recorder, token: int = 1, stop: Any = lambda: False
) -> list[str]:
    """A round over these jobs; the names of those that were done."""
    plan = [one.job for one in table]
    return [
        one.job for one in rounds.run_due_jobs(context, token, stop, lambda _: plan)
    ]


def test_a_slot_is_done_once(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    one = Recorder("one")

    assert work(context, one) == ["one"]
    assert work(context, one) == []
    clock.advance(HOUR)
    assert work(context, one) == ["one"]

    assert states(engine, "one") == [("done", 1, 1), ("done", 1, 1)]


@pytest.mark.fault("F21")
def test_after_a_day_of_silence_one_run_stands_for_all_and_is_late(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    one = Recorder("one")
    work(context, one)
    clock.advance(24 * HOUR)

    work(context, one)

    assert states(engine, "one") == [("done", 1, 1), ("done", 24, 1)]
    assert one.ran[-1].covers == 24


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SocialcellError("the disk is full"), "the disk is full"),
        (RuntimeError("boom"), "a fault of ours: RuntimeError"),
    ],
)
def test_a_job_that_fails_does_not_touch_the_others(
    context: Context, engine: Engine, error: Exception, said: str
) -> None:
    bad, good = Recorder("bad", error=error), Recorder("good")

    assert work(context, bad, good) == ["bad", "good"]

    with db.reading(engine) as session:
        (row,) = slots.slots_of_job(session, "bad")
        assert (row.state, row.said) == ("failed", said)
        assert slots.failing_jobs(session) == [("bad", said)]


def test_what_a_dead_daemon_left_is_taken_up_again(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    one = Recorder("one")
    slot = one.job.when.before(clock.now())
    with db.writing(engine) as session:
        slots.claim(session, "one", next(slot), 1, clock.now())
    assert work(context, one, token=2) == []

    assert rounds.recover_slots(context, 2) == 1

    assert work(context, one, token=2) == ["one"]
    assert states(engine, "one") == [("done", 1, 2)]


def test_what_kills_every_daemon_is_not_tried_for_ever(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    one = Recorder("one")
    at = next(IntervalSlots(HOUR).before(clock.now()))
    with db.writing(engine) as session:
        slots.claim(session, "one", at, 1, clock.now())
    for token in range(2, 2 + slots.RETRIES - 1):
        rounds.recover_slots(context, token)
        with db.writing(engine) as session:
            assert slots.claim(session, "one", at, token, clock.now())

    rounds.recover_slots(context, 9)

    assert work(context, one, token=9) == []


def test_what_ended_long_ago_is_forgotten_and_never_a_jobs_newest_slot(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    often, once = Recorder("often"), Recorder("once")
    work(context, often, once)
    for _ in range(4):
        clock.advance(timedelta(days=10))
        work(context, often)

    with db.writing(engine) as session:
        forgotten = slots.forget_old(session, clock.now())

    assert forgotten == 1  # the one of forty days ago
    assert len(states(engine, "often")) == 4
    assert len(states(engine, "once")) == 1


def test_told_to_stop_it_begins_nothing_new(context: Context, engine: Engine) -> None:
    first, second = Recorder("first"), Recorder("second")

    work(context, first, second, stop=lambda: bool(first.ran))

    assert (len(first.ran), len(second.ran)) == (1, 0)
    assert states(engine, "second") == []


def test_the_table_has_a_job_for_every_source_that_is_pulled(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "x.mentions")
    make_source(engine, "x.search", kind="search", query="pune")
    context.workspace.config.daemon.pull_minutes_of["x.search"] = 60

    table = {job.name: job for job in list_jobs(context)}

    assert table["pull:x.mentions"].when.length == timedelta(minutes=15)
    assert table["pull:x.search"].when.length == HOUR
    assert {"receive", "snapshot", "recheck", "backup", "report:weekly"} <= set(table)
