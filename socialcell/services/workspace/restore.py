"""Put a copy in the database's place, and the files that it refers to in theirs.

The database that was there is kept beside it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from socialcell import db
from socialcell.clock import in_pune
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.errors import (
    AlreadyRunning,
    ConfigError,
    SocialcellError,
    UsageError,
)
from socialcell.files.unfinished_files import UnfinishedFile
from socialcell.services.context import Context
from socialcell.services.privacy.erasure_replay import ReplayResult, replay_erasures
from socialcell.services.workspace import (
    backup_encryption,
    backup_record,
    stored_files,
)
from socialcell.services.workspace.backup_places import files_of

_LOGS = ("-wal", "-shm")


@dataclass(frozen=True)
class RestoreResult:
    """The database, its schema now, and where the replaced file is (None: no file).

    `kept_out` is how many accounts and posts were put on the list of those who are not
    stored, because they were erased since; None where the replaced file could not be
    read. `again` is what was erased again; None where that waits for `db upgrade`.
    `missing` names files that neither the copy nor the workspace has.
    """

    database: Path
    schema: str | None
    replaced: Path | None
    kept_out: int | None
    replayed: ReplayResult | None
    missing: list[str]


def restore_copy(
    workspace: Workspace, path: Path, *, yes: bool = False
) -> RestoreResult:
    """Make a checked copy the workspace's database.

    The copy is read whole before anything is touched. UsageError when the database was
    changed after the copy was made, SocialcellError when a file beside it is missing or
    changed, and `yes` does not allow that; AlreadyRunning when another process has the
    database open; ConfigError when the copy is of a newer version. Who was erased since
    the copy was made is erased in it before it takes the place, and files that it then
    refers to no more are not brought.
    """
    target = _target(workspace)
    backup_record.require_file(path)
    with backup_encryption.opened(workspace, path) as plain:
        return _restore_opened(workspace, target, path, plain, yes=yes)


def _restore_opened(
    workspace: Workspace, target: Path, path: Path, plain: Path, *, yes: bool
) -> RestoreResult:
    """As `restore_copy`; `plain` is what the copy holds."""
    keys = backup_encryption.find_keys(workspace)
    record, problems = backup_record.verify_database(path, plain)
    if record is None and len(problems) == 1 and yes:
        problems = []
    if not yes:
        problems += backup_record.missing_files(path, record, keys)
    if problems:
        raise SocialcellError("workspace.not_restored", path=path, lines=problems)
    with db.frozen(plain) as copy:
        schema = revisions.current(copy)
    if revisions.is_newer(schema):
        raise ConfigError("workspace.newer_backup", path=path, schema=schema)
    if not yes:
        _refuse_newer(target, path, record)
    try:
        with UnfinishedFile(target, mode=0o660) as unfinished:
            partial = unfinished.place
            _copy(plain, partial, target)
            with _exclusive(target) as before:
                kept_out = _carry_over_suppressions(before, partial)
                replayed = (
                    _replay(workspace, partial) if schema == revisions.head() else None
                )
                _date_as(path, partial)
                with db.frozen(partial) as copy:
                    names = stored_files.referenced_files(copy)
                missing = stored_files.copy_files(
                    names, files_of(path), workspace.folder, keys=keys
                )
                replaced = _replace_database(target, unfinished)
    except OSError as error:
        raise SocialcellError(
            "workspace.restore_failed", path=path, reason=error.strerror
        ) from None
    return RestoreResult(target, schema, replaced, kept_out, replayed, missing)


def _carry_over_suppressions(
    before: sqlite3.Connection | None, partial: Path
) -> int | None:
    """Who is kept out until now is kept out by the copy too; how many are new."""
    if before is None:
        return None
    try:
        rows = before.execute(
            "SELECT platform, digest, added_at FROM suppression"
        ).fetchall()
        with closing(sqlite3.connect(partial)) as after, after:
            into = "INSERT OR IGNORE INTO suppression (platform, digest, added_at)"
            return after.executemany(f"{into} VALUES (?, ?, ?)", rows).rowcount
    except sqlite3.DatabaseError:
        return None  # damaged, or of a schema from before there was such a list


def _replay(workspace: Workspace, partial: Path) -> ReplayResult:
    engine = db.connect(f"sqlite:///{partial}")
    try:
        return replay_erasures(Context(workspace, engine, workspace.clock()))
    finally:
        engine.dispose()
        with closing(sqlite3.connect(partial)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()


def _target(workspace: Workspace) -> Path:
    engine = db.connect(workspace.database_url)
    target = db.file_of(engine)
    engine.dispose()
    if target is None:
        raise UsageError("workspace.restore_is_for_sqlite")
    return target


def _refuse_newer(
    target: Path, path: Path, record: backup_record.BackupRecord | None
) -> None:
    made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if record is not None:
        made_at = datetime.fromisoformat(record.made_at)
    changed_at = _changed_at(target)
    if changed_at is not None and changed_at > made_at:
        raise UsageError(
            "workspace.older_backup",
            path=target,
            changed_at=in_pune(changed_at),
            made_at=in_pune(made_at),
        )


def _changed_at(target: Path) -> datetime | None:
    """When the database's file or its log was last written; None when it is gone."""
    times = []
    for file in (target, target.with_name(target.name + "-wal")):
        with suppress(FileNotFoundError):
            status = file.stat()
            # A log of no bytes is what a mere reader leaves.
            if status.st_size:
                times.append(status.st_mtime)
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _copy(path: Path, partial: Path, target: Path) -> None:
    """The copy under another name, with the owner of what it replaces."""
    shutil.copyfile(path, partial)
    _date_as(path, partial)
    if target.exists():
        before = target.stat()
        with suppress(PermissionError):
            os.chown(partial, before.st_uid, before.st_gid)
    backup_record.sync(partial)


