"""Commands of the noun `alerts`."""

import typer

app = typer.Typer(help="Alerts: try the detector on a file.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Alerts: try the detector on a file."""
