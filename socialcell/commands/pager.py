"""Long output through the user's pager ($PAGER, else less), on a terminal."""

import io
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


class _Screen(io.StringIO):
    """Output that is collected, and formatted as for the terminal it will go to."""

    def isatty(self) -> bool:
        return True


@contextmanager
def paged() -> Iterator[None]:
    """Collect standard output; page it where it is longer than the screen.

    What was printed before an error is shown, too.
    """
    screen = _Screen()
    try:
        with redirect_stdout(screen):
            yield
    finally:
        _show(screen.getvalue())


def _show(text: str) -> None:
    # The last line of the screen belongs to the prompt.
    is_long = text.count("\n") >= shutil.get_terminal_size().lines
    command = _pager() if is_long and sys.stdin.isatty() else None
    if command is None:
        sys.stdout.write(text)
        return
    import subprocess

    # The user's own setting of less goes first: R shows bold, F leaves a short page
    # and X keeps the page on the screen.
    variables = {"LESS": "FRX", "LESSCHARSET": "utf-8", **os.environ}
    sys.stdout.flush()
    subprocess.run(command, input=text.encode(), env=variables, check=False)


def _pager() -> list[str] | None:
    """The command of $PAGER, else less; None where it is empty, is no program, or the
    terminal cannot be written to at a place."""
    chosen = os.environ.get("PAGER")
    if chosen is None and os.environ.get("TERM", "dumb") == "dumb":
        return None
    command = shlex.split("less" if chosen is None else chosen)
    return command if command and shutil.which(command[0]) else None
