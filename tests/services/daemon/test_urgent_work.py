"""What is urgent is done beside a job, however long that takes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.desk.model import DeskCase
from socialcell.listening.model import Mention
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.daemon import health
from socialcell.services.daemon.urgent_work import UrgentRounds
from socialcell.services.desk import case_opening
from socialcell.services.mentions import tagging
from socialcell.services.webhooks import webhook_ingest
from socialcell.settings.notifications import Alerts
from tests.reports.world import World
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import Cell, cell

__all__ = ["cell"]

DROWNING = "माझा मुलगा नदीत पडला आहे, बुडतोय, लवकर मदत पाठवा"
SECOND = timedelta(seconds=1)


def told(engine: Engine) -> int:
    """How many messages of alerts are in the outbox."""
    with db.reading(engine) as session:
        return session.scalars(select(func.count(Outgoing.id))).one()


def with_control_room(context: Context) -> Context:
    alerts = Alerts.model_validate({"recipients": {"mr": ["room@city.example"]}})
    config = context.workspace.config.model_copy(update={"alerts": alerts})
    return replace(context, workspace=Workspace(context.workspace.folder, config))


def push_once(cell: Cell, context: Context) -> Callable[[], bool]:
    """The `stop` of a job: when it is asked for the third time somebody in danger
    writes, and the daemon looks for what is urgent."""
    times = []

    def stop() -> bool:
        times.append(told(context.engine))
        if len(times) == 3:
            cell.accept(pushes.whatsapp(pushes.text_message(DROWNING)))
            assert UrgentRounds().run(context, lambda: False)
        return False

    return stop


@pytest.mark.swept_on_postgresql
def test_who_writes_while_many_cases_are_opened_is_told_of_before_they_are_done(
    cell: Cell, engine: Engine, clock: FixedClock
) -> None:
    context = with_control_room(cell.context)
    city = World(context)
    for n in range(2 * case_opening.BATCH + 1):
        city.mention(clock.now() - n * SECOND, topics=("roads",))
    left = []
    stop = push_once(cell, context)

    def look() -> bool:
        is_told = told(engine) > 0
        stopped = stop()
        if not is_told and told(engine):
            with db.reading(engine) as session:
                left.append(session.scalars(select(func.count(DeskCase.id))).one())
        return stopped

    case_opening.open_pending(context, look)

    assert left == [case_opening.BATCH]


def test_who_writes_while_a_backlog_is_read_is_told_of_before_it_is_done(
    cell: Cell, engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH", 4)
    context = with_control_room(cell.context)
    city = World(context)
    for n in range(13):
        city.mention(clock.now() - n * SECOND, f"No water in lane {n}", read=False)

    stop = push_once(cell, context)
    left = []

    def look() -> bool:
        stopped = stop()
        if told(engine):
            left.append(tagging.count_waiting(context))
        return stopped

    tagging.tag_waiting(context, stop=look)

    assert left[0] == 5
    assert tagging.count_waiting(context) == 0


def test_what_looks_like_danger_is_read_before_the_rest_of_a_backlog(
    context: Context, engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH", 4)
    city = World(context)
    for n in range(9):
        city.mention(clock.now(), f"No water in lane {n}", read=False)
    last = city.mention(clock.now(), DROWNING, read=False)
    passes = iter((False, True))

    tagging.tag_waiting(context, stop=lambda: next(passes))

    with db.reading(engine) as session:
        read = list(
            session.scalars(select(Mention.id).where(Mention.tagged_at.is_not(None)))
        )
    assert read == [last]


def test_health_says_that_a_push_is_unread_and_a_step_overdue(
    cell: Cell, clock: FixedClock
) -> None:
    context = with_control_room(cell.context)

    def late() -> dict[str, str]:
        reasons = health.check_health(context).reasons
        return {
            reason.code: reason.finding
            for reason in reasons
            if reason.code in ("push_unread", "step_overdue")
        }

    cell.accept(pushes.whatsapp(pushes.text_message(DROWNING)))
    clock.advance(120 * SECOND)
    assert late() == {}
    clock.advance(60 * SECOND)
    assert list(late()) == ["push_unread"]
    assert "has not been read for 3 minutes" in late()["push_unread"]

    webhook_ingest.process_pushes(context)
    assert list(late()) == []  # it has reached us just now, and is not tagged yet
    clock.advance(180 * SECOND)
    assert list(late()) == ["push_unread"]

    tagging.tag_waiting(context)
    assert late() == {}
    escalations.advance(context)
    step_at = escalations.next_step_at(context)
    assert step_at is not None
    clock.set(step_at + 300 * SECOND)
    assert list(late()) == ["step_overdue"]
    assert "is overdue by 5 minutes" in late()["step_overdue"]
    clock.set(step_at + 7 * 3600 * SECOND)
    assert "is overdue by 7 hours" in late()["step_overdue"]


def test_what_could_not_be_done_is_not_tried_at_every_look(
    cell: Cell, engine: Engine
) -> None:
    context = with_control_room(cell.context)
    cell.accept(pushes.whatsapp(pushes.text_message(DROWNING)))
    with db.writing(engine) as session:
        source = session.get_one(type(cell.whatsapp), cell.whatsapp.id)
        source.settings = {**source.settings, "phone_number_id": 7}
    rounds = UrgentRounds()

    assert rounds.run(context, lambda: False)
    assert not rounds.run(context, lambda: False)
    assert UrgentRounds().run(context, lambda: False)
