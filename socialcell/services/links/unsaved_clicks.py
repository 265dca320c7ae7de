"""Files of clicks that are not stored yet, and of lines that cannot be read."""

from pathlib import Path

WAITING = "clicks.waiting"
"""In the workspace: clicks for the next start of the redirect, a batch a line."""

DAMAGED = "clicks.damaged"
"""In the workspace: lines of `WAITING` that cannot be read or stored, as they were."""


def damaged_lines(workspace: Path) -> int:
    """How many lines are set aside in the workspace's file of them."""
    try:
        return len((workspace / DAMAGED).read_bytes().splitlines())
    except FileNotFoundError:
        return 0
