"""Commands of the noun `installs`: import, show."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.campaigns.ads import coverage_sentence
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    Daily,
    DryRun,
    Json,
    Mapping,
    Sheet,
    Since,
    Until,
    open_context,
)
from socialcell.commands.sources.import_ import run

if TYPE_CHECKING:
    from socialcell.services.outcomes.store_documents import StoreDocument, StoreRow

app = typer.Typer(
    help="Installs: what Google Play and the App Store report of the city's app.",
    no_args_is_help=True,
)
FORMATS = ("play-statistics", "app-store-analytics", "app-store-sales")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="The file; - reads standard input.", allow_dash=True)
    ],
    mapping: Mapping = None,
    sheet: Sheet = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Import a file of Google Play Console or App Store Connect, as it was downloaded.

    Statistics of installs and of the store page (CSV, also UTF-16), analytics reports
    and sales (tab-separated, also packed), or a workbook (.xlsx) of them. The same file
    again changes nothing; a later one restates its days, and what was said first is
    kept.

    Exit code 3: some rows could not be read; 1: none could.

    Example: socialcell installs import installs_org.example.care_202611_overview.csv
    """
    run(
        config,
        file,
        only=FORMATS,
        mapping=mapping,
        sheet=sheet,
        dry_run=dry_run,
        json=json,
    )


@app.command(cls=ListCommand)
def show(
    since: Since = None,
    until: Until = None,
    store: Annotated[
        str | None, typer.Option(help="google_play or app_store.", show_default=False)
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            help="user_installs, first_time_downloads, visitors …", show_default=False
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="country, traffic_source, utm_campaign, campaign, territory …",
            show_default=False,
        ),
    ] = None,
    daily: Daily = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show what the stores report, each definition by itself, with what is covered.

    Definitions are never added to each other: installs of devices, of users and
    acquisitions count different things. Where a store keeps small numbers back, a day
    without a row is withheld, which is not 0. Days are the store's own.

    Figures of what happens on a day are summed. What there is at a moment (active
    devices, all users so far) is never summed: the figure is that of the last day
    known, and `counted` names the day. The city's own pages: socialcell pages show.

    Example: socialcell installs show --metric acquisitions --by utm_campaign
    """
    from socialcell.services.outcomes import daily_figures, store_documents

    context = open_context(config)
    document = store_documents.install_document(
        context,
        daily_figures.requested_days(context, since, until),
        store=store,
        metric=metric,
        by=by,
        daily=daily,
    )
    if json:
        output.as_json(document)
        return
    print_store_figures(document, daily, by)
    if not document["rows"]:
        output.note("No figures of app stores are held for these days and cuts.")


def print_store_figures(document: "StoreDocument", daily: bool, by: str | None) -> None:
    """A table of figures, and what each series covers and how it is counted."""
    output.table(
        (
            *(("day",) if daily else ()),
            *("store", "metric", "definition"),
            *((by,) if by else ()),
            *("figure", *(() if daily else ("counted",))),
            *("days", "withheld", "not reported"),
        ),
        [_row(row, daily, by) for row in document["rows"]],
    )
    for series in document["series"]:
        output.note(
            f"{series['definition']} of {series['app']}: days of {series['zone']}. "
            + " ".join(
                filter(None, (coverage_sentence(series), not_summed(series["kind"])))
            )
        )


def not_summed(kind: str | None) -> str:
    """Why days of a figure are not added up; nothing where they are."""
    return {
        "flow": "",
        "stock": "It counts what there is at a moment: the last value, never a sum.",
        "people": "It counts people once a day: the last value, never a sum of days.",
        None: "How it counts is not known: the last value, and no sum.",
    }[kind]


def counted(as_of: date | None, kind: str | None) -> str:
    """How a figure of a span of days came about."""
    if kind == "flow":
        return "sum"
    return f"on {as_of}" if as_of else ""


def _row(row: "StoreRow", daily: bool, by: str | None) -> tuple[Any, ...]:
    installs: float | str | None = row["value"]
    if installs is None:
        installs = "withheld" if row["days_withheld"] else "not reported"
    return (
        *((row["day"],) if daily else ()),
        row["store"],
        row["metric"],
        row["definition"],
        *((row["group"] or "(blank)",) if by else ()),
        installs,
        *(() if daily else (counted(row["as_of"], row["kind"]),)),
        row["days"],
        row["days_withheld"] or None,
        row["days_not_reported"] or None,
    )
