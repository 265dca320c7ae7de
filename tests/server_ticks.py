"""Servers in the process of the tests look every few milliseconds whether to stop.

uvicorn looks ten times a second, and waits a tenth of a second more for its
connections to close. A worker of the tests stops hundreds of servers.
"""

import asyncio
from types import SimpleNamespace
from typing import Any

import uvicorn.server

_MOST_SECONDS = 0.01


def be_short() -> None:
    """From now on, for every server that runs in this process."""
    names: dict[str, Any] = vars(asyncio) | {"sleep": _sleep}
    vars(uvicorn.server)["asyncio"] = SimpleNamespace(**names)


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, _MOST_SECONDS))
