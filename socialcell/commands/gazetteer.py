"""Commands of the noun `language gazetteer`: lint."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Json

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
        typer.Argument(metavar="[FILE]…", help="CSV files; none: the package's own."),
    ] = None,
    json: Json = False,
) -> None:
    """Say what is wrong or doubtful in gazetteer files; exit 1 if anything is.

    A file of new entries is read beside the package's own gazetteer. Found are ids and
    names that are there twice, missing scripts, unknown wards and kinds, and names that
    are common words or first names without a rule for context.

    Example: socialcell language gazetteer lint our_places.csv
    """
    from socialcell.language import gazetteer_lint

    problems = gazetteer_lint.lint(files or ())
    if json:
        output.as_json({"problems": [asdict(problem) for problem in problems]})
    else:
        for found in problems:
            column = f", {found.column}" if found.column else ""
            output.say(f"{found.file}, row {found.row}{column}: {found.message}")
        output.say(f"{len(problems)} problems")
    if problems:
        raise typer.Exit(1)
