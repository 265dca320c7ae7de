"""Commands of the noun `pages`: show."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.campaigns.installs import print_store_figures
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
    help="Pages: the daily figures of the city's own pages, as their platform reports.",
    no_args_is_help=True,
)


@app.callback()
def pages() -> None:
    """Pages: the daily figures of the city's own pages, as their platform reports."""


@app.command(cls=ListCommand)
def show(
    since: Since = None,
    until: Until = None,
    metric: Annotated[
        str | None,
        typer.Option(help="views, viewers, followers …", show_default=False),
    ] = None,
    daily: Daily = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show what platforms report of the city's own pages, each definition by itself.

    Views and engagement are summed. Followers are what there is at a moment, and
    viewers are people counted once a day: neither is ever summed. Their figure is that
    of the last day known, and `counted` names the day. Days are the platform's own.

    Example: socialcell pages show --metric followers
    """
    from socialcell.services.outcomes import daily_figures, store_documents

    context = open_context(config)
    days = daily_figures.requested_days(context, since, until)
    document = store_documents.page_document(context, days, metric=metric, daily=daily)
    if json:
        output.as_json(document)
        return
    print_store_figures(document, daily, None)
    if not document["rows"]:
        output.note("No figures of pages are held for these days.")
