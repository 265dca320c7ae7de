"""Commands of the noun `visits`: import, show."""

from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.campaigns.ads import coverage_sentence
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

app = typer.Typer(
    help="Visits: who came to the website, by the UTM values of links.",
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
    """Import a website's visits by day and UTM values from Google Analytics or Matomo.

    CSV or a workbook (.xlsx): sessions (or visits) by date, source, medium, campaign,
    content and term; columns with other names are told as --set visits=Besuche or by
    --mapping. Rows that differ only in other
    columns are added up. --set site= and --set zone= say whose visits they are, and
    where its days begin.

    Exit code 3: some rows could not be read, and are named; 1: none could.

    Example: socialcell visits import sessions.csv --set site=pune.example --set
    zone=Asia/Kolkata
    """
    run(
        config,
        file,
        format="site-visits",
        mapping=mapping,
        sheet=sheet,
        date_order=date_order,
        settings=read_settings(setting),
        dry_run=dry_run,
        json=json,
    )


@app.command(cls=ListCommand)
def show(
    since: Since = None,
    until: Until = None,
    by: Annotated[
        str, typer.Option(help="source, medium, campaign, content or term.")
    ] = "campaign",
    daily: Daily = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show visits by one UTM value, and the days of which nothing is known.

    Example: socialcell visits show --by source
    """
    from socialcell.services.outcomes import daily_figures, outcome_records

    context = open_context(config)
    days = daily_figures.requested_days(context, since, until)
    document = outcome_records.visit_document(context, days, by, daily=daily)
    if json:
        output.as_json(document)
        return
    output.table(
        (*(("day",) if daily else ()), "site", by, "visits"),
        [
            (
                *((row["day"],) if daily else ()),
                row["site"],
                row[by] or "(blank)",
                "not reported" if row["visits"] is None else row["visits"],
            )
            for row in document["rows"]
        ],
    )
    for site in document["sites"]:
        output.note(
            f"{site['site']}: days of {site['zone']}. {coverage_sentence(site)}"
        )
    if not document["rows"]:
        output.note("No visits are held for these days.")
