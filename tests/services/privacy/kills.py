"""A process that dies before a commit or at a write, and works again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeVar

import yaml
from sqlalchemy import Engine, event

from socialcell.services.context import Context
from tests import strace
from tests.inside import socialcell
from tests.operators import sign_in_shell
from tests.services.privacy.request_desk import OFFICER

MOST_POINTS = 60  # more than a run has: every one is tried until none is left
_Result = TypeVar("_Result")


class KilledError(BaseException):
    """The process is dead here."""


class DeadlyCommit:
    """Dies before the n-th commit of an engine, so that it does not happen."""

    def __init__(self, engine: Engine, dies_at: int) -> None:
        self._engine, self._dies_at, self.commits = engine, dies_at, 0

    def __enter__(self) -> "DeadlyCommit":
        event.listen(self._engine, "commit", self._step)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "commit", self._step)

    def _step(self, connection: object) -> None:
        self.commits += 1
        if self.commits == self._dies_at:
            raise KilledError


def kill_before_commits(
    engine: Engine, run: Callable[[], _Result]
) -> tuple[int, _Result]:
    """Run what dies before its first commit, then again before its second, and so on
    until a run ends: how many died, and what the last one returned."""
    for killed in range(MOST_POINTS):
        try:
            with DeadlyCommit(engine, killed + 1) as line:
                result = run()
        except KilledError:
            engine.dispose()  # as the system closes what it held
            continue
        assert line.commits <= killed
        return killed, result
    raise AssertionError(f"it died {MOST_POINTS} times and did not end")


def open_shell(context: Context) -> Path:
    """Sign the officer in for commands, at the clock of the test: their config.yaml."""
    sign_in_shell(context, OFFICER)
    place = context.workspace.folder / "config.yaml"
    settings = yaml.safe_load(place.read_text()) or {}
    settings |= {"clock": {"fixed": context.clock.now().isoformat()}}
    place.write_text(yaml.safe_dump(settings))
    context.engine.dispose()
    return place


def kill_at_writes(
    context: Context,
    points: Iterable[tuple[str, int]],
    before: Mapping[Path, bytes],
    *command: str,
) -> Iterator[tuple[tuple[str, int], "CompletedProcess[str]"]]:
    """For each point: put the database and what else is in `before` back, kill a
    command there, and run it again to its end. The point, and how that one ended."""
    for call, n in points:
        context.engine.dispose()
        for file in context.workspace.folder.glob("socialcell.db*"):
            file.unlink()
        for file, content in before.items():
            file.write_bytes(content)
        strace.killed_at(call, n, *command)
        yield (call, n), socialcell(*command)
