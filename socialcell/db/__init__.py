"""The database: one engine, short transactions, rows written many at a time."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import quote

from pydantic import GetPydanticSchema
from pydantic_core import core_schema
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Delete,
    Dialect,
    Engine,
    Executable,
    Integer,
    Table,
    Update,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

from socialcell.db.refusals import BUSY_SECONDS, plain_errors
from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message
from socialcell.redact import redact

CONNECT_SECONDS = 10
_HIDES_PARAMETERS = True
"""Parameters are people's words and names: no error shows them."""

_T = TypeVar("_T")
ColumnValue: TypeAlias = object
"""What a column holds: whatever its type takes."""

Row: TypeAlias = Mapping[str, ColumnValue]
"""A row to write: column → value."""

# A surrogate key: 64 bits everywhere, and SQLite's rowid (which FTS5 needs) there.
BigId = BigInteger().with_variant(Integer, "sqlite")

# Of a column's type: Pydantic makes no schema of it. Rows are not validated, and of
# JSON that refers to itself, or of a TypedDict on Python 3.11, it can make none.
AS_STORED = GetPydanticSchema(lambda _source, _handler: core_schema.any_schema())

if TYPE_CHECKING:
    StoredObject: TypeAlias = JsonObject
else:
    # Pydantic resolves the names of a type in the module of the table: there it finds
    # none of those by which JSON refers to itself.
    StoredObject = Mapping


