"""Erased rows leave the database's files as well, now or at the next retention.

An empty file in `locks/` of the workspace says that it is due. It is made before the
rows go, so that a process that is killed afterwards, or a full disk, leaves it there.
"""

from pathlib import Path

from socialcell.config import Workspace
from socialcell.errors import SocialcellError
from socialcell.ops.secure_delete import scrub
from socialcell.services.context import Context

_NAME = "scrub-due"


def note_due(workspace: Workspace) -> None:
    """Before rows are erased. SocialcellError where not even an empty file is made."""
    note = _note(workspace)
    try:
        note.parent.mkdir(mode=0o770, exist_ok=True)
        note.touch(mode=0o660)
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=note, reason=error.strerror
        ) from None


def is_due(workspace: Workspace) -> bool:
    """Whether rows were erased that may still stand in the files."""
    return _note(workspace).exists()


def scrub_files(context: Context) -> str | None:
    """Rewrite the files of the database; None, or why it must wait."""
    waits = scrub(context.engine)
    if waits is None:
        _note(context.workspace).unlink(missing_ok=True)
    return waits


def _note(workspace: Workspace) -> Path:
    return workspace.folder / "locks" / _NAME
