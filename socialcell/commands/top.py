"""Commands without a noun: init, pull."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context

if TYPE_CHECKING:
    from socialcell.jobs.collect import Result


def init(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path(),
    json: Json = False,
) -> None:
    """Make a workspace: config.yaml, secrets/, the database with the city's areas.

    What is there already is kept, so it is safe to run again.

    Example: socialcell init ~/pmc
    """
    from socialcell.jobs.initialise import initialise

    made = initialise(folder)
    if json:
        output.as_json(
            {
                "workspace": str(made.workspace.folder),
                "created": made.created,
                "kept": made.kept,
            }
        )
        return
    output.say(f"Workspace: {made.workspace.folder}")
    if made.created:
        output.say("Made: " + ", ".join(made.created))
    if made.kept:
        output.say("Kept as it was: " + ", ".join(made.kept))
    output.say("Next: socialcell import FILE, or socialcell sources add --help")


def pull(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Names of sources; all enabled if none.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Collect now from all enabled sources, or from those that are named.

    A source that fails does not touch the others; a platform that asked us to wait
    is not asked before its time. Exit code 3: some sources failed; 4: nothing could
    be done because a credential needs a person.

    Example: socialcell pull x.mentions
    """
    from socialcell.jobs import collect

    context = open_context(config)
    results = collect.collect(
        context, sources or (), progress=lambda name: output.note(f"pulling {name} …")
    )
    if json:
        output.as_json({"sources": [source_counts(result) for result in results]})
    elif results:
        output.table(
            ("source", "state", "received", "stored", "updated", "unchanged", "other"),
            [_row(result) for result in results],
        )
        for result in results:
            if result.reason:
                output.say(f"{result.source}: {result.reason}")
    else:
        output.say("There are no enabled sources. Add one: socialcell sources add")
    raise typer.Exit(_exit_code(results))


def source_counts(result: "Result") -> dict[str, object]:
    """A run's result as every command's JSON shows it."""
    return {
        "name": result.source,
        **result.counts,
        "filtered_by": result.filtered_by,
        "state": result.state,
        "error": result.error_kind,
        "reason": result.reason,
        "not_before": result.not_before,
    }


def _row(result: "Result") -> tuple[object, ...]:
    counts = result.counts
    other = counts["duplicate"] + counts["quarantined"] + counts["filtered"]
    return (
        result.source,
        result.state,
        counts["received"],
        counts["stored"],
        counts["updated"],
        counts["unchanged"],
        other,
    )


def _exit_code(results: "list[Result]") -> int:
    failed = [result for result in results if result.state != "ok"]
    if not failed:
        return 0
    if len(failed) == len(results) and all(
        result.error_kind in ("auth", "access") for result in failed
    ):
        return 4
    return 3
