"""A trapped person reaches the control room: in one tick, and up the ladder."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.listening.alerts.model import Incident
from socialcell.ops import outbox_store
from socialcell.ops.model import AuditEntry
from socialcell.ops.outbox_model import Outgoing
from socialcell.sandbox.chat.chat_servers import ORIGINS, SECRETS, ChatServers
from socialcell.sandbox.server import Request, ServerResponse, serve_http
from socialcell.services.alerts import escalations, incident_notifications
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outbox import acknowledgements, outbox
from socialcell.services.webhooks import webhook_ingest
from socialcell.settings.notifications import Alerts, Mail
from socialcell.web import webhook_server
from tests.mailbox import Mailbox, mailbox
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import Cell

pytestmark = pytest.mark.swept_on_postgresql

SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=IST)
MINUTE = timedelta(minutes=1)
CALL = "zad padlay gadivar, aat manus adaklay! Karve Road. 98220 12345"
CALLS = "https://calls.city.example"
LADDER = [
    {"after": 0, "who": ["control-room", "officer", "desk@city.example"]},
    {"after": 5, "who": ["control-room", "officer"]},
    {"after": 10, "who": ["lead"]},
    {"after": 20, "who": ["head@city.example"]},
]
# A program that places calls: it writes down what it is told, and who called.
PROGRAM = """
import json, os, sys
told = json.load(sys.stdin)
told["variable"] = os.environ["SOCIALCELL_INCIDENT"]
told["environment"] = sorted(os.environ)
with open(sys.argv[1], "a") as file:
    file.write(json.dumps(told) + "\\n")
