"""Two consoles that people use and a city that collects, on one SQLite file and a slow
disk: no form is lost or refused, none waits long, and what is collected is the same."""

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from socialcell import db
from socialcell.listening.alerts.model import Promise
from socialcell.services.context import open_context
from socialcell.services.rehearsal import sample_operators
from tests import operators, strace
from tests.running import command, digest, environment
from tests.waiting import until
from tests.web.console.browser_session import PageAnswer

pytestmark = [strace.needed, pytest.mark.fault("F05")]

FSYNC_MS = 20
LONGEST = 2.0  # seconds that a transaction may wait for its turn
CLIENTS = 3  # of each console
PAUSE = 0.2  # seconds between two forms of a client
FORM = "/commitments/new"
SEED = "3"


@dataclass
class Console:
    """A console as its clients see it."""

    address: str
    health: str


@dataclass
class Forms:
    """The forms that a client sent: their texts, statuses and seconds."""

    sent: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0


def held(*arguments: str | Path) -> list[str]:
    """A command of which each fsync takes longer, by strace from outside."""
    delay = f"inject=fsync,fdatasync:delay_exit={FSYNC_MS * 1000}"
    return [
        *("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"),
        *("-e", "trace=fsync,fdatasync", "-e", delay),
        *command(*arguments),
    ]


@contextmanager
def started(log: Path, *arguments: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """A command on the slow disk; it and its children are killed afterwards."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            held(*arguments),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment(),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # all of it has ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def by_itself(folder: Path, *length: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The demo in a folder that nobody else uses, on the disk as it is."""
    with folder.with_name("demo.log").open("w") as log:
        process = subprocess.Popen(
            command("demo", "--dir", folder, *length),
            stdout=log,
            stderr=log,
            env=environment(),
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def console(folder: Path, number: int) -> Iterator[Console]:
    config = folder / "config.yaml"
    ports = ("--port", "0", "--health-port", "0")
    log = folder.with_name(f"console{number}.log")
    with started(log, "--config", config, "serve", "console", *ports) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        addresses = [re.search(r"http://[^/\s]+", line) for line in lines]
        assert all(addresses), (lines, log.read_text())
        yield Console(*(found[0] for found in addresses if found))
        assert process.poll() is None, log.read_text()


def send_forms(console: Console, token: str, name: str, over: threading.Event) -> Forms:
    """Enter promises, one after the other, until it is over."""
    forms, parts = Forms(), urlsplit(console.address)
    cookie = {"Cookie": f"__Host-console={token}"}
    with closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as line:
        number = 0
        while not over.wait(PAUSE):
            number += 1
            line.request("GET", f"/en{FORM}", headers=cookie)
            answer = line.getresponse()
            page = PageAnswer(answer.status, {}, answer.read(), FORM)
            promise = f"Promise {number} of {name}"
            fields = page.form(FORM).fields | {"text": promise, "day": "2099-01-31"}
            began = time.monotonic()
            line.request(
                "POST",
                f"/en{FORM}",
                urlencode(fields),
                {
                    **cookie,
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Sec-Fetch-Site": "same-origin",
                },
            )
            answer = line.getresponse()
            answer.read()
            forms.longest = max(forms.longest, time.monotonic() - began)
            forms.statuses[answer.status] += 1
            forms.sent.append(promise)
    return forms


@contextmanager
def clients(consoles: list[Console], token: str) -> Iterator[list[Future[Forms]]]:
    """People who send forms to the consoles while the block runs."""
    over = threading.Event()
    with ThreadPoolExecutor(CLIENTS * len(consoles)) as threads:
        try:
            yield [
                threads.submit(send_forms, each, token, f"{client} of {number}", over)
                for number, each in enumerate(consoles)
                for client in range(CLIENTS)
            ]
        finally:
            over.set()


def waits_above(console: Console, seconds: float) -> int:
    """How many transactions of a console waited longer for their turn."""
    line = http.client.HTTPConnection(urlsplit(console.health).netloc, timeout=60)
    with closing(line):
        line.request("GET", "/metrics")
        samples = dict(
            sample.rsplit(" ", 1)
            for sample in line.getresponse().read().decode().splitlines()
            if not sample.startswith("#")
        )
    name = "socialcell_database_wait_seconds"
    below = samples[f'{name}_bucket{{le="{seconds:g}"}}']
    return int(float(samples[f"{name}_count"])) - int(float(below))


def has_schema(folder: Path) -> bool:
    """Whether the demo has come so far that a console can be served."""
    file = folder / "socialcell.db"
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("SELECT 1 FROM mention LIMIT 1").fetchall())
    except sqlite3.OperationalError:  # there is no such table yet
        return False


def promises(engine: Engine) -> Counter[str]:
    with db.reading(engine) as session:
        return Counter(session.scalars(select(col(Promise.text))))


def collect_beside_consoles(tmp_path: Path, days: int, seconds: float) -> int:
    """Make the sample city twice: by itself, and while two consoles are used, which
    goes on beside a daemon until so many seconds are over. How many forms were sent."""
    alone, folder = tmp_path / "alone" / "city", tmp_path / "used" / "city"
    length = ("--days", str(days), "--seed", SEED)
    for parent in (alone.parent, folder.parent):
        parent.mkdir()
    log, began = folder.with_name("demo.log"), time.monotonic()
    with ExitStack() as servers:
        demo = servers.enter_context(started(log, "demo", "--dir", folder, *length))
        other = servers.enter_context(by_itself(alone, *length))
        until(lambda: has_schema(folder), "the demo has mentions", 300)
        context = open_context(folder / "config.yaml")
        sample_operators.ensure(context)
        token = operators.browser_token(context, sample_operators.MAKER)
        consoles = [servers.enter_context(console(folder, n)) for n in range(2)]
        with clients(consoles, token) as work:
            output, _ = demo.communicate()
            assert demo.returncode == 0, (output, log.read_text())
            used = digest(folder)
            own = folder.with_name("daemon.log")
            daemon = servers.enter_context(
                started(own, "--config", folder / "config.yaml", "daemon")
            )
            with pytest.raises(subprocess.TimeoutExpired):
                daemon.wait(max(began + seconds - time.monotonic(), 5))
        late = [waits_above(each, LONGEST) for each in consoles]

        assert other.wait() == 0, alone.with_name("demo.log").read_text()

    every = [forms.result() for forms in work]
    sent = Counter(promise for forms in every for promise in forms.sent)
    assert sum((forms.statuses for forms in every), Counter()) == {303: sent.total()}
    assert promises(context.engine) == sent
    assert late == [0, 0]
    assert "locked" not in own.read_text() + log.read_text()
    assert used == digest(alone)
    context.engine.dispose()
    return sent.total()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("slow_disk")
def test_two_consoles_are_used_while_a_city_collects(tmp_path: Path) -> None:
    assert collect_beside_consoles(tmp_path, days=7, seconds=30) > 20


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("slow_disk")
def test_two_consoles_are_used_for_ten_minutes_while_a_city_collects(
    tmp_path: Path,
) -> None:
    assert collect_beside_consoles(tmp_path, days=14, seconds=600) > 1000
