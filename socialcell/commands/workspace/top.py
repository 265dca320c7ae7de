"""Commands without a noun: init, pull."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.operators.operators import say_codes
from socialcell.commands.options import Config, Json, SourceNames, open_context
from socialcell.json_types import DocumentValue
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.collection.collector import RunResult
    from socialcell.services.context import Context
    from socialcell.services.operators.accounts import IssuedCode


def init(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path(),
    alert_email: Annotated[
        str | None,
        typer.Option(help="Who is told at once when life or limb is in danger."),
    ] = None,
    alert_lang: Annotated[
        str, typer.Option(help="The language that they read: mr, hi or en.")
    ] = "mr",
    operator: Annotated[
        list[str] | None,
        typer.Option(
            help="One of the first two operators: name both. Each gets a code.",
            metavar="NAME",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Make a workspace: config.yaml, strategy.yaml, secrets/, the database with areas.

    What is there already is kept, so it is safe to run again. The folder is closed to
    everybody but its owner, or but the group that `workspace.group` names. Two people
    are its first operators: what one of them makes, the other approves. Each sets a
    password with the code that is shown. On a terminal it asks for their names, and
    whom to alert.

    Example: socialcell init ~/pmc --operator "Asha Sample" --operator "Meera Sample"
    """
    from socialcell.errors import UsageError
    from socialcell.services.workspace.workspace_setup import (
        config_alerting,
        initialise,
    )

    is_new = not (folder / "config.yaml").exists()
    if alert_email is None and is_new and not json:
        alert_email = _ask_whom_to_alert()
    if not operator and is_new and not json:
        operator = _ask_for_operators()
    settings = config_alerting(alert_email, alert_lang) if alert_email else None
    setup = initialise(folder, settings=settings)
    codes = _first_operators(folder, operator)
    alerts = setup.workspace.config.alerts
    if alert_email and alert_email not in alerts.names:
        raise UsageError(
            "commands.config_kept", path=folder / "config.yaml", address=alert_email
        )
    if json:
        output.as_json(
            {
                "workspace": str(setup.workspace.folder),
                "created": setup.created,
                "kept": setup.existing,
                "alerted": list(alerts.names),
                "operators": [asdict(code) for code in codes],
            }
        )
        return
    output.say(f"Workspace: {setup.workspace.folder}")
    if setup.created:
        output.say("Made: " + ", ".join(setup.created))
    if setup.existing:
        output.say("Kept as it was: " + ", ".join(setup.existing))
    if alerts.names_nobody:
        output.say(
            "Nobody is alerted yet: a call for help would reach nobody. Name somebody "
            f"in {setup.workspace.folder / 'config.yaml'}, at alerts.recipients."
        )
    if codes:
        say_codes(codes)
    elif is_new:
        output.say(
            "Nobody can approve anything yet. Name two people: socialcell operators "
            "begin NAME NAME"
        )
    output.say("Next: socialcell import FILE, or socialcell sources add --help")


def _first_operators(folder: Path, names: list[str] | None) -> "list[IssuedCode]":
    """The first two operators, where they are named and there are none."""
    if not names:
        return []
    from socialcell.services.operators import accounts, listing

    context = open_context(folder / "config.yaml")
    if listing.list_operators(context):
        output.note("Operators are there already, and are kept as they are.")
        return []
    return accounts.begin(context, names)


def _ask_for_operators() -> list[str]:
    """The names of two people, given on a terminal; none where there is none, or
    nobody was named."""
    import sys

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return []
    output.say("Two people sign in at first: what one makes, the other approves.")
    names = []
    for which in ("One of them", "The other"):
        answer: str = typer.prompt(
            f"{which}, by name; empty: nobody yet", default="", show_default=False
        )
        if not answer.strip():
            return []
        names.append(answer.strip())
    return names


def _ask_whom_to_alert() -> str | None:
    """A mail address that a person gave on a terminal; None where there is none, or
    nobody was named."""
    import sys

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    from socialcell.errors import UsageError
    from socialcell.services.workspace.workspace_setup import config_alerting

    while True:
        answer: str = typer.prompt(
            "Who is told at once when life or limb is in danger? A mail address; "
            "empty: nobody yet",
            default="",
            show_default=False,
        )
        try:
            if answer.strip():
                config_alerting(answer.strip(), "mr")
            return answer.strip() or None
        except UsageError as error:
            output.note(str(error))


def pull(
    sources: SourceNames = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Collect now from all enabled sources, or from those that are named, and read it.

    A source that fails does not touch the others; a platform that asked us to wait
    is not asked before its time. Exit code 3: some sources failed; 4: nothing could
    be done because a credential needs a person; 78: because settings are wrong.

    Example: socialcell pull x.mentions
    """
    from socialcell.services.collection import collector

    context = open_context(config)
    results = collector.collect(
        context, sources or (), progress=lambda name: output.note(f"pulling {name} …")
    )
    show_pulled(results, understand(context), json=json)
    raise typer.Exit(exit_code(results))


def show_pulled(results: "list[RunResult]", tagged: int, *, json: bool) -> None:
    """What pulls brought, and how many mentions were read after them."""
    if json:
        sources_ = [source_counts(result) for result in results]
        output.as_json({"sources": sources_, "tagged": tagged})
    elif results:
        output.table(
            ("source", "state", "received", "stored", "updated", "unchanged", "other"),
            [_row(result) for result in results],
        )
        for result in results:
            if result.reason:
                output.say(f"{result.source}: {result.reason}")
    else:
        output.say("There are no enabled sources. Add one: socialcell sources add")


def understand(context: "Context") -> int:
    """Read what waits to be read (language, places, topics …), and open incidents of
    what is critical in it; how many mentions."""
    from socialcell.services.alerts import escalations
    from socialcell.services.mentions import tagging

    if not tagging.count_waiting(context):
        return 0
    tagged = tagging.tag_waiting(context)
    # What is critical does not wait for the daemon to be put into its outbox.
    for incident in escalations.advance(context, deliver=False).opened:
        output.note(f"Critical: incident {incident}. socialcell alerts show {incident}")
    return tagged


def source_counts(result: "RunResult") -> dict[str, DocumentValue]:
    """A run's result as every command's JSON shows it."""
    return {
        "name": result.source,
        **result.counts,
        "filtered_by": result.filtered_by,
        "state": result.state,
        "error": result.error_kind,
        "reason": result.reason,
        "not_before": result.not_before,
    }


def _row(result: "RunResult") -> tuple[CellContent, ...]:
    counts = result.counts
    other = counts["duplicate"] + counts["quarantined"] + counts["filtered"]
    return (
        result.source,
        result.state,
        counts["received"],
        counts["stored"],
        counts["updated"],
        counts["unchanged"],
        other,
    )


def exit_code(results: "list[RunResult]") -> int:
    """The exit code of a command that ran these sources, 3 when some failed."""
    failed = [result for result in results if result.state != "ok"]
    if not failed:
        return 0
    kinds = {result.error_kind for result in failed}
    if len(failed) == len(results) and kinds <= {"auth", "access"}:
        return 4
    if len(failed) == len(results) and kinds == {"config"}:
        return 78
    return 3
