"""Wait for what another thread or process does, in place of sleeping a fixed time."""

import time
from collections.abc import Callable

LONGEST = 60.0  # seconds


def until(is_so: Callable[[], bool], what: str, longest: float = LONGEST) -> None:
    """Until something is so; AssertionError names `what` never was."""
    ends = time.monotonic() + longest
    while not is_so():
        assert time.monotonic() < ends, f"never: {what}"
        time.sleep(0.005)
