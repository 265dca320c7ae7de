"""Commands of the noun `care`: out, in, back, reconcile, differences, statuses."""

from collections.abc import Sequence
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
    from socialcell.services.desk.care.care_differences import CareDifference
    from socialcell.services.desk.care.care_in import CareImport
    from socialcell.services.desk.care.status_table import StatusEntry

app = typer.Typer(
    help="PMC Care by file: cases out, statuses in, and where the two differ.",
    no_args_is_help=True,
)

_SHOWN = 20


@app.command()
def out(
    file: Annotated[
        Path | None,
        typer.Option("--out", help="The file to write; none: standard output."),
    ] = None,
    config: Config = None,
) -> None:
    """Write care_out.csv: the cases that PMC Care has not registered. Audited.

    Words are masked as everywhere. Cases of other bodies and services by right are not
    in it.

    Example: socialcell care out --out care_out.csv
    """
    from socialcell.services.desk.care import care_out

    _write(care_out.care_out(open_context(config)), file)


@app.command("in")
def in_(
    file: Annotated[Path, typer.Argument(help="An export of PMC Care: CSV or XLSX.")],
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take in an export of PMC Care. Audited.

    Needed are columns of the token and the status; read are also case_number,
    department, closing_line, created_at, closed_at and changed_at, under their usual
    names or those of a mapping file. All others are left out. A row that is cut off,
    contradicts another or has no clear date is rejected with the reason; a row that
    says less than is known is late. The same file again changes nothing.

    Exit code 3: some rows were rejected.

    Example: socialcell care in export.xlsx --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.desk.care import care_in

    options = table_options(mapping, sheet, date_order)
    result = care_in.care_in(open_context(config), file, options, dry_run=dry_run)
    if json:
        output.as_json({"dry_run": dry_run, **asdict(result)})
    else:
        _say_import(result)
    if result.rejects:
        raise typer.Exit(3)


@app.command()
def back(
    file: Annotated[
        Path | None,
        typer.Option("--out", help="The file to write; none: standard output."),
    ] = None,
    config: Config = None,
) -> None:
    """Write care_back.csv: what PMC Care closed though the citizen says no. Audited.

    Example: socialcell care back --out care_back.csv
    """
    from socialcell.services.desk.care import care_out

    _write(care_out.care_back(open_context(config)), file)


@app.command()
def reconcile(config: Config = None, json: Json = False) -> None:
    """Compare PMC Care's rows with the cases now, as the daemon does each night.

    Closed there and open here is claimed done, with its closing line as evidence, and
    the contacts are asked. Reopened there is reopened, unless the citizen confirmed it.
    All else is listed, nothing is guessed.

    Example: socialcell care reconcile
    """
    from socialcell.services.desk.care import care_reconcile

    result = care_reconcile.reconcile(open_context(config))
    if json:
        output.as_json({**asdict(result), "listed": dict(result.listed)})
        return
    output.say(
        f"Claimed done: {result.claimed}, reopened: {result.reopened}, to look at: "
        f"{result.listed.total()}"
    )


@app.command(cls=ListCommand)
def differences(config: Config = None, json: Json = False, csv: Csv = False) -> None:
    """List the rows of PMC Care that a person has to look at, by what is the matter.

    Example: socialcell care differences
    """
    from socialcell.services.desk.care import care_differences

    rows = care_differences.list_differences(open_context(config))
    columns = ("outcome", "token", "case", "status", "state", "closed_at", "owner")
    if json:
        output.as_json({"differences": [asdict(row) for row in rows]})
    elif csv:
        output.as_csv(columns, [asdict(row) for row in rows])
    else:
        heads = ("difference", "token", "case", "there", "here", "since", "owner")
        output.table(heads, [_difference_row(row) for row in rows])


@app.command()
def statuses(
    file: Annotated[
        Path | None,
        typer.Option("--import", help="A CSV or XLSX of status and meaning."),
    ] = None,
    config: Config = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """List what PMC Care's statuses mean; or take a table of your own. Audited.

    A meaning is open, closed or reopened. Your own rows stand before the package's;
    with --csv they are a file that --import takes.

    Example: socialcell care statuses --import statuses.csv
    """
    from socialcell.services.desk.care import status_table

    context = open_context(config)
    if file is not None:
        status_table.import_statuses(context, file)
    entries = status_table.list_statuses(context)
    if json:
        output.as_json({"statuses": [asdict(entry) for entry in entries]})
    elif csv:
        output.as_csv(("status", "meaning"), [asdict(entry) for entry in entries])
    else:
        rows = [_status_row(entry) for entry in entries]
        output.table(("status", "meaning", "own"), rows)


def _say_import(result: "CareImport") -> None:
    if result.earlier is not None:
        day = output.local_day(result.earlier)
        output.say(f"The same file was read on {day}: nothing is changed.")
    output.say(
        f"Rows: {result.rows}, new: {result.added}, changed: {result.changed}, as "
        f"before: {result.unchanged}, late: {result.late}, rejected: "
        f"{len(result.rejects)}; cases that got a token: {result.tokens}"
    )
    for reject in result.rejects[:_SHOWN]:
        output.say(f"row {reject.row}: {reject.reason}")
    _say_first("Tokens of no case of ours", result.no_case)
    _say_first("Statuses that no table explains", result.unknown)


def _difference_row(row: "CareDifference") -> tuple[CellContent, ...]:
    since = output.local(row.closed_at)
    case = (row.token, row.case, row.status, row.state)
    return row.outcome, *case, since, row.owner


def _status_row(entry: "StatusEntry") -> tuple[CellContent, ...]:
    return entry.status, entry.meaning, "yes" if entry.own else ""


def _write(lines: Sequence[str], file: Path | None) -> None:
    if file is None:
        output.write(lines)
    else:
        output.write_file(file, lines)
        output.say(f"{file}: {len(lines) - 1} cases")


def _say_first(what: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        output.say(f"{what}: {', '.join(names[:_SHOWN])}{more}")
