"""One state of a database as a file, made while others write to it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.redact import redact


def copy_database(engine: Engine, to: Path) -> None:
    """Copy SQLite's file, or have pg_dump write a dump. SocialcellError when it cannot
    be done, UsageError when there is no pg_dump."""
    if db.is_sqlite(engine):
        _copy_sqlite(engine, to)
    else:
        _dump_postgresql(engine, to)


def _copy_sqlite(engine: Engine, to: Path) -> None:
    """SQLite's online backup: one state of the database, writers are not held up."""
    file = db.file_of(engine)
    if file is None:
        raise UsageError("workspace.database_in_memory")
    to.touch(mode=0o660)
    try:
        with (
            closing(sqlite3.connect(file)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
            # One file that is complete by itself, without a write-ahead log.
            target.execute("PRAGMA journal_mode=DELETE")
            # So that the database's file is not touched later than the record says.
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise SocialcellError(
            "workspace.database_not_copied",
            path=file,
            folder=to.parent,
            reason=str(error),
        ) from None


def _dump_postgresql(engine: Engine, to: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise UsageError("workspace.no_pg_dump")
    # The password goes by the environment: a command line is public.
    password = engine.url.password
    url = engine.url.set(drivername="postgresql")._replace(password=None)
    to.touch(mode=0o660)
    process = subprocess.run(
        [program, "--format=custom", f"--file={to}", f"--dbname={url}"],
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise SocialcellError(
            "workspace.pg_dump_failed", answer=redact(process.stderr.strip())
        )
