"""Commands of the noun `alerts rules`: add, list, remove."""

from dataclasses import asdict
from typing import Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context
from socialcell.commands.renamed import point_to

app = typer.Typer(
    help="Rules of the cell's own: so many mentions of a query are an incident.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="A short name, such as water-leaks.")]


@app.command()
def add(
    name: Name,
    query: Annotated[str, typer.Argument(help="As mentions search takes it.")],
    threshold: Annotated[int, typer.Option(help="So many mentions …")],
    minutes: Annotated[int, typer.Option(help="… in so many minutes.")] = 60,
    severity: Annotated[
        str, typer.Option(help="high or medium.", autocompletion=completions.severities)
    ] = "medium",
    notify: Annotated[
        list[str] | None,
        typer.Option(help="An address or channel of config.yaml; without it, all."),
    ] = None,
    tell: Annotated[list[str] | None, typer.Option(hidden=True)] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a rule. Audited.

    A rule about protests, politics, religion, caste, somebody's health or a private
    person cannot be written: people may speak without being watched, and platforms
    forbid it.

    Example: socialcell alerts rules add hospital-oxygen "oxygen OR ऑक्सिजन"
    --threshold 5 --minutes 120 --severity high --notify control-room
    """
    from socialcell.services.alerts import alert_rules

    if tell:
        point_to("alerts rules add --tell", "alerts rules add --notify")
    id_, doubts = alert_rules.add_rule(
        open_context(config),
        name,
        query,
        threshold=threshold,
        minutes=minutes,
        severity=severity,
        recipients=notify or tell or (),
    )
    sentences = [str(doubt.message) for doubt in doubts]
    for sentence in sentences:
        output.note(sentence)
    if json:
        output.as_json({"rule": id_, "name": name, "doubts": sentences})
    else:
        output.say(f"Rule {name} is written.")


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the rules, and who wrote them.

    Example: socialcell alerts rules list
    """
    from socialcell.services.alerts import alert_rules

    rows = alert_rules.list_rules(open_context(config))
    if json:
        output.as_json({"rules": [asdict(row) for row in rows]})
        return
    if not rows:
        output.say("There is no rule.")
        return
    output.table(
        ("name", "query", "mentions", "minutes", "severity", "notified"),
        [
            (
                row.name,
                row.query,
                row.threshold,
                row.minutes,
                row.severity,
                ", ".join(row.told) or "all",
            )
            for row in rows
        ],
    )


@app.command()
def remove(name: Name, config: Config = None, json: Json = False) -> None:
    """Take a rule away. Audited.

    Example: socialcell alerts rules remove hospital-oxygen
    """
    from socialcell.services.alerts import alert_rules

    alert_rules.remove_rule(open_context(config), name)
    if json:
        output.as_json({"rule": name, "state": "removed"})
    else:
        output.say(f"Rule {name} is removed.")
