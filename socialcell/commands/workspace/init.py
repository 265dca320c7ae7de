"""The command `init`: makes a workspace, and asks on a terminal what it starts with."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.operators.operators import say_codes
from socialcell.commands.options import Json, open_context
from socialcell.commands.workspace import init_questions
from socialcell.errors import UsageError
from socialcell.settings.language import NcModels

if TYPE_CHECKING:
    from socialcell.config import Workspace
    from socialcell.services.operators.accounts import IssuedCode
    from socialcell.services.workspace.first_settings import FirstSettings

_LANGUAGE = "mr"  # of recipients for whom none is named


def init(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path(),
    alert_email: Annotated[
        str | None,
        typer.Option(help="Who is told at once when life or limb is in danger."),
    ] = None,
    alert_lang: Annotated[
        str, typer.Option(help="The language that they read: mr, hi or en.")
    ] = _LANGUAGE,
    operator: Annotated[
        list[str] | None,
        typer.Option(
            help="One of the first two operators: name both. Each gets a code.",
            metavar="NAME",
        ),
    ] = None,
    handle: Annotated[
        list[str] | None,
        typer.Option(
            help="An account of the city's own, as x=PMCPune.", metavar="PLATFORM=NAME"
        ),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(help="A language of the reports: mr, hi or en."),
    ] = None,
    weekly_to: Annotated[
        list[str] | None,
        typer.Option(
            help="Who gets the weekly report by mail, as mr=lead@city.example.",
            metavar="LANGUAGE=ADDRESS",
        ),
    ] = None,
    brief_to: Annotated[
        list[str] | None,
        typer.Option(
            help="Who gets the daily brief by mail.", metavar="LANGUAGE=ADDRESS"
        ),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            help="A domain of the city, to which links may lead.",
            metavar="DOMAIN",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Make a workspace: config.yaml, strategy.yaml, secrets/, the database with areas.

    What is there already is kept, so it is safe to run again. The folder is closed to
    everybody but its owner, or but the group that `workspace.group` names. Two people
    are its first operators: what one of them makes, the other approves. Each sets a
    password with the code that is shown.

    On a terminal it asks whom to alert, for the operators' names, for the city's own
    accounts, the languages of the reports, who gets them, and the city's domains;
    Enter leaves each as it is. The answers stand in config.yaml. `doctor` says what is
    missing.

    Example: socialcell init ~/pmc --operator "Asha Sample" --operator "Meera Sample"
    """
    from socialcell import i18n
    from socialcell.services.workspace import first_settings
    from socialcell.services.workspace.workspace_setup import initialise

    is_new = not (folder / "config.yaml").exists()
    is_asking = is_new and not json and output.is_interactive()
    questions = init_questions.Questions(is_asking)
    i18n.language(alert_lang, "--alert-lang")
    alert = [f"{alert_lang}={alert_email}"] if alert_email else None
    alerts = questions.alerts(alert, _LANGUAGE)
    names = questions.operators(operator)
    handles = questions.handles(handle)
    languages = questions.languages(language)
    default = (languages or [_LANGUAGE])[0]
    settings = first_settings.FirstSettings(
        alerts=alerts,
        handles=handles,
        languages=languages,
        weekly=questions.weekly(weekly_to, default),
        brief=questions.brief(brief_to, default),
        domains=questions.domains(domain),
    )
    setup = initialise(folder, settings=first_settings.config_text(settings))
    codes = _first_operators(folder, names)
    _require_settings(setup.workspace, settings, alert_email)
    if json:
        output.as_json(
            {
                "workspace": str(setup.workspace.folder),
                "created": setup.created,
                "kept": setup.existing,
                "alerted": list(setup.workspace.config.alerts.names),
                "operators": [asdict(code) for code in codes],
            }
        )
        return
    output.say(f"Workspace: {setup.workspace.folder}")
    if setup.created:
        output.say("Made: " + ", ".join(setup.created))
    if setup.existing:
        output.say("Kept as it was: " + ", ".join(setup.existing))
    _say_what_is_missing(setup.workspace)
    if codes:
        say_codes(codes)
    elif is_new:
        output.say(
            "Nobody can approve anything yet. Name two people: socialcell operators "
            "begin NAME NAME"
        )
    output.say("Next: socialcell import FILE, or socialcell sources add --help")


def _require_settings(
    workspace: "Workspace", settings: "FirstSettings", alert_email: str | None
) -> None:
    """UsageError when a config.yaml that was there does not say what was named."""
    path, config = workspace.folder / "config.yaml", workspace.config
    if alert_email and alert_email not in config.alerts.names:
        raise UsageError("commands.config_kept", path=path, address=alert_email)
    keys = [key for key in settings.differences(config) if key != "alerts.recipients"]
    if keys:
        raise UsageError("commands.config_settings_kept", path=path, keys=keys)


def _say_what_is_missing(workspace: "Workspace") -> None:
    place, config = workspace.folder / "config.yaml", workspace.config
    if config.alerts.names_nobody:
        output.say(
            "Nobody is alerted yet: a call for help would reach nobody. Name somebody "
            f"in {place}, at alerts.recipients."
        )
    elif config.mail.host is None and config.alerts.addresses:
        addresses = ", ".join(config.alerts.addresses)
        output.say(
            f"No alert reaches {addresses} yet: mail.host is not set. Next, set mail "
            f"in {place}; socialcell doctor says whether alerts can leave."
        )
    missing = {
        "planning.handles": config.planning.handles,
        "report.recipients": config.report.recipients.is_any,
        "report.brief_to": config.report.brief_to.is_any,
        "links.domains": config.links.domains,
    }
    keys = [key for key, entry in missing.items() if not entry]
    if keys:
        output.say(f"Not named yet, in {place}: {', '.join(keys)}.")
    if config.language.nc is NcModels.ALL:
        output.say(
            "Some language models may not be free for your use: see language.nc in "
            f"{place}, and docs/language.md."
        )


def _first_operators(folder: Path, names: list[str]) -> "list[IssuedCode]":
    """The first two operators, where they are named and there are none."""
    if not names:
        return []
    from socialcell.services.operators import accounts, listing

    context = open_context(folder / "config.yaml")
    if listing.list_operators(context):
        output.note("Operators are there already, and are kept as they are.")
        return []
    return accounts.begin(context, names)
