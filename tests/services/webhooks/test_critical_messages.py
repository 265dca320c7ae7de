"""A critical direct message is told at once, to each reader once, and masked."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.listening.alerts.model import Alert, Escalation, Incident
from socialcell.listening.model import Mention
from socialcell.listening.store.mentions import tags
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.letters import letter_render
from socialcell.reports.weekly import weekly_counts
from socialcell.reports.weekly.frozen_week import period
from socialcell.services.alerts import escalations, incident_notifications
from socialcell.services.context import Context
from socialcell.services.daemon.job_registry import JobSlot, list_jobs
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outbox import outbox_mode
from socialcell.services.privacy import data_requests
from socialcell.services.reporting import report_mail
from socialcell.settings.notifications import Alerts
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import Cell

pytestmark = pytest.mark.swept_on_postgresql

DAY = timedelta(days=1)
CALL = (
    "माझे नाव सुनीता कदम आहे. एकता नगरीत घरात पाणी शिरलंय, सहा जण अडकले आहेत, "
    "कोणीतरी बोट पाठवा! 98220 12345"
)
CALM = "कोथरूडमध्ये आज पाणी आले नाही"
ROOM = {"kind": "slack", "lang": "en", "url": {"secret": "room"}}


def told(context: Context, **alerts: Any) -> Context:
    """The workspace whose alerts go to a Marathi reader, unless said otherwise."""
    given = {"recipients": {"mr": ["desk@city.example"]}, **alerts}
    changed = context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(given)}
    )
    return replace(context, workspace=Workspace(context.workspace.folder, changed))


def receive(cell: Cell, *texts: str, sender: str = pushes.ASHA) -> list[int]:
    """Take messages in and read them; ids, oldest first."""
    for text in texts:
        n = len(cell.mentions())
        message = pushes.text_message(
            text, f"wamid.{n}", cell.context.clock.now(), sender
        )
        cell.take(pushes.whatsapp(message))
    tag_waiting(cell.context)
    return [one.id or 0 for one in cell.mentions()][-len(texts) :]


def call_people(context: Context) -> int:
    """Put what is due into the outbox; how many messages are new."""
    return escalations.advance(context, deliver=False).messages


def outbox(engine: Engine) -> list[Outgoing]:
    with db.reading(engine) as session:
        rows = list(session.scalars(select(Outgoing).order_by(Outgoing.id)))
        session.expunge_all()
    return rows


def test_a_critical_message_is_told_once_to_every_reader_and_room(
    cell: Cell, engine: Engine
) -> None:
    context = told(cell.context, channels={"cell-room": ROOM})
    call, _calm = receive(cell, CALL, CALM)

    assert call_people(context) == 2
    assert call_people(context) == 0

    rows = outbox(engine)
    assert [(row.kind, row.recipient, row.state) for row in rows] == [
        ("alert", "desk@city.example", "pending"),
        ("alert", "cell-room", "pending"),
    ]
    assert {row.dedup_key.split("|")[0] for row in rows} == {
        f"message.{call}.mr",
        f"message.{call}",
    }


def test_who_was_not_told_before_the_process_died_is_told_and_nobody_else_again(
    cell: Cell, engine: Engine
) -> None:
    receive(cell, CALL)
    both = {"recipients": {"mr": ["desk@city.example"], "en": ["lead@city.example"]}}
    call_people(told(cell.context))
    with db.writing(engine) as session:
        unfinished = session.scalars(select(Escalation)).one()
        unfinished.next_at = unfinished.started_at

    assert call_people(told(cell.context, **both)) == 1

    assert [row.recipient for row in outbox(engine)] == [
        "desk@city.example",
        "lead@city.example",
    ]


@pytest.mark.parametrize("lang", ["mr", "hi", "en"])
def test_nobody_can_be_recognised_in_what_is_told(
    cell: Cell, engine: Engine, lang: str
) -> None:
    (call,) = receive(cell, CALL)
    context = told(
        cell.context,
        recipients={},
        channels={"cell-room": {**ROOM, "lang": lang}},
    )

    call_people(context)

    (row,) = outbox(engine)
    card = json.dumps(json.loads(row.body or b""), ensure_ascii=False)
    letter = letter_render.text(escalations.page(context, call, lang))
    for words in (card, letter):
        assert "एकता नगरीत घरात पाणी शिरलंय" in words
        assert f"socialcell messages reply {call}" in words
        for hidden in ("सुनीता", "कदम", "98220", "12345", pushes.ASHA, "नागरिक-"):
            assert hidden not in words


def test_quiet_hours_do_not_keep_a_critical_message(
    cell: Cell, clock: FixedClock
) -> None:
    clock.set(datetime(2026, 11, 23, 23, 30, tzinfo=IST))
    receive(cell, CALL)

    assert call_people(told(cell.context, quiet=("22:00", "07:00"))) == 1


@pytest.mark.parametrize("mode", ["crisis", "mourning", "election"])
def test_the_switch_lets_it_go_as_it_lets_incidents(
    cell: Cell, engine: Engine, mode: str
) -> None:
    receive(cell, CALL)
    outbox_mode.set_mode(cell.context, mode, "a flood")

    call_people(told(cell.context))

    assert [row.state for row in outbox(engine)] == ["pending"]


def test_an_old_message_and_one_that_was_taken_back_are_not_told(
    cell: Cell, clock: FixedClock
) -> None:
    receive(cell, CALL, CALL + " लवकर")
    cell.take(pushes.whatsapp(pushes.revoked("wamid.0", clock.now())))

    assert call_people(told(cell.context)) == 1
    clock.advance(2 * DAY + timedelta(seconds=1))
    later = {"recipients": {"en": ["late@city.example"]}}
    assert call_people(told(cell.context, **later)) == 0


def test_words_of_a_message_leave_the_outbox_when_its_writer_is_erased_or_takes_it_back(
    cell: Cell, engine: Engine, clock: FixedClock
) -> None:
    other = "999800000002"
    taken_back, other_id = receive(cell, CALL, CALL + " लवकर")
    (erased,) = receive(cell, CALL, sender=other)
    call_people(told(cell.context))
    with db.writing(engine) as session:
        dead = session.scalars(
            select(Outgoing).where(Outgoing.dedup_key.startswith(f"message.{erased}."))
        ).one()
        dead.state, dead.attempts, dead.ended_at = "dead", 1, clock.now()

    cell.take(pushes.whatsapp(pushes.revoked("wamid.0", clock.now())))
    data_requests.erase_account(cell.context, "whatsapp", other, None)

    rows = outbox(engine)
    assert [(row.state, row.body is None) for row in rows] == [("dead", True)]
    # The other message of who took one back is told of in its turn.
    clock.advance(timedelta(minutes=5))
    assert call_people(cell.context) == 1
    (waiting,) = [row for row in outbox(engine) if row.state == "pending"]
    assert f"message.{other_id}." in str(waiting.dedup_key)
    assert f"message.{taken_back}." not in str(waiting.dedup_key)


def test_what_a_person_decided_to_be_critical_is_told(
    cell: Cell, engine: Engine
) -> None:
    (calm,) = receive(cell, CALM)
    context = told(cell.context)
    assert call_people(context) == 0
    with db.writing(engine) as session:
        now = context.clock.now()
        tags.decide(session, calm, "urgency", "critical", "lead", now)

    assert call_people(context) == 1


def test_the_daemon_tells_in_the_round_in_which_a_message_was_read(
    cell: Cell, engine: Engine
) -> None:
    context = told(cell.context)
    message = pushes.text_message(CALL, at=context.clock.now())
    cell.accept(pushes.whatsapp(message))
    (job,) = [one for one in list_jobs(context) if one.name == "receive"]

    outcome = job.run(context, JobSlot(context.clock.now(), 1, False), lambda: False)

    assert "; critical items: 1 new incidents, 1 messages, 0 sent" in outcome
    assert [row.kind for row in outbox(engine)] == ["alert"]


def test_brief_and_weekly_report_count_it_and_quote_no_word_of_it(
    cell: Cell, clock: FixedClock, engine: Engine
) -> None:
    receive(cell, CALL)
    clock.advance(DAY / 2)
    week = period(clock.now() + 7 * DAY, clock.now() + 7 * DAY)

    made = report_mail.make_daily(cell.context, "mr", clock.now())
    with db.reading(engine) as session:
        numbers = weekly_counts.count_week(session, week, clock.now())

    assert (made.brief.urgent.total, made.brief.urgent.messages) == (1, 1)
    assert "एकता" not in made.text + str(made.letter)
    (critical,) = [one for one in numbers["urgencies"] if one["id"] == "critical"]
    assert critical["n"] == 1
    assert numbers["quotations"] == []


def test_a_letter_about_an_incident_quotes_no_message(
    cell: Cell, engine: Engine
) -> None:
    (call,) = receive(cell, CALL)
    now = cell.context.clock.now()
    with db.writing(engine) as session:
        row = Incident(
            kind="spike",
            subject="topic:flood",
            severity="high",
            opened_at=now,
            last_at=now,
        )
        session.add(row)
        session.flush()
        session.add(
            Alert(
                incident_id=row.id or 0,
                key="a",
                series="topic:flood",
                at=now,
                score=0.9,
                observed=40,
                mentions=[call],
            )
        )

    page = incident_notifications.page(told(cell.context), 1, "mr")

    assert "एकता" not in letter_render.text(page)


def test_the_text_of_a_message_stays_whole_where_it_is_kept(cell: Cell) -> None:
    (call,) = receive(cell, CALL)
    call_people(told(cell.context))

    with db.reading(cell.context.engine) as session:
        assert session.get_one(Mention, call).text == CALL
