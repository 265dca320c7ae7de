"""The files of messages on disk: media/, by digest; unused ones are removed.

A file is written whole under another name, then given its own. Who may read the folder
is whoever runs socialcell.
"""

import hashlib
import time
from collections.abc import Set
from pathlib import Path

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files
from socialcell.listening.store.pages import attachments
from socialcell.services.context import Context

FOLDER = "media"
_GRACE = 3600.0  # seconds of real time between a file and its row


def folder(context: Context) -> Path:
    return context.workspace.folder / FOLDER


def file_path(context: Context, digest: str) -> Path:
    """Where a file with that digest (hexadecimal SHA-256) is."""
    return folder(context) / digest[:2] / digest


def store_file(context: Context, content: bytes) -> str:
    """Write a file; its digest. SocialcellError when the disk refuses."""
    digest = hashlib.sha256(content).hexdigest()
    target = file_path(context, digest)
    if target.exists():
        return digest
    try:
        target.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
        with unfinished_files.writing(target, mode=0o660, synced=True) as file:
            file.write(content)
    except OSError as error:
        raise SocialcellError(
            "messages.media_not_written", folder=target.parent, reason=error.strerror
        ) from None
    return digest


def sweep_files(context: Context) -> int:
    """Take away the files of messages that are erased, deleted or too old; how many.

    What interrupted work left behind goes too, an hour later. Safe at any time: the
    rows go first.
    """
    with db.writing(context.engine) as session:
        unused_digests = attachments.bare_digests(session)
        attachments.forget_bare(session)
        stored_digests = attachments.digests(session)
    obsolete = [
        file_path(context, digest) for digest in sorted(unused_digests - stored_digests)
    ]
    obsolete += [
        file for file in folder(context).glob("??/*") if _is_stray(file, stored_digests)
    ]
    return sum(_removed(file) for file in dict.fromkeys(obsolete))


def _is_stray(file: Path, stored_digests: Set[str]) -> bool:
    """No row names it, and nobody can be writing its row any more."""
    try:
        return (
            file.name not in stored_digests
            and time.time() - file.stat().st_mtime > _GRACE
        )
    except FileNotFoundError:
        return False


def _removed(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
