"""Entries of a person, by hand or from a file: written in one transaction, or tried."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import Session

from socialcell import db
from socialcell.services.context import Context

_T = TypeVar("_T")
ROWS = 200  # of a file, in one transaction


@dataclass
class ImportCounts:
    """Outcomes of the rows of a file."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejects: list[tuple[int, str]] = field(default_factory=list)

    @property
    def received(self) -> int:
        return sum(self.outcomes.values()) + len(self.rejects)


class _DryRun(Exception):  # noqa: N818 - not an error: a dry run ends so
    pass


def run_entry(
    context: Context, action: Callable[[Session], _T], dry_run: bool = False
) -> _T:
    """Do it in one transaction; in a dry run, undo it and tell what it came to.

    What `act` returns may be rows: they are whole, and no longer of the session.
    """
    results: list[_T] = []
    try:
        with db.writing(context.engine) as session:
            results.append(action(session))
            session.flush()
            session.expunge_all()
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return results[0]
