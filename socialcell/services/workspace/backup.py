"""Copies of the database: made while it is in use, checked, put back, and kept few.

A copy of SQLite is one file with a record beside it (FILE.json: when, schema, size,
SHA-256, digest) and the files that it refers to (FILE.files/). All are written aside
and renamed, the copy last: one that has its own name is whole. PostgreSQL is copied by
its own pg_dump.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import SystemClock
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.errors import SocialcellError, UsageError
from socialcell.language.names import office_holders
from socialcell.services import areas
from socialcell.services.context import Context
from socialcell.services.mentions import mention_owners
from socialcell.services.privacy.erasure_replay import replay_erasures
from socialcell.services.workspace import (
    backup_encryption,
    stored_files,
    unfinished_copies,
)
from socialcell.services.workspace.backup_encryption import BackupKeys
from socialcell.services.workspace.backup_places import files_of, record_of
from socialcell.services.workspace.backup_record import (
    BackupRecord,
    content_digest,
    database_faults,
    read_record,
    sha256,
    sync,
    write_record,
)
from socialcell.services.workspace.database_copy import copy_database

UPGRADE_COPIES = 5  # automatic copies, one before each migration
NIGHTLY_COPIES = 7  # the daemon's copies
_BEFORE = "before-upgrade"
_NIGHTLY = "nightly"


@dataclass(frozen=True)
class BackupCopy:
    """A copy of a database and its record."""

    path: Path
    record: BackupRecord


def folder_of(workspace: Workspace) -> Path:
    return workspace.folder / "backups"


def make_backup(workspace: Workspace, out: Path | None = None) -> BackupCopy:
    """Copy the database and the files that it refers to, check the copy, and record it.

    UsageError when `out` exists: a copy is never overwritten. SocialcellError when the
    copy cannot be written or is not sound; then nothing of it stays.
    """
    engine = _connect(workspace)
    try:
        db.must_exist(engine)
        return _make_copy(
            workspace, engine, out or _free_name(workspace, engine, "socialcell")
        )
    finally:
        engine.dispose()


def make_nightly_backup(workspace: Workspace) -> BackupCopy:
    """A copy as the daemon makes it; of its own only the last few stay."""
    engine = _connect(workspace)
    try:
        copy = make_backup(workspace, _free_name(workspace, engine, _NIGHTLY))
    finally:
        engine.dispose()
    _delete_old_copies(folder_of(workspace), _NIGHTLY, NIGHTLY_COPIES)
    _clear_old_partials(folder_of(workspace))
    return copy


def upgrade_database(
    workspace: Workspace, *, without_backup: bool = False
) -> tuple[str | None, str, BackupCopy | None]:
    """Copy the database, then bring its schema to this version's.

    (Schema before, schema after, copy); no copy when there is nothing to upgrade or
    nothing to lose. UsageError when a PostgreSQL database cannot be copied here, unless
    `without_backup` says that there is a copy elsewhere.
    """
    engine = _connect(workspace)
    try:
        file = db.file_of(engine)
        if file is not None and not file.exists():
            with suppress(OSError):  # SQLite says why it cannot be made
                file.touch(mode=0o660)  # by itself it would give a group no right
        before, head = revisions.current(engine), revisions.head()
        revisions.refuse_newer(engine, before)
        copy = None
        if before is not None and before != head and not without_backup:
            copy = _make_copy(workspace, engine, _free_name(workspace, engine, _BEFORE))
        schema_before, after = revisions.upgrade(
            engine, office_holders.names(workspace.folder)
        )
        if before not in (None, head):
            # A copy of an older schema, put back, may hold who was erased since.
            replay_erasures(Context(workspace, engine, workspace.clock()))
        if before is None:
            areas.load_shipped(engine)
        mention_owners.update_owners(engine)
        _delete_old_copies(folder_of(workspace), _BEFORE, UPGRADE_COPIES)
        return schema_before, after, copy
    finally:
        engine.dispose()


def list_copies(folder: Path) -> list[Path]:
    """The copies in a folder, oldest first."""
    records = folder.glob("*.json")
    paths = [path.with_suffix("") for path in records if path.with_suffix("").is_file()]
    return sorted(paths, key=lambda path: path.stat().st_mtime)


def _connect(workspace: Workspace) -> Engine:
    return db.connect(workspace.database_url, workspace.config.database.busy_seconds)


def _make_copy(workspace: Workspace, engine: Engine, out: Path) -> BackupCopy:
    with unfinished_copies.noted_copy(workspace, out):
        for path in (out, files_of(out), record_of(out)):
            if path.exists():
                raise UsageError("workspace.backup_name_taken", path=path)
        return _write_copy(workspace, engine, out)


def _write_copy(workspace: Workspace, engine: Engine, out: Path) -> BackupCopy:
    partial = unfinished_copies.partial_path(out)
    partial_files = files_of(partial)
    keys = backup_encryption.find_keys(workspace)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        if keys is None:
            record = _copy_and_describe(workspace, engine, partial, partial, None)
        else:
            # What is open stays in the workspace, and not where the copy goes.
            with backup_encryption.plain_place(workspace, out.name) as plain:
                record = _copy_and_describe(workspace, engine, plain, partial, keys)
                record = _encrypt(keys, plain, partial, record)
        write_record(out, record)
        if partial_files.exists():
            partial_files.rename(files_of(out))
        partial.rename(out)
        sync(out.parent)
    except OSError as error:
        raise SocialcellError(
            "workspace.backup_not_written", path=out, reason=error.strerror
        ) from None
    finally:
        unfinished_copies.remove_partial(out)
    return BackupCopy(out, record)


def _copy_and_describe(
    workspace: Workspace,
    engine: Engine,
    plain: Path,
    partial: Path,
    keys: BackupKeys | None,
) -> BackupRecord:
    """Copy the database to `plain`, and what it refers to beside `partial`."""
    schema = revisions.current(engine)
    copy_database(engine, plain)
    sync(plain)
    record = _describe(engine, plain, schema)
    return _with_files(workspace, engine, plain, partial, record, keys)


def _encrypt(
    keys: BackupKeys, plain: Path, partial: Path, record: BackupRecord
) -> BackupRecord:
    """Seal a copy, and see that it opens again as what it was."""
    keys.encrypt(plain, partial)
    if keys.digest(partial) != record.sha256:
        raise SocialcellError("workspace.backup_broken_seal", path=partial)
    return replace(
        record,
        bytes=partial.stat().st_size,
        sha256=sha256(partial),
        recipient=keys.recipient,
    )


def _with_files(
    workspace: Workspace,
    engine: Engine,
    plain: Path,
    partial: Path,
    record: BackupRecord,
    keys: BackupKeys | None,
) -> BackupRecord:
    """Bring what a copy refers to; what an earlier copy in the folder has is linked,
    unless another key closed it."""
    if db.is_sqlite(engine):
        with db.frozen(plain) as copy:
            names = stored_files.referenced_files(copy)
    else:
        names = stored_files.referenced_files(engine)
    if not names:
        return replace(record, files=[])
    folder, earlier = files_of(partial), list_copies(partial.parent)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o770)
    previous = files_of(earlier[-1]) if earlier else None
    if earlier and keys is not None:
        last = read_record(earlier[-1])
        if last is None or last.recipient != keys.recipient:
            previous = None
    missing = stored_files.copy_files(
        names, workspace.folder, folder, previous, keys=keys, seal=keys is not None
    )
    present = [name for name in names if name not in set(missing)]
    if faults := stored_files.find_faults(folder, present, keys):
        raise SocialcellError("workspace.backup_not_kept", reason=faults[0])
    return replace(record, files=present, missing=missing)


def _describe(engine: Engine, path: Path, schema: str | None) -> BackupRecord:
    """The record of a copy that was just made. SocialcellError when it is not sound."""
    content = None
    if db.is_sqlite(engine):
        if faults := database_faults(path, None):
            raise SocialcellError("workspace.backup_not_sound", reason=faults[0])
        with db.frozen(path) as copy:
            schema, content = revisions.current(copy), content_digest(copy)
    return BackupRecord(
        made_at=SystemClock().now().isoformat(),
        database=engine.dialect.name,
        schema=schema,
        bytes=path.stat().st_size,
        sha256=sha256(path),
        digest=content,
    )


def _free_name(workspace: Workspace, engine: Engine, why: str) -> Path:
    """backups/WHY-SCHEMA-TIME.db, a number behind it when that is taken."""
    made_at = SystemClock().now().strftime("%Y%m%dT%H%M%SZ")
    stem = f"{why}-{revisions.current(engine) or 'empty'}-{made_at}"
    ending = ".db" if db.is_sqlite(engine) else ".dump"
    if workspace.config.backup.key is not None:
        ending += backup_encryption.SUFFIX
    names = chain([stem], (f"{stem}-{n}" for n in count(2)))
    paths = (folder_of(workspace) / (name + ending) for name in names)
    return next(path for path in paths if not path.exists())


def _clear_old_partials(folder: Path) -> None:
    """Take away copies that versions before this one left, which noted none; a young
    one may be in the making."""
    day_ago = (SystemClock().now() - timedelta(days=1)).timestamp()
    partial_folders = f"*{unfinished_copies.PARTIAL}.files"
    for partial in chain(
        folder.glob(f"*{unfinished_copies.PARTIAL}"), folder.glob(partial_folders)
    ):
        with suppress(OSError):
            if partial.stat().st_mtime < day_ago:
                shutil.rmtree(partial) if partial.is_dir() else partial.unlink()


def _delete_old_copies(folder: Path, why: str, count: int) -> None:
    """Of the copies that we made for a reason the last few stay; others are a
    person's."""
    automatic = [path for path in list_copies(folder) if path.name.startswith(why)]
    for old in automatic[:-count]:
        old.unlink()
        record_of(old).unlink()
        shutil.rmtree(files_of(old), ignore_errors=True)
