"""The database: one engine, short transactions, rows written many at a time."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import quote

from pydantic import GetPydanticSchema
from pydantic_core import core_schema
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Delete,
    Engine,
    Executable,
    FromClause,
    Integer,
    Select,
    Table,
    Update,
    any_,
    create_engine,
    func,
    literal,
    make_url,
    select,
    true,
    union_all,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, SQLModel

from socialcell.db.bulk_rows import ColumnValue as ColumnValue
from socialcell.db.bulk_rows import Row as Row
from socialcell.db.bulk_rows import add_counts as add_counts
from socialcell.db.bulk_rows import insert as insert
from socialcell.db.bulk_rows import insert_new as insert_new
from socialcell.db.commit_queue import CommitQueue
from socialcell.db.refusals import BUSY_SECONDS, plain_errors
from socialcell.db.sqlite_setup import set_up_sqlite
from socialcell.db.turns import TurnConnection, WriterQueue, queue_of
from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message
from socialcell.redact import redact

CONNECT_SECONDS = 10
_HIDES_PARAMETERS = True
"""Parameters are people's words and names: no error shows them."""

_T = TypeVar("_T")
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
    url: str,
    busy_seconds: float = BUSY_SECONDS,
    *,
    durable: bool = True,
    threads: int | None = None,
) -> Engine:
    """An engine for SQLite or PostgreSQL, with the settings that durability needs.

    `busy_seconds` is how long a database or a row that another process holds is waited
    for. Not `durable`: a power cut may take the last commits to SQLite, the death of
    the process none. ConfigError when the URL is of neither kind.

    With `threads`, of a web process, there is a connection for each of so many and one
    that writes, waited for as long; on SQLite the threads share their commits.
    """
    pool = {} if threads is None else _web_pool(threads, busy_seconds)
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if url.startswith("postgresql+psycopg://"):
        return _postgresql(url, busy_seconds, pool)
    if not url.startswith("sqlite:///"):
        raise _wrong_url(url, Message("database.other_scheme"))
    with _url_errors(url):
        engine = create_engine(
            url,
            hide_parameters=_HIDES_PARAMETERS,
            connect_args={"timeout": busy_seconds, "factory": TurnConnection},
            execution_options={
                "socialcell_busy": busy_seconds,
                "socialcell_commits": CommitQueue() if threads else None,
            },
            **pool,
        )
    set_up_sqlite(engine, _writer_queue(engine), busy_seconds, durable=durable)
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
def writers_held_up(engine: Engine) -> Iterator[None]:
    """Around what SQLite does in no transaction, such as VACUUM: as far as they can
    wait, others begin to write when it has ended."""
    queue = _writer_queue(engine)
    if queue is None:
        yield
        return
    with queue.held_up(engine.get_execution_options()["socialcell_busy"]):
        yield


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed as a whole, or not at all.

    An engine may carry a fence: it looks last of all whether this process may still
    write, and raises when it may not. It may carry a queue of common commits: then the
    commit is that of a group, and has been done when this ends.
    """
    options = engine.get_execution_options()
    fence, commits = options.get("socialcell_fence"), options.get("socialcell_commits")
    opened = commits.session(engine) if commits else Session(engine)
    with plain_errors(engine), opened as session:
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


def _writer_queue(engine: Engine) -> WriterQueue | None:
    """Where those wait who write to the engine's SQLite file; None: it is no file."""
    file = file_of(engine)
    return None if file is None else queue_of(file)


def _web_pool(threads: int, busy_seconds: float) -> dict[str, Any]:
    return {
        "poolclass": QueuePool,
        "pool_size": threads,
        "max_overflow": 1,  # a thread that reads may begin the common transaction
        "pool_timeout": busy_seconds,
    }


def _postgresql(url: str, busy_seconds: float, pool: dict[str, Any]) -> Engine:
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
            **pool,
            connect_args={
                "options": f"{patience} {own}".strip(),
                "connect_timeout": CONNECT_SECONDS,
            },
            execution_options={"socialcell_busy": busy_seconds},
        )


def _wrong_url(url: str, reason: Message | str) -> ConfigError:
    return ConfigError("database.wrong_url", url=redact(url), reason=reason)


def take_turn(session: Session, subject: str) -> None:
    """Wait until no other transaction is at this subject; it ends with this one.

    For what is looked up first and written after: on PostgreSQL a row may come in
    between. SQLite has one writer anyway, from here on.
    """
    session.connection()  # on SQLite the transaction, and so the turn, begins here
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


def ask_together(
    session: Session, *questions: Select[*tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The one row that each of these questions has, asked in one statement."""
    parts = [question.subquery() for question in questions]
    joined: FromClause = parts[0]
    for part in parts[1:]:
        joined = joined.join(part, true())
    columns = [column for part in parts for column in part.c]
    values = iter(session.execute(select(*columns).select_from(joined)).one())
    return [tuple(islice(values, len(part.c))) for part in parts]


def counts_together(
    session: Session, *questions: Select[str, int]
) -> list[dict[str, int]]:
    """The counts by name that each of these questions has, asked in one statement."""
    numbered = []
    for number, question in enumerate(questions):
        name, n = question.subquery().c
        numbered.append(select(literal(number), name, n))
    counts: list[dict[str, int]] = [{} for _ in questions]
    for number, name, n in session.execute(union_all(*numbered)):
        counts[number][name] = int(n)
    return counts


def is_among(
    session: Session, column: ColumnElement[int], values: Iterable[int]
) -> ColumnElement[bool]:
    """Whether a column has one of these numbers, sent as one parameter."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(sorted(values), ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(sorted(values))).table_valued("value")
    return column.in_(select(listed.c.value))


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
