"""Print what became of the rows of an imported file."""

from typing import TYPE_CHECKING

import typer

from socialcell.commands import output

if TYPE_CHECKING:
    from socialcell.services.manual_entry import ImportCounts


def print_imported(imported: "ImportCounts", *, dry_run: bool, json: bool) -> None:
    """Counts and rejects. typer.Exit: 3 when some rows were rejected, 1 when all."""
    counts = {
        name: imported.outcomes[name] for name in ("stored", "updated", "unchanged")
    }
    if imported.outcomes["waiting"]:  # for a second person: links alone
        counts["waiting"] = imported.outcomes["waiting"]
    if json:
        rejects = [{"row": row, "reason": reason} for row, reason in imported.rejects]
        output.as_json(
            {"received": imported.received, **counts, "rejects": rejects}
            | {"dry_run": dry_run}
        )
    else:
        counts_text = ", ".join(f"{n} {name}" for name, n in counts.items())
        output.say(f"{'Would be' if dry_run else 'Rows'}: {counts_text}")
        for row, reason in imported.rejects:
            output.note(f"row {row}: {reason}")
    if imported.rejects:
        raise typer.Exit(3 if sum(counts.values()) else 1)
