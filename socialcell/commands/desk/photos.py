"""The commands `cases photos` and `cases mark-photo`: what may be shown to others."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.desk.case_options import Number, Rev
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.views.desk.case_view import CaseFileView

_COLUMNS = ("no.", "what", "kB", "added", "by", "public")


def photos(number: Number, config: Config = None, json: Json = False) -> None:
    """List the photos and documents of a case with their numbers.

    Example: socialcell cases photos 26-000004
    """
    from socialcell.services.desk.pages import case_page

    files = case_page.list_files(open_context(config), number)
    if json:
        document = {"case": number, "files": [asdict(file) for file in files]}
        output.as_json(document)
        return
    output.table(_COLUMNS, [_row(file) for file in files])


def mark_photo(
    number: Number,
    photo: Annotated[int, typer.Argument(help="Its number, as photos shows it.")],
    public: Annotated[
        bool, typer.Option("--public/--private", help="Whether others may see it.")
    ],
    checked: Annotated[
        bool,
        typer.Option(
            help="You have looked: no face, number plate, name, number of a house or "
            "telephone can be read in it."
        ),
    ] = False,
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say whether a photo may be shown without signing in. Audited.

    No photo is public by itself. Whoever has a field link of the case sees its public
    photos.

    Example: socialcell cases mark-photo 26-000004 3 --public --checked
    """
    from socialcell.services.desk.photos import public_photos

    is_new = public_photos.mark_photo(
        open_context(config), number, photo, public=public, checked=checked, rev=rev
    )
    if json:
        state = {"case": number, "photo": photo, "public": public, "changed": is_new}
        output.as_json(state)
        return
    state_words = "public" if public else "private"
    before = "" if is_new else ", as before"
    output.say(f"Photo {photo} of case {number} is {state_words}{before}.")


def register(app: typer.Typer) -> None:
    """Add both to the commands of `cases`."""
    app.command(cls=ListCommand)(photos)
    app.command("mark-photo")(mark_photo)


def _row(file: "CaseFileView") -> tuple[CellContent, ...]:
    kilobytes = -(-file.size // 1024)
    added = output.local(file.added_at)
    is_public = "yes" if file.is_public else "no"
    return file.id, file.kind, kilobytes, added, file.added_by, is_public