def connect(
    url: str, busy_seconds: float = BUSY_SECONDS, *, durable: bool = True
) -> Engine:
    """An engine for SQLite or PostgreSQL, with the settings that durability needs.

    `busy_seconds` is how long a database or a row that another process holds is waited
    for. Not `durable`: a power cut may take the last commits to SQLite, the death of
    the process none. ConfigError when the URL is of neither kind.
    """
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if url.startswith("postgresql+psycopg://"):
        return _postgresql(url, busy_seconds)
    if not url.startswith("sqlite:///"):
        raise _wrong_url(url, Message("database.other_scheme"))
    with _url_errors(url):
        engine = create_engine(
            url,
            hide_parameters=_HIDES_PARAMETERS,
            connect_args={"timeout": busy_seconds},
            execution_options={"socialcell_busy": busy_seconds},
        )
    event.listen(engine, "connect", partial(_prepare_sqlite, busy_seconds, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def frozen(path: Path) -> Iterator[Engine]:
    """An engine for a SQLite file that nobody writes: a backup. It changes nothing."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://",
        hide_parameters=_HIDES_PARAMETERS,
        creator=lambda: sqlite3.connect(address, uri=True),
    )
    try:
        yield engine
    finally:
        engine.dispose()


def file_of(engine: Engine) -> Path | None:
    """The file that is a SQLite database; None for a server or one in memory."""
    if not is_sqlite(engine) or engine.url.database in (None, "", ":memory:"):
        return None
    return Path(str(engine.url.database))


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed as a whole, or not at all.

    An engine may carry a fence: it looks last of all whether this process may still
    write, and raises when it may not.
    """
    fence = engine.get_execution_options().get("socialcell_fence")
    with plain_errors(engine), Session(engine) as session:
        yield session
        if fence is not None:
            session.flush()
            fence(session)
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only asks; on SQLite it takes no write lock."""
    reader = engine.execution_options(socialcell_reads=True)
    with plain_errors(engine), Session(reader) as session:
        yield session


def must_exist(engine: Engine) -> None:
    """Refuse a SQLite file that is gone (exit code 78)."""
    file = file_of(engine)
    if file is not None and not file.exists():
        # Asking SQLite would make an empty one, as if nothing had been lost.
        raise ConfigError("database.no_such_file", path=file)


def is_sqlite(engine_or_session: Engine | Connection | Session) -> bool:
    if isinstance(engine_or_session, Session):
        return engine_or_session.get_bind().dialect.name == "sqlite"
    return engine_or_session.dialect.name == "sqlite"


@contextmanager
def _url_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise _wrong_url(url, str(error)) from None
    except ModuleNotFoundError as error:
        raise ConfigError("database.no_driver", package=error.name) from None


def _postgresql(url: str, busy_seconds: float) -> Engine:
    """No wait without an end: for a connection, for what another process has locked.

    A statement itself may take as long as it takes: a report over years is no fault.
    """
    # To PostgreSQL a limit of 0 is none.
    patience = f"-c lock_timeout={max(1, round(busy_seconds * 1000))}"
    try:
        own = make_url(url).query.get("options", "")
    except (ArgumentError, ValueError):
        raise _wrong_url(url, Message("database.no_url")) from None
    with _url_errors(url):
        return create_engine(
            url,
            hide_parameters=_HIDES_PARAMETERS,
            pool_pre_ping=True,
            connect_args={
                "options": f"{patience} {own}".strip(),
                "connect_timeout": CONNECT_SECONDS,
            },
            execution_options={"socialcell_busy": busy_seconds},
        )


def _wrong_url(url: str, reason: Message | str) -> ConfigError:
    return ConfigError("database.wrong_url", url=redact(url), reason=reason)


def _prepare_sqlite(
    busy_seconds: float,
    durable: bool,
    connection: sqlite3.Connection,
    _record: ConnectionPoolEntry,
) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={'FULL' if durable else 'NORMAL'}",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={round(busy_seconds * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads, then writes, fails at once when another
    # process wrote in between, whatever the busy timeout says.
    reads = connection.get_execution_options().get("socialcell_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def take_turn(session: Session, subject: str) -> None:
    """Wait until no other transaction is at this subject; it ends with this one.

    For what is looked up first and written after: on PostgreSQL a row may come in
    between. SQLite has one writer anyway.
    """
    if not is_sqlite(session):
        key = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def table(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements on many rows at once."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def records(session: Session, query: Executable, record: Callable[..., _T]) -> list[_T]:
    """The rows of a query, each as a record whose fields are named as its columns."""
    return [record(**row) for row in session.execute(query).mappings()]


def changed(session: Session, statement: Update | Delete) -> int:
    """Do an UPDATE or a DELETE; how many rows it changed."""
    return session.connection().execute(statement).rowcount


def insert(session: Session, into: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns."""
    _insert(session, into, rows, "")


def insert_new(session: Session, into: Table, rows: Sequence[Row]) -> int:
    """Insert the rows whose unique key is not there yet; how many were new.

    The database decides what is new (ON CONFLICT DO NOTHING), not a look before.
    """
    return _insert(session, into, rows, " ON CONFLICT DO NOTHING")


def _insert(session: Session, into: Table, rows: Sequence[Row], otherwise: str) -> int:
    """The fast way in: values are prepared by column, and one statement takes them.

    PostgreSQL gets one array a column: a row at a time costs it several times as much.
    """
    if not rows:
        return 0
    connection = session.connection()
    dialect = connection.dialect
    columns = [into.c[name] for name in rows[0]]
    values = [_bound(column, rows, dialect) for column in columns]
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in columns)
    start = f"INSERT INTO {quote(into.name)} ({names}) "
    if is_sqlite(session):
        marks = ", ".join("?" * len(columns))
        statement = f"{start}VALUES ({marks}){otherwise}"
        cursor = connection.exec_driver_sql(statement, list(zip(*values, strict=True)))
    else:
        arrays = ", ".join(f"%s::{c.type.compile(dialect)}[]" for c in columns)
        statement = f"{start}SELECT * FROM unnest({arrays}){otherwise}"  # noqa: S608

        cursor = connection.exec_driver_sql(statement, tuple(values))
    return cursor.rowcount


def _bound(
    column: Column[ColumnValue], rows: Sequence[Row], dialect: Dialect
) -> list[ColumnValue]:
    """A column's values as the driver takes them."""
    prepare = column.type.dialect_impl(dialect).bind_processor(dialect)
    name = column.name
    values = [row[name] for row in rows]
    if prepare is None:
        return values
    # Times of arrival are few objects for many rows.
    prepared = {id(cell): prepare(cell) for cell in {id(v): v for v in values}.values()}
    return [prepared[id(cell)] for cell in values]


def add_counts(
    session: Session, into: Table, keys: list[str], rows: Sequence[Row]
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
    for element in values:
        batch.append(element)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
