"""Files of clicks that are not stored yet, of lines that cannot be read, and of how
many clicks were lost."""

import os
from pathlib import Path

WAITING = "clicks.waiting"
"""In the workspace: clicks for the next start of the redirect, a batch a line."""

DAMAGED = "clicks.damaged"
"""In the workspace: lines of `WAITING` that cannot be read or stored, as they were."""

DROPPED = "clicks.dropped"
"""In the workspace: how many clicks neither the database nor the disk took at a stop.
Its bytes are there from the first start on, so that a full disk takes the number."""

_DIGITS = 12


def reserve_dropped(workspace: Path) -> None:
    """Make the file of lost clicks, with none, where it is not there. OSError."""
    path = workspace / DROPPED
    if not path.exists() or path.stat().st_size <= _DIGITS:
        _write_dropped(path, dropped_at_stops(workspace))


def add_dropped(workspace: Path, n: int) -> None:
    """Add to the number of lost clicks, in its place. OSError: it was not written."""
    _write_dropped(workspace / DROPPED, dropped_at_stops(workspace) + n)


def dropped_at_stops(workspace: Path) -> int:
    """How many clicks were lost at stops of the redirect."""
    try:
        text = (workspace / DROPPED).read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return 0
    return int(text) if text.isdecimal() else 0


def _write_dropped(path: Path, n: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o660)
    try:
        os.pwrite(file, f"{n:{_DIGITS}}\n".encode(), 0)
        os.fsync(file)
    finally:
        os.close(file)


def damaged_lines(workspace: Path) -> int:
    """How many lines are set aside in the workspace's file of them."""
    try:
        return len((workspace / DAMAGED).read_bytes().splitlines())
    except FileNotFoundError:
        return 0
