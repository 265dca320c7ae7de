"""The lock of a workspace's daemon: one process a machine; the kernel releases it."""

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from socialcell.errors import AlreadyRunning, SocialcellError

NAME = "daemon.lock"
# Whoever asks with `is_locked` has the lock for an instant.
_TRIES, _PAUSE = 5, 0.05


@contextmanager
def lock_workspace(folder: Path) -> Iterator[None]:
    """The locked daemon.lock of a workspace, with our process id in it.

    AlreadyRunning when another process has it; SocialcellError when the folder takes no
    file.
    """
    path = folder / NAME
    try:
        handle: IO[str] = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise SocialcellError(
            "workspace.no_lock_file", path=path, reason=error.strerror
        ) from None
    with handle:
        _lock(handle)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def place_of(folder: Path) -> str:
    """What the names of this machine's daemons of a workspace begin with, as owners of
    its lease; the process id follows."""
    return f"{socket.gethostname()}:{folder}:"


def process_id(owner: str) -> int | None:
    """The process id in the name of a lease's owner; None where there is none."""
    parts = owner.rsplit(":", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else None


def is_gone(folder: Path, owner: str) -> bool:
    """Whether the daemon that owns the lease was one of this machine and has ended. Of
    one elsewhere, or where we may not ask, its lease alone tells."""
    return owner.startswith(place_of(folder)) and is_locked(folder) is False


def is_locked(folder: Path) -> bool | None:
    """Whether a daemon of this machine has the workspace's lock; None when we may not
    ask, or no daemon has ever run in this folder. Nothing is sent to the process."""
    try:
        with (folder / NAME).open(encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False


def _lock(handle: IO[str]) -> None:
    for attempt in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if attempt + 1 < _TRIES:
                time.sleep(_PAUSE)
        else:
            return
    handle.seek(0)
    pid = handle.read().strip()
    raise AlreadyRunning(
        "workspace.daemon_runs" if pid else "workspace.unknown_daemon_runs", pid=pid
    )
