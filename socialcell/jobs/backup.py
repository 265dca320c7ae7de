"""Copies of the database: made while it is in use, checked, put back, and kept few.

A copy of SQLite is one file with a record beside it (FILE.json: when, schema, size,
SHA-256, digest). Both are written aside and renamed, the record first: a copy that has
its own name is whole. PostgreSQL is copied by its own pg_dump.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from socialcell import db
from socialcell.clock import SystemClock
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.jobs import digest as digests
from socialcell.jobs.context import Context
from socialcell.jobs.replay import replay
from socialcell.redact import redact

KEPT = 5  # automatic copies, one before each migration
NIGHTS = 7  # the daemon's copies
_BEFORE = "before-upgrade"
_NIGHTLY = "nightly"


@dataclass(frozen=True)
class Record:
    """What is known of a copy. `digest` is null when its schema is an older one."""

    made_at: str
    database: str  # sqlite | postgresql
    schema: str | None
    bytes: int
    sha256: str
    digest: str | None


@dataclass(frozen=True)
class Copy:
    """A copy of a database and its record."""

    path: Path
    record: Record


def folder_of(workspace: Workspace) -> Path:
    return workspace.folder / "backups"


def record_of(path: Path) -> Path:
    """Where the record of a copy is: beside it."""
    return path.with_name(path.name + ".json")


def back_up(workspace: Workspace, out: Path | None = None) -> Copy:
    """Copy the database, check the copy, and record it.

    UsageError when `out` exists: a copy is never overwritten. SocialcellError when the
    copy cannot be written or is not sound; then nothing of it stays.
    """
    engine = _connect(workspace)
    try:
        db.must_exist(engine)
        return _copied(engine, out or _free_name(workspace, engine, "socialcell"))
    finally:
        engine.dispose()


def nightly(workspace: Workspace) -> Copy:
    """A copy as the daemon makes it; of its own only the last few stay."""
    engine = _connect(workspace)
    try:
        copy = back_up(workspace, _free_name(workspace, engine, _NIGHTLY))
    finally:
        engine.dispose()
    _keep_few(folder_of(workspace), _NIGHTLY, NIGHTS)
    return copy


def upgrade(
    workspace: Workspace, *, without_backup: bool = False
) -> tuple[str | None, str, Copy | None]:
    """Copy the database, then bring its schema to this version's.

    (Schema before, schema after, copy); no copy when there is nothing to upgrade or
    nothing to lose. UsageError when a PostgreSQL database cannot be copied here, unless
    `without_backup` says that there is a copy elsewhere.
    """
    engine = _connect(workspace)
    try:
        before, head = revisions.current(engine), revisions.head()
        revisions.refuse_newer(engine, before)
        copy = None
        if before is not None and before != head and not without_backup:
            copy = _copied(engine, _free_name(workspace, engine, _BEFORE))
        found, after = revisions.upgrade(engine)
        if before not in (None, head):
            # A copy of an older schema, put back, may hold who was erased since.
            replay(Context(workspace, engine, workspace.clock()))
        _keep_few(folder_of(workspace), _BEFORE, KEPT)
        return found, after, copy
    finally:
        engine.dispose()


def verify(path: Path) -> tuple[Record | None, list[str]]:
    """A copy's record, and what is wrong with it as sentences; none when it is good.

    UsageError when there is no such file.
    """
    if not path.is_file():
        raise UsageError(f"There is no backup {path}.")
    record = read_record(path)
    found = []
    if record is None:
        found.append(
            f"{record_of(path)} is missing, so the copy cannot be compared with it "
            "(--yes restores it all the same)"
        )
    elif _sha256(path) != record.sha256:
        found.append(f"{path} is not the file that was recorded: its SHA-256 differs")
    if record is None or record.database == "sqlite":
        found += _problems(path, record)
    return record, found


def read_record(path: Path) -> Record | None:
    """The record beside a copy; None without one. ConfigError when it is unreadable."""
    place = record_of(path)
    try:
        return Record(**json.loads(place.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{place} is no record of a backup: {error}") from None


def copies(folder: Path) -> list[Path]:
    """The copies in a folder, oldest first."""
    records = folder.glob("*.json")
    found = [path.with_suffix("") for path in records if path.with_suffix("").is_file()]
    return sorted(found, key=lambda path: path.stat().st_mtime)


def sync(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's names, before we go on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connect(workspace: Workspace) -> Engine:
    return db.connect(workspace.database_url, workspace.config.database.busy_seconds)


def _copied(engine: Engine, out: Path) -> Copy:
    if out.exists():
        raise UsageError(f"{out} is there already. Choose another name with --out.")
    aside = out.with_name(out.name + ".part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        schema = revisions.current(engine)
        if db.is_sqlite(engine):
            _copy_sqlite(engine, aside)
        else:
            _dump_postgresql(engine, aside)
        sync(aside)
        record = _described(engine, aside, schema)
        _write_record(out, record)
        aside.rename(out)
        sync(out.parent)
    except OSError as error:
        raise SocialcellError(
            f"The backup {out} cannot be written: {error.strerror}. The database is "
            "untouched."
        ) from None
    finally:
        with suppress(OSError):
            aside.unlink()
    return Copy(out, record)


def _copy_sqlite(engine: Engine, to: Path) -> None:
    """SQLite's online backup: one state of the database, writers are not held up."""
    file = db.file_of(engine)
    if file is None:
        raise UsageError("A database in memory cannot be copied.")
    to.touch(mode=0o600)
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
            f"{file} cannot be copied into {to.parent}: {error}. The database is "
            "untouched; see to the disk's space and run the command again."
        ) from None


