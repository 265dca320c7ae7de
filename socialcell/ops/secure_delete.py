"""Remove erased rows from the files of the database."""

import sqlite3

from sqlalchemy import Engine, text

from socialcell import db

# The tables that hold words of people, for PostgreSQL.
_TABLES = (
    "mention, annotation, link, raw_item, author, frozen_report, pushed, attachment, "
    "opt_in"
)
_BUSY_MESSAGE = (
    "The rows are erased; the database's file could not be rewritten, because another "
    "process holds it. Run the same command again when it is free."
)


def scrub(engine: Engine) -> str | None:
    """Rewrite search index, database and log of writes; None, or why it must wait.

    SQLite overwrites deleted rows at once (secure_delete), but its search index keeps
    words until its parts are merged, and the log of writes until it is cut.
    """
    if not db.is_sqlite(engine):
        free = engine.execution_options(isolation_level="AUTOCOMMIT")
        with free.connect() as connection:
            connection.execute(text(f"VACUUM (FULL) {_TABLES}"))
        return None
    raw = engine.raw_connection()
    try:
        with db.writers_held_up(engine):
            cursor = raw.cursor()
            cursor.execute("INSERT INTO mention_fts(mention_fts) VALUES ('optimize')")
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return _BUSY_MESSAGE if busy else None
    except sqlite3.OperationalError as error:
        return f"{_BUSY_MESSAGE} ({error})"
    finally:
        raw.close()
