"""Commands of the noun `consent`: grant, withdraw, list."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, moment_of, open_context

app = typer.Typer(
    help="Consent: who may be written to on WhatsApp, and who may not.",
    no_args_is_help=True,
)

Number = Annotated[
    str,
    typer.Argument(
        help="A telephone number; ten digits are an Indian one. - reads it."
    ),
]
Evidence = Annotated[str, typer.Option(help="How it is known: form, call, message.")]
At = Annotated[
    str | None,
    typer.Option(help="When, in Pune; now if not given.", metavar="TIME"),
]


@app.command()
def grant(
    number: Number,
    evidence: Evidence,
    at: At = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="mr, hi or en: of the notice about messages that they were shown."
        ),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Note that somebody agreed to be written to. The number itself is not kept.

    With --language the consent rests on the notice that counted then.

    Example: socialcell consent grant "+91…" --evidence "form 12, Aundh"
    """
    _note(config, number, "granted", evidence, at, json, language)


@app.command()
def withdraw(
    number: Number,
    evidence: Evidence,
    at: At = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Note that somebody does not want to be written to any more.

    Who answers STOP or switches us off in WhatsApp is noted without this.

    Example: socialcell consent withdraw "+91…" --evidence "call, 24 Nov"
    """
    _note(config, number, "withdrawn", evidence, at, json)


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the ledger of consent, oldest first; people by pseudonym.

    Example: socialcell consent list
    """
    from socialcell.services.messaging import consent

    entries = consent.list_consent(open_context(config))
    if json:
        documents = [
            {
                "person": entry.pseudonym,
                "event": entry.event,
                "at": entry.at,
                "evidence": entry.evidence,
                "noted_by": entry.actor,
                "notice": entry.notice,
            }
            for entry in entries
        ]
        output.as_json({"consent": documents})
        return
    output.table(
        ("person", "event", "at", "evidence", "noted by"),
        [
            (
                entry.pseudonym,
                entry.event,
                output.local(entry.at),
                entry.evidence,
                entry.actor,
            )
            for entry in entries
        ],
    )


def _note(
    config: Path | None,
    number: str,
    event: str,
    evidence: str,
    at: str | None,
    json: bool,
    language: str | None = None,
) -> None:
    from socialcell.services.messaging import consent

    moment = moment_of("--at", at)
    digits = sys.stdin.read().strip() if number == "-" else number
    entry = consent.record_consent(
        open_context(config), digits, event, evidence, moment, language
    )
    if json:
        output.as_json({"person": entry.pseudonym, "event": event, "new": entry.new})
        return
    noted = "Noted" if entry.new else "Known before"
    output.say(f"{noted}: {entry.pseudonym} {event}")
