"""Run a command on a terminal of its own, of 80 columns."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
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
    *words: str | Path, typed: str = "", is_piped: bool = False, **variables: str
) -> TerminalRun:
    """Run a command whose streams are a terminal (but standard output, if `is_piped`),
    with these lines typed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    changes = environment(TERM="xterm", NO_COLOR="1", **variables)
    changes.pop("COLUMNS", None)
    with subprocess.Popen(
        command(*words),
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
