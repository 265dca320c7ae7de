"""Run the command line in this process: no second is spent on starting another.

`socialcell` answers as `tests.running.socialcell` does. It is for tests of what a
command does and says; how a process starts, ends, shares files with another or obeys
signals needs a process.
"""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from socialcell import cli
from tests.logs import quiet_again
from tests.running import environment


def socialcell(
    *arguments: str | Path,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    **changes: str,
) -> subprocess.CompletedProcess[str]:
    """Exit code and decoded output of the command line's main function."""
    words = ["socialcell", *map(str, arguments)]
    source = stdin.encode() if isinstance(stdin, str) else stdin
    with _streams(source) as (output, errors), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        for name in set(os.environ) - set(environment()):
            patch.delenv(name)
        for name, setting in changes.items():
            patch.setenv(name, setting)
        if cwd is not None:
            patch.chdir(cwd)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, _text(output), _text(errors))


@contextmanager
def _streams(source: bytes) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """Standard output and errors, as files in memory, while a command runs."""
    output, errors = _stream(), _stream()
    with pytest.MonkeyPatch.context() as patch, quiet_again():
        patch.setattr(sys, "stdin", _stream(source))
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", errors)
        yield output, errors


def _stream(source: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(source), encoding="utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
