"""Ways of messages side by side: one that hangs delays no other.

A way is a generator. It claims and settles messages, which the main thread does alone,
and hands out what talks to a server or program, which a thread of its own does.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TypeAlias, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

Way: TypeAlias = Generator[Callable[[], _T], _T, _R]
"""Hands out what is to be done, gets its result or its error, and ends with a result of
its own."""


def run_ways(ways: Sequence[Way[_T, _R]]) -> list[_R]:
    """Run every way to its end; their results, in order. The first error of a way is
    raised when the others have ended. Where this is interrupted, each way is closed
    once nothing of it is at work any more."""
    results: dict[int, _R] = {}
    errors: list[Exception] = []
    running: dict[Future[_T], int] = {}
    with _closed(ways), ExitStack() as stack:
        threads = [
            stack.enter_context(ThreadPoolExecutor(1, f"way-{number}"))
            for number, _ in enumerate(ways)
        ]

        def advance(number: int, step: Callable[[], Callable[[], _T]]) -> None:
            try:
                running[threads[number].submit(step())] = number
            except StopIteration as end:
                results[number] = end.value
            except Exception as error:  # noqa: BLE001 - raised when the others have ended
                errors.append(error)

        for number, way in enumerate(ways):
            advance(number, partial(next, way))
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                advance(number, _next_step(ways[number], future))
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(ways))]


@contextmanager
def _closed(ways: Sequence[Way[_T, _R]]) -> Iterator[None]:
    try:
        yield
    finally:
        for way in ways:
            way.close()


def _next_step(
    way: Way[_T, _R], future: "Future[_T]"
) -> Callable[[], Callable[[], _T]]:
    error = future.exception()
    if error is not None:
        return partial(way.throw, error)
    return partial(way.send, future.result())
