"""Commands of the noun `outcomes`: import, list, show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.campaigns.ads import coverage_sentence
from socialcell.commands.campaigns.installs import counted, not_summed
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    Daily,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Settings,
    Sheet,
    Since,
    Until,
    open_context,
    read_settings,
)
from socialcell.commands.sources.import_ import run

if TYPE_CHECKING:
    from socialcell.services.outcomes.outcome_records import EarlierFigure, OutcomeRow

app = typer.Typer(
    help="Outcomes: what citizens did, by day and area: forms, payments, sign-ups.",
    no_args_is_help=True,
)


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="The file; - reads standard input.", allow_dash=True)
    ],
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    setting: Settings = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Import counts by day, outcome and area, such as forms filed or activated users.

    CSV or a workbook (.xlsx) with the columns date, outcome, area (or ward) and value
    (or count), also in Marathi or Hindi; --mapping or --set date=NAME tells of another
    name, --set outcome=NAME of what is counted where no column says it. An area is an
    id or a name in any language; without one it is the whole city; `elsewhere: Nashik`
    is a place to compare with. An empty cell is not reported, never 0; `<5` is
    withheld. A later file restates its days, and what they said before is kept.

    Exit code 3: some rows could not be read, and are named; 1: none could.

    Example: socialcell outcomes import registrations.csv --set outcome=registrations
    """
    run(
        config,
        file,
        format="outcomes",
        mapping=mapping,
        sheet=sheet,
        date_order=date_order,
        settings=read_settings(setting),
        dry_run=dry_run,
        json=json,
    )


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the outcomes that are held, with their areas and days.

    Example: socialcell outcomes list
    """
    from socialcell.services.outcomes import outcome_records

    rows = outcome_records.list_outcomes(open_context(config))
    if json:
        output.as_json({"outcomes": rows})
        return
    columns = ("outcome", "areas", "first", "last", "rows", "withheld", "restated")
    output.table(columns, [tuple(row.values()) for row in rows])


@app.command(cls=ListCommand)
def show(
    outcome: Annotated[str, typer.Argument(help="An outcome: activated_users …")],
    since: Since = None,
    until: Until = None,
    daily: Daily = False,
    history: Annotated[
        bool, typer.Option("--history", help="Each day, and what it said before.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show an outcome by area, with the days of which nothing is known.

    What happens on a day is summed. An outcome that says what there is at a moment
    (active_users, registered_users, followers, subscribers …) is never summed: the
    figure is that of the last day known, and `counted` names the day.

    Example: socialcell outcomes show activated_users --since 2026-11-01 --daily
    """
    from socialcell.services.outcomes import daily_figures, outcome_records

    context = open_context(config)
    days = daily_figures.requested_days(context, since, until)
    document = outcome_records.outcome_document(
        context, days, outcome, daily=daily or history, history=history
    )
    if json:
        output.as_json(document)
        return
    output.table(
        (
            *(("day",) if daily or history else ()),
            *("area", "figure", *(() if daily or history else ("counted",))),
            *("days", "withheld", "not reported"),
            *(("before",) if history else ()),
        ),
        [
            _row(row, document["kind"], daily or history, history)
            for row in document["rows"]
        ],
    )
    if document["rows"]:
        output.note(
            " ".join(
                filter(
                    None, (coverage_sentence(document), not_summed(document["kind"]))
                )
            )
        )
    else:
        output.note("No figures of it are held for these days.")


def _row(row: "OutcomeRow", kind: str, daily: bool, history: bool) -> tuple[Any, ...]:
    return (
        *((row["day"],) if daily else ()),
        row["area"],
        _figure(row["value"], row["days_withheld"]),
        *(() if daily else (counted(row["as_of"], kind),)),
        row["days"],
        row["days_withheld"] or None,
        row["days_not_reported"] or None,
        *((_earlier_text(row["before"]),) if history else ()),
    )


def _earlier_text(earlier_figures: list["EarlierFigure"]) -> str:
    figures = [
        str(_figure(earlier["value"], earlier["withheld"]))
        for earlier in earlier_figures
    ]
    return ", ".join(figures)


def _figure(figure: Any, withheld: Any) -> Any:
    if figure is None:
        return "withheld" if withheld else "not reported"
    return figure
