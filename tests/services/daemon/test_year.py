"""A simulated year of downtime, kills and jumping clocks: no slot lost or twice."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.ops import slots
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.due import DailySlots, IntervalSlots
from socialcell.services.daemon.job_registry import DaemonJob, JobSlot

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
YEAR = timedelta(days=365)


class Killed(BaseException):
    """The process dies in the middle of a job."""


@pytest.mark.faults
@pytest.mark.fault("F21", "F22")
def test_a_year_of_trouble_leaves_no_slot_twice_and_none_unexplained(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    random = Random("a year")
    ended: list[tuple[str, datetime]] = []
    reported: list[tuple[datetime, bool]] = []

    def work(name: str) -> Callable[[Context, JobSlot, Callable[[], bool]], str]:
        def run(_context: Context, slot: JobSlot, _stop: Callable[[], bool]) -> str:
            if random.random() < 0.01:
                raise Killed
            ended.append((name, slot.at))
            if name == "report":
                reported.append((slot.at, slot.late))
            return "done"

        return run

    table = [
        DaemonJob("a", IntervalSlots(3 * HOUR), work("a")),
        DaemonJob("b", IntervalSlots(6 * HOUR, timedelta(minutes=7)), work("b")),
        DaemonJob("c", DailySlots(time(2, 0)), work("c")),
        DaemonJob("detect", IntervalSlots(HOUR), work("detect")),
        DaemonJob("report", DailySlots(time(8, 0), "mon"), work("report"), each=True),
    ]
    clock.set(BEGIN)
    token, newest = 1, BEGIN
    while clock.now() < BEGIN + YEAR:
        try:
            rounds.run_due_jobs(context, token, lambda: False, lambda _: table)
        except Killed:
            token += 1
            rounds.recover_slots(context, token)
            continue
        chance = random.random()
        if chance < 0.002:  # down for days, over a Monday now and then
            clock.advance(timedelta(days=random.uniform(1, 20)))
        elif chance < 0.01:  # a clock that goes back
            clock.advance(-timedelta(hours=random.uniform(0.1, 2)))
        else:
            clock.advance(timedelta(minutes=random.uniform(20, 90)))
        newest = max(newest, clock.now())

    # No slot ends twice, and each that passed is covered by one that was taken.
    assert len(ended) == len(set(ended))
    with db.reading(engine) as session:
        for job in table:
            taken = slots.slots_of_job(session, job.name)
            lost = [one for one in taken if one.state != "done"]
            assert all(one.attempts == slots.RETRIES for one in lost)
            moments = [one.slot_at for one in taken]
            passed = 0
            for at in job.when.before(moments[-1]):
                if at < moments[0]:
                    break
                passed += 1
            assert sum(one.covers for one in taken) == passed, job.name
    mondays = [at.astimezone(IST) for at, _ in reported]
    assert all((at.weekday(), at.hour) == (0, 8) for at in mondays)
    weeks = {(at - mondays[0]).days // 7 for at in mondays}
    assert weeks == set(range(len(mondays)))
    assert len(mondays) >= 50
    assert any(late for _, late in reported)
    assert not all(late for _, late in reported)
