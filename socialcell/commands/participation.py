"""Commands of the noun `participation`."""

import typer

app = typer.Typer(help="Participation: opinion maps of a consultation.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Participation: opinion maps of a consultation."""
