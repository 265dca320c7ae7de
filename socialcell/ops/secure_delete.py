"""Remove erased rows from the files of the database."""

import sqlite3

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from socialcell import db
from socialcell.db.refusals import where
from socialcell.redact import redact

# The tables that hold words of people, for PostgreSQL.
_TABLES = (
    "mention, annotation, link, raw_item, author, frozen_report, pushed, attachment, "
    "opt_in"
)
_BUSY_MESSAGE = (
    "The rows are erased; the database's file could not be rewritten, because another "
    "process holds it. Run the same command again when it is free."
)
_FULL_MESSAGE = (
    "The rows are erased; the files of {place} could not be rewritten, because the "
    "disk is full: for a moment that takes twice as much free room as the database is "
    "large. Free some space, then run the same command again."
)
_FULL_ERRORS = ("is full", "disk I/O error", "No space left")


def scrub(engine: Engine) -> str | None:
    """Rewrite search index, database and log of writes; None, or why it must wait.

    SQLite overwrites deleted rows at once (secure_delete), but its search index keeps
    words until its parts are merged, and the log of writes until it is cut.
    """
    if not db.is_sqlite(engine):
        free = engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with free.connect() as connection:
                connection.execute(text(f"VACUUM (FULL) {_TABLES}"))
        except DatabaseError as error:
            return _reason(engine, str(error.orig))
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
        return _reason(engine, str(error))
    finally:
        raw.close()


def _reason(engine: Engine, error: str) -> str:
    if any(words in error for words in _FULL_ERRORS):
        return _FULL_MESSAGE.format(place=where(engine))
    return f"{_BUSY_MESSAGE} ({redact(error.strip())})"
