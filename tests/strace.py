"""Kill a command at any of its system calls, by strace from outside."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.running import command, environment

# What changes files. Python's own writes to its streams are not among them.
FILES = ("pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "renameat2", "unlink")

needed = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed"
)


def points(
    calls: Sequence[str], trace: Path, *arguments: str | Path
) -> list[tuple[str, int]]:
    """Run a command to its end; every one of these calls that it made, in their order,
    by name and number.

    Skips the test where strace may not trace.
    """
    done = _under(["-e", f"trace={','.join(calls)}", "-o", str(trace)], arguments)
    if "ptrace" in done.stderr and not trace.exists():
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[tuple[str, int]] = []
    counts: Counter[str] = Counter()
    for line in trace.read_text(errors="replace").splitlines():
        if call := re.match(r"\d+ +(\w+)\(", line):
            counts[call[1]] += 1
            found.append((call[1], counts[call[1]]))
    return found


def killed_at(call: str, n: int, *arguments: str | Path) -> None:
    """Run a command that is killed when it makes this call for the n-th time."""
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"]
    killed = _under(["-o", "/dev/null", *inject], arguments)
    assert killed.returncode != 0, (call, n, killed.stdout)


def _under(
    options: Sequence[str], arguments: Sequence[str | Path]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["strace", "-f", *options, *command(*arguments)],
        capture_output=True,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        check=False,
    )
