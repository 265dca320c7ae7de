"""The noun `mentions` and the order of its commands in the help."""

import typer

from socialcell.commands.list_command import ListCommand, PagedCommand
from socialcell.commands.mentions import decisions, listing, similar, single_mention

app = typer.Typer(
    help="Mentions: what was said about the city, newest first.", no_args_is_help=True
)

app.command(cls=ListCommand)(similar.similar)
app.command(cls=ListCommand)(similar.stories)
app.command("list", cls=ListCommand)(listing.list_)
app.command(cls=ListCommand)(listing.search)
app.command(cls=PagedCommand)(single_mention.show)
app.command("open")(single_mention.open_)
app.command()(decisions.decide)
app.command()(decisions.label)
app.command()(listing.export)
