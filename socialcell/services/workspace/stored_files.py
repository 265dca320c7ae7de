"""The files that a database refers to: evidence, and what came with messages.

Each has the SHA-256 of its content for its name, so that one that was changed is seen.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, inspect

from socialcell import db
from socialcell.campaigns.outreach.store import outreach
from socialcell.desk.model import CaseFile
from socialcell.desk.store import field_links
from socialcell.listening.store.pages import attachments
from socialcell.message_catalog import Message
from socialcell.services import evidence
from socialcell.services.webhooks import media_files


def referenced_files(engine: Engine) -> list[str]:
    """What a database of any schema refers to: evidence/DIGEST and media/AB/DIGEST."""
    there, named = inspect(engine), []
    with db.reading(engine) as session:
        if there.has_table(attachments.ATTACHMENT.name):
            digests = attachments.kept_digests(session)
            named += [
                f"{media_files.FOLDER}/{digest[:2]}/{digest}" for digest in digests
            ]
        if there.has_table(outreach.STEP.name):
            named += [
                f"{evidence.FOLDER}/{digest}"
                for digest in outreach.evidence_files(session)
            ]
        if there.has_table(CaseFile.__tablename__):
            named += [
                f"{evidence.FOLDER}/{digest}"
                for digest in field_links.file_digests(session)
            ]
    return sorted(set(named))


def find_file(root: Path, name: str) -> Path | None:
    """The file that holds what its name says, with any ending; None without one."""
    digest = name.rpartition("/")[2]
    for file in _candidates(root, name):
        with suppress(FileNotFoundError), file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() == digest:
                return file
    return None


def find_faults(root: Path, names: Iterable[str]) -> list[Message]:
    """Which files are missing or changed below a folder."""
    faults = []
    for name in names:
        if find_file(root, name) is None:
            exists = any(file.exists() for file in _candidates(root, name))
            faults.append(
                Message("workspace.file_changed", {"path": root / name})
                if exists
                else Message("workspace.file_missing", {"path": root / name})
            )
    return faults


def copy_files(
    names: Iterable[str], source: Path, target: Path, previous: Path | None = None
) -> list[str]:
    """Copy the files that `target` does not hold; the names of those that are nowhere.

    What the folder `alike`, an earlier copy, holds already is linked from there.
    """
    lacking = []
    for name in names:
        if find_file(target, name) is not None:
            continue
        if previous and (file := find_file(previous, name)):
            _copy_file(file, target / file.relative_to(previous), link=True)
        elif file := find_file(source, name):
            _copy_file(file, target / file.relative_to(source), link=False)
        else:
            lacking.append(name)
    return lacking


def _candidates(root: Path, name: str) -> Iterator[Path]:
    yield root / name
    yield from sorted(root.glob(f"{name}.*"))


def _copy_file(file: Path, to: Path, *, link: bool) -> None:
    to.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
    partial = to.with_name(f"{to.name}.{os.getpid()}.part")
    try:
        if link:
            with suppress(OSError):  # this disk knows no links
                os.link(file, partial)
        if not partial.exists():
            partial.touch(mode=0o660)
            shutil.copyfile(file, partial)
            with partial.open("rb") as opened:
                os.fsync(opened.fileno())
        partial.replace(to)
    finally:
        partial.unlink(missing_ok=True)
