"""Commands of the noun `alerts`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.options import Json

if TYPE_CHECKING:
    from socialcell.listening.detect import Scored

app = typer.Typer(help="Alerts: try the detector on a file.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Alerts: try the detector on a file."""


@app.command()
def backtest(
    file: Annotated[
        Path, typer.Argument(help="CSV timestamp,value; - reads standard input.")
    ],
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Alert at this score; without it, as the daemon does."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Score a series of counts as if it came in live, and list the alerts.

    Each point is scored from the points before it. 0.5 is the peak of a usual day.

    Example: socialcell alerts backtest mentions.csv --json
    """
    from socialcell.listening.detect import ALERT_AT, score_series
    from socialcell.listening.series import read_series

    scored = score_series(read_series(file))
    limit = ALERT_AT if threshold is None else threshold
    alerts = [point for point in scored if point.score >= limit]
    if json:
        output.as_json(_document(scored, alerts))
        return
    output.note(f"{len(scored)} points, {len(alerts)} alerts at {limit:g} or more")
    output.table(
        ("at", "observed", "expected", "score"),
        [tuple(_alert(point).values()) for point in alerts],
    )


def _document(scored: "list[Scored]", alerts: "list[Scored]") -> dict[str, Any]:
    return {
        "points": len(scored),
        "alerts": [_alert(point) for point in alerts],
        "scores": [{"at": point.at, "score": point.score} for point in scored],
    }


def _alert(point: "Scored") -> dict[str, Any]:
    expected = None if point.expected is None else round(point.expected, 3)
    return {
        "at": point.at,
        "observed": point.observed,
        "expected": expected,
        "score": point.score,
    }
