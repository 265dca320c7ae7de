"""Run a command on a terminal of its own, of 80 columns and 24 lines or fewer."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.running import command, environment


@dataclass(frozen=True)
class TerminalRun:
    """A command's exit code, what stood on its screen, and what went into the pipe
    behind its standard output, where that was no terminal."""

    code: int
    screen: str
    piped: str


def on_terminal(
    *words: str | Path,
    typed: str = "",
    is_piped: bool = False,
    lines: int = 24,
    **variables: str,
) -> TerminalRun:
    """Run a command of ours as `run_on_terminal` runs any."""
    return run_on_terminal(
        command(*words), variables, typed=typed, is_piped=is_piped, lines=lines
    )


def run_on_terminal(
    words: Sequence[str],
    variables: Mapping[str, str],
    *,
    typed: str = "",
    is_piped: bool = False,
    lines: int = 24,
) -> TerminalRun:
    """Run a command whose streams are a terminal (but standard output, if `is_piped`),
    with these lines typed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
    changes = environment(**{"TERM": "xterm", "NO_COLOR": "1", **variables})
    for size in ("COLUMNS", "LINES"):
        changes.pop(size, None)
    with subprocess.Popen(
        words,
        stdin=theirs,
        stdout=subprocess.PIPE if is_piped else theirs,
        stderr=theirs,
        env=changes,
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        screen = b"".join(iter(lambda: _read(ours), b""))
        piped = process.stdout.read() if process.stdout is not None else b""
        os.close(ours)
    text = screen.decode().replace("\r\n", "\n")
    return TerminalRun(process.returncode, text, piped.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""
