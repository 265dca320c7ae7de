"""Commands of `sources` on stored mentions: snapshot, recheck, reprocess, …"""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, DryRun, Json, SourceNames, open_context
from socialcell.commands.workspace.top import exit_code, source_counts
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.services.collection.collector import RunResult
    from socialcell.services.collection.reprocessing import ReprocessedSource


def snapshot(
    sources: SourceNames = None, config: Config = None, json: Json = False
) -> None:
    """Ask for the engagement of young mentions again; the history grows by a point.

    Every hour in a post's first six, then every 4, 12 and 24 hours, then weekly until
    it is 28 days old. What is not due is not asked for. Within the budget.

    Example: socialcell sources snapshot x.mentions
    """
    from socialcell.services.collection import recheck

    _tell(recheck.snapshot(open_context(config), sources or ()), json, "snapshots")


def pin(
    ids: Annotated[
        list[int], typer.Argument(metavar="ID…", help="Mentions by number.")
    ],
    days: Annotated[int, typer.Option(min=1, max=365, help="For how long.")] = 28,
    off: Annotated[bool, typer.Option("--off", help="Let them cool again.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Look at the engagement of these mentions every hour, as a campaign's posts need.

    Example: socialcell sources pin 4711 --days 14
    """
    from socialcell.services.collection import recheck

    pinned = recheck.pin(open_context(config), ids, None if off else days)
    if json:
        output.as_json({"pinned": 0 if off else pinned, "cooled": pinned if off else 0})
    else:
        output.say(f"{pinned} {'cool again' if off else f'pinned for {days} days'}.")


def recheck(
    sources: SourceNames = None, config: Config = None, json: Json = False
) -> None:
    """Ask which mentions are gone at their source, and remove those here too.

    Their words, raw form, search index and history go; reports that quoted one are
    written again. Each is asked about once a day, where its platform can tell.

    Example: socialcell sources recheck
    """
    from socialcell.services.collection import recheck

    _tell(recheck.recheck(open_context(config), sources or ()), json, "updated")


def reprocess(
    since: Annotated[
        str, typer.Option(help="Raw items of this day and later, or 7d.", metavar="DAY")
    ],
    sources: SourceNames = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Read stored raw items again with today's mapper, and show what changes.

    Also those that could not be read when they came. --dry-run shows it and stores
    nothing.

    Example: socialcell sources reprocess --since 2026-11-20 --dry-run
    """
    from socialcell.listening.day_ranges import day_start
    from socialcell.services.collection import reprocessing as job

    context = open_context(config)
    remapped = job.reprocess(
        context,
        day_start(since, "--since", context.clock.now()),
        sources or (),
        dry_run=dry_run,
        progress=lambda name: output.note(f"reading {name} again …"),
    )
    if json:
        output.as_json(
            {
                "dry_run": dry_run,
                "sources": [_remapped_as_json(source) for source in remapped],
            }
        )
    elif not remapped:
        output.say("No enabled source has raw items that can be read alone.")
    else:
        output.table(
            ("source", "read", "readable now", "not readable", "differs"),
            [
                (
                    source.result.source,
                    source.result.counts["received"],
                    source.mapped,
                    source.result.counts["quarantined"],
                    ", ".join(f"{k} {n}" for k, n in sorted(source.fields.items())),
                )
                for source in remapped
            ],
        )
        for source in remapped:
            for id_, fields in source.examples:
                output.say(f"mention {id_}: {', '.join(fields)}")
    raise typer.Exit(exit_code([source.result for source in remapped]))


def mapping_errors(config: Config = None, json: Json = False) -> None:
    """List what could not be read of the last week's items, by what ails it.

    Example: socialcell sources mapping-errors
    """
    from datetime import timedelta

    from socialcell.clock import IST
    from socialcell.services.collection import reprocessing

    waves = reprocessing.list_mapping_errors(open_context(config), timedelta(days=7))
    if json:
        output.as_json(
            {
                "waves": [
                    {
                        "platform": wave.platform,
                        "signature": wave.signature,
                        "items": wave.items,
                        "first": wave.first,
                        "last": wave.last,
                    }
                    for wave in waves
                ]
            }
        )
    elif not waves:
        output.say("Everything of the last seven days could be read.")
    else:
        output.table(
            ("platform", "items", "first", "last", "what ails them"),
            [
                (
                    wave.platform,
                    wave.items,
                    f"{wave.first.astimezone(IST):%Y-%m-%d %H:%M}",
                    f"{wave.last.astimezone(IST):%Y-%m-%d %H:%M}",
                    wave.signature,
                )
                for wave in waves
            ],
        )


def _tell(results: "list[RunResult]", json: bool, what: str) -> None:
    if json:
        output.as_json({"sources": [source_counts(result) for result in results]})
    elif not results:
        output.say("Nothing is due.")
    else:
        output.table(
            ("source", "state", "asked", what, "note"),
            [
                (
                    result.source,
                    result.state,
                    result.counts["received"],
                    result.counts[what],
                    _note(result),
                )
                for result in results
            ],
        )
    raise typer.Exit(exit_code(results))


def _note(result: "RunResult") -> str | None:
    """What went wrong, and how many items the platform left undecided."""
    from socialcell.services.collection.batch_ingest import UNDECIDED

    undecided = [
        f"{n} {rule} (asked again)"
        for rule, n in sorted(result.filtered_by.items())
        if rule.startswith(UNDECIDED)
    ]
    return "; ".join(filter(None, [result.reason, *undecided])) or None


def _remapped_as_json(remapped: "ReprocessedSource") -> dict[str, DocumentValue]:
    return {
        **source_counts(remapped.result),
        "readable_now": remapped.mapped,
        "fields": remapped.fields,
        "examples": [
            {"mention": id_, "fields": list(fields)}
            for id_, fields in remapped.examples
        ],
    }
