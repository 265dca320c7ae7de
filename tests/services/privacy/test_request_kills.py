"""The process dies at every write while a person's request is carried out."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.listening.model import Author, Mention, RawItem
from socialcell.ops import audit
from socialcell.registers.model import RightsAccount, RightsRequest
from socialcell.services.context import Context
from socialcell.services.privacy import request_answers
from tests import strace
from tests.services.privacy.kills import (
    DeadlyCommit,
    KilledError,
    kill_at_writes,
    kill_before_commits,
    open_shell,
)
from tests.services.privacy.request_desk import (
    ASHA,
    MARK,
    WORDS,
    identified,
    officer,
    receive,
    store_hers,
)


def traces(context: Context) -> list[str]:
    """What is still there of Asha in rows; nothing after an erasure."""
    with db.reading(context.engine) as session:
        held = [
            *session.scalars(select(Mention.text)),
            *session.scalars(select(Author.handle)),
            *session.scalars(select(Author.name)),
            *(json.dumps(str(body)) for body in session.scalars(select(RawItem.body))),
        ]
    return [
        text for text in held if text and (MARK in text or "canary" in text.lower())
    ]


def assert_answered_whole(context: Context) -> None:
    with db.reading(context.engine) as session:
        row = session.scalars(select(RightsRequest)).one()
        assert (row.state, row.outcome) == ("answered", "done")
        receipt = dict(row.receipt or {})
        assert (receipt["accounts"], receipt["mentions"]) == (2, 3), receipt
        accounts = session.scalars(select(RightsAccount))
        assert all(account.done_at for account in accounts)
        answered = audit.entries_about(session, "request.answered", row.number)
        assert len(answered) == 1
        assert audit.verify(session).ok


@pytest.mark.fault("F44")
@pytest.mark.swept_on_postgresql
def test_killed_before_any_commit_of_an_erasure_the_same_command_ends_it(
    context: Context, tried: Callable[..., None]
) -> None:
    store_hers(context)
    number = identified(officer(context)).number
    dpo = officer(context)
    # A person who is erased is kept out, so each kill goes on where the last one ended,
    # one commit further.
    killed, _ = kill_before_commits(
        context.engine, lambda: request_answers.answer_request(dpo, number, WORDS)
    )
    assert killed >= 3
    assert traces(context) == []
    assert_answered_whole(context)
    tried(killed, f"{killed} kills, each before one commit more")


@pytest.mark.fault("F44")
@pytest.mark.parametrize("kind", ["withdrawal", "nomination"])
def test_killed_before_any_commit_of_the_others_they_are_done_once(
    context: Context, kind: str, tried: Callable[..., None]
) -> None:
    dpo = officer(context)
    fields = {"nominee": "Ravi Canary"} if kind == "nomination" else {}
    enter = identified if kind == "nomination" else receive
    number = enter(dpo, kind, accounts=[ASHA], **fields).number
    killed = 0
    for point in (1, 2, 3):
        try:
            with DeadlyCommit(context.engine, point):
                request_answers.answer_request(dpo, number)
        except KilledError:
            context.engine.dispose()
            killed += 1
    table = "rights_nominee" if kind == "nomination" else "opt_in"
    with context.engine.connect() as connection:
        count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
    assert (killed, count) == (2, 1)
    tried(killed)


@pytest.fixture
def workspace(context: Context) -> Path:
    """A workspace with Asha's posts and her identified request, and the officer signed
    in for commands."""
    store_hers(context)
    identified(officer(context))
    return open_shell(context)


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F44")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("most", [8, pytest.param(60, marks=pytest.mark.long)])
def test_killed_at_any_write_to_the_disk_the_same_command_ends_it(
    workspace: Path,
    context: Context,
    most: int,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    if not db.is_sqlite(context.engine):
        pytest.skip("the server's own writes are not this process's")
    command = ("privacy", "requests", "answer", "R26-0001", "--words", WORDS)
    place = ("--config", str(workspace))
    database = workspace.parent / "socialcell.db"
    before = {database: database.read_bytes()}
    points = strace.points(strace.FILES, tmp_path / "trace", *place, *command)
    chosen = Random(44).sample(points, min(most, len(points)))
    for point, ended in kill_at_writes(context, chosen, before, *place, *command):
        was_answered = "was answered on" in ended.stderr
        assert ended.returncode == 0 or was_answered, ended.stderr
        assert traces(context) == [], point
        assert_answered_whole(context)
    tried(len(chosen), f"{len(chosen)} of {len(points)} system calls that change files")
