"""Threads in which pages are made; who waits too long for one is told so."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from socialcell.web.request_turns import RequestTurns

_T = TypeVar("_T")


class PageThreads:
    """`count` threads; each request waits a while for one."""

    def __init__(self, count: int) -> None:
        self._count, self._turns = count, RequestTurns(count)

    @cached_property
    def _limiter(self) -> CapacityLimiter:
        return CapacityLimiter(self._count)

    async def run(self, work: Callable[[], _T]) -> _T:
        """What `work` returns, done in a thread. TooBusy: none was free in time."""
        async with self._turns.turn():
            return await to_thread.run_sync(work, limiter=self._limiter)
