"""How far a long command is, on standard error where that is a terminal.

Nothing is shown in a pipe, and nothing ever stands in standard output.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[str, int], None]
"""Takes what is being done, and how many steps are done by now."""


def is_shown() -> bool:
    """Whether a person sees what is written to standard error."""
    return sys.stderr.isatty()


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """A line that says what is being done and how far it is; it goes at the end.

    Without a total it moves and counts. The line is left out when standard error is no
    terminal: then the function that is given does nothing.
    """
    if not is_shown():
        yield show_nothing
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # it would go to standard error
    )
    with bar:
        task = bar.add_task(what, total=total)

        def advance(description: str, count: int) -> None:
            bar.update(task, description=description, completed=count)

        yield advance


def show_nothing(_description: str, _count: int) -> None:
    """What is called where nobody sees it."""
