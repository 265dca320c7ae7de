"""Commands of the noun `commitments`: add, list, kept."""

from dataclasses import asdict
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context

app = typer.Typer(
    help="Commitments: what the cell promised; one that is missed is an incident.",
    no_args_is_help=True,
)


@app.command()
def add(
    text: Annotated[str, typer.Argument(help="What the cell said that it would do.")],
    due: Annotated[str, typer.Option(help="Until when, in Pune.", metavar="TIME")],
    topic: Annotated[str | None, typer.Option(help="Such as water.")] = None,
    ward: Annotated[str | None, typer.Option(help="An area's id.")] = None,
    link: Annotated[str | None, typer.Option(help="Where it was said.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a commitment: due and not marked as kept, it is an incident. Audited.

    A day without a time means its end. Handles and numbers of people are hidden.

    Example: socialcell commitments add "Next update on the Sinhagad Road bridge"
    --due 2026-11-25T17:30 --topic roads
    """
    from socialcell.listening.day_ranges import day_end
    from socialcell.services.alerts import commitments

    at = day_end(due, "--due")
    id_ = commitments.add_promise(
        open_context(config), text, at, topic=topic, ward=ward, link=link
    )
    if json:
        output.as_json({"promise": id_, "due_at": at})
    else:
        output.say(f"Commitment {id_} is due by {output.local(at)}.")


@app.command("list", cls=ListCommand)
def list_(
    all: Annotated[bool, typer.Option("--all", help="Also those kept.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the commitments that are open, the earliest due first.

    Example: socialcell commitments list
    """
    from socialcell.clock import IST
    from socialcell.services.alerts import commitments

    rows = commitments.list_commitments(open_context(config), kept=all)
    if json:
        output.as_json({"promises": [asdict(row) for row in rows]})
        return
    if not rows:
        output.say("No commitment is open.")
        return
    output.table(
        ("id", "due", "missed", "text", "topic", "ward"),
        [
            (
                row.id,
                f"{row.due_at.astimezone(IST):%Y-%m-%d %H:%M}",
                "yes" if row.missed else "",
                row.text,
                row.topic,
                row.ward,
            )
            for row in rows
        ],
    )


@app.command()
def kept(
    promise: Annotated[int, typer.Argument(help="As list shows.")],
    note: Annotated[str, typer.Option(help="How.")] = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Mark a commitment as kept; its incident, if it was missed, is over. Audited.

    Example: socialcell commitments kept 4 --note "Posted at 17:10"
    """
    from socialcell.services.alerts import commitments

    commitments.mark_kept(open_context(config), promise, note)
    if json:
        output.as_json({"promise": promise, "state": "kept"})
    else:
        output.say(f"Commitment {promise} is kept.")
