"""Commands of the noun `language people`: lint, import, waiting, approve, return, list,
remove."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.language.gazetteer import (
    Reread,
    changes_document,
    print_changes,
    print_names,
    print_problems,
)
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
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
    from socialcell.language.names.public_people import PublicEntry

Number = Annotated[int, typer.Argument(help="As waiting shows.", min=1)]

app = typer.Typer(
    help="Public people and institutions that are found in texts.",
    no_args_is_help=True,
)


@app.command()
def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]…", help="CSV or XLSX files; none: the package's own."
        ),
    ] = None,
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    json: Json = False,
) -> None:
    """Say what is wrong in files of public people; exit 1 if anything is.

    Found are ids that are there twice or do not fit their kind, missing scripts and
    sources, people of one name only or without the day of taking office, handles that
    are none or that two entries have at one time.

    Example: socialcell language people lint office_holders.csv
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.mentions import public_people

    options = table_options(mapping, sheet, date_order)
    print_problems(public_people.lint_files(files or (), options), json=json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX of public people.")],
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Propose public people and institutions for this workspace; they wait together
    until a second person takes or returns them.

    Columns: id,kind,name_en,name_mr,name_hi,aliases,handles,valid_from,valid_to,source,
    evidence; docs/language.md explains them. Only who holds a public office is entered,
    never a private person, with a link to where that can be read. All entries wait, or
    none: what lint finds is refused with its row. Audited.

    Example: socialcell language people import office_holders.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.mentions import public_people

    options = table_options(mapping, sheet, date_order)
    proposed = public_people.propose_people(
        open_context(config), file, options, dry_run=dry_run
    )
    if json:
        output.as_json(
            changes_document(proposed.changes)
            | {"dry_run": dry_run, "waiting": proposed.batch}
        )
        return
    print_names(proposed.changes, "Would be" if dry_run else "To be")
    if proposed.batch is not None:
        output.say(f"Waits for a second person as number {proposed.batch}.")


@app.command(cls=ListCommand)
def waiting(config: Config = None, json: Json = False) -> None:
    """List the public people that wait for a second person, by the file of each.

    Example: socialcell language people waiting
    """
    from socialcell.services.mentions import public_people

    batches = public_people.list_waiting(open_context(config))
    if json:
        output.as_json(
            {
                "waiting": [
                    {
                        "number": batch.id,
                        "file": batch.file,
                        "proposed_by": batch.proposed_by,
                        "proposed_at": batch.proposed_at,
                        "entries": [asdict(entry) for entry in batch.entries],
                    }
                    for batch in batches
                ]
            }
        )
        return
    if not batches:
        output.say("Nobody waits.")
        return
    output.table(
        ("number", "file", "proposed_by", "id", "name", "Marathi", "evidence"),
        [
            (
                batch.id,
                batch.file,
                batch.proposed_by,
                entry.id,
                entry.name_en,
                entry.name_mr,
                entry.evidence,
            )
            for batch in batches
            for entry in batch.entries
        ],
    )


@app.command()
def approve(
    number: Number, reread: Reread = False, config: Config = None, json: Json = False
) -> None:
    """Take all public people of a file that waits: as the second person.

    Whoever proposed them cannot approve them. They are kept in people.csv beside
    config.yaml, and the reader finds them from now on. Audited.

    Example: socialcell language people approve 1 --reread
    """
    from socialcell.services.mentions import public_people

    context = open_context(config)
    changes = public_people.approve_people(context, number, reread=reread)
    print_changes(changes, dry_run=False, json=json)


@app.command("return")
def return_(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Take none of the public people of a file that waits. Audited.

    Example: socialcell language people return 1 --reason "row 3 holds no office"
    """
    from socialcell.services.mentions import public_people

    public_people.return_people(open_context(config), number, reason)
    if json:
        output.as_json({"number": number, "returned": True})
    else:
        output.say(f"Not entered: the public people of number {number}")


@app.command("list", cls=ListCommand)
def list_(
    on: Annotated[
        str | None,
        typer.Option(help="Those of a day; all without it.", metavar="DAY"),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the public people and institutions that the reader knows.

    Example: socialcell language people list --on 2026-11-21
    """
    from socialcell.services.mentions import public_people

    context = open_context(config)
    day = day_of(context, on)
    entries = [
        (entry, own)
        for entry, own in public_people.list_people(context)
        if on is None or entry.is_valid(day)
    ]
    if json:
        output.as_json({"entries": [_document(entry, own) for entry, own in entries]})
        return
    output.table(
        ("id", "kind", "name", "Marathi", "handles", "from", "until", "source"),
        [
            (
                entry.id,
                entry.kind,
                entry.name_en,
                entry.name_mr,
                ", ".join(f"@{handle}" for handle in entry.handles),
                entry.valid_from,
                entry.valid_to,
                entry.source,
            )
            for entry, _ in entries
        ],
    )


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As list shows.")],
    dry_run: DryRun = False,
    reread: Reread = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take entries of your own out of this workspace again. Audited.

    What was read before keeps the name until it is read again (--reread).

    Example: socialcell language people remove person:sample-holder
    """
    from socialcell.services.mentions import public_people

    public_people.remove_people(
        open_context(config), ids, dry_run=dry_run, reread=reread
    )
    if json:
        output.as_json({"dry_run": dry_run, "removed": ids})
    else:
        output.say(f"{'Would be removed' if dry_run else 'Removed'}: {', '.join(ids)}")


def _document(entry: "PublicEntry", is_own: bool) -> dict[str, DocumentValue]:
    """An entry as JSON has it."""
    return {**asdict(entry), "own": is_own}
