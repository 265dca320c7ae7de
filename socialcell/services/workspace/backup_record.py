"""The record of a copy, and whether the copy is what its record says.

Beside FILE lie FILE.json, the record, and FILE.files/, what the database refers to.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from socialcell import db
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.errors import ConfigError, UsageError
from socialcell.message_catalog import Message
from socialcell.services.workspace import backup_encryption, stored_files
from socialcell.services.workspace import digest as database_digest
from socialcell.services.workspace.backup_encryption import BackupKeys
from socialcell.services.workspace.backup_places import files_of, record_of


@dataclass(frozen=True)
class BackupRecord:
    """What is known of a copy. `digest` is null when its schema is an older one.

    `files` names what lies in FILE.files; null: the copy was made before there were
    such. `missing` names what the workspace itself did not have any more.
    """

    made_at: str
    database: str  # sqlite | postgresql
    schema: str | None
    bytes: int
    sha256: str
    digest: str | None
    files: list[str] | None = None
    missing: list[str] = field(default_factory=list)
    recipient: str | None = None  # the public key of an encrypted one


def verify_copy(
    path: Path, workspace: Workspace | None = None
) -> tuple[BackupRecord | None, list[Message]]:
    """A copy's record, and what is wrong with it and its files; nothing when it is
    good. UsageError when there is no such file; of an encrypted one ConfigError when
    the workspace has no key that opens it."""
    require_file(path)
    with backup_encryption.opened(workspace, path) as plain:
        record, faults = verify_database(path, plain)
    keys = backup_encryption.find_keys(workspace) if workspace else None
    return record, faults + missing_files(path, record, keys)


def require_file(path: Path) -> None:
    """UsageError when there is no such copy."""
    if not path.is_file():
        raise UsageError("workspace.no_such_backup", path=path)


def verify_database(
    path: Path, plain: Path
) -> tuple[BackupRecord | None, list[Message]]:
    """As `verify_copy`, without the files beside it; `plain` is what it holds."""
    record = read_record(path)
    faults = []
    if record is None:
        faults.append(Message("workspace.record_missing", {"path": record_of(path)}))
    elif sha256(path) != record.sha256:
        faults.append(Message("workspace.other_file_recorded", {"path": path}))
    if record is None or record.database == "sqlite":
        faults += database_faults(plain, record)
    return record, faults


def missing_files(
    path: Path, record: BackupRecord | None, keys: BackupKeys | None
) -> list[Message]:
    """Which files of a copy are missing or changed."""
    names = record.files or () if record else ()
    return stored_files.find_faults(files_of(path), names, keys)


def read_record(copy_path: Path) -> BackupRecord | None:
    """The record beside a copy; None without one. ConfigError when it is unreadable."""
    path = record_of(copy_path)
    try:
        return BackupRecord(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(
            "workspace.no_backup_record", path=path, reason=str(error)
        ) from None


def write_record(out: Path, record: BackupRecord) -> None:
    path = record_of(out)
    partial = path.with_name(path.name + ".part")
    partial.touch(mode=0o660)
    document = asdict(record)
    if record.recipient is None:  # as versions read it that know no encrypted ones
        del document["recipient"]
    partial.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sync(partial)
    partial.rename(path)


def sync(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's names, before we go on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def database_faults(path: Path, record: BackupRecord | None) -> list[Message]:
    """What is wrong inside a copy of SQLite."""
    with db.frozen(path) as copy:
        try:
            faults = list(_damage(copy))
        except DatabaseError as error:
            return [
                Message(
                    "workspace.no_sound_database",
                    {"path": path, "reason": str(error.orig)},
                )
            ]
        if not faults and revisions.current(copy) is None:
            return [Message("workspace.other_database", {"path": path})]
        if not faults and record and record.digest is not None:
            content = content_digest(copy)
            if content not in (None, record.digest):  # None: of an older schema
                faults.append(Message("workspace.other_digest", {"path": path}))
    return faults


def content_digest(copy: Engine) -> str | None:
    """The digest of what a copy says; None when its schema is not this version's."""
    if revisions.current(copy) != revisions.head():
        return None
    with db.reading(copy) as session:
        return database_digest.digest(session)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damage(copy: Engine) -> Iterator[Message]:
    with copy.connect() as connection:
        for (answer,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if answer != "ok":
                yield Message("workspace.damaged", {"answer": str(answer)})
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield Message("workspace.dangling_row", {"row": row[1], "table": row[0]})
