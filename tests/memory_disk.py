"""Temporary files of the tests lie in memory, where there is room for them.

The tests commit a hundred thousand times, and a disk takes some milliseconds for each.
Nothing of theirs is to outlive a power cut. Who sets TMPDIR or gives `--basetemp`
chooses another place.
"""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3  # bytes; a whole run needs a quarter of it at a time


def use() -> None:
    """From now on for this process, and for those that it starts."""
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def _has_room() -> bool:
    try:
        is_good = os.access(_MEMORY, os.W_OK | os.X_OK)
        may_run = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
        return is_good and may_run and shutil.disk_usage(_MEMORY).free >= _ROOM
    except (OSError, AttributeError):  # no such folder, or no such system
        return False
