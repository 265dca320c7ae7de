"""Commands of the noun `inbox`: list, take, give-back."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.desk import case_output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, Limit, open_context, people_of

app = typer.Typer(
    help="The inbox: cases to work on, and whose they are now.", no_args_is_help=True
)
_Numbers = Annotated[
    list[str] | None, typer.Argument(help="Cases by number.", metavar="CASE…")
]


@app.command("list", cls=ListCommand)
def list_(
    view: Annotated[
        str, typer.Argument(help="mine, team, new, due, overdue, waiting or open.")
    ] = "mine",
    after: Annotated[
        str, typer.Option(help="Where the page before ended.", metavar="PLACE")
    ] = "",
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List a view of the inbox, P0 first, then the least time left.

    Example: socialcell inbox list overdue
    """
    from socialcell.desk.store.case_lists import CaseFilter
    from socialcell.services.desk import case_listing
    from socialcell.services.desk.pages import inbox

    context = open_context(config)
    case_filter = case_listing.filter_of(context, CaseFilter(view=view))
    inbox.require_cursor(after)
    page = inbox.read_inbox(
        context, people_of(context), case_filter, after, limit=limit
    )
    case_output.print_list(page, view, json=json)


@app.command()
def take(
    numbers: _Numbers = None,
    n: Annotated[
        int, typer.Option("-n", help="So many of the next.", min=1, max=100)
    ] = 25,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take the next cases that nobody works on, or those named, for five minutes.

    Each step of yours in a case renews the time; after it others may take it. Cases
    that are named become yours, unless they are somebody else's.

    Example: socialcell inbox take -n 5
    """
    from socialcell.services.desk import case_queue

    context = open_context(config)
    if numbers:
        case_queue.take(context, numbers)
        taken = list(numbers)
    else:
        taken = case_queue.take_next(context, n)
    _print(taken, "Nothing waits.", json=json)


@app.command("give-back")
def give_back(
    numbers: _Numbers = None, config: Config = None, json: Json = False
) -> None:
    """Give back cases that you have taken, or all of them; whose they are stays.

    Example: socialcell inbox give-back
    """
    from socialcell.services.desk import case_queue

    given = case_queue.give_back(open_context(config), numbers or ())
    _print(given, "You have taken none.", json=json)


def _print(numbers: list[str], none: str, *, json: bool) -> None:
    if json:
        output.as_json({"cases": numbers})
    elif not numbers:
        output.say(none)
    for number in () if json else numbers:
        output.say(number)