def _date_as(path: Path, partial: Path) -> None:
    """Its time stays that of the copy: it holds nothing newer, at most less."""
    times = path.stat()
    os.utime(partial, ns=(times.st_atime_ns, times.st_mtime_ns))


@contextmanager
def _exclusive(target: Path) -> Iterator[sqlite3.Connection | None]:
    """Hold the database so that no other process has it open; None if it is no use."""
    if not _has_header(target):
        # Gone, or overwritten: SQLite must not see it, it would discard its log.
        yield None
        return
    connection = sqlite3.connect(target, timeout=0, isolation_level=None)
    try:
        # Leaving the write-ahead log needs that nobody else has the file open; it
        # also brings the log into the file, which is then complete by itself.
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" not in str(error):
            raise SocialcellError(
                "workspace.database_not_replaced", path=target, reason=str(error)
            ) from None
        raise AlreadyRunning("workspace.database_in_use", path=target) from None
    except sqlite3.DatabaseError:
        # It is damaged, which is why a copy is wanted: nobody can work with it.
        connection.close()
        yield None
        return
    try:
        yield connection
    finally:
        connection.close()


def _has_header(target: Path) -> bool:
    if not target.exists():
        return False
    with target.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _replace_database(target: Path, unfinished: UnfinishedFile) -> Path | None:
    backup_path = _free_name(target)
    exists = target.exists()
    if exists:
        os.link(target, backup_path)
    for ending in _LOGS:
        # The log of another file would be taken for the restored one's.
        log = target.with_name(target.name + ending)
        with suppress(FileNotFoundError):
            log.rename(backup_path.with_name(backup_path.name + ending))
    unfinished.finish()
    backup_record.sync(target.parent)
    return backup_path if exists else None


def _free_name(target: Path) -> Path:
    name = target.name + ".before-restore"
    if not target.with_name(name).exists():
        return target.with_name(name)
    names = (target.with_name(f"{name}-{n}") for n in count(2))
    return next(path for path in names if not path.exists())
