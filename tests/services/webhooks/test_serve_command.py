"""`socialcell serve webhooks` as a process: opened, stopped, killed."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.running import command, environment, said, socialcell
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import KINDS, Cell

pytestmark = pytest.mark.swept_on_postgresql

# What changes files. Python's own writes to its streams are not among them.
CALLS = "pwrite64,fdatasync,ftruncate"
POINTS = 6
strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed"
)


@contextmanager
def served(folder: Path, *before: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The command at any free port, and its process."""
    given = command(
        "serve", "webhooks", "--port", "0", "--config", folder / "config.yaml"
    )
    process = subprocess.Popen(
        [*before, *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found is not None, process.communicate()[1]
        yield found[0], process
    finally:
        tell(process, signal.SIGKILL)
        process.communicate()


def tell(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Signal the command, and whoever traces it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def test_it_stops_cleanly_when_it_is_told_to(cell: Cell) -> None:
    folder = cell.context.workspace.folder
    with served(folder) as (address, process):
        push = pushes.whatsapp(pushes.text_message())
        assert pushes.hand_in(address, "/whatsapp", push)[0] == 200

        tell(process, signal.SIGTERM)
        _out, told = process.communicate(timeout=120)

    assert (process.returncode, "Traceback" in told) == (0, False)
    assert told.splitlines()[-1] == "Stopped."
    assert len(cell.texts()) == 1


def test_it_says_which_secret_is_missing(cell: Cell) -> None:
    folder = cell.context.workspace.folder
    (folder / "secrets" / "meta_app_secret").unlink()

    done = socialcell(
        "serve", "webhooks", "--port", "0", "--config", folder / "config.yaml"
    )

    assert done.returncode == 78
    assert "meta_app_secret" in said(done)


def test_a_door_that_was_killed_before_it_read_is_read_by_the_next(cell: Cell) -> None:
    cell.accept(pushes.whatsapp(pushes.text_message()))

    with served(cell.context.workspace.folder) as (_address, process):
        tell(process, signal.SIGTERM)
        process.communicate(timeout=120)

    assert len(cell.texts()) == 1


@strace
@pytest.mark.faults
@pytest.mark.fault("F01")
def test_killed_between_storing_and_answering_it_has_the_push_once(
    cell: Cell, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("its client sends on sockets too, before the answer")
    folder = cell.context.workspace.folder
    push = pushes.whatsapp(pushes.text_message())
    # What the server's thread writes before the answer: its address, an address for
    # each kind, and a byte of the event loop to itself.
    answer = 1 + len(KINDS) + 1 + 1
    inject = ["-e", "trace=write", "-e", f"inject=write:signal=KILL:when={answer}"]
    with served(folder, "strace", "-f", "-o", "/dev/null", *inject) as (address, one):
        with pytest.raises((ConnectionError, OSError)):
            pushes.hand_in(address, "/whatsapp", push)
        one.communicate(timeout=120)
    stored = [kept.deliveries for kept in cell.pushed()]

    with served(folder) as (address, two):
        again = pushes.hand_in(address, "/whatsapp", push)
        tell(two, signal.SIGTERM)
        two.communicate(timeout=120)

    assert stored == [1]
    assert again == (200, "known")
    assert [kept.deliveries for kept in cell.pushed()] == [2]
    assert len(cell.texts()) == 1


@strace
@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.fault("F02")
def test_killed_at_any_write_it_loses_nothing_that_it_answered_for(
    cell: Cell, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL writes in a process of its own")
    folder = cell.context.workspace.folder
    every = [
        pushes.whatsapp(pushes.text_message(f"Number {n}", f"wamid.{n}"))
        for n in range(POINTS)
    ]
    random = Random(7)
    for n in range(POINTS):
        call = random.choice(CALLS.split(","))
        when = random.randint(1, 12)
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}"]
        with served(folder, "strace", "-f", "-o", "/dev/null", *inject) as (at, one):
            for push in every[: n + 1]:
                try:
                    pushes.hand_in(at, "/whatsapp", push)
                except OSError:
                    break
            tell(one, signal.SIGTERM)
            one.communicate(timeout=120)

    with served(folder) as (at, last):
        codes = [pushes.hand_in(at, "/whatsapp", push)[0] for push in every]
        tell(last, signal.SIGTERM)
        last.communicate(timeout=120)

    assert codes == [200] * POINTS
    assert sorted(filter(None, cell.texts())) == sorted(
        f"Number {n}" for n in range(POINTS)
    )
