"""Threads in which pages are made; who waits too long for one is told so."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

WAIT_SECONDS = 5.0
_T = TypeVar("_T")


class TooBusy(Exception):  # noqa: N818 - named for what happened
    """No thread was free in time."""


class PageThreads:
    """`count` threads; each request waits at most WAIT_SECONDS for one."""

    def __init__(self, count: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._count, self._wait_seconds = count, wait_seconds

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self._count)

    @cached_property
    def _limiter(self) -> CapacityLimiter:
        return CapacityLimiter(self._count)

    async def run(self, work: Callable[[], _T]) -> _T:
        """What `work` returns, done in a thread. TooBusy: none was free in time."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise TooBusy from None
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._turns.release()
