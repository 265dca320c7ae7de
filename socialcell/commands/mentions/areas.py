"""Commands of the noun `areas`: list, import, at; shapes."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.mentions import area_shapes
from socialcell.commands.options import (
    Config,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Sheet,
    day_of,
    open_context,
)

app = typer.Typer(
    help="Areas: wards, prabhags, localities and villages, with dates.",
    no_args_is_help=True,
)
app.add_typer(area_shapes.app, name="shapes")


@app.command("list", cls=ListCommand)
def list_(
    kind: Annotated[
        str | None, typer.Option(help="city, zone, ward_office, locality, village …")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="As of this day.", metavar="DAY")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List areas of both trees, as they are today or were on a day.

    Example: socialcell areas list --kind ward_office
    """
    from socialcell.services import areas

    context = open_context(config)
    day = day_of(context, on)
    rows = areas.list_areas(context, day, kind)
    if json:
        output.as_json({"areas": [areas.area_document(area) for area in rows]})
        return
    output.table(
        ("id", "kind", "parent", "English", "मराठी", "from", "to", "source"),
        [
            (
                area.id,
                area.kind,
                area.parent,
                area.name_en,
                area.name_mr,
                area.valid_from,
                area.valid_to,
                area.source,
            )
            for area in rows
        ],
        important=("English", "मराठी"),
    )


@app.command()
def at(
    place: Annotated[str, typer.Argument(help="An id or a name in any language.")],
    on: Annotated[
        str | None, typer.Option(help="As of this day.", metavar="DAY")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Where a place lay: locality, ward office, zone, city, on a day.

    Places of the gazetteer are known too, those of the workspace's own among them.

    Exit code 1 when the place was in no area that day.

    Example: socialcell areas at फुरसुंगी --on 2024-01-01
    """
    from socialcell.errors import SocialcellError
    from socialcell.services import areas

    context = open_context(config)
    day = day_of(context, on)
    chain = areas.areas_around(context, place, day)
    if not chain:
        raise SocialcellError("areas.place_in_no_area", place=place, day=day)
    if json:
        output.as_json(
            {"on": day, "areas": [areas.area_document(area) for area in chain]}
        )
        return
    for area in chain:
        output.say(f"{area.kind}: {area.name_en} ({area.name_mr})  {area.id}")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX with the columns of areas.csv.")
    ],
    owners: Annotated[
        Path | None, typer.Option(help="owners.csv beside it.", show_default=False)
    ] = None,
    config: Config = None,
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Replace the areas (and owners) by those of a file; all of it or nothing.

    Example: socialcell areas import areas.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services import areas

    options = table_options(mapping, sheet, date_order)
    counts = areas.import_areas(
        open_context(config), file, owners, options, dry_run=dry_run
    )
    if json:
        output.as_json({**asdict(counts), "dry_run": dry_run})
    else:
        verb = "Would import" if dry_run else "Imported"
        output.say(f"{verb} {counts.areas} areas.")