def _dump_postgresql(engine: Engine, to: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise UsageError(
            "pg_dump is not on the PATH, so this PostgreSQL database cannot be copied "
            "here. Install PostgreSQL's client programs; or, before an upgrade, make a "
            "copy of your own and give --yes."
        )
    # The password goes by the environment: a command line is public.
    password = engine.url.password
    url = engine.url.set(drivername="postgresql")._replace(password=None)
    to.touch(mode=0o600)
    done = subprocess.run(
        [program, "--format=custom", f"--file={to}", f"--dbname={url}"],
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SocialcellError(
            f"pg_dump made no copy: {redact(done.stderr.strip())} The database is "
            "untouched."
        )


def _described(engine: Engine, path: Path, schema: str | None) -> Record:
    """The record of a copy that was just made. SocialcellError when it is not sound."""
    digest = None
    if db.is_sqlite(engine):
        problems = _problems(path, None)
        if problems:
            raise SocialcellError(
                f"The copy is not sound ({problems[0]}), so it was not kept. Look at "
                "the database itself: socialcell doctor --deep"
            )
        with db.frozen(path) as copy:
            schema, digest = revisions.current(copy), _digest(copy)
    return Record(
        made_at=SystemClock().now().isoformat(),
        database=engine.dialect.name,
        schema=schema,
        bytes=path.stat().st_size,
        sha256=_sha256(path),
        digest=digest,
    )


def _problems(path: Path, record: Record | None) -> list[str]:
    """What is wrong inside a copy of SQLite."""
    with db.frozen(path) as copy:
        try:
            found = list(_damage(copy))
        except DatabaseError as error:
            return [f"{path} is no sound database: {error.orig}"]
        if not found and revisions.current(copy) is None:
            return [f"{path} is no database of socialcell: it has no schema version"]
        if not found and record and record.digest not in (None, _digest(copy)):
            found.append(f"{path} does not hold what was recorded: the digest differs")
    return found


def _damage(copy: Engine) -> Iterator[str]:
    with copy.connect() as connection:
        for (answer,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if answer != "ok":
                yield f"damaged: {answer}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"row {row[1]} of {row[0]} points to a row that is not there"


def _digest(copy: Engine) -> str | None:
    """The digest of what a copy says; None when its schema is not this version's."""
    if revisions.current(copy) != revisions.head():
        return None
    with db.reading(copy) as session:
        return digests.digest(session)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_record(out: Path, record: Record) -> None:
    place = record_of(out)
    aside = place.with_name(place.name + ".part")
    aside.touch(mode=0o600)
    aside.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    sync(aside)
    aside.rename(place)


def _free_name(workspace: Workspace, engine: Engine, why: str) -> Path:
    """backups/WHY-SCHEMA-TIME.db, a number behind it when that is taken."""
    made_at = SystemClock().now().strftime("%Y%m%dT%H%M%SZ")
    stem = f"{why}-{revisions.current(engine) or 'empty'}-{made_at}"
    ending = ".db" if db.is_sqlite(engine) else ".dump"
    names = chain([stem], (f"{stem}-{n}" for n in count(2)))
    paths = (folder_of(workspace) / (name + ending) for name in names)
    return next(path for path in paths if not path.exists())


def _keep_few(folder: Path, why: str, kept: int) -> None:
    """Of the copies that we made for a reason the last few stay; others are a
    person's."""
    automatic = [path for path in copies(folder) if path.name.startswith(why)]
    for old in automatic[:-kept]:
        old.unlink()
        record_of(old).unlink()
