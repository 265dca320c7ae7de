"""`socialcell serve redirect` as a process: opened, stopped, and nothing lost."""

import http.client
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from socialcell.jobs.context import Context
from tests.links.asked import PHONE, ask, kinds, make_link
from tests.running import command, environment, said, socialcell

LINES = 8


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The command at any free port, and its process."""
    given = command(
        "serve", "redirect", "--port", "0", "--config", folder / "config.yaml"
    )
    process = subprocess.Popen(
        given,
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
