"""The command `answers spoken`: what somebody said to a citizen themselves."""

import sys
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json


def spoken(
    number: Annotated[str, typer.Argument(help="The case, as 26-004211.")],
    contact: Annotated[int, typer.Argument(help="Whom you told, by number.")],
    words: Annotated[str, typer.Option(help="What you said; - reads it.")],
    rev: Annotated[
        int | None,
        typer.Option(help="The revision of the case that you saw.", show_default=False),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter what you said to somebody on the phone, by letter or in person. Audited.

    Example: socialcell answers spoken 26-004211 3 --words "A team comes today."
    """
    from socialcell.services.desk.answers.spoken_answers import enter_spoken

    text = sys.stdin.read() if words == "-" else words
    key = enter_spoken(acting_context(config), number, contact, text, rev)
    if json:
        output.as_json({"answer": key, "state": "sent"})
    else:
        output.say(f"Answer {key} stands in the case.")


def register(app: typer.Typer) -> None:
    """Add the command to the noun `answers`."""
    app.command()(spoken)
