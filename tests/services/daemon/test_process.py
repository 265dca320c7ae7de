"""The daemon as a process: one at a time, stopped, reloaded, killed, watched."""

import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.ops import leases, slots
from socialcell.ops.daemon_model import Lease
from tests import inside
from tests.running import said, socialcell
from tests.services.daemon.conftest import SECONDS

pytestmark = pytest.mark.swept_on_postgresql


def health(folder: Path) -> tuple[int, dict[str, Any]]:
    done = inside.socialcell("--config", folder / "config.yaml", "health", "--json")
    return done.returncode, json.loads(done.stdout)


@pytest.mark.fault("F28")
def test_it_works_says_that_it_is_well_and_stops_when_told(
    daemons: Any, folder: Path, engine: Engine
) -> None:
    assert health(folder)[0] == 1
    running = daemons()
    running.until("the daemon works")
    assert running.until("job ended")["state"] == "done"
    code, found = health(folder)
    # PostgreSQL is copied by its own pg_dump, which a machine may lack.
    reasons = [one for one in found["reasons"] if "pg_dump" not in one]
    assert reasons == []
    assert (code, found["state"]) == (
        (3, "degraded") if found["reasons"] else (0, "well")
    )

    assert running.end() == 0

    assert health(folder)[0] == 1
    with db.reading(engine) as session:
        assert slots.newest_slots(session)
        lease = leases.find_lease(session, "daemon")
        assert lease is not None
        assert lease.owner == ""


@pytest.mark.faults
@pytest.mark.fault("F17")
def test_a_second_one_is_refused_with_75(daemons: Any, folder: Path) -> None:
    first = daemons()
    first.until("the daemon works")

    second = socialcell("--config", folder / "config.yaml", "daemon")

    assert second.returncode == 75
    assert f"runs already (process {first.process.pid})" in said(second)
    assert first.end() == 0


@pytest.mark.faults
@pytest.mark.fault("F01")
def test_after_a_kill_the_next_one_goes_on_at_once(daemons: Any, folder: Path) -> None:
    first = daemons()
    token = first.until("the daemon works")["token"]
    first.end(signal.SIGKILL)
    code, document = health(folder)
    assert (code, document["problems"][0]["code"]) == (1, "daemon_gone")

    second = daemons()

    assert second.until("the daemon works")["token"] == token + 1
    assert second.end() == 0


@pytest.mark.faults
@pytest.mark.fault("F28", "F29")
def test_an_invalid_config_keeps_the_old_one_and_says_why(
    daemons: Any, folder: Path
) -> None:
    running = daemons()
    running.until("the daemon works")
    place = folder / "config.yaml"
    before = place.read_text().replace("{}\n", "")
    place.write_text(before + "log:\n  levle: info\n")

    running.process.send_signal(signal.SIGHUP)

    told = running.until("config.yaml is invalid, the old one is kept")
    assert "levle" in told["reason"]
    place.write_text(before + "log:\n  level: info\n")
    running.process.send_signal(signal.SIGHUP)
    running.until("config.yaml was read again")
    assert running.end() == 0


@pytest.mark.faults
@pytest.mark.fault("F17")
def test_a_paused_one_that_wakes_late_leaves_without_writing(
    daemons: Any, folder: Path, engine: Engine
) -> None:
    running = daemons()
    running.until("the daemon works")

    def taken(lease: Lease) -> None:
        lease.owner, lease.token = "elsewhere", lease.token + 1

    running.asleep(engine, taken)
    running.process.send_signal(signal.SIGCONT)

    running.until("the lease is lost")
    assert running.process.wait(SECONDS) == 75
    with db.reading(engine) as session:
        lease = leases.find_lease(session, "daemon")
        assert lease is not None
        assert lease.owner == "elsewhere"


def test_systemd_is_told_when_it_is_ready_well_and_stopping(
    daemons: Any, tmp_path: Path
) -> None:
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(os.fspath(place))
        listener.settimeout(SECONDS)
        running = daemons(NOTIFY_SOCKET=os.fspath(place))
        assert listener.recv(100) == b"READY=1"
        assert listener.recv(100) == b"WATCHDOG=1"
        assert running.end() == 0
        told = b""
        while told != b"STOPPING=1":
            told = listener.recv(100)
