"""The files that a database refers to: evidence, and what came with messages.

Each has the SHA-256 of its content for its name, so that one that was changed is seen.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, inspect

from socialcell import db
from socialcell.campaigns.outreach.store import outreach
from socialcell.desk.model import CaseFile
from socialcell.desk.store import field_links
from socialcell.errors import SocialcellError
from socialcell.files.unfinished_files import UnfinishedFile
from socialcell.listening.store.pages import attachments
from socialcell.message_catalog import Message
from socialcell.services import evidence
from socialcell.services.webhooks import media_files
from socialcell.services.workspace import backup_encryption
from socialcell.services.workspace.backup_encryption import BackupKeys


def referenced_files(engine: Engine) -> list[str]:
    """What a database of any schema refers to: evidence/DIGEST and media/AB/DIGEST."""
    # Asked first: on a full disk one connection at a time reads (db.sqlite_setup).
    tables, named = set(inspect(engine).get_table_names()), []
    with db.reading(engine) as session:
        if attachments.ATTACHMENT.name in tables:
            digests = attachments.kept_digests(session)
            named += [
                f"{media_files.FOLDER}/{digest[:2]}/{digest}" for digest in digests
            ]
        if outreach.STEP.name in tables:
            named += [
                f"{evidence.FOLDER}/{digest}"
                for digest in outreach.evidence_files(session)
            ]
        if CaseFile.__tablename__ in tables:
            named += [
                f"{evidence.FOLDER}/{digest}"
                for digest in field_links.file_digests(session)
            ]
    return sorted(set(named))


def find_file(root: Path, name: str, keys: BackupKeys | None = None) -> Path | None:
    """The file that holds what its name says, with any ending; None without one.

    With `keys` also one that they open.
    """
    digest = name.rpartition("/")[2]
    for file in _candidates(root, name):
        with suppress(FileNotFoundError):
            if _digest_of(file, keys) == digest:
                return file
    return None


def _digest_of(file: Path, keys: BackupKeys | None) -> str | None:
    """SHA-256 of what a file holds; None for a sealed one that is damaged."""
    if file.suffix == backup_encryption.SUFFIX:
        with suppress(SocialcellError):
            return keys.digest(file) if keys else None
        return None
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def find_faults(
    root: Path, names: Iterable[str], keys: BackupKeys | None = None
) -> list[Message]:
    """Which files are missing or changed below a folder."""
    faults = []
    for name in names:
        if find_file(root, name, keys) is None:
            exists = any(file.exists() for file in _candidates(root, name))
            faults.append(
                Message("workspace.file_changed", {"path": root / name})
                if exists
                else Message("workspace.file_missing", {"path": root / name})
            )
    return faults


def copy_files(
    names: Iterable[str],
    source: Path,
    target: Path,
    previous: Path | None = None,
    *,
    keys: BackupKeys | None = None,
    seal: bool = False,
) -> list[str]:
    """Copy the files that `target` does not hold; the names of those that are nowhere.

    What the folder `previous`, an earlier copy, holds already is linked from there.
    What `keys` open is opened, or with `seal` what is open is sealed.
    """
    lacking = []
    for name in names:
        if find_file(target, name, keys) is not None:
            continue
        if previous and (file := find_file(previous, name, keys)):
            _link_or_copy(file, target / file.relative_to(previous))
        elif file := find_file(source, name, keys):
            place = target / file.relative_to(source)
            if seal and keys:
                sealed = place.with_name(place.name + backup_encryption.SUFFIX)
                _copy_file(file, sealed, keys.encrypt)
            elif keys and file.suffix == backup_encryption.SUFFIX:
                open_it = partial(backup_encryption.decrypt_file, keys)
                _copy_file(file, place.with_suffix(""), open_it)
            else:
                _copy_file(file, place, shutil.copyfile)
        else:
            lacking.append(name)
    return lacking


def _candidates(root: Path, name: str) -> Iterator[Path]:
    yield root / name
    yield from sorted(root.glob(f"{name}.*"))


def _copy_file(file: Path, to: Path, write: Callable[[Path, Path], object]) -> None:
    to.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
    with UnfinishedFile(to, mode=0o660) as unfinished:
        write(file, unfinished.place)
        unfinished.sync()
        unfinished.finish()


def _link_or_copy(file: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
    with suppress(OSError):  # this disk knows no links
        os.link(file, to)
        return
    _copy_file(file, to, shutil.copyfile)
