"""The command `sources credentials`: is each accepted, and for how long."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context


def credentials(
    last_known: Annotated[
        bool, typer.Option("--known", help="Show the last results; ask nobody.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Try the credential of each connector with a small read: accepted, and how long.

    Sources that had stopped go on when theirs is accepted again. Exit code 4: one
    needs a person.

    Example: socialcell sources credentials
    """
    from socialcell.clock import IST
    from socialcell.services.collection import credential_checks as job

    context = open_context(config)
    checks = job.last_checks(context) if last_known else job.check_credentials(context)
    if json:
        output.as_json({"credentials": [vars(check) for check in checks]})
    elif not checks:
        output.say("Nothing is known of any credential: there is no enabled source.")
    else:
        output.table(
            ("connector", "accepted", "days left", "tried", "note"),
            [
                (
                    check.connector,
                    "yes" if check.ok else "NO",
                    "not told" if check.days_left is None else check.days_left,
                    f"{check.checked_at.astimezone(IST):%Y-%m-%d %H:%M}",
                    check.message,
                )
                for check in checks
            ],
            full=("note",),
        )
    raise typer.Exit(0 if all(check.ok for check in checks) else 4)
