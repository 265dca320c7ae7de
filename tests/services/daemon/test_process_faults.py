"""Real daemons that are paused, robbed of their database, and told a wrong time."""

import glob
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import IST
from socialcell.db import revisions
from socialcell.ops import integrity, leases, slots
from socialcell.ops.daemon_model import Lease
from tests.own_postgres import OwnServer
from tests.services.daemon.conftest import SECONDS, Running

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=IST)
LAST_JOB = "report:weekly"  # of a round: after it the daemon is at rest
FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")


def elsewhere(folder: Path, database_url: str) -> Path:
    """A workspace on another machine with the same database."""
    made = folder.parent / "elsewhere"
    (made / "secrets").mkdir(parents=True, mode=0o700)
    (made / "secrets" / "person_key").write_text("a key that only tests have\n")
    (made / "config.yaml").write_text(f"database: {{url: '{database_url}'}}\n")
    return made


def set_clock(folder: Path, at: datetime, **settings: str) -> None:
    lines = [f"{key}: {value}\n" for key, value in settings.items()]
    fixed = f"clock: {{fixed: '{at.isoformat()}'}}\n"
    (folder / "config.yaml").write_text("".join([*lines, fixed]))


@pytest.mark.faults
@pytest.mark.fault("F17")
def test_one_that_was_paused_past_its_lease_leaves_to_the_one_that_took_over(
    daemons: Any, folder: Path, engine: Engine, database_url: str
) -> None:
    first: Running = daemons()
    token = first.until("the daemon works")["token"]
    first.until("job ended", job=LAST_JOB)

    def half_a_minute_goes_by(lease: Lease) -> None:
        lease.expires_at -= 2 * leases.TTL

    first.asleep(engine, half_a_minute_goes_by)
    second: Running = daemons(of=elsewhere(folder, database_url))
    assert second.until("the daemon works")["token"] == token + 1
    first.process.send_signal(signal.SIGCONT)

    first.until("the lease is lost")
    assert first.process.wait(SECONDS) == 75
    with db.reading(engine) as session:
        lease = leases.find_lease(session, "daemon")
        assert lease is not None
        assert f":{second.process.pid}:" in lease.owner
        assert list(integrity.fence(session)) == []
    assert second.end() == 0


@pytest.mark.faults
@pytest.mark.postgres
@pytest.mark.fault("F06")
def test_a_daemon_goes_on_when_its_server_comes_back(
    own_postgres: OwnServer, tmp_path: Path
) -> None:
    engine = own_postgres.engine()
    revisions.upgrade(engine)
    engine.dispose()
    (tmp_path / "secrets").mkdir(mode=0o700)
    (tmp_path / "secrets" / "person_key").write_text("a key that only tests have\n")
    where = f"{{url: '{own_postgres.url}'}}"
    set_clock(tmp_path, NOON, database=where)
    running = Running(tmp_path)
    try:
        running.until("job ended", job=LAST_JOB)

        own_postgres.stop_at_once()
        running.until("a round was not done")
        own_postgres.start()
        set_clock(tmp_path, NOON + timedelta(minutes=1), database=where)
        running.process.send_signal(signal.SIGHUP)

        assert running.until("job ended", job="receive")["state"] == "done"
        assert running.end() == 0
    finally:
        running.close()


def to_wednesday_noon() -> timedelta:
    """From now to the next one: no Monday morning, when reports are due, is near."""
    now = datetime.now(IST)
    noon = now.replace(hour=12, minute=0) + timedelta(days=2 - now.weekday())
    return (noon - now) % timedelta(days=7)


def jump(offset: Path, by: timedelta) -> None:
    """Whole or not at all: the library that reads it ends a process on half a file."""
    made = offset.with_suffix(".made")
    made.write_text(f"+{by.total_seconds():.0f}")
    made.replace(offset)


@pytest.mark.faults
@pytest.mark.fault("F22")
@pytest.mark.skipif(not FAKETIME, reason="Debian's faketime is not installed")
def test_jumps_of_the_machines_clock_lose_nothing_and_do_nothing_twice(
    daemons: Any,
    engine: Engine,
    database_kind: str,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    if database_kind == "postgresql":
        pytest.skip("the clock is the daemon's, whatever the database")
    offset, noon = tmp_path / "offset", to_wednesday_noon()
    jump(offset, noon)
    running: Running = daemons(
        LD_PRELOAD=FAKETIME[0],
        FAKETIME_TIMESTAMP_FILE=str(offset),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        DONT_FAKE_MONOTONIC="1",
    )
    running.until("job ended", job=LAST_JOB)
    jump(offset, noon + timedelta(hours=2))
    ahead = running.until("job ended", job="receive")
    jump(offset, noon)  # back again: what is due now was done
    jump(offset, noon + timedelta(minutes=150))
    again = running.until("job ended", job="receive")
    jump(offset, noon + timedelta(days=15))
    first = running.until("job ended", job=LAST_JOB)
    second = running.until("job ended", job=LAST_JOB)

    assert 100 < ahead["covers"] < 140
    assert 10 < again["covers"] < 50
    assert (first["late"], first["covers"]) == (True, 1)
    assert first["slot"] < second["slot"]
    assert running.end() == 0

    ended = [
        (one["job"], one["slot"]) for one in running.seen if one["event"] == "job ended"
    ]
    assert len(ended) == len(set(ended))
    with db.reading(engine) as session:
        taken = slots.slots_of_job(session, "receive")
        assert {one.attempts for one in taken} == {1}
    tried(4)
