"""Commands of the noun `tokens`: programs that read through the API."""

from dataclasses import asdict
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, open_context
from socialcell.roles import ALL, TokenScope

app = typer.Typer(
    help="Tokens: programs that read through the API, each until a day.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="The token's name: which program it is for.")]


@app.command()
def add(
    name: Name,
    scope: Annotated[
        list[TokenScope],
        typer.Option(help="What it reads; several times for more."),
    ],
    until: Annotated[
        str, typer.Option(help="Until when; a year at most.", metavar="TIME")
    ],
    place: Annotated[
        str, typer.Option(help="Whose rows: all, or the id of a ward or department.")
    ] = ALL,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make a token for a program, which is shown this once. Audited.

    Only an administrator who has signed in makes one. It ends with that person being
    disabled. It reads what the scopes name, people by pseudonym, and with --place the
    rows of that ward office or department alone. With cases:write it brings what
    citizens say by its own door, and decides nothing.

    Example: socialcell tokens add "Ward dashboard" --scope mentions:read --scope
    figures:read --place ward:aundh-baner --until 2027-03-31
    """
    from socialcell.listening.day_ranges import day_start
    from socialcell.services.operators import api_tokens

    ends_at = day_start(until, "--until")
    context = acting_context(config)
    token = api_tokens.make_token(context, name, scope, ends_at, place)
    if json:
        output.as_json(asdict(token))
        return
    output.say(token.token)
    output.note(
        f"The token {token.name}, until {output.local(token.ends_at)} IST. It is not "
        "shown again: give it to whoever runs that program, and to nobody else."
    )


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List tokens: what each reads, of which place, until when, when it last did.

    Example: socialcell tokens list
    """
    from socialcell.services.operators import api_tokens

    tokens = api_tokens.list_tokens(open_context(config))
    if json:
        output.as_json({"tokens": [asdict(line) for line in tokens]})
        return
    output.table(
        ("token", "state", "reads", "place", "until", "last used", "made by"),
        [
            (
                line.name,
                line.state,
                ", ".join(line.scopes),
                line.place,
                output.local(line.ends_at),
                line.last_used_on,
                line.made_by,
            )
            for line in tokens
        ],
        important=("state", "until"),
    )


@app.command()
def revoke(name: Name, config: Config = None, json: Json = False) -> None:
    """Let a token be good no more, from now on. Audited.

    Example: socialcell tokens revoke "Ward dashboard"
    """
    from socialcell.services.operators import api_tokens

    api_tokens.revoke_token(acting_context(config), name)
    if json:
        output.as_json({"name": name, "state": "revoked"})
        return
    output.say(f"The token {name} is good no more.")