print("ringing")
"""


class Hook:
    """A webhook that places calls; `answers` go before it says that it did."""

    name = "calls"

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.answers: list[ServerResponse] = []

    def answer(self, request: Request) -> ServerResponse:
        self.taken.append(json.loads(request.body))
        return (
            self.answers.pop(0)
            if self.answers
            else ServerResponse(202, {"call": "placed"})
        )


@dataclass
class Room:
    """A control room: its mail, its chat, the officer's program, the lead's webhook."""

    context: Context
    mail: Mailbox
    chats: ChatServers
    hook: Hook
    calls: Path

    @property
    def letters(self) -> list[str]:
        return [to for to, _letter in self.mail.taken]

    @property
    def rung(self) -> list[dict[str, Any]]:
        if not self.calls.exists():
            return []
        return [json.loads(line) for line in self.calls.read_text().splitlines()]

    @property
    def said_in_chat(self) -> list[Any]:
        return [told for _kind, told in self.chats.messages]

    def reached(self) -> dict[str, int]:
        """How often each was reached."""
        return {
            "control-room": len(self.chats.messages),
            "officer": len(self.rung),
            "lead": len(self.hook.taken),
            "desk@city.example": self.letters.count("desk@city.example"),
            "head@city.example": self.letters.count("head@city.example"),
        }

    def tick(self) -> list[rounds.JobResult]:
        """One round of the daemon over what is about alerts."""

        def table(context: Context) -> list[DaemonJob]:
            wanted = ("receive", "detect", "deliver")
            return [job for job in list_jobs(context) if job.name in wanted]

        return rounds.run_due_jobs(self.context, 1, lambda: False, table)


@pytest.fixture
def room(cell: Cell, clock: FixedClock, folder: Path) -> Iterator[Room]:
    clock.set(SUNDAY_NIGHT)
    (folder / "secrets" / "chat").write_text(SECRETS["slack_room"])
    (folder / "secrets" / "hook").write_text(f"{CALLS}/place/s3cr3tpartofit")
    program, calls = folder / "call.py", folder / "calls.jsonl"
    program.write_text(PROGRAM)
    alerts = {
        "recipients": {"mr": ["desk@city.example"], "en": ["head@city.example"]},
        "channels": {"control-room": {"kind": "slack", "url": {"secret": "chat"}}},
        "phone": {
            "officer": {"command": [sys.executable, str(program), str(calls)]},
            "lead": {"url": {"secret": "hook"}, "lang": "en"},
        },
        "ladder": LADDER,
    }
    chats, hook = ChatServers(clock), Hook()
    with (
        mailbox() as (box, port),
        serve_http(chats, []) as chat_url,
        serve_http(hook, []) as hook_url,
    ):
        settings = Mail(host="127.0.0.1", port=port, security="none")
        changed = cell.context.workspace.config.model_copy(
            update={"alerts": Alerts.model_validate(alerts), "mail": settings}
        )
        base_urls = {**dict.fromkeys(ORIGINS, chat_url), CALLS: hook_url}
        context = replace(
            cell.context, workspace=Workspace(folder, changed), base_urls=base_urls
        )
        yield Room(context, box, chats, hook, calls)


def call_for_help(
    cell: Cell,
    clock: FixedClock,
    text: str = CALL,
    wamid: str = "wamid.HELP",
    **more: Any,
) -> None:
    cell.accept(pushes.whatsapp(pushes.text_message(text, wamid, clock.now(), **more)))


def audited(engine: Engine) -> list[tuple[str, str]]:
    """Who acknowledged which incident, in their order."""
    with db.reading(engine) as session:
        asked = select(AuditEntry).where(AuditEntry.action == "alerts.ack")
        rows = session.scalars(asked.order_by(AuditEntry.seq))
        return [(row.actor, row.object) for row in rows]


def incidents(engine: Engine) -> list[tuple[str, str, str]]:
    with db.reading(engine) as session:
        rows = session.scalars(select(Incident).order_by(Incident.id))
        return [(row.subject, row.severity, row.state) for row in rows]


def test_one_trapped_person_on_a_sunday_night_reaches_everybody_within_one_tick(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    call_for_help(cell, clock)

    room.tick()

    (message,) = cell.mentions()
    assert incidents(engine) == [(f"critical:{message.id}", "high", "open")]
    assert room.reached() == {
        "control-room": 1,
        "officer": 1,
        "lead": 0,
        "desk@city.example": 1,
        "head@city.example": 0,
    }
    (told,) = room.rung
    assert (told["incident"], told["item"], told["variable"]) == (1, message.id, "1")
    assert "Karve Road" in told["text"]
    everything = json.dumps(
        [told, room.said_in_chat, str(room.mail.taken[0][1])], ensure_ascii=False
    )
    for hidden in ("98220", "12345", pushes.ASHA, "Asha"):
        assert hidden not in everything
    letter = room.mail.taken[0][1].get_body(("plain",))
    assert letter is not None
    for words in (letter.get_content(), json.dumps(room.said_in_chat)):
        assert "socialcell alerts ack 1" in words
        assert f"#{message.id}" in words


def test_nobody_answers_and_the_ladder_is_climbed_each_step_once(
    cell: Cell, room: Room, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    climbed = {}
    for minute in (0, 4, 5, 9, 10, 19, 20, 39, 40, 44):
        clock.set(SUNDAY_NIGHT + minute * MINUTE)
        room.tick()
        climbed[minute] = tuple(room.reached().values())

    # control-room, officer, lead, desk, head
    assert climbed[0] == climbed[4] == (1, 1, 0, 1, 0)
    assert climbed[5] == climbed[9] == (2, 2, 0, 1, 0)
    assert climbed[10] == climbed[19] == (2, 2, 1, 1, 0)
    assert climbed[20] == climbed[39] == (2, 2, 1, 1, 1)
    assert climbed[40] == climbed[44] == (3, 3, 2, 2, 2)  # everybody, again
    assert [told["repeated"] for told in room.rung] == [False, True, True]


def use_alerts(room: Room, **changes: Any) -> None:
    """As after a change of config.yaml and a restart."""
    workspace = room.context.workspace
    alerts = workspace.config.alerts.model_copy(update=changes)
    changed = workspace.config.model_copy(update={"alerts": alerts})
    room.context = replace(room.context, workspace=Workspace(workspace.folder, changed))


def use_mail(room: Room, settings: Mail) -> None:
    workspace = room.context.workspace
    changed = workspace.config.model_copy(update={"mail": settings})
    room.context = replace(room.context, workspace=Workspace(workspace.folder, changed))


def test_a_phone_that_is_added_rings_once_at_each_step_about_what_is_open_already(
    cell: Cell, room: Room, clock: FixedClock
) -> None:
    phones = room.context.workspace.config.alerts.phone
    use_alerts(room, ladder=None, channels={}, phone={})
    call_for_help(cell, clock)
    room.tick()
    clock.set(SUNDAY_NIGHT + 6 * MINUTE)
    room.tick()
    assert room.rung == []

    use_alerts(room, phone={"officer": phones["officer"]})
    rung = {}
    for minute in (7, 8, 10, 11, 20, 21, 40):
        clock.set(SUNDAY_NIGHT + minute * MINUTE)
        room.tick()
        rung[minute] = len(room.rung)

    assert rung == {7: 1, 8: 1, 10: 2, 11: 2, 20: 3, 21: 3, 40: 4}


def test_an_acknowledged_incident_is_called_about_no_more(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    room.tick()
    before = room.reached()

    assert acknowledgements.acknowledge(room.context, 1, "a fire engine is on its way")
    assert not acknowledgements.acknowledge(room.context, 1)
    for _look in range(6):
        clock.advance(5 * MINUTE)
        room.tick()

    assert room.reached() == before
    assert [object_ for _who, object_ in audited(engine)] == ["1"]
    assert [state for *_, state in incidents(engine)] == ["acked"]


def test_who_says_yes_on_the_telephone_acknowledges_it(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    room.hook.answers = [
        ServerResponse(200, {"acknowledged": True, "by": "Control room, second shift"})
    ]
    for _look in range(6):
        room.tick()
        clock.advance(5 * MINUTE)

    assert room.reached()["head@city.example"] == 0
    assert audited(engine) == [("Control room, second shift", "1")]
    assert [state for *_, state in incidents(engine)] == ["acked"]


def test_a_telephone_acknowledges_later_than_in_its_answer_at_its_own_path_only(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    room.tick()
    path = room.rung[0]["acknowledge_path"]
    yes = {"acknowledged": True, "by": "Duty officer"}

    with webhook_server.serving(room.context, with_worker=False) as address:
        answers = [
            pushes.hand_in(address, path[:-1] + "x", yes, {}),
            pushes.hand_in(address, path.replace("/1/", "/2/"), yes, {}),
            pushes.hand_in(address, path, {"acknowledged": "no"}, {}),
            pushes.ask(address, "GET", path),
            pushes.hand_in(address, path, yes, {}),
            pushes.hand_in(address, path, yes, {}),
        ]

    assert [status for status, _said in answers] == [403, 403, 400, 405, 200, 200]
    assert [said for _status, said in answers[-2:]] == ["acknowledged", "known"]
    assert audited(engine) == [("Duty officer", "1")]
    assert [state for *_, state in incidents(engine)] == ["acked"]


def test_a_call_that_was_not_placed_is_tried_again_in_the_next_minute(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    program = room.context.workspace.folder / "call.py"
    program.write_text("import sys; print('line busy'); sys.exit(3)")
    call_for_help(cell, clock)
    room.tick()
    with db.reading(engine) as session:
        asked = select(Outgoing).where(Outgoing.recipient == "officer")
        row = session.scalars(asked).one()
        assert (row.state, row.answer) == ("pending", "exit code 3: line busy")

    program.write_text(PROGRAM)
    clock.advance(MINUTE)
    room.tick()

    assert len(room.rung) == 1


# As PROGRAM, but it places no call about the first incident.
ONE_FAILS = PROGRAM.replace(
    "with open", "if told['incident'] == 1: sys.exit('no line')\nwith open"
)
KATRAJ = "Wall fell on two workers in Katraj, they are trapped, send help"


def rung_about(room: Room) -> list[int]:
    return [told["incident"] for told in room.rung]


def calls_to_officer(engine: Engine) -> list[tuple[str, str | None]]:
    with db.reading(engine) as session:
        asked = select(Outgoing).where(Outgoing.recipient == "officer")
        rows = session.scalars(asked.order_by(Outgoing.id))
        return [(row.state, row.answer) for row in rows]


def test_a_call_that_fails_puts_off_no_other_incident_on_the_same_phone(
    cell: Cell, room: Room, clock: FixedClock
) -> None:
    program = room.context.workspace.folder / "call.py"
    program.write_text(ONE_FAILS)
    call_for_help(cell, clock)
    room.tick()

    clock.advance(MINUTE)
    call_for_help(cell, clock, KATRAJ, "wamid.2", sender="999800000002")
    room.tick()
    at_once = rung_about(room)
    program.write_text(PROGRAM)
    clock.advance(MINUTE)
    room.tick()

    assert at_once == [2]
    assert rung_about(room) == [2, 1]


def test_a_phone_that_hangs_at_one_incident_is_asked_about_the_next_in_a_later_run(
    cell: Cell, room: Room, clock: FixedClock
) -> None:
    phones = room.context.workspace.config.alerts.phone
    officer = phones["officer"]
    program = room.context.workspace.folder / "call.py"
    hangs = ONE_FAILS.replace("sys.exit('no line')", "import time; time.sleep(60)")
    program.write_text(hangs)
    call_for_help(cell, clock)
    call_for_help(cell, clock, KATRAJ, "wamid.2", sender="999800000002")
    receive_only(cell)

    phones["officer"] = officer.model_copy(update={"seconds": 0.5})
    first = escalations.advance(room.context).delivered
    phones["officer"] = officer
    second = escalations.advance(room.context).delivered

    assert "officer: no end after 0.5 s" in str(first.stopped)
    assert (second.sent, second.stopped) == (1, None)
    assert rung_about(room) == [2]


def test_a_telephone_rings_though_the_mail_server_cannot_be_reached(
    cell: Cell, room: Room, clock: FixedClock
) -> None:
    workspace = room.context.workspace
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        port = nobody.getsockname()[1]
        mail = workspace.config.mail.model_copy(update={"port": port})
        changed = workspace.config.model_copy(update={"mail": mail})
        room.context = replace(
            room.context, workspace=Workspace(workspace.folder, changed)
        )
        call_for_help(cell, clock)
        room.tick()

    assert (len(room.rung), room.letters) == (1, [])


def test_of_several_calls_about_one_incident_that_wait_the_newest_alone_is_made(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    program = room.context.workspace.folder / "call.py"
    program.write_text(ONE_FAILS)
    call_for_help(cell, clock)
    for _minute in range(6):
        room.tick()
        clock.advance(MINUTE)

    program.write_text(PROGRAM)
    room.tick()

    assert [told["repeated"] for told in room.rung] == [True]
    superseded = "not called: a newer call about it took its place"
    (first, second) = calls_to_officer(engine)
    assert first == ("sent", superseded)
    assert (second[0], str(second[1])[:11]) == ("sent", "exit code 0")


@pytest.mark.parametrize("fault", ["sys.exit(7)", "import time; time.sleep(60)"])
def test_a_trial_that_failed_never_rings_later_and_is_nothing_that_health_tells(
    room: Room, engine: Engine, clock: FixedClock, fault: str
) -> None:
    phones = room.context.workspace.config.alerts.phone
    officer = phones["officer"]
    program = room.context.workspace.folder / "call.py"
    program.write_text(f"import sys\n{fault}\n")
    phones["officer"] = officer.model_copy(update={"seconds": 0.5})

    trial = incident_notifications.send_trial(room.context, "officer")
    phones["officer"] = officer
    program.write_text(PROGRAM)
    for _minute in range(3):
        clock.advance(MINUTE)
        room.tick()

    assert (trial.sent, trial.dead) == (0, 1)
    assert str(trial.stopped).startswith(("officer: exit code 7", "officer: no end"))
    assert room.rung == []
    with db.reading(engine) as session:
        assert outbox_store.backlog(session, clock.now()).dead == 0


def test_a_trial_of_a_process_that_was_killed_ends_without_ringing(
    room: Room, engine: Engine, clock: FixedClock
) -> None:
    with killed_before_write(engine, 2), suppress(Killed):
        incident_notifications.send_trial(room.context, "officer")
    assert [state for state, _answer in calls_to_officer(engine)] == ["pending"]

    for _minute in range(7):
        clock.advance(MINUTE)
        room.tick()

    assert room.rung == []
    assert calls_to_officer(engine) == [("dead", "the trial was interrupted")]


def test_a_trial_rings_at_once(room: Room) -> None:
    trial = incident_notifications.send_trial(room.context, "officer")

    assert trial == outbox.Delivery(sent=1)
    assert [told["trial"] for told in room.rung] == [True]


def test_after_a_time_without_a_daemon_a_phone_rings_once_for_the_steps_that_passed(
    cell: Cell, room: Room, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    receive_only(cell)
    escalations.advance(room.context, deliver=False)
    clock.advance(6 * MINUTE)

    room.tick()
    room.tick()

    assert len(room.rung) == 1


@pytest.mark.parametrize("is_told_before", [True, False])
def test_after_a_time_without_a_daemon_each_is_told_once_of_the_steps_that_passed(
    cell: Cell, room: Room, clock: FixedClock, *, is_told_before: bool
) -> None:
    call_for_help(cell, clock)
    receive_only(cell)
    escalations.advance(room.context, deliver=is_told_before)
    before = room.reached()
    clock.advance(45 * MINUTE)

    room.tick()
    room.tick()

    told = {who: n - before[who] for who, n in room.reached().items()}
    assert before["desk@city.example"] == is_told_before
    assert told == dict.fromkeys(told, 1)


def test_after_a_time_without_a_mail_server_each_gets_the_newest_letter_alone(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    mail_settings = room.context.workspace.config.mail
    use_mail(room, mail_settings.model_copy(update={"port": 1}))
    call_for_help(cell, clock)
    for minute in (0, 20, 40, 60, 80):
        clock.set(SUNDAY_NIGHT + minute * MINUTE)
        room.tick()
    assert room.letters == []

    use_mail(room, mail_settings)
    clock.advance(6 * MINUTE)
    room.tick()

    assert sorted(room.letters) == ["desk@city.example", "head@city.example"]
    with db.reading(engine) as session:
        letters = select(Outgoing).where(Outgoing.channel == "mail")
        rows = session.scalars(letters.order_by(Outgoing.id)).all()
        assert {row.state for row in rows} == {"sent"}
        replaced = [row for row in rows if (row.answer or "").startswith("not sent")]
        assert len(rows) - len(replaced) == 2
        newest = {row.recipient: row.id for row in rows}
        assert newest.keys() == {"desk@city.example", "head@city.example"}
        assert not {row.id for row in replaced} & set(newest.values())


def test_one_person_who_writes_on_is_one_incident_and_rings_once(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    room.tick()
    clock.advance(MINUTE)
    call_for_help(
        cell, clock, "Please help, my father is trapped in the car", "wamid.2"
    )
    room.tick()

    assert len(incidents(engine)) == 1
    assert room.reached()["officer"] == 1
    assert room.reached()["desk@city.example"] == 2  # each message is told


def test_another_person_of_the_same_place_rings_again_although_somebody_is_on_it(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock
) -> None:
    call_for_help(cell, clock)
    room.tick()
    acknowledgements.acknowledge(room.context, 1)
    clock.advance(2 * MINUTE)
    other = "Karve Road var zad kosalla, don manse adakli ahet, vachva"
    call_for_help(cell, clock, other, "wamid.2", sender="999800000002")
    room.tick()

    assert room.reached()["officer"] == 2
    assert [state for *_, state in incidents(engine)][-1] == "open"


class Killed(BaseException):
    """The process dies."""


@contextmanager
def killed_before_write(engine: Engine, number: int) -> Iterator[list[int]]:
    """The process dies before its n-th commit from here on; yields how many came."""
    seen: list[int] = []

    def count(_connection: Any) -> None:
        seen.append(len(seen) + 1)
        if len(seen) == number:
            raise Killed

    event.listen(engine, "commit", count)
    try:
        yield seen
    finally:
        event.remove(engine, "commit", count)
        engine.dispose()  # with the process its connections end


@pytest.mark.fault("F02")
@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.faults)])
def test_killed_before_any_write_it_reaches_everybody_and_is_acknowledged_once(
    cell: Cell, room: Room, engine: Engine, clock: FixedClock, tried: Any, every: int
) -> None:
    killed, n, points = True, 1, 0
    while killed:
        points += 1
        clock.advance(timedelta(days=3))  # what was written before is forgotten
        before = room.reached()
        call_for_help(cell, clock, CALL, f"wamid.{n}", sender=f"9998000{n:05}")
        receive_only(cell)
        yes = ServerResponse(200, {"acknowledged": True, "by": "lead"})
        room.hook.answers = [yes, yes]
        with killed_before_write(engine, n) as seen, suppress(Killed):
            until_acknowledged(room, clock)
        killed = len(seen) >= n
        outbox.recover_unsent(room.context)  # as the daemon does when it begins
        until_acknowledged(room, clock)

        after = room.reached()
        for who in ("control-room", "officer", "lead", "desk@city.example"):
            assert after[who] > before[who], (n, who)
        assert len(audited(engine)) == points, n
        n += every
    assert n > 20
    tried(points, "killed before every commit, from the reading to the acknowledgement")


def receive_only(cell: Cell) -> None:
    webhook_ingest.process_pushes(cell.context)
    tag_waiting(cell.context)


def until_acknowledged(room: Room, clock: FixedClock) -> None:
    """A daemon's looks when steps are due: the lead, called after ten minutes, says
    yes, and that is all."""
    for minutes in (0, 5, 5, 2):
        clock.advance(minutes * MINUTE)
        escalations.advance(room.context)
