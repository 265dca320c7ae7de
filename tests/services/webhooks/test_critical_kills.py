"""Killed at any write while a critical message is taken in and people are called."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.sandbox.chat.chat_servers import ORIGINS, SECRETS, ChatServers
from socialcell.sandbox.server import serve_http
from tests import strace
from tests.builders import make_source
from tests.mailbox import Mailbox, mailbox
from tests.services.webhooks import critical_run, pushes
from tests.services.webhooks.test_escalations import CALLS, SUNDAY_NIGHT, Hook

# To the disk, and to the mail server, the chat and the phone's webhook.
WRITES = (*strace.FILES, "sendto")
# A run has about 290 writes, and one kill takes a second or two: each word to a server
# and every 20th write to the disk are tried in less than a minute. All of them:
# pytest --every-write.
EVERY = 20


@dataclass
class ControlRoom:
    """Who is called: a mailbox, a chat and a phone's webhook; and the workspace that
    calls them, in which nothing was handed in yet."""

    folder: Path
    mail: Mailbox
    chats: ChatServers
    hook: Hook

    def reached(self) -> dict[str, int]:
        """How often each was told."""
        return {
            "mail": len(self.mail.taken),
            "chat": len(self.chats.messages),
            "phone": len(self.hook.taken),
        }

    def forget(self) -> None:
        for told in (self.mail.taken, self.chats.messages, self.hook.taken):
            told.clear()


@pytest.fixture
def control_room(tmp_path: Path, empty_database: Path) -> Iterator[ControlRoom]:
    folder, clock = tmp_path / "ready", FixedClock(SUNDAY_NIGHT)
    chats, hook = ChatServers(clock), Hook()
    with (
        mailbox() as (box, port),
        serve_http(chats, []) as chat_url,
        serve_http(hook, []) as hook_url,
    ):
        base_urls = {**dict.fromkeys(ORIGINS, chat_url), CALLS: hook_url}
        (folder / "secrets").mkdir(mode=0o700, parents=True)
        (folder / "config.yaml").write_text(yaml.safe_dump(settings(port, base_urls)))
        for name, secret in {
            **pushes.SECRETS,
            "person_key": "a key of tests",
            "chat": SECRETS["slack_room"],
            "hook": f"{CALLS}/place/s3cr3tpartofit",
        }.items():
            (folder / "secrets" / name).write_text(secret)
        message = pushes.text_message(critical_run.CALL, at=SUNDAY_NIGHT)
        push = pushes.as_bytes(pushes.whatsapp(message))
        (folder / critical_run.PUSH).write_bytes(push)
        shutil.copy(empty_database, folder / "socialcell.db")
        engine = db.connect(f"sqlite:///{folder}/socialcell.db")
        make_source(engine, "whatsapp.city", "whatsapp", **pushes.WHATSAPP)
        engine.dispose()
        yield ControlRoom(folder, box, chats, hook)


def settings(port: int, base_urls: dict[str, str]) -> dict[str, Any]:
    """What config.yaml says, of a Sunday night at two."""
    people = ["control-room", "lead", "desk@city.example"]
    alerts = {
        "recipients": {"mr": ["desk@city.example"]},
        "channels": {"control-room": {"kind": "slack", "url": {"secret": "chat"}}},
        "phone": {"lead": {"url": {"secret": "hook"}}},
        "ladder": [{"after": 0, "who": people}],
    }
    return {
        "language": {"english_names": False, "semantic": False},
        "mail": {"host": "127.0.0.1", "port": port, "security": "none"},
        "clock": {"fixed": SUNDAY_NIGHT.isoformat()},
        "sandbox": {"base_urls": base_urls},
        "alerts": alerts,
    }


@pytest.fixture
def server() -> Iterator[strace.ForkServer]:
    made = strace.ForkServer("tests.services.webhooks.critical_run")
    yield made
    made.close()


def rows(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        return connection.execute(question).fetchall()


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F02", "F18")
@pytest.mark.timeout(3600)
def test_killed_at_a_write_people_are_told_and_it_is_acknowledged_once(
    control_room: ControlRoom,
    server: strace.ForkServer,
    tmp_path: Path,
    every_write: bool,
    tried: Callable[..., None],
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(control_room.folder, whole)
    writes = server.points(WRITES, tmp_path / "trace", whole)
    assert control_room.reached() == {"mail": 1, "chat": 1, "phone": 1}
    assert len(writes) > 100
    points = [
        write
        for place, write in enumerate(writes)
        if every_write or place % EVERY == 0 or write[0] == "sendto"
    ]
    repeated = 0

    for call, n in points:
        folder = tmp_path / f"{call}-{n}"
        shutil.copytree(control_room.folder, folder)
        control_room.forget()
        server.killed_at(call, n, folder)

        critical_run.take_in_and_call(folder)

        told = control_room.reached()
        assert min(told.values()) >= 1, (call, n, told)
        assert max(told.values()) <= 2, (call, n, told)
        repeated += max(told.values()) == 2
        critical_run.acknowledge(folder)
        assert not critical_run.acknowledge(folder), (call, n)
        assert rows(folder, "SELECT id, state FROM incident") == [(1, "acked")], (
            call,
            n,
        )
        acks = rows(folder, "SELECT object FROM audit WHERE action = 'alerts.ack'")
        assert acks == [("1",)], (call, n)
        shutil.rmtree(folder)
    tried(
        len(points),
        f"Of {len(writes)} writes from the push to the acknowledgement {len(points)} "
        f"were tried; after {repeated} kills somebody was told twice",
    )
