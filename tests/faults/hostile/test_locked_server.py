"""A PostgreSQL database that somebody else holds: the wait ends, and says why."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from socialcell import db
from socialcell.errors import SocialcellError
from tests.postgres import Postgres
from tests.running import said, socialcell

PATIENCE = 0.3
COUNT, CHANGE = "SELECT count(*) FROM audit", "UPDATE person SET name = 'ours'"


@pytest.fixture(scope="module")
def address(postgres: Postgres) -> Iterator[str]:
    """A database of today's schema with a table of one row."""
    with postgres.database() as url:
        engine = db.connect(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE person (name text)"))
            connection.execute(text("INSERT INTO person VALUES ('nobody')"))
        engine.dispose()
        yield url


@pytest.fixture
def connect(address: str) -> Iterator[Callable[[float], Engine]]:
    made: list[Engine] = []

    def to_it(busy_seconds: float) -> Engine:
        made.append(db.connect(address, busy_seconds))
        return made[-1]

    yield to_it
    for engine in made:
        engine.dispose()


Connect = Callable[[float], Engine]


@pytest.fixture
def held(connect: Connect) -> Iterator[None]:
    """Somebody else has the audit log and the mentions for himself."""
    with connect(60).begin() as connection:
        connection.execute(text("LOCK TABLE audit, mention IN ACCESS EXCLUSIVE MODE"))
        yield


def refusal(engine: Engine, statement: str) -> str:
    with pytest.raises(SocialcellError) as refused, db.writing(engine) as session:
        session.execute(text(statement))
    return str(refused.value)


@pytest.mark.usefixtures("held")
@pytest.mark.fault("F05")
def test_a_table_that_stays_locked_is_told_after_the_time_that_was_set(
    connect: Connect,
) -> None:
    begun = time.monotonic()

    words = refusal(connect(PATIENCE), COUNT)

    assert f"locked by another process for over {PATIENCE:g} s" in words
    assert time.monotonic() - begun >= PATIENCE


@pytest.mark.fault("F05")
def test_a_row_that_stays_locked_is_told_and_taken_when_it_is_free(
    connect: Connect,
) -> None:
    waiting = connect(PATIENCE)
    with connect(60).begin() as other:
        other.execute(text("UPDATE person SET name = 'theirs'"))

        words = refusal(waiting, CHANGE)

    assert "locked by another process" in words
    with db.writing(waiting) as session:
        session.execute(text(CHANGE))
        assert session.scalar(text("SELECT name FROM person")) == "ours"


@pytest.mark.usefixtures("held")
def test_no_patience_is_not_patience_without_end(connect: Connect) -> None:
    assert "locked by another process" in refusal(connect(0), COUNT)


@pytest.mark.usefixtures("held")
@pytest.mark.fault("F05")
def test_a_command_says_so_and_exits_with_1(address: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"database: {{url: '{address}', busy_seconds: {PATIENCE}}}\n")

    done = socialcell("audit", "verify", "--config", config)

    assert f"locked by another process for over {PATIENCE:g} s" in said(done)
    assert done.returncode == 1


def test_settings_of_the_address_stay(postgres: Postgres) -> None:
    engine = db.connect(f"{postgres.url}&options=-c%20statement_timeout%3D4321", 2)

    with engine.connect() as connection:
        limits = [
            connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("statement_timeout", "lock_timeout")
        ]

    assert limits == ["4321ms", "2s"]
    engine.dispose()


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    engine = db.connect("postgresql://cell:rosebud@127.0.0.1:9/cell")

    words = refusal(engine, COUNT)

    assert "127.0.0.1:9" in words
    assert "rosebud" not in words
    engine.dispose()
