"""The command `doctor`: is everything as it must be, and if not, what to do."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import ROOT_CONFIG, Config, Json

_MARKS = {"ok": "ok", "warning": "WARNING", "failed": "FAILED", "skipped": "skipped"}


def doctor(
    deep: Annotated[
        bool,
        typer.Option(
            "--deep", help="Read all rows, ask the mail server and every platform."
        ),
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Look at everything this workspace rests on; nothing is changed.

    Each check has a state (ok, warning, failed, skipped), what was found and what to
    do. Secrets are shown by where they come from, their length and the end of their
    SHA-256. Exit code 1 when a check failed.

    Example: socialcell doctor --deep
    """
    from socialcell.services.doctor import examine

    checks = []
    for check in examine(config or ROOT_CONFIG.get(), deep=deep):
        checks.append(check)
        if not json:
            output.say(f"{_MARKS[check.state]:<8} {check.name}: {check.finding}")
            if check.advice:
                output.say(f"{'':<8} → {check.advice}")
    failures = sum(check.state == "failed" for check in checks)
    if json:
        output.as_json(
            {"ok": not failures, "checks": [check.as_json() for check in checks]}
        )
    raise typer.Exit(1 if failures else 0)
