"""Commands of the noun `sandbox`: serve."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from socialcell.clock import SystemClock
from socialcell.commands import output

app = typer.Typer(
    help="The sandbox city: platforms on loopback to try everything against.",
    no_args_is_help=True,
)

AHEAD = timedelta(days=14)  # how long a served city goes on living


@app.command()
def serve(
    workspace: Annotated[
        Path, typer.Option(help="A folder for a ready workspace; made if missing.")
    ],
    seed: Annotated[int, typer.Option(min=0, help="Which world.")] = 7,
    seconds: Annotated[
        float | None, typer.Option(help="Stop by itself after so long.")
    ] = None,
) -> None:
    """Serve a sandbox city in real time, and write a workspace that collects from it.

    The workspace may also post there, in the city's name.

    The workspace gets config.yaml with the addresses on loopback, test tokens and the
    sources. Its addresses hold while this command runs.

    Example: socialcell sandbox serve --workspace /tmp/city
    """
    from socialcell import sandbox
    from socialcell.commands.workspace.demo import named, watched
    from socialcell.sandbox.city import City
    from socialcell.services.rehearsal import rehearsal_workspace

    clock = SystemClock()
    city = City(seed=seed, end=_end(clock.now()), days=42)
    with sandbox.serve(city, clock) as running:
        rehearsal_workspace.connect(
            workspace,
            running.secrets,
            watched(running),
            named(running),
            running.base_urls,
            sandbox.accounts(city),
        )
        output.note(f"{len(running.platforms)} platforms are served on loopback.")
        config = workspace / "config.yaml"
        output.say(f"Ready: socialcell --config {config} pull")
        output.flush()
        _wait(seconds)


def _end(now: datetime) -> datetime:
    """Midnight two weeks ahead, so that one day has one city."""
    ahead = now + AHEAD
    return ahead.replace(hour=0, minute=0, second=0, microsecond=0)


def _wait(seconds: float | None) -> None:
    try:
        time.sleep(seconds if seconds is not None else 10**8)
    except KeyboardInterrupt:
        output.note("Stopped.")
