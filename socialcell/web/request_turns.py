"""How many requests are answered at once; a further one waits its turn, for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

WAIT_SECONDS = 5.0


class TooBusy(Exception):  # noqa: N818 - named for what happened
    """No turn came in time."""


class RequestTurns:
    """`count` turns; each request waits at most `wait_seconds` for one."""

    def __init__(self, count: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._count, self._wait_seconds = count, wait_seconds

    @cached_property
    def _free(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self._count)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn while the block runs. TooBusy: none came in time."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise TooBusy from None
        try:
            yield
        finally:
            self._free.release()
