"""The daemon takes each step of an alert when it is due, between minutes and ticks."""

import os
import signal
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.errors import SocialcellError
from socialcell.listening.alerts.model import Escalation
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.daemon import run_due
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.daemon.urgent_work import UrgentRounds
from socialcell.services.parallel_ways import WayRunner
from socialcell.settings.notifications import Alerts
from tests.reports.world import World
from tests.services.daemon.conftest import Running
from tests.services.daemon.test_process_faults import LAST_JOB, set_clock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=IST)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LADDER = {
    "recipients": {"en": ["desk@city.example"]},
    "phone": {"officer": {"command": ["/bin/true"]}},
    "ladder": [
        {"after": 0, "who": ["desk@city.example"]},
        {"after": 5, "who": ["officer"]},
    ],
}


def critical_city(context: Context, settings: dict[str, Any]) -> World:
    """A workspace with these settings of alerts, where somebody is in the river."""
    config = context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(settings)}
    )
    workspace = Workspace(context.workspace.folder, config)
    city = World(replace(context, workspace=workspace))
    city.mention(
        context.clock.now(),
        "A boy is in the river and cannot get out",
        urgency="critical",
    )
    return city


def readers(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return list(session.scalars(select(Outgoing.recipient).order_by(Outgoing.id)))


def states(engine: Engine) -> list[tuple[str, str]]:
    with db.reading(engine) as session:
        rows = session.execute(select(Outgoing.recipient, Outgoing.state))
        return sorted((row.recipient, row.state) for row in rows)


def take_steps(city: World) -> None:
    UrgentRounds().run(city.context, lambda: False)


@pytest.mark.swept_on_postgresql
def test_a_step_is_taken_at_its_second_and_not_at_the_next_full_minute(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    began_at = NOON + 20 * SECOND
    clock.set(began_at)
    city = critical_city(context, LADDER)
    escalations.advance(city.context, deliver=False)

    def every_minute(context: Context) -> list[DaemonJob]:
        return [job for job in list_jobs(context) if job.name == "receive"]

    clock.set(began_at + 5 * MINUTE - SECOND)
    run_due.run_due_jobs(city.context, 1, lambda: False, every_minute)
    take_steps(city)
    assert readers(engine) == ["desk@city.example"]
    assert escalations.next_step_at(city.context) == began_at + 5 * MINUTE

    clock.advance(SECOND)
    assert not run_due.run_due_jobs(city.context, 1, lambda: False, every_minute)
    take_steps(city)

    assert readers(engine) == ["desk@city.example", "officer"]
    take_steps(city)
    assert readers(engine) == ["desk@city.example", "officer"]


@pytest.mark.swept_on_postgresql
def test_a_telephone_that_hangs_keeps_no_other_danger_waiting(
    context: Context, engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    clock.set(NOON)
    line, calls = tmp_path / "line", tmp_path / "calls"
    os.mkfifo(line)
    settings = {
        "phone": {
            "officer": {"command": ["/bin/sh", "-c", f"cat <{line}"]},
            "lead": {"command": ["/bin/sh", "-c", f"echo rings >>{calls}"]},
        },
        "ladder": [{"after": 0, "who": ["officer", "lead"]}],
    }
    city = critical_city(replace(context, alert_ways=WayRunner(0.5)), settings)
    rounds = UrgentRounds()

    assert rounds.run(city.context, lambda: False)
    assert states(engine) == [("lead", "sent"), ("officer", "sending")]

    city.mention(clock.now(), "The school bus is on fire", urgency="critical")
    assert rounds.run(city.context, lambda: False)
    assert calls.read_text() == "rings\n" * 2
    assert states(engine)[1:] == [
        ("lead", "sent"),
        ("officer", "pending"),
        ("officer", "sending"),
    ]

    with line.open("w"):  # he picks up
        pass
    ways = city.context.alert_ways
    assert ways is not None
    while not ways.is_answered:
        threading.Event().wait(0.001)
    line.unlink()
    line.touch()
    for _ in range(2):  # his answer is noted, and the next call placed
        assert rounds.run(city.context, lambda: False)

    ways.finish()
    assert {state for _reader, state in states(engine)} == {"sent"}


def test_while_nobody_is_named_no_step_is_due(
    context: Context, clock: FixedClock
) -> None:
    clock.set(NOON)
    city = critical_city(context, {})
    escalations.advance(city.context, deliver=False)

    assert escalations.next_step_at(city.context) is None


@pytest.mark.on_sqlite
def test_a_step_that_fails_leaves_the_round_to_other_jobs_and_is_tried_again(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    city = critical_city(context, LADDER)
    escalations.advance(city.context, deliver=False)
    clock.advance(5 * MINUTE)

    def refuse(_session: object) -> None:
        raise SocialcellError("workspace.no_lock_file", path="x", reason="full")

    full = engine.execution_options(socialcell_fence=refuse)
    UrgentRounds().run(replace(city.context, engine=full), lambda: False)
    assert readers(engine) == ["desk@city.example"]

    take_steps(city)
    assert readers(engine) == ["desk@city.example", "officer"]


@pytest.mark.on_sqlite
def test_a_telephone_is_called_once_although_nothing_can_be_written(
    context: Context, clock: FixedClock, tmp_path: Path
) -> None:
    rung = tmp_path / "rung"
    ring = ["/bin/sh", "-c", f"echo $SOCIALCELL_INCIDENT >> {rung}"]
    clock.set(NOON)
    city = critical_city(context, {**LADDER, "phone": {"officer": {"command": ring}}})
    escalations.advance(city.context, deliver=False)
    clock.advance(5 * MINUTE)

    def refuse(_session: object) -> None:
        raise SocialcellError("database.disk_full", place="x", reason="full", busy="1")

    full = city.context.engine.execution_options(socialcell_fence=refuse)
    rounds = UrgentRounds(again=0 * SECOND)
    for _ in range(2):
        rounds.run(replace(city.context, engine=full), lambda: False)

    assert rung.read_text() == "1\n"


@pytest.mark.on_sqlite
def test_of_what_cannot_be_written_a_telephone_whose_name_begins_another_is_called(
    context: Context, clock: FixedClock, tmp_path: Path
) -> None:
    def ring(name: str) -> dict[str, list[str]]:
        return {"command": ["/bin/sh", "-c", f"echo {name} >> {tmp_path / 'rung'}"]}

    clock.set(NOON)
    ladder = [
        {"after": 0, "who": ["desk@city.example", "night2"]},
        {"after": 5, "who": ["night", "night2"]},
    ]
    phones = {"night": ring("night"), "night2": ring("night2")}
    city = critical_city(context, {**LADDER, "phone": phones, "ladder": ladder})
    escalations.advance(city.context)
    clock.advance(5 * MINUTE)
    escalations.advance(city.context, deliver=False)
    with db.writing(city.engine) as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.recipient == "night2"))
        for row in rows:
            row.state = "sent"

    def refuse(_session: object) -> None:
        raise SocialcellError("database.disk_full", place="x", reason="full", busy="1")

    full = city.context.engine.execution_options(socialcell_fence=refuse)
    UrgentRounds().run(replace(city.context, engine=full), lambda: False)

    assert (tmp_path / "rung").read_text().splitlines() == ["night2", "night"]


@pytest.mark.faults
@pytest.mark.on_sqlite
def test_the_daemon_wakes_when_a_step_is_due_and_does_not_wait_for_its_tick(
    context: Context, engine: Engine, clock: FixedClock, daemons: Any, folder: Path
) -> None:
    due_at = NOON + 2 * SECOND
    settings = {"recipients": {"mr": ["control.room@city.example"]}}
    clock.set(due_at - 20 * MINUTE)
    city = critical_city(context, settings)
    escalations.advance(city.context, deliver=False)
    clock.set(NOON)
    escalations.advance(city.context, deliver=False)
    assert escalations.next_step_at(city.context) == due_at
    alerts = "{recipients: {mr: [control.room@city.example]}}"
    set_clock(folder, NOON, alerts=alerts)

    running: Running = daemons(tick="60")
    at_rest = running.until("job ended", job=LAST_JOB)
    set_clock(folder, due_at, alerts=alerts)
    running.process.send_signal(signal.SIGHUP)
    step = running.until("job ended", job="ladder")

    waited = datetime.fromisoformat(step["timestamp"]) - datetime.fromisoformat(
        at_rest["timestamp"]
    )
    assert waited < 30 * SECOND
    assert step["state"] == "done"
    with db.reading(engine) as session:
        (escalation,) = session.scalars(select(Escalation))
        assert escalation.next_at is not None
        assert escalation.next_at > due_at
    assert running.end() == 0
