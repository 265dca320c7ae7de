"""Run the command line as a person does: a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from socialcell.errors import SocialcellError


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "socialcell", *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """Nothing of the tester's own configuration reaches the command."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALCELL_")}
    return kept | changes


def socialcell(
    *arguments: str | Path,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    timeout: float = 540,
    **changes: str,
) -> subprocess.CompletedProcess[str]:
    """The finished process, its output decoded."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        command(*arguments),
        input=data,
        capture_output=True,
        cwd=cwd,
        timeout=timeout,
        env=environment(**changes),
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def inside(*arguments: str | Path) -> str:
    """What a command writes on standard output, run in this process: much quicker
    where how a process starts and ends is not the question. Its error is raised."""
    error, output, everything = _run(arguments)
    if isinstance(error, SocialcellError):
        raise error
    assert error is None, everything
    return output


def refused(*arguments: str | Path) -> str:
    """What a command that fails for its words says, run in this process."""
    error, _, everything = _run(arguments)
    assert error is not None, everything
    return everything or str(error)


def _run(
    arguments: Sequence[str | Path],
) -> tuple[SocialcellError | SystemExit | None, str, str]:
    """Why it failed, its standard output, and that together with its errors."""
    from typer.testing import CliRunner

    from socialcell import cli

    error: SocialcellError | SystemExit | None = None
    with CliRunner().isolation() as (stdout, _, both):
        try:
            cli.joined(cli.app).main([*map(str, arguments)], "socialcell")
        except SystemExit as end:
            error = end if end.code else None
        except SocialcellError as refusal:
            error = refusal
        sys.stdout.flush()
        sys.stderr.flush()
        return error, stdout.getvalue().decode(), both.getvalue().decode()


def pause(process: subprocess.Popen[Any]) -> None:
    """Stop a process (SIGSTOP), and wait until it stands still or has ended."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on standard output of a command that succeeded."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed command told its user: words, never a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def digest(folder: Path) -> str:
    config = folder / "config.yaml"
    return inside("db", "verify", "--digest", "--config", config).strip()


def rows(text: str) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
