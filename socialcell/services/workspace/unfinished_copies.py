"""Copies in the making: noted while they are written, cleared when their writer died.

A note in `locks/` of the workspace names the copy, wherever that lies, and is locked by
the process that writes it. The kernel lets go of the lock however the process ends: a
note that nobody holds names what a killed one left behind.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from socialcell import log
from socialcell.config import Workspace
from socialcell.errors import AlreadyRunning
from socialcell.services.workspace.backup_places import files_of, record_of

PARTIAL = ".part"  # behind the name of a copy that is in the making
_NOTE = "backup-"
_SQLITE = ("-journal", "-wal", "-shm")
_LOG = log.logger(__name__)


def partial_path(out: Path) -> Path:
    """Where a copy is written before it gets its name."""
    return out.with_name(out.name + PARTIAL)


@contextmanager
def noted_copy(workspace: Workspace, out: Path) -> Iterator[None]:
    """Around the making of a copy: what others left unfinished is cleared first, and
    what this one leaves, by whoever makes the next.

    AlreadyRunning: another process makes the same copy just now. Where the workspace
    takes no file, as on a full disk, the copy is made all the same, without a note.
    """
    out = out.absolute()
    locks = workspace.folder / "locks"
    note = locks / f"{_NOTE}{os.getpid()}-{os.urandom(4).hex()}"
    with ExitStack() as stack:
        try:
            locks.mkdir(mode=0o770, exist_ok=True)
            with _folder_lock(workspace.folder):
                if out in _clear_dead(locks):
                    raise AlreadyRunning("workspace.backup_in_the_making", path=out)
                handle = stack.enter_context(note.open("x", encoding="utf-8"))
                stack.callback(note.unlink, missing_ok=True)
                fcntl.flock(handle, fcntl.LOCK_EX)
                handle.write(str(out))
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            _LOG.warning("a backup is not noted", place=str(note), why=error.strerror)
        yield


def remove_partial(out: Path) -> None:
    """Take away what there is of a copy that did not get its name."""
    aside = partial_path(out)
    for name in (aside, *(aside.with_name(aside.name + end) for end in _SQLITE)):
        with suppress(OSError):
            name.unlink()
    shutil.rmtree(files_of(aside), ignore_errors=True)
    with suppress(OSError):
        partial_path(record_of(out)).unlink()
    if not out.exists():
        # Both get their names just before the copy gets its own.
        shutil.rmtree(files_of(out), ignore_errors=True)
        with suppress(OSError):
            record_of(out).unlink()


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """One process at a time looks through the notes, so none is seen half-written."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear_dead(locks: Path) -> set[Path]:
    """Remove what dead processes left; the copies that living ones make."""
    busy = set()
    for note in sorted(locks.glob(f"{_NOTE}*")):
        # Another user's note may be shut to us, and one that is done goes meanwhile.
        with suppress(PermissionError, FileNotFoundError), note.open("r") as file:
            path_text = file.read()
            if not _is_free(file):
                busy.add(Path(path_text))
                continue
            if path_text:  # else its writer died before it began
                remove_partial(Path(path_text))
            note.unlink(missing_ok=True)
    return busy


def _is_free(note: IO[str]) -> bool:
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
