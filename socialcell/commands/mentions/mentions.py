"""The noun `mentions` and the order of its commands in the help."""

import typer

from socialcell.commands.mentions import decisions, listing, similar, single_mention

app = typer.Typer(
    help="Mentions: what was said about the city, newest first.", no_args_is_help=True
)

app.command()(similar.similar)
app.command()(similar.stories)
app.command("list")(listing.list_)
app.command()(listing.search)
app.command()(single_mention.show)
app.command("open")(single_mention.open_)
app.command()(decisions.decide)
app.command()(decisions.label)
app.command()(listing.export)
