"""Checks of the cell's letters: how many recipients stopped which."""

from collections.abc import Iterator

from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, ok
from socialcell.services.outbox import unsubscriptions


def unsubscribed(context: Context) -> Iterator[Check]:
    """How many recipients stopped which letter; no check where nobody can."""
    counts = unsubscriptions.count_by_letter(context)
    if counts:
        by_letter = ", ".join(f"{letter} {count}" for letter, count in counts.items())
        yield ok("letters stopped", f"by their recipients: {by_letter}")
    elif context.workspace.config.mail.unsubscribe_url is not None:
        yield ok("letters stopped", "none")
