"""Fixtures that any test may use; those of one area live in that area's conftest."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import IST, FixedClock
from socialcell.jobs.context import Context

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=IST)


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, 09:00 in Pune, until the test moves it."""
    return FixedClock(MONDAY_MORNING)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's schema and no rows, made once and copied."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = db.connect(f"sqlite:///{path}")
    db.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    """A workspace's folder: config, a key for pseudonyms, an empty database."""
    folder = tmp_path / "workspace"
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "config.yaml").write_text("{}\n")
    (folder / "secrets" / "person_key").write_text("a key that only tests have\n")
    (folder / "secrets" / "x_bearer").write_text("not-a-real-token\n")
    shutil.copy(empty_database, folder / "socialcell.db")
    return folder


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    """The workspace's database."""
    made = db.connect(f"sqlite:///{folder / 'socialcell.db'}")
    yield made
    made.dispose()


@pytest.fixture
def context(folder: Path, engine: Engine, clock: FixedClock) -> Context:
    """The workspace, open, at the test's clock."""
    return Context(config.load(folder / "config.yaml"), engine, clock)
