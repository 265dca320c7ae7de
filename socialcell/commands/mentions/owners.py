"""Commands of the noun `owners`: list, lint, import."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    Csv,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Sheet,
    day_of,
    open_context,
)
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.listening.areas.owner_table import OwnerRecord

app = typer.Typer(
    help="Owners: whose problem it is, by topic, place, date and named body.",
    no_args_is_help=True,
)


@app.command("list", cls=ListCommand)
def list_(
    topic: Annotated[str | None, typer.Option(help="Only of this topic.")] = None,
    on: Annotated[
        str | None, typer.Option(help="As of this day.", metavar="DAY")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Past and coming ones too.")
    ] = False,
    config: Config = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """List who owns what today, or on a day.

    With --all --csv it is a file that `owners import --replace` takes.

    Example: socialcell owners list --topic roads
    """
    from socialcell.listening.areas.owner_table import COLUMNS
    from socialcell.services.mentions import mention_owners

    context = open_context(config)
    day = day_of(context, on)
    entries = mention_owners.list_owners(context, None if all_ else day, topic)
    rows = [entry.owner for entry in entries]
    if json:
        documents = [{**asdict(entry.owner), "own": entry.is_own} for entry in entries]
        output.as_json({"owners": documents})
    elif csv:
        output.as_csv(COLUMNS, map(_cells, rows))
    else:
        output.table(
            ("topic", "owner", "name", "where", "from", "to"),
            [
                (
                    owner.topic,
                    owner.owner,
                    owner.name_en,
                    owner.scope or ", ".join(owner.places) or "everywhere",
                    owner.valid_from,
                    owner.valid_to,
                )
                for owner in rows
            ],
        )


@app.command()
def lint(
    file: Annotated[
        Path | None, typer.Argument(help="An owners.csv; none: the package's own.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what is wrong in an owners.csv, beside no other rows; exit 1 if anything is.

    Found are unknown topics, owners and places, referral sentences that are missing or
    in another script, and rows that say the same, or all of a topic, of one time.

    Example: socialcell owners lint owners.csv
    """
    from socialcell.services.mentions import mention_owners

    problems = mention_owners.lint_file(open_context(config), file)
    if json:
        rows = [
            {**asdict(problem), "message": str(problem.message)} for problem in problems
        ]
        output.as_json({"problems": rows})
    else:
        for problem in problems:
            output.say(f"{file or 'owners.csv'}, {problem}")
        output.say(output.problem_count(problems))
    if problems:
        raise typer.Exit(1)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX; docs/owners.md has its columns.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Instead of all rows that there are.")
    ] = False,
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take rows of your own; all of them, or none with every reason why.

    A row of the same topic, owner, places and scope is changed; it stands in place of
    the package's, also after an upgrade. The owners of all mentions are looked for
    anew, except where a person decided. Audited.

    Example: socialcell owners import owners.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.mentions import mention_owners

    options = table_options(mapping, sheet, date_order)
    imported = mention_owners.import_owners(
        open_context(config), file, options, replace=replace, dry_run=dry_run
    )
    if json:
        output.as_json({"dry_run": dry_run, **vars(imported)})
        return
    word = "Would be" if dry_run else "Were"
    output.say(
        f"{word} added: {imported.added}, changed: {imported.changed}, as before: "
        f"{imported.unchanged}, removed: {imported.removed}"
    )


def _cells(owner: "OwnerRecord") -> dict[str, DocumentValue]:
    """A row as its file has it."""
    lists = {name: "|".join(getattr(owner, name)) for name in ("places", "accepts")}
    return {**asdict(owner), **lists}
