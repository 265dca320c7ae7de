"""The process dies at every write while a public person is erased."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from socialcell import db
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.privacy import request_answers
from tests import strace
from tests.services.privacy import request_desk
from tests.services.privacy.kills import (
    kill_at_writes,
    kill_before_commits,
    open_shell,
)
from tests.services.privacy.request_desk import officer
from tests.services.privacy.test_public_standing import (
    TEXT,
    audited,
    counted,
    enter,
    file_of,
    ids,
    indexed,
    named,
)
from tests.services.privacy.test_waiting_people import HOLDER, OTHER


def assert_gone(context: Context) -> None:
    """Nothing is left of the holder, and the other one stays."""
    assert ids(context) == [OTHER["id"]]
    assert HOLDER["id"] not in [*named(context), *counted(context)]
    assert OTHER["id"] in named(context)
    assert "उदाहरणे" not in indexed(context)
    with db.reading(context.engine) as session:
        assert audit.verify(session).ok


@pytest.mark.swept_on_postgresql
@pytest.mark.fault("F44")
def test_killed_before_any_commit_the_same_request_takes_the_person_out(
    context: Context, tmp_path: Path, tried: Callable[..., None]
) -> None:
    enter(context, tmp_path, HOLDER, OTHER, text=TEXT)
    account = request_desk.NamedAccount("x", handle="namuna_pune")
    dpo = officer(context)
    number = request_desk.identified(dpo, accounts=[account]).number
    killed, answer = kill_before_commits(
        context.engine,
        lambda: request_answers.answer_request(dpo, number, "All is erased."),
    )
    assert killed >= 3
    assert_gone(context)
    assert (answer.line.receipt or {})["public_people"] == 1
    tried(killed, f"{killed} kills, each before one commit more")


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F44")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("most", [8, pytest.param(60, marks=pytest.mark.long)])
def test_killed_at_any_write_to_the_disk_the_same_erasure_ends_it(
    context: Context, most: int, tmp_path: Path, tried: Callable[..., None]
) -> None:
    if not db.is_sqlite(context.engine):
        pytest.skip("the server's own writes are not this process's")
    enter(context, tmp_path, HOLDER, OTHER, text=TEXT)
    officer(context)
    place = ("--config", str(open_shell(context)))
    erase = ("privacy", "erase", "--platform", "x", "--handle", "namuna_pune")
    command = (*place, *erase, "--json")
    files = [context.workspace.folder / "socialcell.db", file_of(context)]
    before = {file: file.read_bytes() for file in files}
    points = strace.points(strace.FILES, tmp_path / "trace", *command)
    # The name that the new file gets is the last step of the entry: always one of them.
    renamed = [point for point in points if point[0].startswith("rename")]
    chosen = {*Random(23).sample(points, min(most, len(points))), *renamed}
    for _, ended in kill_at_writes(context, sorted(chosen), before, *command):
        assert ended.returncode in (0, 1), ended.stderr
        assert json.loads(ended.stdout)["waits"] is None
        assert_gone(context)
        assert audited(context, "privacy.erase")[-1].detail["public_people"] == 1
    tried(len(chosen), f"{len(chosen)} of {len(points)} system calls that change files")
