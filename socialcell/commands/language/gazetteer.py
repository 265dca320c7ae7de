"""Commands of the noun `language gazetteer`: lint, import, list, remove."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    DryRun,
    Json,
    Mapping,
    Sheet,
    open_context,
)
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.language.names.gazetteer_lint import GazetteerProblem
    from socialcell.language.names.own_names import NameImport

Reread = Annotated[
    bool,
    typer.Option("--reread", help="Read all mentions again, at the next pull."),
]

app = typer.Typer(
    help="The names of places, bodies and services.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """The names of places, bodies and services."""


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
    json: Json = False,
) -> None:
    """Say what is wrong or doubtful in gazetteer files; exit 1 if anything is.

    A file of new entries is read beside the package's own gazetteer. Found are ids and
    names that are there twice, missing scripts, unknown wards and kinds, and names that
    are common words or first names without a rule for context.

    Example: socialcell language gazetteer lint our_places.csv
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.mentions import gazetteer

    options = table_options(mapping, sheet)
    print_problems(gazetteer.lint_files(files or (), options), json=json)


def print_problems(problems: Sequence["GazetteerProblem"], *, json: bool) -> None:
    """What is wrong in files of names; exit code 1 if anything is."""
    if json:
        output.as_json({"problems": [problem.as_dict() for problem in problems]})
    else:
        for problem in problems:
            output.say(str(problem.message))
        output.say(output.problem_count(problems))
    if problems:
        raise typer.Exit(1)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX in the gazetteer's form.")],
    mapping: Mapping = None,
    sheet: Sheet = None,
    dry_run: DryRun = False,
    reread: Reread = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take names of your own into this workspace; the reader knows them from then on.

    Columns: id,label,name_en,name_mr,name_hi,aliases,ward,needs_context,unless,source;
    docs/language.md explains them. All entries are taken, or none: an id of the
    package, or anything that lint finds, is refused with its row. An id that was
    imported before is changed. They are kept in gazetteer.csv beside config.yaml.
    Audited.

    Example: socialcell language gazetteer import our_places.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.mentions import gazetteer

    options = table_options(mapping, sheet)
    changes = gazetteer.import_names(
        open_context(config), file, options, dry_run=dry_run, reread=reread
    )
    print_changes(changes, dry_run=dry_run, json=json)


def print_changes(changes: "NameImport", *, dry_run: bool, json: bool) -> None:
    """What an import of names added, changed and left as it was."""
    if json:
        output.as_json({"dry_run": dry_run} | changes_document(changes))
        return
    print_names(changes, "Would be" if dry_run else "Were")


def changes_document(changes: "NameImport") -> dict[str, DocumentValue]:
    """The ids of an import as JSON has them."""
    return {
        "added": list(changes.added),
        "changed": list(changes.changed),
        "unchanged": list(changes.unchanged),
    }


def print_names(changes: "NameImport", word: str) -> None:
    """The ids of an import after a word that says what becomes of them."""
    output.say(
        f"{word} added: {len(changes.added)}, changed: {len(changes.changed)}, "
        f"as before: {len(changes.unchanged)}"
    )
    for id_ in (*changes.added, *changes.changed):
        output.say(f"  {id_}")


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the names of your own that the reader of this workspace knows.

    Example: socialcell language gazetteer list
    """
    from socialcell.services.mentions import gazetteer

    entries = gazetteer.list_entries(open_context(config).workspace)
    if json:
        output.as_json({"entries": entries})
        return
    columns = ("id", "label", "name_en", "name_mr", "name_hi", "ward", "source")
    output.table(columns, [tuple(entry[name] for name in columns) for entry in entries])


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="As list shows.")],
    dry_run: DryRun = False,
    reread: Reread = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take names of your own out of this workspace again. Audited.

    What was read before keeps the name until it is read again (--reread).

    Example: socialcell language gazetteer remove place:our-society
    """
    from socialcell.services.mentions import gazetteer

    gazetteer.remove_entries(open_context(config), ids, dry_run=dry_run, reread=reread)
    if json:
        output.as_json({"dry_run": dry_run, "removed": ids})
    else:
        output.say(f"{'Would be removed' if dry_run else 'Removed'}: {', '.join(ids)}")
