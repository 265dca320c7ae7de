"""Whoever can open a SQLite file only alone waits in a line for it.

Two who try at once each hold a shared lock and want the whole one: SQLite refuses both,
and both look again after a pause that grows, so that each may wait for seconds though
the other reads for milliseconds. The line is `flock` on the folder of the file, which a
full disk has and which the kernel releases when its process ends. Like turns of writers
it is a courtesy: where it cannot be had, and when patience is over, SQLite decides.
"""

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from socialcell.db.fair_lock import Deadline

_PAUSE = 0.001  # seconds between two looks at the lock
_BEHIND_OTHERS = 0.005  # seconds for which whoever was just served lets others look

_left_at = 0.0


def stand_in_line(folder: Path, patience: Deadline) -> Callable[[], None]:
    """Wait until nobody before us has a file of the folder open alone; what is given
    back leaves the line."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return _leave_nothing
    try:
        if time.monotonic() - _left_at < _BEHIND_OTHERS:
            time.sleep(_BEHIND_OTHERS)
        while not _is_ours(handle) and patience.left > 0:
            time.sleep(_PAUSE)
    except BaseException:
        os.close(handle)
        raise

    def leave() -> None:
        global _left_at
        with suppress(OSError):
            # A child that was forked meanwhile has it too.
            fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)
        _left_at = time.monotonic()

    return leave


def _leave_nothing() -> None:
    """Nobody stands in line where the folder cannot be opened."""


def _is_ours(handle: int) -> bool:
    """Whether the lock is ours now, or cannot be had in this place at all."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
