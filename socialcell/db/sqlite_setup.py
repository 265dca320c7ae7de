"""How connections to SQLite are set up, and how their transactions begin."""

import os
import sqlite3
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from socialcell.db.fair_lock import Deadline
from socialcell.db.lone_opening import stand_in_line
from socialcell.db.turns import TurnConnection, WriterQueue

_NO_SHARED_MEMORY = "SQLITE_IOERR_SHM"  # how the names of such errors begin


def set_up_sqlite(
    engine: Engine, queue: WriterQueue | None, busy_seconds: float, *, durable: bool
) -> None:
    """Settings of each connection, and a transaction that begins as it will go on.

    Writers wait in the queue; without one, for SQLite alone.
    """
    event.listen(engine, "do_connect", partial(_connect, busy_seconds, durable))
    event.listen(engine, "checkin", _give_back)
    event.listen(engine, "begin", partial(_begin, queue))


def _connect(
    busy_seconds: float,
    durable: bool,
    dialect: Dialect,
    _record: ConnectionPoolEntry,
    arguments: tuple[str, ...],
    options: dict[str, object],
) -> TurnConnection:
    """Open the file as SQLite does. Where the first one to open it finds no room for
    the index of its log (NAME-shm, 32 KB), as on a full disk, the index is kept in this
    process's memory: what is stored can be read, by one connection at a time, for which
    the others wait in a line."""

    def opened(seconds: float, *, alone: bool = False) -> TurnConnection:
        connection = dialect.connect(*arguments, **(options | {"timeout": seconds}))
        assert isinstance(connection, TurnConnection)
        try:
            if alone:
                connection.is_exclusive = True
                # Before the file is looked at: afterwards it changes nothing.
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                connection.execute("PRAGMA temp_store=MEMORY")
            _prepare(connection, busy_seconds, durable=durable)
        except BaseException:
            connection.close()
            raise
        return connection

    try:
        # Whoever waited here for one who has it alone would wait beside the line.
        return opened(0)
    except sqlite3.OperationalError as error:
        if not (_lacks_shared_memory(error) or _is_busy(error)):
            raise
    patience = Deadline(busy_seconds)
    leave = stand_in_line(Path(os.path.realpath(arguments[0])).parent, patience)
    try:
        try:
            return opened(max(patience.left, 0))
        except sqlite3.OperationalError as error:
            if not _lacks_shared_memory(error):
                raise
        connection = opened(max(patience.left, 0), alone=True)
        connection.leave_line, leave = leave, _leave_later
        return connection
    finally:
        leave()


def _leave_later() -> None:
    """The connection leaves the line when it is closed."""


def _lacks_shared_memory(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(_NO_SHARED_MEMORY)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    # Extended codes, such as that of a recovery, end with the plain one.
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF == sqlite3.SQLITE_BUSY


def _prepare(connection: TurnConnection, busy_seconds: float, *, durable: bool) -> None:
    connection.busy_seconds = busy_seconds
    # The driver must not begin transactions by itself: _begin does.
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


def _give_back(
    connection: TurnConnection | None, record: ConnectionPoolEntry | None
) -> None:
    """Nobody else can open the file while it is open without shared memory."""
    if connection is not None and record is not None and connection.is_exclusive:
        record.invalidate()


def _begin(queue: WriterQueue | None, connection: Connection) -> None:
    # A deferred transaction that reads, then writes, fails at once when another
    # process wrote in between, whatever the busy timeout says.
    options = connection.get_execution_options()
    if options.get("socialcell_reads"):
        connection.exec_driver_sql("BEGIN")
        return
    own = connection.connection.dbapi_connection
    if queue is None or not isinstance(own, TurnConnection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not queue.begin(own, options["socialcell_busy"]):
        with own.refusing_at_once():
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # and SQLite says why not
