"""Commands of the noun `sources`: list, add, test; the rest are registered here."""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    DryRun,
    Json,
    SourceName,
    open_context,
    read_settings,
)
from socialcell.commands.renamed import old_command
from socialcell.commands.sources import (
    budget,
    credentials,
    query_cost,
    recheck,
    source_edit,
    source_switch,
)
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.services.collection.source_setup import SourceStatus

app = typer.Typer(help="Sources: what is listened to.", no_args_is_help=True)
app.command(cls=ListCommand)(budget.budget)
app.command(cls=ListCommand)(credentials.credentials)
app.command()(source_edit.edit)
app.command(cls=ListCommand)(source_edit.history)
app.command()(source_switch.disable)
app.command()(source_switch.enable)
app.command()(source_switch.remove)
app.command()(source_switch.now)
app.command()(recheck.snapshot)
app.command()(recheck.pin)
app.command()(recheck.recheck)
app.command(cls=ListCommand)(recheck.reprocess)
app.command(cls=ListCommand)(recheck.mapping_errors)
old_command(app, "sources remap", "sources reprocess", recheck.reprocess, ListCommand)
old_command(
    app, "sources drift", "sources mapping-errors", recheck.mapping_errors, ListCommand
)


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the sources with their state, last success and totals.

    A source that never succeeded is `new`, or `failing` when it was tried. The note
    says, too, when it could not be asked which posts were deleted.

    Example: socialcell sources list
    """
    from socialcell.services.collection import source_setup

    statuses = source_setup.list_sources(open_context(config))
    if json:
        output.as_json({"sources": [_source(status) for status in statuses]})
        return
    output.table(
        ("name", "connector", "state", "last success", "mentions", "note"),
        [
            (
                source.name,
                source.connector,
                source.state_in_use,
                output.local(source.last_ok_at) if source.last_ok_at else "never",
                status.totals["stored"],
                _note(status),
            )
            for status in statuses
            for source in [status.source]
        ],
    )


@app.command()
def add(
    name: Annotated[
        str, typer.Argument(help="A name of your own, such as x.mentions.")
    ],
    connector: Annotated[str, typer.Argument(help="A page of docs/connectors.")],
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting of the source.", metavar="KEY=VALUE"),
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Add a source. Its settings are checked; nothing is collected yet.

    The settings of each connector are in docs/connectors/. The paper behind a feed is
    entered into the registry, so that it is shown by name. A source that would follow a
    private person, protests, politics, religion, caste or somebody's health is refused,
    as a rule of alerts is. Audited.

    Of a search that costs money, what 30 days will probably cost is said before it is
    saved: by the mentions held of the last 28 days that the query finds. With --dry-run
    that is all that happens.

    Example: socialcell sources add times rss --set url=https://paper.example/feed
    """
    from socialcell.services.collection import query_estimate, source_setup

    context, settings = open_context(config), read_settings(setting)
    source_setup.check_settings(context, connector, settings)
    cost_estimate = query_estimate.estimate(context, connector, settings)
    if cost_estimate is not None:
        output.note(query_cost.sentence(cost_estimate))
    if not dry_run:
        source_setup.add_source(context, name, connector, settings)
    if json:
        output.as_json(
            {"name": name, "connector": connector}
            | {"dry_run": dry_run, "estimate": query_cost.document(cost_estimate)}
        )
    elif dry_run:
        output.say(f"Would be added: {name}")
    else:
        output.say(f"Added {name}. Try it: socialcell sources test {name}")


@app.command("test")
def try_(name: SourceName, config: Config = None, json: Json = False) -> None:
    """Ask the platform whether this source can be read; nothing is stored.

    Exit code 1 when it cannot, with what to do.

    Example: socialcell sources test x.mentions
    """
    from socialcell.services.collection import source_setup

    health = source_setup.check_source(open_context(config), name)
    if json:
        output.as_json({"name": name, "ok": health.ok, "message": health.message})
    else:
        output.say(("Works. " if health.ok else "Does not work. ") + health.message)
    raise typer.Exit(0 if health.ok else 1)


def _source(status: "SourceStatus") -> dict[str, DocumentValue]:
    source, last, recheck = status.source, status.last_run, status.last_recheck
    return {
        "name": source.name,
        "connector": source.connector,
        "settings": source.settings,
        "version": source.version,
        "enabled": source.enabled,
        "pull_minutes": source.pull_minutes,
        "state": source.shown_state,
        "reason": source.state_reason,
        "not_before": source.not_before,
        "last_ok_at": source.last_ok_at,
        "last_run": last.state if last else None,
        "last_recheck": None
        if recheck is None
        else {
            "at": recheck.started_at,
            "state": recheck.state,
            "reason": recheck.reason,
        },
        **status.totals,
    }


def _note(status: "SourceStatus") -> str:
    """Why a source is as it is, and whether its deletions are known."""
    from socialcell.ops.store import INCOMPLETE

    reason, recheck = status.source.state_reason, status.last_recheck
    notes = [reason] if reason else []
    if recheck is not None and recheck.state in INCOMPLETE:
        at = output.local(recheck.started_at)
        notes.append(f"deletions could not all be asked for, {at}: {recheck.reason}")
    return "; ".join(notes)
