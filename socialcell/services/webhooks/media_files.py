"""The files of messages on disk: media/, by digest; nothing that nobody holds.

A file is written whole under another name, then given its own. Who may read the folder
is whoever runs socialcell.
"""

import hashlib
import os
import time
from collections.abc import Set
from pathlib import Path

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.listening.store.pages import attachments
from socialcell.services.context import Context

FOLDER = "media"
_GRACE = 3600.0  # seconds of real time between a file and its row


def folder(context: Context) -> Path:
    return context.workspace.folder / FOLDER


def place(context: Context, digest: str) -> Path:
    """Where a file with that digest (hexadecimal SHA-256) is."""
    return folder(context) / digest[:2] / digest


def keep(context: Context, content: bytes) -> str:
    """Write a file; its digest. SocialcellError when the disk refuses."""
    digest = hashlib.sha256(content).hexdigest()
    final = place(context, digest)
    if final.exists():
        return digest
    aside = final.with_name(f"{digest}.{os.getpid()}.part")
    try:
        final.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o660)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(final)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise SocialcellError(
            f"{final.parent} cannot be written: {error.strerror}. The file is fetched "
            "again when it can be."
        ) from None
    return digest


def sweep(context: Context) -> int:
    """Take away the files of messages that are erased, deleted or too old; how many.

    What interrupted work left behind goes too, an hour later. Safe at any time: the
    rows go first.
    """
    with db.writing(context.engine) as session:
        bare = attachments.bare_digests(session)
        attachments.forget_bare(session)
        held = attachments.digests(session)
    gone = [place(context, digest) for digest in sorted(bare - held)]
    gone += [file for file in folder(context).glob("??/*") if _is_stray(file, held)]
    return sum(_removed(file) for file in dict.fromkeys(gone))


def _is_stray(file: Path, held: Set[str]) -> bool:
    """No row names it, and nobody can be writing its row any more."""
    try:
        return file.name not in held and time.time() - file.stat().st_mtime > _GRACE
    except FileNotFoundError:
        return False


def _removed(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
