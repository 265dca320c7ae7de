"""Commands of the noun `campaigns`."""

import typer

app = typer.Typer(
    help="Campaigns: choose creators, measure lift.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """Campaigns: choose creators, measure lift."""
