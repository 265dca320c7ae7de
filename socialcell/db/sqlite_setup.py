"""How connections to SQLite are set up, and how their transactions begin."""

from functools import partial

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from socialcell.db.turns import TurnConnection, WriterQueue


def set_up_sqlite(
    engine: Engine, queue: WriterQueue | None, busy_seconds: float, *, durable: bool
) -> None:
    """Settings of each connection, and a transaction that begins as it will go on.

    Writers wait in the queue; without one, for SQLite alone.
    """
    event.listen(engine, "connect", partial(_prepare, busy_seconds, durable))
    event.listen(engine, "begin", partial(_begin, queue))


def _prepare(
    busy_seconds: float,
    durable: bool,
    connection: TurnConnection,
    _record: ConnectionPoolEntry,
) -> None:
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
