"""Commands of the noun `routing`: list, lint, import, days."""

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
    open_context,
)
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.desk.routing_table import RouteRecord

app = typer.Typer(
    help="Routing: which team works on a case, and within how many hours.",
    no_args_is_help=True,
)


@app.command("list", cls=ListCommand)
def list_(
    topic: Annotated[str | None, typer.Option(help="Only of this topic.")] = None,
    config: Config = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """List the teams and hours by topic and ward office.

    With --csv it is a file that `routing import` takes.

    Example: socialcell routing list --topic roads
    """
    from socialcell.desk.routing_table import COLUMNS
    from socialcell.services.desk import case_routing

    entries = case_routing.list_routes(open_context(config), topic)
    if json:
        documents = [{**asdict(entry.route), "own": entry.is_own} for entry in entries]
        output.as_json({"routes": documents})
    elif csv:
        output.as_csv(COLUMNS, [asdict(entry.route) for entry in entries])
    else:
        columns = ("topic", "area", "team", "step (h)", "total (h)", "hours")
        output.table(columns, [_route_row(entry.route) for entry in entries])


def _route_row(route: "RouteRecord") -> tuple[CellContent, ...]:
    hours = (route.stage_hours, route.total_hours, route.counts)
    return route.topic, route.area or "everywhere", route.team, *hours


@app.command()
def lint(
    file: Annotated[
        Path | None, typer.Argument(help="A routing.csv; none: the package's own.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what is wrong in a routing.csv; exit 1 if anything is.

    Found are unknown topics, ward offices and teams, hours that are none, a step that
    has more of them than the whole, and rows that say the same.

    Example: socialcell routing lint routing.csv
    """
    from socialcell.services.desk import case_routing

    problems = case_routing.lint_file(open_context(config), file)
    if json:
        rows = [
            {**asdict(problem), "message": str(problem.message)} for problem in problems
        ]
        output.as_json({"problems": rows})
    else:
        for problem in problems:
            output.say(f"{file or 'routing.csv'}, {problem}")
        output.say(output.problem_count(problems))
    if problems:
        raise typer.Exit(1)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX; docs/routing.md has its columns.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Instead of all rows of your own.")
    ] = False,
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take rows of your own; all of them, or none with every reason why.

    A row of the same topic and area is changed; it stands in place of the package's.
    Clocks that run keep their time. Audited.

    Example: socialcell routing import routing.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.desk import case_routing

    options = table_options(mapping, sheet, date_order)
    imported = case_routing.import_routes(
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


@app.command(cls=ListCommand)
def days(
    year: Annotated[int | None, typer.Option(help="Only of this year.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the days on which the offices are closed, and how sure each is.

    A day that is calculated may move until the state announces the year's list. Other
    closed days, and holidays that are worked, stand in config.yaml under desk.

    Example: socialcell routing days --year 2027
    """
    from socialcell.services import working_calendar

    closed = working_calendar.closed_days(open_context(config), year)
    if json:
        output.as_json({"days": [asdict(day) for day in closed]})
        return
    output.table(
        ("day", "name", "status", "source"),
        [(day.day, day.name, day.status, day.source) for day in closed],
    )
    output.say(working_calendar.what_is_not_known())
