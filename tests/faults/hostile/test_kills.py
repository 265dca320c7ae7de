"""A pull that is killed at any write to the disk goes on to the same rows."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import config, db, sandbox
from socialcell.clock import FixedClock
from socialcell.connectors.base import Batch, Budget, ConnectorHealth
from socialcell.db import revisions
from socialcell.errors import SocialcellError
from socialcell.listening.store import integrity, listening_digest
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import store
from socialcell.ops.model import Run
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from tests import strace
from tests.builders import make_batch, make_record, make_source
from tests.connectors.conftest import CITY, settings_of
from tests.own_postgres import OwnServer

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
    assert [result.state for result in collector.collect(context)] == ["ok", "ok"]
    tag_waiting(context)
    with db.reading(engine) as session:
        assert integrity.problems(session) == []
        found = listening_digest.digest(session)
    engine.dispose()
    return found


def copied(ready: Path, place: Path) -> Path:
    shutil.copytree(ready, place)
    return place


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F01", "F02")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("points", [5, pytest.param(20, marks=pytest.mark.long)])
def test_a_pull_killed_at_any_write_goes_on_to_the_same_rows(
    ready: Path, tmp_path: Path, tried: Callable[..., None], points: int
) -> None:
    expected = pulled_and_tagged(copied(ready, tmp_path / "whole"))
    traced = copied(ready, tmp_path / "traced")
    every = strace.points(strace.FILES, tmp_path / "trace", *pull(traced))
    assert pulled_and_tagged(traced) == expected
    assert len(every) > points

    for call, n in Random(7).sample(every, points):
        folder = copied(ready, tmp_path / f"{call}-{n}")
        strace.killed_at(call, n, *pull(folder))

        assert pulled_and_tagged(folder) == expected, (call, n)
        shutil.rmtree(folder)
    tried(points, f"{points} of {len(every)} writes, chosen by a seed")


def pull(folder: Path) -> tuple[str | Path, ...]:
    return ("pull", "--config", folder / "config.yaml")


PAGES, PER_PAGE = 24, 25


class Numbered:
    """PAGES pages of PER_PAGE posts; the cursor is the number of the last one."""

    platform: ClassVar[str] = "x"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Any]] = frozenset()

    def __init__(self, before: Callable[[int], None]) -> None:
        self._before = before

    def check(self) -> ConnectorHealth:
        return ConnectorHealth(ok=True, message="numbered")

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
        rows = mention_queries.present_count(session)
        return rows, found.state["page"] if found else 0


@pytest.mark.faults
@pytest.mark.fault("F02", "F06")
@pytest.mark.postgres
def test_postgresql_stopped_at_once_holds_as_many_rows_as_its_cursor_says(
    own_postgres: OwnServer, tmp_path: Path, clock: FixedClock
) -> None:
    (tmp_path / "config.yaml").write_text("{}\n")
    workspace = config.load(tmp_path / "config.yaml")
    engine = own_postgres.engine()
    revisions.upgrade(engine)
    source = make_source(engine)
    stops = 0

    def between(page: int) -> None:
        if page in (2, 9):
            own_postgres.stop_at_once()

    def within(session: Session, run: Run, batch: Batch) -> None:
        if batch.cursor["page"] in (5, 13):
            session.flush()
            own_postgres.stop_at_once()

    stopping = threading.Timer(0.02, own_postgres.stop_at_once)

    def meanwhile(page: int) -> None:
        if page == 16:
            stopping.start()

    plans: list[tuple[Any, Any]] = [(between, None), (lambda _: None, within)]
    for before, on_page in [*plans, *plans, (meanwhile, None)]:
        context = Context(workspace, engine, clock)
        ledger = Ledger(engine, clock, "x", {})
        try:
            collector.run(
                context, source, Numbered(before), ledger, kind="pull", on_page=on_page
            )
        except SocialcellError:
            stops += 1
        if stopping.ident is not None:
            stopping.join()
        engine.dispose()
        own_postgres.start()
        engine = own_postgres.engine()
        rows, at = held(engine, source.id or 0)
        assert rows == at * PER_PAGE
    assert stops >= 4
    ledger = Ledger(engine, clock, "x", {})
    context = Context(workspace, engine, clock)
    last = collector.run(context, source, Numbered(lambda _: None), ledger, kind="pull")
    assert last.state == "ok"
    assert held(engine, source.id or 0) == (PAGES * PER_PAGE, PAGES)
    engine.dispose()
