"""The database: one engine, short transactions, and a schema that must fit the code."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Engine, Integer, Table, create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session, SQLModel

from socialcell.errors import ConfigError, SocialcellError

BUSY_SECONDS = 30

_T = TypeVar("_T")

# A surrogate key: 64 bits everywhere, and SQLite's rowid (which FTS5 needs) there.
BigId = BigInteger().with_variant(Integer, "sqlite")


def connect(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL, with the settings that durability needs."""
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed as a whole, or not at all."""
    with _plain_errors(engine), Session(engine) as session:
        yield session
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only asks; on SQLite it takes no write lock."""
    reader = engine.execution_options(socialcell_reads=True)
    with _plain_errors(engine), Session(reader) as session:
        yield session


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the schema to the code's revision; (before, after). One transaction."""
    before, head = revision(engine), head_revision()
    refuse_newer(engine, before)
    if before == head:
        return before, head
    with _plain_errors(engine), engine.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, head


def require_current(engine: Engine) -> None:
    """Refuse to work on a database whose schema is not the code's (exit code 78)."""
    found, head = revision(engine), head_revision()
    refuse_newer(engine, found)
    if found is None:
        raise ConfigError(f"{where(engine)} is empty. Create it: socialcell init")
    if found != head:
        raise ConfigError(
            f"{where(engine)} has schema {found}, this version needs {head}. "
            "Run: socialcell db upgrade"
        )


def refuse_newer(engine: Engine, found: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise ConfigError(
            f"{where(engine)} was made by a newer version of socialcell (schema "
            f"{found}, newest known here is {head_revision()}). Nothing was changed. "
            "Install that version or newer."
        )


def revision(engine: Engine) -> str | None:
    with _plain_errors(engine), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    head = _scripts().get_current_head()
    assert head is not None, "the package ships at least one migration"
    return head


def where(engine: Engine) -> str:
    """The database's address without its password, for messages."""
    return engine.url.render_as_string(hide_password=True)


def is_sqlite(engine_or_session: Any) -> bool:
    bind = getattr(engine_or_session, "get_bind", lambda: engine_or_session)()
    return bool(bind.dialect.name == "sqlite")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that reads, then writes, fails at once when another
    # process wrote in between, whatever the busy timeout says.
    reads = connection.get_execution_options().get("socialcell_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def _plain_errors(engine: Engine) -> Iterator[None]:
    """What the database refuses, in words that an operator can act on."""
    try:
        yield
    except OperationalError as error:
        raise _explained(engine, error) from None
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise SocialcellError(
                f"{where(engine)} is damaged or is not a database ({error.orig}). "
                "Nothing was changed. Restore a backup."
            ) from None
        raise


def _explained(engine: Engine, error: OperationalError) -> SocialcellError:
    reason = str(error.orig)
    place = where(engine)
    if "full" in reason:
        return SocialcellError(
            f"The disk that holds {place} is full. Nothing of this step was kept and "
            "nothing earlier is lost. Free some space and run the command again."
        )
    if "locked" in reason or "busy" in reason:
        return SocialcellError(
            f"{place} is locked by another process for over {BUSY_SECONDS} s. "
            "Nothing was changed. Try again when it has finished."
        )
    if "readonly" in reason or "read-only" in reason:
        return ConfigError(
            f"{place} cannot be written. Check the file's owner and permissions, and "
            "that the disk is not mounted read-only."
        )
    if "unable to open" in reason:
        return ConfigError(
            f"{place} cannot be opened. Check that the folder exists and may be "
            "written, or make a workspace: socialcell init"
        )
    return SocialcellError(f"{place}: {reason.strip()}")


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())


def table(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements on many rows at once."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def insert_new(session: Session, into: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose unique key is not there yet; how many were new.

    The database decides what is new (ON CONFLICT DO NOTHING), not a look before.
    """
    if not rows:
        return 0
    make = sqlite_insert if is_sqlite(session) else postgresql_insert
    result = session.connection().execute(make(into).on_conflict_do_nothing(), rows)
    return int(result.rowcount)


def add_counts(
    session: Session, into: Table, keys: list[str], rows: list[dict[str, Any]]
) -> None:
    """Add each row's `n` to the row with the same key, which may not be there yet."""
    make = sqlite_insert if is_sqlite(session) else postgresql_insert
    fresh = make(into)
    total = into.c.n + fresh.excluded.n
    session.connection().execute(
        fresh.on_conflict_do_update(index_elements=keys, set_={"n": total}), rows
    )


def chunks(values: Iterable[_T], size: int = 500) -> Iterator[list[_T]]:
    """Lists of at most `size`, so that IN (…) stays below every driver's limit."""
    batch: list[_T] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
