"""What `daemon status` says: the process, jobs, what waits, and sources."""

import fcntl
import json
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock, SystemClock
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.ops import leases, slots, store
from socialcell.services.collection.collector import note_failure
from socialcell.services.context import Context
from socialcell.services.daemon import process_lock
from socialcell.services.daemon.status import JobStatus, read_collection, read_status
from tests import inside
from tests.builders import make_record, make_source, store_records

MINUTE = timedelta(minutes=1)


def run(context: Context, job: str, state: str, message: str) -> None:
    """The slot of now, taken now, and a minute's work."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        assert slots.claim(session, job, now, 1, now)
        slots.finish(session, job, now, state, now + MINUTE, message)


def job(context: Context, name: str) -> JobStatus:
    return {job.name: job for job in read_status(context).jobs}[name]


def test_a_job_has_its_newest_run_its_last_success_and_when_it_is_due(
    context: Context, clock: FixedClock
) -> None:
    first = clock.now()
    leases.acquire(context.engine, "daemon", "elsewhere:/srv:7:aa", SystemClock().now())
    run(context, "detect", "done", "0 alerts")
    clock.advance(5 * MINUTE)
    run(context, "detect", "failed", "the disk is full")
    clock.advance(MINUTE)

    assert job(context, "detect") == JobStatus(
        "detect",
        "failed",
        first + 5 * MINUTE,
        first + MINUTE,
        first + 10 * MINUTE,
        "the disk is full",
    )


def test_a_job_that_was_missed_is_due_now_and_a_daily_one_at_its_time(
    context: Context, clock: FixedClock
) -> None:
    leases.acquire(context.engine, "daemon", "elsewhere:/srv:7:aa", SystemClock().now())
    run(context, "detect", "done", "0 alerts")
    run(context, "backup", "done", "copied")
    clock.advance(20 * MINUTE)

    assert job(context, "detect").next_at == clock.now()
    assert str(job(context, "backup").next_at) == "2026-11-23 21:30:00+00:00"


def test_a_source_is_not_pulled_before_the_time_that_its_platform_named(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    leases.acquire(engine, "daemon", "elsewhere:/srv:7:aa", SystemClock().now())
    until = clock.now() + timedelta(days=3)
    source = make_source(engine)
    with db.writing(engine) as session:
        row = store.source_named(session, source.name)
        error = ConnectorError(Kind.QUOTA, "no posts are left", until=until)
        note_failure(row, error, clock.now())

    (state,) = read_status(context).sources

    assert (state.state, state.reason) == ("quota_spent", "no posts are left")
    assert state.next_pull_at == state.not_before == until


def test_a_daemon_is_told_of_beside_its_sources_and_where_there_is_none(
    context: Context,
) -> None:
    leases.acquire(context.engine, "daemon", "elsewhere:/srv:7:aa", SystemClock().now())

    alone = read_collection(context)
    make_source(context.engine, "papers")
    make_source(context.engine, "city")
    beside = read_collection(context)

    assert (alone.process.state, alone.sources) == ("running", ())
    assert beside.process == alone.process
    assert [source.name for source in beside.sources] == ["city", "papers"]


def test_without_a_daemon_nothing_is_due_and_the_rest_is_said(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    make_source(engine)
    store_records(engine, make_record("1"), make_record("2"), at=clock.now())

    status = read_status(context)

    assert status.process.state == "stopped"
    assert {job.next_at for job in status.jobs} == {None}
    assert (status.tagging.count, status.tagging.oldest) == (2, clock.now())
    assert "x.mentions" in {source.name for source in status.sources}


def test_a_daemon_that_was_killed_here_does_not_run_though_its_lease_is_in_force(
    context: Context, folder: Path
) -> None:
    host = os.uname().nodename
    owner = f"{host}:{folder}:4711:aa"
    leases.acquire(context.engine, "daemon", owner, SystemClock().now())
    with process_lock.lock_workspace(folder):
        pass

    assert read_status(context).process.state == "stopped"
    with process_lock.lock_workspace(folder):
        process = read_status(context).process
    assert (process.state, process.host, process.pid) == ("running", host, 4711)


def test_a_lock_without_a_lease_is_a_daemon_that_starts(
    context: Context, folder: Path
) -> None:
    with process_lock.lock_workspace(folder):
        assert read_status(context).process.state == "starting"


def test_a_daemon_starts_while_somebody_asks_for_its_lock(folder: Path) -> None:
    def release(_number: int, _frame: object) -> None:
        fcntl.flock(asking, fcntl.LOCK_UN)

    with (folder / process_lock.NAME).open("w") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        previous = signal.signal(signal.SIGALRM, release)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        try:
            with process_lock.lock_workspace(folder):
                assert process_lock.is_locked(folder) is True
        finally:
            signal.signal(signal.SIGALRM, previous)
    assert process_lock.is_locked(folder) is False


@pytest.mark.swept_on_postgresql
def test_the_status_of_a_process_is_read_beside_it_and_after_it(
    daemons: Any, folder: Path
) -> None:
    running = daemons()
    running.until("job ended")
    during = status(folder)
    pid = running.process.pid

    assert running.end() == 0

    after = status(folder)
    assert (during["daemon"]["state"], during["daemon"]["pid"]) == ("running", pid)
    assert after["daemon"]["state"] == "stopped"
    assert [job["name"] for job in during["jobs"]] == [
        job["name"] for job in after["jobs"]
    ]
    assert {"untagged", "due", "held", "later", "dead"} <= set(after["backlog"])


def status(folder: Path) -> dict[str, Any]:
    done = inside.socialcell(
        "--config", folder / "config.yaml", "daemon", "status", "--json"
    )
    assert done.returncode == 0
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_people_read_who_runs_what_waits_and_when_each_job_is_due(
    context: Context, folder: Path
) -> None:
    run(context, "backup", "failed", "the disk is full")

    done = inside.socialcell("daemon", "status", "--config", folder / "config.yaml")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "No daemon runs, so nothing is due. Start it: socialcell daemon"
    )
    assert "job\tstate\tlast run\tlast success\tnext" in lines
    assert "backup\tfailed\t2026-11-23 09:00\t\t" in lines
    assert "backup failed: the disk is full" in lines
