"""Commands of the noun `messages`: status, fetch, templates, send; answers are in
replies.py."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.messaging import consent, replies
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.commands.renamed import old_command

app = typer.Typer(
    help="Messages: what is pushed to us, and what is written to people on WhatsApp.",
    no_args_is_help=True,
)
old_command(app, "messages agree", "consent grant", consent.grant)
old_command(app, "messages refuse", "consent withdraw", consent.withdraw)
old_command(app, "messages consent", "consent list", consent.list_, ListCommand)

Through = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="The number's source; needed if there are several.",
        autocompletion=completions.sources,
    ),
]


Again = Annotated[
    bool,
    typer.Option(
        "--again", help="Also to those in doubt: it is not there, a person has looked."
    ),
]


@app.command(cls=ListCommand)
def status(config: Config = None, json: Json = False) -> None:
    """Show the webhook receivers: what waits, and what was refused.

    Example: socialcell messages status
    """
    from dataclasses import asdict

    from socialcell.services.webhooks import webhook_status

    inflows = webhook_status.webhook_statuses(open_context(config))
    if json:
        output.as_json({"sources": [asdict(inflow) for inflow in inflows]})
        return
    output.table(
        ("source", "open until", "waiting", "turned away", "files", "mentions"),
        [
            (
                inflow.source,
                output.local(inflow.open_until) if inflow.open_until else "never",
                inflow.waiting,
                _counts(inflow.refused),
                _counts(inflow.files),
                _counts(inflow.mentions),
            )
            for inflow in inflows
        ],
    )


@app.command()
def fetch(config: Config = None, json: Json = False) -> None:
    """Read what was pushed, and fetch files and mentions that are due.

    `serve webhooks` does it by itself; this is for when it does not run. Exit code 3:
    a source was refused.

    Example: socialcell messages fetch
    """
    from dataclasses import asdict

    from socialcell.services.webhooks import media_download, webhook_ingest

    context = open_context(config)
    results = webhook_ingest.process_pushes(context)
    media = media_download.fetch(context)
    if json:
        read = [{"name": result.source, **result.counts} for result in results]
        output.as_json({"sources": read, "fetched": asdict(media)})
    else:
        for result in results:
            output.say(f"{result.source}: {result.counts['received']} items were read")
        output.say(
            f"Fetched: {media.files} files, {media.mentions} mentions. "
            f"Gone {media.gone}, refused {media.refused}, "
            f"given up {media.failed}, later {media.later}."
        )
    for name, why in media.stopped.items():
        output.note(f"{name}: {why}")
    raise typer.Exit(3 if media.stopped else 0)


@app.command(cls=ListCommand)
def templates(
    sync: Annotated[bool, typer.Option("--sync", help="Ask Meta first.")] = False,
    source: Through = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the templates that Meta has looked at, with their status.

    Example: socialcell messages templates --sync
    """
    from socialcell.services.messaging import messages

    context = open_context(config)
    if sync:
        there, gone = messages.sync_templates(context, source)
        output.note(f"Meta has {there} templates; {gone} are gone.")
    sendings = messages.list_templates(context, source)
    if json:
        rows = [
            {
                "name": template.name,
                "language": template.language,
                "category": template.category,
                "status": template.status,
                "body": template.body,
                "synced_at": template.synced_at,
            }
            for template in sendings
        ]
        output.as_json({"templates": rows})
        return
    output.table(
        ("name", "language", "category", "status", "text"),
        [(t.name, t.language, t.category, t.status, t.body) for t in sendings],
        full=("text",),
    )


@app.command()
def send(
    template: Annotated[str, typer.Argument(help="An approved template.")],
    to: Annotated[str, typer.Option(help="A file with a number a line; - reads it.")],
    language: Annotated[str, typer.Option(help="The template's language.")] = "mr",
    values: Annotated[
        list[str] | None, typer.Option("--value", help="For each gap in the text.")
    ] = None,
    source: Through = None,
    safety: Annotated[
        bool,
        typer.Option(
            "--safety", help="About life or limb: a second person sends it, too."
        ),
    ] = False,
    again: Again = False,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Send a template to those of a list who agreed to be written to.

    Nobody gets the same twice within 24 hours: when a run was cut off, run it again. Of
    whom nobody knows whether they have it, it names the lines of the list: look in the
    inbox of WhatsApp Business, and where it is not there, run it with --again.

    Each costs what its category costs; the budget is asked before each. In crisis,
    mourning and election it is held, unless it is marked with --safety: then it waits
    until a second person runs the same command with the same list within 24 hours, and
    leaves at once; both have signed in. Only a template of Meta's category utility is
    marked so. Exit code 3: some could not be sent; 1: none could.

    Example: socialcell messages send water_closure --to numbers.txt --value Aundh
    """
    from dataclasses import asdict

    from socialcell.services.messaging import messages

    needs_person = safety and not dry_run
    result = messages.send_template(
        acting_context(config) if needs_person else open_context(config),
        template,
        language,
        _lines(to),
        values or [],
        source=source,
        safety=safety,
        again=again,
        dry_run=dry_run,
    )
    waits = result.second_person and not dry_run
    if json:
        output.as_json({**asdict(result), "dry_run": dry_run})
    elif dry_run:
        output.say(
            f"Would be sent to {result.left}; {result.not_agreed} did not agree."
        )
    elif waits and result.left:
        output.say(
            f"This is about life or limb, and waits: it is sent to {result.left} when "
            "a second person runs the same command with the same list, within "
            "24 hours; "
            f"{result.not_agreed} did not agree."
        )
    else:
        output.say(
            f"Sent to {result.sent}; {result.not_agreed} did not agree, "
            f"{result.failed} failed, {result.left} were not tried."
        )
    if result.had:
        output.note(f"{result.had} had the same within 24 hours.")
    if result.unsure:
        lines = " ".join(map(str, result.unsure))
        output.note(
            "Nobody knows whether these lines of the list have it: look in the inbox "
            f"of WhatsApp Business, then --again if it is not there: {lines}"
        )
    for reason, n in result.reasons.items():
        output.note(f"{n} times: {reason}")
    if result.stopped:
        output.note(result.stopped)
    if result.interrupted:
        output.note(
            "The same was approved before, and its sending did not end: whoever has it "
            "does not get it again."
        )
    is_short = (result.left or result.unsure) and not dry_run and not waits
    bad = result.failed or is_short
    raise typer.Exit((3 if result.sent else 1) if bad else 0)


def _lines(place: str) -> Iterator[str]:
    from socialcell.errors import UsageError
    from socialcell.message_catalog import Message

    if place == "-":
        yield from sys.stdin.read().splitlines()
        return
    try:
        yield from Path(place).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or Message("messages.not_utf8")
        raise UsageError(
            "messages.unreadable_file", path=place, reason=reason
        ) from None


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))


replies.register(app)
