"""Commands of `sources` that change one and show its versions: edit, history."""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import (
    Config,
    DryRun,
    Json,
    SourceName,
    open_context,
    read_settings,
)
from socialcell.commands.sources import query_cost
from socialcell.errors import UsageError

if TYPE_CHECKING:
    from socialcell.services.collection.source_edit import EditedSource


def edit(
    name: SourceName,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting that changes.", metavar="KEY=VALUE"),
    ] = None,
    unset: Annotated[
        list[str] | None,
        typer.Option("--unset", help="A setting that goes.", metavar="KEY"),
    ] = None,
    query: Annotated[
        str | None, typer.Option(help="The search; the same as --set query=…")
    ] = None,
    new_name: Annotated[str | None, typer.Option("--name", help="A new name.")] = None,
    every: Annotated[
        int | None,
        typer.Option(
            min=0, max=1440, help="Minutes between pulls; 0: as config.yaml says."
        ),
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Change a source's settings, name or interval. Audited; the version before stays.

    What it brought stays. With other settings it is read anew, from what its platform
    still shows, and is `new` until that succeeds. What may not be added is refused, as
    by `sources add`; so is a name that is taken. Of a search that costs money, what 30
    days will probably cost is said first.

    Example: socialcell sources edit x.search --query "pune (water OR पाणी)" --every 30
    """
    from socialcell.services.collection import query_estimate, source_edit
    from socialcell.services.collection.source_setup import source_of

    settings = read_settings(setting)
    if query is not None:
        settings["query"] = query
    change = source_edit.SourceChange(settings, unset or (), new_name, every)
    if change == source_edit.SourceChange():
        raise UsageError("sources.nothing_to_edit")
    context = open_context(config)
    edited = source_edit.preview(context, name, change)
    connector = source_of(context, name).connector
    cost_estimate = query_estimate.estimate(context, connector, edited.settings)
    if cost_estimate is not None and edited.restarted:
        output.note(query_cost.sentence(cost_estimate))
    if not dry_run:
        edited = source_edit.edit_source(context, name, change)
    if json:
        output.as_json(
            {
                "name": edited.name,
                "version": edited.version,
                "changed": list(edited.changed),
                "restarted": edited.restarted,
                "settings": edited.settings,
                "pull_minutes": edited.pull_minutes,
                "dry_run": dry_run,
                "estimate": query_cost.document(cost_estimate),
            }
        )
    else:
        output.say(_sentence(name, edited, dry_run=dry_run))


def history(name: SourceName, config: Config = None, json: Json = False) -> None:
    """The versions of a source: what it followed, since when, and what was changed.

    Example: socialcell sources history x.search
    """
    from socialcell.services.collection import source_edit

    versions = source_edit.list_versions(open_context(config), name)
    if json:
        output.as_json(
            {
                "versions": [
                    {
                        "version": version.version,
                        "at": version.changed_at,
                        "reason": version.reason,
                        "name": version.name,
                        "settings": version.settings,
                        "pull_minutes": version.pull_minutes,
                    }
                    for version in versions
                ]
            }
        )
        return
    output.table(
        ("version", "since", "reason", "every", "settings"),
        [
            (
                version.version,
                version.changed_at,
                version.reason,
                version.pull_minutes,
                ", ".join(
                    f"{key}={setting}" for key, setting in version.settings.items()
                ),
            )
            for version in versions
        ],
    )


def _sentence(name: str, edited: "EditedSource", *, dry_run: bool) -> str:
    if not edited.changed:
        return f"{name} is so already: nothing is changed."
    changed = ", ".join(edited.changed)
    if dry_run:
        return f"Of {name} would be changed: {changed}."
    anew = " It is read anew, from what its platform still shows."
    return (
        f"{edited.name} is changed: {changed}; version {edited.version}."
        f"{anew if edited.restarted else ''}"
    )
