"""Commands of the noun `pictures`: incident, wards, heatmap, funnel, lift."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context

if TYPE_CHECKING:
    from socialcell.reports.pictures.picture import Picture
    from socialcell.services.context import Context

app = typer.Typer(
    help="Pictures as PNG for mail or SVG for pages, each with title and source.",
    no_args_is_help=True,
)
Out = Annotated[Path, typer.Option(help="The file: its name ends in .png or .svg.")]
Lang = Annotated[
    str, typer.Option(help="The picture's language: mr, hi or en.", metavar="LANG")
]
Narrow = Annotated[
    bool, typer.Option("--narrow", help="As wide as a phone: 368 pixels, not 760.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="A day or moment: the last complete week before it. Default: now.",
        metavar="DATE",
    ),
]
Campaign = Annotated[str, typer.Argument(help="The campaign's name.")]


@app.command()
def incident(
    id: Annotated[int, typer.Argument(help="The incident, as in alerts list.")],
    out: Out,
    lang: Lang = "en",
    narrow: Narrow = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draw an incident: mentions by hour; first post, alert, taken on, statement, end.

    What has not come to pass is said, in a dashed ring.

    Example: socialcell pictures incident 22 --out flood.svg --lang mr
    """
    from socialcell.services.reporting import report_pictures

    context = _open(out, config)
    picture = report_pictures.incident_picture(context, id, lang, narrow=narrow)
    _write(picture, out, json=json)


@app.command()
def wards(
    out: Out,
    as_of: AsOf = None,
    lang: Lang = "en",
    narrow: Narrow = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draw a week's mentions on the map of ward offices, with the number on each.

    Outlines come from `areas shapes import`. Hatched: nothing was collected.

    Example: socialcell pictures wards --as-of 2026-11-23 --out wards.png
    """
    from socialcell.services.reporting import report_pictures

    context = _open(out, config)
    picture = report_pictures.ward_picture(
        context, _moment(context, as_of), lang, narrow=narrow
    )
    _write(picture, out, json=json)


@app.command()
def heatmap(
    out: Out,
    as_of: AsOf = None,
    lang: Lang = "en",
    narrow: Narrow = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draw a week's mentions hour by hour and day by day, beside what is usual.

    Usual is the median of the same hour over the 28 days before, as far as they were
    collected. Hatched: nothing was collected.

    Example: socialcell pictures heatmap --as-of 2026-11-23 --out hours.svg
    """
    from socialcell.services.reporting import report_pictures

    context = _open(out, config)
    picture = report_pictures.heat_map_picture(
        context, _moment(context, as_of), lang, narrow=narrow
    )
    _write(picture, out, json=json)


@app.command()
def funnel(
    campaign: Campaign,
    out: Out,
    lang: Lang = "en",
    narrow: Narrow = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draw the way from a campaign's posts to the app: what is not known is hatched.

    Example: socialcell pictures funnel monsoon26 --out funnel.png --lang hi
    """
    from socialcell.services.reporting import report_pictures

    context = _open(out, config)
    picture = report_pictures.funnel_picture(context, campaign, lang, narrow=narrow)
    _write(picture, out, json=json)


@app.command()
def lift(
    campaign: Campaign,
    out: Out,
    lang: Lang = "en",
    narrow: Narrow = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draw what a campaign added: as it was, as expected with its 95 % band, and the
    difference below.

    Example: socialcell pictures lift monsoon26 --out lift.svg
    """
    from socialcell.services.reporting import report_pictures

    context = _open(out, config)
    picture = report_pictures.lift_picture(context, campaign, lang, narrow=narrow)
    _write(picture, out, json=json)


def _open(out: Path, config: Path | None) -> "Context":
    """The workspace; first UsageError for a file that is no picture."""
    from socialcell.services.reporting import report_pictures

    report_pictures.writer_of(out)
    return open_context(config)


def _write(picture: "Picture", out: Path, *, json: bool) -> None:
    from socialcell.services.reporting import report_pictures

    report_pictures.write_picture(picture, out)
    if json:
        output.as_json(
            {
                "file": str(out),
                "title": picture.caption.title,
                "drawn": picture.caption.drawn,
                "source": picture.caption.source,
                "alt": picture.alt,
                "headings": list(picture.table.headings),
                "rows": [
                    [" ".join(cell) for cell in row] for row in picture.table.rows
                ],
            }
        )
        return
    output.say(f"Written: {out}")
    output.say(picture.caption.title)


def _moment(context: "Context", as_of: str | None) -> datetime | None:
    from socialcell.listening.day_ranges import day_start

    return day_start(as_of, "--as-of", context.clock.now()) if as_of else None
