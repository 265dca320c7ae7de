"""`socialcell serve redirect` as a process: opened, stopped, and nothing lost."""

import contextlib
import http.client
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from socialcell.services.context import Context
from tests.campaigns.links.link_requests import PHONE, ask, kinds, make_link
from tests.running import command, environment, said, socialcell

pytestmark = pytest.mark.swept_on_postgresql

LINES = 8


@contextmanager
def served(folder: Path, *before: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The command at any free port, and its process; `before` are words before it."""
    given = command(
        "serve", "redirect", "--port", "0", "--config", folder / "config.yaml"
    )
    process = subprocess.Popen(
        [*before, *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, process.communicate()[1]
        yield found[0], process
    finally:
        process.kill()
        process.communicate()


def click_until_it_ends(address: str, path: str, at_work: threading.Semaphore) -> int:
    """Click over one connection until it is closed; how many were led. Says when it
    is at work."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    led = 0
    try:
        while True:
            line.request("GET", path, headers={"User-Agent": PHONE})
            answer = line.getresponse()
            answer.read()
            led += answer.status == 302
            if led == 20:
                at_work.release()
            if answer.will_close:
                return led
    except (OSError, http.client.HTTPException):
        return led
    finally:
        line.close()


def test_a_clean_stop_in_the_middle_of_work_loses_no_click(context: Context) -> None:
    link = make_link(context)
    at_work = threading.Semaphore(0)
    with served(context.workspace.folder) as (address, process):
        with ThreadPoolExecutor(LINES) as many:
            work = [
                many.submit(click_until_it_ends, address, f"/r/{link.code}", at_work)
                for _ in range(LINES)
            ]
            assert all(at_work.acquire(timeout=120) for _ in range(LINES))
            process.send_signal(signal.SIGTERM)
            led = sum(one.result() for one in work)
        _out, told = process.communicate(timeout=120)

    counted = sum(kinds(context).values())
    assert (process.returncode, "Traceback" in told) == (0, False)
    assert told.splitlines()[-1] == "Stopped."
    assert led >= LINES * 20
    # What was counted and not led to is what was cut off on its way to the client.
    assert led <= counted <= led + LINES


def test_a_port_that_is_taken_is_said_so(context: Context) -> None:
    folder = context.workspace.folder
    with served(folder) as (address, _process):
        port = str(urlsplit(address).port)
        done = socialcell(
            "serve", "redirect", "--port", port, "--config", folder / "config.yaml"
        )
        assert ask(address, "/livez").status == 200
    assert done.returncode == 1
    assert "cannot be opened" in said(done)


def test_a_fallback_that_is_no_address_is_said_with_its_line(context: Context) -> None:
    path = context.workspace.folder / "config.yaml"
    path.write_text("links:\n  fallback: care.pune.example\n")
    done = socialcell("serve", "redirect", "--port", "0", "--config", path)
    assert done.returncode == 78
    assert "config.yaml:2: links.fallback" in said(done)


@contextmanager
def half_open(address: str, n: int) -> Iterator[list[socket.socket]]:
    """Connections on which the first half of a request's head was sent."""
    parts = urlsplit(address)
    with ExitStack() as stack:
        lines = []
        for _ in range(n):
            line = socket.create_connection((parts.hostname or "", parts.port or 0), 60)
            lines.append(stack.enter_context(line))
            with contextlib.suppress(OSError):  # it is closed already
                line.sendall(b"GET /r/ HTTP/1.1\r\nHo")
        yield lines


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed")
def test_links_lead_while_more_connections_are_half_open_than_files_may_be(
    context: Context,
) -> None:
    link = make_link(context)
    with served(context.workspace.folder, "prlimit", "--nofile=256") as (at, process):
        with half_open(at, 400):
            start = time.monotonic()
            answers = [ask(at, f"/r/{link.code}").status for _ in range(3)]
            assert time.monotonic() - start < 20
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)

    assert answers == [302] * 3
    assert process.returncode == 0
    assert sum(kinds(context).values()) == 3


@pytest.mark.faults
def test_a_half_sent_request_is_given_ten_seconds(context: Context) -> None:
    with served(context.workspace.folder) as (at, _), half_open(at, 1) as (line,):
        start = time.monotonic()
        assert line.recv(100) == b""
        assert 9 < time.monotonic() - start < 15


@pytest.mark.fault("F32")
def test_a_torn_file_of_waiting_clicks_does_not_keep_links_from_leading(
    context: Context,
) -> None:
    link = make_link(context)
    folder = context.workspace.folder
    (folder / "clicks.waiting").write_bytes(b'{"rows": [{"id": "cli')
    with served(folder) as (at, process):
        assert ask(at, f"/r/{link.code}").status == 302
        process.send_signal(signal.SIGTERM)
        _out, log = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "are damaged and are set aside" in log
    assert not (folder / "clicks.waiting").exists()
    assert kinds(context) == {"human": 1}


@pytest.mark.fault("F04")
def test_clicks_that_nothing_takes_at_the_end_are_said_and_the_command_fails(
    context: Context, database_kind: str
) -> None:
    """No file may grow: neither SQLite's log nor the file beside it."""
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL writes in a process of its own")
    link = make_link(context)
    with served(context.workspace.folder) as (at, process):
        assert ask(at, "/livez").status == 200
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))
        assert ask(at, f"/r/{link.code}").status == 302
        process.send_signal(signal.SIGTERM)
        _out, log = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Clicks that were answered and dropped: 1." in log
    assert "Traceback" not in log
    assert kinds(context) == {}
