"""Commands of the noun `areas shapes`: import, list, check."""

from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, DryRun, Json, day_of, open_context

app = typer.Typer(
    help="Outlines of areas, from GeoJSON: what maps are drawn with.",
    no_args_is_help=True,
)
On = Annotated[str | None, typer.Option(help="As of this day.", metavar="DAY")]


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="GeoJSON: a FeatureCollection of polygons.")
    ],
    config: Config = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Replace all outlines by those of a GeoJSON file; all of it or nothing.

    Longitude and latitude in degrees. A feature names its area in `area` (an id) or in
    `name` (in any of the three languages); `valid_from`, `valid_to`, `source` and
    `sketch` may stand beside it. docs/pictures.md has an example.

    Example: socialcell areas shapes import wards.geojson --dry-run
    """
    from socialcell.services import area_shapes

    count = area_shapes.import_shapes(open_context(config), file, dry_run=dry_run)
    if json:
        output.as_json({"shapes": count, "dry_run": dry_run})
        return
    verb = "Would import" if dry_run else "Imported"
    output.say(f"{verb} {count} outlines.")


@app.command("list", cls=ListCommand)
def list_(on: On = None, config: Config = None, json: Json = False) -> None:
    """List the outlines, as they are today or were on a day.

    Example: socialcell areas shapes list --on 2026-11-22
    """
    from socialcell.services import area_shapes

    context = open_context(config)
    shapes = area_shapes.list_shapes(context, day_of(context, on))
    if json:
        output.as_json(
            {
                "shapes": [
                    {
                        "area": shape.area,
                        "polygons": len(shape.polygons),
                        "valid_from": shape.valid_from,
                        "valid_to": shape.valid_to,
                        "source": shape.source,
                        "sketch": shape.sketch,
                    }
                    for shape in shapes
                ]
            }
        )
        return
    output.table(
        ("area", "polygons", "from", "to", "sketch", "source"),
        [
            (
                shape.area,
                len(shape.polygons),
                shape.valid_from,
                shape.valid_to,
                "sketch" if shape.sketch else None,
                shape.source,
            )
            for shape in shapes
        ],
    )


@app.command()
def check(
    kind: Annotated[
        str, typer.Option(help="ward_office, prabhag, locality …")
    ] = "ward_office",
    on: On = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Compare outlines and areas on a day: exit code 1 when one lacks the other.

    Example: socialcell areas shapes check --on 2026-11-22
    """
    from socialcell.services import area_shapes

    context = open_context(config)
    gaps = area_shapes.check_shapes(context, day_of(context, on), kind)
    if json:
        output.as_json(
            {
                "without_shape": list(gaps.without_shape),
                "without_area": list(gaps.without_area),
            }
        )
    else:
        for area in gaps.without_shape:
            output.say(f"No outline: {area}")
        for area in gaps.without_area:
            output.say(f"No area on that day: {area}")
        if not gaps.without_shape and not gaps.without_area:
            output.say(f"Every {kind} has its outline.")
    if gaps.without_shape or gaps.without_area:
        raise typer.Exit(1)
