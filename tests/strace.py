"""Kill a command at any of its system calls, by strace from outside."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

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
    return _numbered(trace)


def sample_points(
    database_kind: str, trace: Path, most: int, *arguments: str | Path
) -> tuple[int, list[tuple[str, int]]]:
    """Run a command to its end; how many writes and words to other processes it made,
    and so many of them by a seed. Its last ones are left out: another run has fewer."""
    calls = ["sendto"] if database_kind == "postgresql" else [*FILES, "sendto"]
    every = points(calls, trace, *arguments)
    early = every[: len(every) * 9 // 10]
    return len(every), Random(7).sample(early, min(most, len(early)))


def killed_at(call: str, n: int, *arguments: str | Path) -> None:
    """Run a command that is killed when it makes this call for the n-th time."""
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"]
    killed = _under(["-o", "/dev/null", *inject], arguments)
    assert killed.returncode != 0, (call, n, killed.stdout)


def _numbered(trace: Path) -> list[tuple[str, int]]:
    """The calls of a trace in their order, by name and number; each pair once, since
    strace counts the calls of every thread apart."""
    points: dict[tuple[str, int], None] = {}
    counts: Counter[tuple[str | None, str]] = Counter()
    for line in trace.read_text(errors="replace").splitlines():
        if call := re.match(r"(?:(\d+) +)?(\w+)\(", line):
            counts[call[1], call[2]] += 1
            points[call[2], counts[call[1], call[2]]] = None
    return list(points)


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


class ForkServer:
    """Runs of a module in children of one process (tests/fork_server.py): a hundred
    times as quick as a command each, since nothing is imported again."""

    def __init__(self, module: str) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
            # Threads do not survive a fork.
            env=environment(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1"),
        )

    def close(self) -> None:
        self._server.communicate()

    def points(
        self, calls: Sequence[str], trace: Path, folder: Path
    ) -> list[tuple[str, int]]:
        """As `points`, of a run in a folder."""
        code = self._traced(folder, "-e", f"trace={','.join(calls)}", "-o", str(trace))
        assert code == 0, code
        return _numbered(trace)

    def killed_at(self, call: str, n: int, folder: Path) -> None:
        """As `killed_at`, of a run in a folder."""
        inject = f"inject={call}:signal=KILL:when={n}"
        code = self._traced(
            folder, "-o", "/dev/null", "-e", f"trace={call}", "-e", inject
        )
        assert code == -signal.SIGKILL, (call, n, code)

    def _traced(self, folder: Path, *options: str) -> int:
        """The exit code of a run under strace; negative for a signal."""
        given, answers = self._server.stdin, self._server.stdout
        assert given is not None
        assert answers is not None
        given.write(f"{folder}\n")
        given.flush()
        child = int(answers.readline())
        with subprocess.Popen(
            ["strace", "-f", "-p", str(child), *options],
            stderr=subprocess.PIPE,
            text=True,
        ) as tracer:
            assert tracer.stderr is not None
            first = tracer.stderr.readline()
            os.kill(child, signal.SIGCONT if "attached" in first else signal.SIGKILL)
            code = int(answers.readline())
            tracer.communicate()
        if "attached" not in first:
            pytest.skip(f"strace may not trace here: {first.strip()}")
        return code
