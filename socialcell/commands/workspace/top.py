"""The command `pull`, and what other commands that pull show."""

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, Json, SourceNames, open_context
from socialcell.commands.progress import Advance, progress
from socialcell.json_types import DocumentValue
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.collection.collector import RunResult
    from socialcell.services.context import Context


def pull(
    sources: SourceNames = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Collect now from all enabled sources, or from those that are named, and read it.

    A source that fails does not touch the others; a platform that asked us to wait
    is not asked before its time. Exit code 3: some sources failed; 4: nothing could
    be done because a credential needs a person; 78: because settings are wrong.

    Example: socialcell pull x.mentions
    """
    from socialcell.services.collection import collector

    context = open_context(config)
    total = collector.count_selected(context, sources or ())
    with progress("pulling", total) as advance:
        results = collector.collect(
            context, sources or (), progress=each_source(advance)
        )
    show_pulled(results, understand(context), json=json)
    raise typer.Exit(exit_code(results))


def each_source(advance: Advance) -> Callable[[str], None]:
    """Takes the name of each source as it is begun, and shows how many are done."""
    numbers = count()
    return lambda name: advance(f"pulling {name}", next(numbers))


def show_pulled(results: "list[RunResult]", tagged: int, *, json: bool) -> None:
    """What pulls brought, and how many mentions were read after them."""
    if json:
        sources_ = [source_counts(result) for result in results]
        output.as_json({"sources": sources_, "tagged": tagged})
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
        if tagged:
            output.say(f"understood {tagged}")


def understand(context: "Context") -> int:
    """Read what waits to be read (language, places, topics …), open incidents of what
    is critical, and end false alarms; how many mentions were read."""
    from socialcell.services.alerts import escalations
    from socialcell.services.mentions import tagging

    tagged, waiting = 0, tagging.count_waiting(context)
    if waiting:
        with progress("tagging", waiting) as advance:
            tagged = tagging.tag_waiting(
                context, progress=lambda number: advance("tagging", number)
            )
    # Also where nothing waited: people may have decided what is critical. It does not
    # wait for the daemon to be put into its outbox.
    opened = escalations.advance(context, deliver=False).opened
    for incident in opened:
        output.note(f"Critical: incident {incident}. socialcell alerts show {incident}")
    if opened and context.workspace.config.unreached is not None:
        output.note("No alert of it can leave; what is missing: socialcell doctor")
    return tagged


def source_counts(result: "RunResult") -> dict[str, DocumentValue]:
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


def _row(result: "RunResult") -> tuple[CellContent, ...]:
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


def exit_code(results: "list[RunResult]") -> int:
    """The exit code of a command that ran these sources, 3 when some failed."""
    failed = [result for result in results if result.state != "ok"]
    if not failed:
        return 0
    kinds = {result.error_kind for result in failed}
    if len(failed) == len(results) and kinds <= {"auth", "access"}:
        return 4
    if len(failed) == len(results) and kinds == {"config"}:
        return 78
    return 3
