"""Fixtures that any test may use; those of one area live in that area's conftest.

A test that takes `database_url`, `folder`, `engine` or `context` runs twice: on SQLite
and on PostgreSQL, which a wheel brings. `pytest --database sqlite` runs one of them;
`on_sqlite` marks what no other database could change.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import IST, FixedClock
from socialcell.db import revisions
from socialcell.services.context import Context
from tests import alike_dialects, memory_disk, node_ids, quick_servers, retries
from tests import fault_rows as faults
from tests.fault_rows import tried
from tests.own_postgres import started
from tests.postgres import Postgres
from tests.snapshots import Snapshots

__all__ = ["tried"]

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=IST)
DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[*DATABASES, "both"], default="both")
    parser.addoption(
        "--every-write",
        action="store_true",
        help="kill at every write where a sweep tries only some by default",
    )
    parser.addoption(
        "--api-requests",
        type=int,
        default=30_000,
        help="generated requests to the API in make test-long",
    )
    faults.add_options(parser)
    retries.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    memory_disk.use()
    # Sessions of operators are kept there, and not in the tester's own home.
    state = tempfile.mkdtemp(prefix="socialcell-state-")
    os.environ["XDG_STATE_HOME"] = state
    config.add_cleanup(lambda: shutil.rmtree(state, ignore_errors=True))
    alike_dialects.register()
    quick_servers.be_quick()
    node_ids.configure(config)
    faults.configure(config)
    retries.configure(config)


def pytest_make_parametrize_id(val: object) -> str | None:
    return node_ids.shortened(val)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    faults.note_rows(items)


def pytest_collection_finish() -> None:
    # A search for garbage through what all tests have imported takes half a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = DATABASES if chosen == "both" else (chosen,)
        if metafunc.definition.get_closest_marker("on_sqlite"):
            kinds = tuple(kind for kind in kinds if kind == "sqlite")
        swept = metafunc.definition.get_closest_marker("swept_on_postgresql")
        marks = {"postgresql": [pytest.mark.faults]} if swept else {}
        metafunc.parametrize(
            "database_kind",
            [pytest.param(kind, marks=marks.get(kind, [])) for kind in kinds],
        )


@pytest.fixture
def every_write(request: pytest.FixtureRequest) -> bool:
    """Whether a sweep kills at every write, however long that takes."""
    return bool(request.config.getoption("--every-write"))


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, 09:00 in Pune, until the test moves it."""
    return FixedClock(MONDAY_MORNING)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's schema and no rows, made once and copied."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = db.connect(f"sqlite:///{path}")
    revisions.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Snapshots:
    """Filled SQLite databases of this worker, to copy."""
    return Snapshots(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server with an empty database of today's schema to copy."""
    with started() as server:
        url = server.get_uri()
        admin = db.connect(url).execution_options(isolation_level="AUTOCOMMIT")
        made = Postgres(url, admin)
        made.begin()
        yield made
        made.close()


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The URL of an empty database of today's schema."""
    if database_kind == "sqlite":
        path = tmp_path / "workspace" / "socialcell.db"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(request.getfixturevalue("empty_database"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The secrets of a workspace: a key for pseudonyms, a token; no database."""
    secrets = tmp_path / "workspace" / "secrets"
    secrets.parent.mkdir(mode=0o700, exist_ok=True)
    secrets.mkdir(mode=0o700)
    (secrets / "person_key").write_text("a key that only tests have\n")
    (secrets / "x_bearer").write_text("not-a-real-token\n")
    return secrets


@pytest.fixture
def folder(database_url: str, secrets: Path) -> Path:
    """A workspace's folder: config that names a control room and a mail server that
    takes nothing, a key for pseudonyms, an empty database.

    What takes nine tenths of the time of reading is off: tests/language has it on.
    """
    folder = secrets.parent
    settings = "language: {english_names: false, semantic: false}\n"
    settings += "mail: {host: localhost, port: 1, security: none}\n"
    settings += "alerts: {recipients: {mr: [control.room@city.example]}}\n"
    if database_url.startswith("postgresql"):
        settings += f"database:\n  url: {database_url}\n"
    (folder / "config.yaml").write_text(settings)
    return folder


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The workspace's database."""
    made = db.connect(database_url)
    yield made
    made.dispose()


@pytest.fixture
def context(folder: Path, engine: Engine, clock: FixedClock) -> Context:
    """The workspace, open, at the test's clock."""
    return Context(config.load(folder / "config.yaml"), engine, clock)
