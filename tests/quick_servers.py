"""Servers in the process of the tests begin and end at once.

A program starts one server; a worker of the tests starts thousands. For each console
Starlette compiled the same six hundred paths, a twentieth of a second; Python keeps
fewer patterns. To stop, uvicorn looks ten times a second whether it shall, and waits a
tenth of a second more for its connections to close.
"""

import asyncio
from functools import cache
from types import SimpleNamespace
from typing import Any

import starlette.routing
import uvicorn.server

_MOST_SECONDS = 0.01


def be_quick() -> None:
    """From now on, for every server that runs in this process."""
    vars(starlette.routing)["compile_path"] = cache(starlette.routing.compile_path)
    names: dict[str, Any] = vars(asyncio) | {"sleep": _sleep}
    vars(uvicorn.server)["asyncio"] = SimpleNamespace(**names)


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, _MOST_SECONDS))
