"""The login session of the operating system, to which a sign-in of a shell belongs.

Several people may share one account and its home; each of them logs in by a shell of
its own, and a shell's session number with the start of its first process is the same
for all that is started in it, and for nothing else.
"""

import os
from pathlib import Path


def current() -> str:
    """A text that is the same within one login session of one start of the machine."""
    leader = os.getsid(0)
    return f"{_boot()}:{leader}:{_started(leader)}"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def _started(process: int) -> str:
    """The start of a process in clock ticks since the boot; - when it has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return "-"
    # The name, in parentheses, may hold blanks; the start is the 20th field after it.
    return status.rpartition(")")[2].split()[19]
