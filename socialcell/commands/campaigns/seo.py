"""Commands of the noun `seo`: show."""

from typing import Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.campaigns.ads import coverage_sentence
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import (
    Config,
    Daily,
    Json,
    Since,
    Until,
    open_context,
)

app = typer.Typer(
    help="Search results: how the city's pages are found.", no_args_is_help=True
)


@app.command(cls=ListCommand)
def show(
    since: Since = None,
    until: Until = None,
    by: Annotated[str, typer.Option(help="query, page or total.")] = "query",
    site: Annotated[
        str | None, typer.Option(help="One property.", show_default=False)
    ] = None,
    most: Annotated[
        int, typer.Option("--limit", min=1, help="Rows in the table for people.")
    ] = 50,
    daily: Daily = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show clicks and places in Google's results, by query, page or in all.

    Queries that few people ask are not named by Google: what they come to is the
    difference to the total, and is shown. Days are Pacific; those that Google may still
    change are named.

    Example: socialcell seo show --by page --since 2026-11-01
    """
    from socialcell.services.outcomes import daily_figures, search_documents

    context = open_context(config)
    span = daily_figures.requested_days(context, since, until)
    document = search_documents.search_document(
        context, span, by=by, site=site, daily=daily
    )
    if json:
        output.as_json(document)
        return
    output.table(
        (
            *(("day",) if daily else ()),
            *(by, "clicks", "impressions", "rate", "position"),
        ),
        [_row(row, daily, by) for row in document["rows"][:most]],
    )
    for site_row in document["sites"]:
        output.note(
            f"{site_row['site']}: days of {site_row['zone']}. "
            + coverage_sentence(site_row)
        )
        unnamed = site_row["unnamed"]
        if unnamed is not None and unnamed["clicks"] is not None:
            output.note(
                f"{site_row['site']}: {unnamed['clicks']} clicks belong to no {by} "
                "that Google names."
            )
    if not document["rows"]:
        output.note("No figures of search results are held for these days.")


def _row(row: dict[str, Any], daily: bool, by: str) -> tuple[Any, ...]:
    rate, position = row["rate"], row["position"]
    return (
        *((row["day"],) if daily else ()),
        row[by],
        row["clicks"],
        row["impressions"],
        None if rate is None else f"{100 * rate:.1f} %",
        None if position is None else f"{position:.1f}",
    )
