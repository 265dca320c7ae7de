"""Ways of messages side by side: one that hangs delays no other.

A way is a generator. It claims and settles messages, which the thread of the caller
does alone, and hands out what talks to a server or program, which a thread of its own
does.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeAlias, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

Way: TypeAlias = Generator[Callable[[], _T], _T, _R]
"""Hands out what is to be done, gets its result or its error, and ends with a result of
its own."""


@dataclass
class _OpenWay(Generic[_T, _R]):
    """A way that has not ended, its thread, and what that is at."""

    way: Way[_T, _R]
    thread: ThreadPoolExecutor
    task: "Future[_T] | None" = None


class WayRunner(Generic[_T, _R]):
    """Runs ways, by one caller at a time.

    `patience`: the seconds after which `run` leaves those that have not ended at work,
    to go on with them when it is called again. None: it waits for all.
    """

    def __init__(self, patience: float | None = None) -> None:
        self._patience = patience
        self._open: dict[str, _OpenWay[_T, _R]] = {}

    @property
    def is_answered(self) -> bool:
        """Whether a way that was left at work can go on."""
        return any(entry.task and entry.task.done() for entry in self._open.values())

    def run(self, ways: Mapping[str, Way[_T, _R]]) -> list[_R]:
        """Go on with what was left at work, and start these ways; one whose name is
        still at work is not started. The results of those that ended, in order.

        The first error of a way is raised when the others have ended, or patience has.
        Where this is interrupted, each way is closed once nothing of it is at work any
        more.
        """
        return self._run(ways, self._patience)

    def finish(self) -> list[_R]:
        """Go on with what was left at work until all of it has ended."""
        return self._run({}, None)

    def _run(self, ways: Mapping[str, Way[_T, _R]], patience: float | None) -> list[_R]:
        until = None if patience is None else time.monotonic() + patience
        results: dict[str, _R] = {}
        errors: list[Exception] = []
        order = [*self._open, *ways]

        def advance(name: str, step: Callable[[], Callable[[], _T]]) -> None:
            """Put what the way hands out next to work; a way that ends is left out."""
            entry = self._open[name]
            try:
                entry.task = entry.thread.submit(step())
                return
            except StopIteration as end:
                results[name] = end.value
            except Exception as error:  # noqa: BLE001 - raised when the others have ended
                errors.append(error)
            del self._open[name]
            entry.thread.shutdown()

        try:
            for name, way in ways.items():
                if name not in self._open:
                    thread = ThreadPoolExecutor(1, f"way-{name}")
                    self._open[name] = _OpenWay(way, thread)
                    advance(name, partial(next, way))
            while answered := self._answered(until):
                for name, task in answered:
                    advance(name, _next_step(self._open[name].way, task))
        except BaseException:
            self._close()
            raise
        if errors:
            raise errors[0]
        return [results[name] for name in order if name in results]

    def _answered(self, until: float | None) -> "list[tuple[str, Future[_T]]]":
        """The ways that can go on, as soon as there is one; none after `until`, or when
        no way is open."""
        tasks = {entry.task: name for name, entry in self._open.items() if entry.task}
        left = None if until is None else max(0.0, until - time.monotonic())
        done = wait(tasks, left, return_when=FIRST_COMPLETED).done
        return [(tasks[task], task) for task in done]

    def _close(self) -> None:
        for entry in self._open.values():
            entry.thread.shutdown()
        for entry in self._open.values():
            entry.way.close()
        self._open.clear()


def run_ways(ways: Sequence[Way[_T, _R]]) -> list[_R]:
    """Run ways to their ends; their results, in order."""
    runner: WayRunner[_T, _R] = WayRunner()
    return runner.run({str(number): way for number, way in enumerate(ways)})


def _next_step(way: Way[_T, _R], task: "Future[_T]") -> Callable[[], Callable[[], _T]]:
    error = task.exception()
    if error is not None:
        return partial(way.throw, error)
    return partial(way.send, task.result())
