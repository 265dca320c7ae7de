"""Commands of the noun `alerts rumours`: add, list, end."""

from dataclasses import asdict
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context

app = typer.Typer(
    help="Texts and links that are known to be false: said with each incident.",
    no_args_is_help=True,
)


@app.command()
def add(
    note: Annotated[str, typer.Option(help="What is true, or how it is known.")],
    text: Annotated[str | None, typer.Option(help="Its words, a sentence.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Its link, such as a video's.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Mark a text or a link as false: copies of it are said with incidents. Audited.

    Nearly the same words are a copy. Handles and numbers of people are hidden.

    Example: socialcell alerts rumours add --text "The dam has burst, leave Pune now"
    --note "The dam is safe: Irrigation Department, 05:10"
    """
    from socialcell.services.alerts import rumours

    id_ = rumours.add(open_context(config), text=text, url=url, note=note)
    if json:
        output.as_json({"rumour": id_})
    else:
        output.say(f"Rumour {id_} is marked as false.")


@app.command("list", cls=ListCommand)
def list_(
    all: Annotated[bool, typer.Option("--all", help="Also those ended.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """List what is marked as false, the newest first.

    Example: socialcell alerts rumours list
    """
    from socialcell.clock import IST
    from socialcell.services.alerts import rumours

    rows = rumours.list_rumours(open_context(config), ended=all)
    if json:
        output.as_json({"rumours": [asdict(row) for row in rows]})
        return
    if not rows:
        output.say("No rumour is marked.")
        return
    output.table(
        ("id", "since", "rumour", "note"),
        [
            (
                row.id,
                f"{row.made_at.astimezone(IST):%Y-%m-%d %H:%M}",
                row.text or row.url,
                row.note,
            )
            for row in rows
        ],
        full=("rumour",),
    )


@app.command()
def end(
    rumour: Annotated[int, typer.Argument(help="As list shows.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Look for a rumour no longer. Audited.

    Example: socialcell alerts rumours end 2
    """
    from socialcell.services.alerts import rumours

    rumours.end(open_context(config), rumour)
    if json:
        output.as_json({"rumour": rumour, "state": "ended"})
    else:
        output.say(f"Rumour {rumour} is ended.")
