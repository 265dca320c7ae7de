"""A server of several worker processes, to be run as a process of its own by tests.

    python -m tests.web.worker_server COUNT FACTORY [ARGUMENT …]
    python -m tests.web.worker_server COUNT monitored CONFIG

It prints its address once all workers are ready (`monitored` prints that of its health
as well), and ends as a command does: with one line and the exit code of what went
wrong.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell import log
from socialcell.errors import ConfigError, SocialcellError
from socialcell.services.context import open_context
from socialcell.web.health_pages import serving_health
from socialcell.web.serving import open_listener
from socialcell.web.worker_process import ServerSettings
from socialcell.web.workers import run_workers

SLOW_SECONDS = 0.5
STUCK_SECONDS = 300


class WhoAnswers:
    """Answers with the number of its process; /slow takes half a second, /stuck leaves
    the whole process without an answer for longer than any stop waits."""

    def __init__(self, note: str | None = None) -> None:
        self._note = note

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            _write(self._note, "asked")
            await asyncio.sleep(SLOW_SECONDS)
        if scope["path"] == "/stuck":
            time.sleep(STUCK_SECONDS)
        text = str(os.getpid()).encode()
        headers = [(b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})


@contextmanager
def healthy(note: str | None = None) -> Iterator[ASGIApp]:
    """An application; a line in the file `note` when it was made, when /slow is asked
    and when it ended."""
    _write(note, "made")
    yield WhoAnswers(note)
    _write(note, "ended")


@contextmanager
def misconfigured() -> Iterator[ASGIApp]:
    """The configuration is wrong, as every worker would say."""
    raise ConfigError("config.not_found", places=[Path("config.yaml")])
    yield


@contextmanager
def crashing(note: str) -> Iterator[ASGIApp]:
    """The process dies before there is an application, without a word."""
    _write(note, "made")
    os._exit(7)
    yield


@contextmanager
def failing_after(note: str, wish: str) -> Iterator[ASGIApp]:
    """An application while there is no file `wish`; an unforeseen failure after."""
    _write(note, "made")
    if Path(wish).exists():
        raise ZeroDivisionError("token=not-to-be-shown")
    yield WhoAnswers()


def _write(note: str | None, word: str) -> None:
    if note is not None:
        with Path(note).open("a") as lines:
            lines.write(f"{word}\n")


def main(count: str, factory: str, *arguments: str) -> int:
    log.start("info")
    settings = ServerSettings(f"tests.web.worker_server:{factory}", arguments)

    def announce(*addresses: str) -> None:
        print(*addresses, flush=True)

    try:
        if factory == "monitored":
            _serve_monitored(Path(arguments[0]), int(count), announce)
            return 0
        with open_listener("127.0.0.1", 0) as listener:
            run_workers(settings, listener, announce, count=int(count))
    except SocialcellError as error:
        print(f"socialcell: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _serve_monitored(
    config: Path, count: int, announce: Callable[[str, str], None]
) -> None:
    context = open_context(config)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_listener("127.0.0.1", 0) as listener,
        serving_health(context, "127.0.0.1", 0, Path(folder)) as health,
    ):
        settings = ServerSettings(
            "tests.web.worker_server:healthy", metrics=Path(folder)
        )
        run_workers(
            settings, listener, lambda address: announce(address, health), count=count
        )
    context.engine.dispose()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
