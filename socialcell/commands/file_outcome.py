"""Tells what became of the rows of a file that a person keeps."""

from typing import TYPE_CHECKING

import typer

from socialcell.commands import output

if TYPE_CHECKING:
    from socialcell.services.manual_entry import ImportCounts


def tell(done: "ImportCounts", *, dry_run: bool, json: bool) -> None:
    """Counts and rejects. typer.Exit: 3 when some rows were rejected, 1 when all."""
    counts = {name: done.outcomes[name] for name in ("stored", "updated", "unchanged")}
    if json:
        rejects = [{"row": row, "reason": reason} for row, reason in done.rejects]
        output.as_json(
            {"received": done.received, **counts, "rejects": rejects}
            | {"dry_run": dry_run}
        )
    else:
        said = ", ".join(f"{n} {name}" for name, n in counts.items())
        output.say(f"{'Would be' if dry_run else 'Rows'}: {said}")
        for row, reason in done.rejects:
            output.note(f"row {row}: {reason}")
    if done.rejects:
        raise typer.Exit(3 if sum(counts.values()) else 1)
