"""Commands of the noun `messages`: status, templates, reply, approve, send, …"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.messaging import consent
from socialcell.commands.operators.sign_in_prompt import (
    acting_context,
    drafting_context,
)
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.commands.renamed import old_command

app = typer.Typer(
    help="Messages: what is pushed to us, and what is written to people on WhatsApp.",
    no_args_is_help=True,
)
old_command(app, "messages agree", "consent grant", consent.grant)
old_command(app, "messages refuse", "consent withdraw", consent.withdraw)
old_command(app, "messages consent", "consent list", consent.list_, ListCommand)

_DRAFTS = ("id", "message", "to", "answer", "written by", "may be sent until", "state")
_SENDINGS = ("template", "language", "people", "entered by", "may be sent until")

Through = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="The number's source; needed if there are several.",
        autocompletion=completions.sources,
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
                _short(inflow.open_until),
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
def reply(
    id: Annotated[int, typer.Argument(help="The message, as mentions list shows it.")],
    text: Annotated[str, typer.Argument(help="The answer; - reads it.")],
    safety: Annotated[
        bool,
        typer.Option(
            "--safety", help="About life or limb: a second person approves it."
        ),
    ] = False,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Answer a WhatsApp message, within 24 hours of the person's last one.

    Later only an approved template may be sent. Nobody is answered who asked not to be
    written to and has not written since. What is marked with --safety waits for a
    second person (messages approve); so does, in a crisis, every answer to somebody who
    is in danger. Audited.

    Example: socialcell messages reply 17 "The tanker comes at six."
    """
    from socialcell.services.messaging import messages

    answer = _stdin() if text == "-" else text
    context = drafting_context(config) if safety else open_context(config)
    result = messages.reply(context, id, answer, safety=safety, dry_run=dry_run)
    if json:
        output.as_json(
            {
                "person": result.person,
                "window_until": result.until,
                "message": result.message,
                "second_person": result.second_person,
                "waits": result.waits,
                "dry_run": dry_run,
            }
        )
        return
    if result.second_person:
        number = "" if result.waits is None else f" as answer {result.waits}"
        output.say(
            f"The answer to {result.person} is about life or limb: it waits{number} "
            f"for a second person: socialcell messages approve "
            f"{result.waits or 'ID'}. It may be sent until {_short(result.until)}"
        )
        return
    would = "Would be answered" if dry_run else "Answered"
    output.say(
        f"{would}: {result.person}. The window is open until {_short(result.until)}"
    )


@app.command(cls=ListCommand)
def waiting(config: Config = None, json: Json = False) -> None:
    """List answers and templates that wait for a second person.

    Example: socialcell messages waiting
    """
    from dataclasses import asdict

    from socialcell.services.messaging import reply_drafts, template_approvals

    context = open_context(config)
    drafts = reply_drafts.list_waiting(context)
    sendings = template_approvals.waiting(context)
    if json:
        document = {"waiting": [asdict(draft) for draft in drafts]}
        output.as_json(
            document | {"templates": [asdict(sending) for sending in sendings]}
        )
        return
    output.table(
        _DRAFTS,
        [
            (
                draft.id,
                draft.mention_id,
                draft.person,
                draft.text,
                draft.made_by,
                _short(draft.until),
                "unsure" if draft.state == "sending" else draft.state,
            )
            for draft in drafts
        ],
        full=("answer",),
        others=_SENDINGS,
    )
    if sendings:
        output.table(
            _SENDINGS,
            [
                (
                    sending.template,
                    sending.language,
                    sending.people,
                    sending.made_by,
                    _short(sending.until),
                )
                for sending in sendings
            ],
            others=_DRAFTS,
        )


@app.command()
def approve(
    id: Annotated[int, typer.Argument(help="The answer, as waiting shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Send an answer about life or limb that somebody else wrote. Audited.

    Whoever approves has signed in, has the role of approver or lead, and did not enter
    it; on a terminal it asks who that is.

    Example: socialcell messages approve 3
    """
    from socialcell.services.messaging import reply_approvals

    result = reply_approvals.approve(acting_context(config), id)
    if json:
        output.as_json(
            {
                "person": result.person,
                "window_until": result.until,
                "message": result.message,
            }
        )
        return
    output.say(
        f"Answered: {result.person}. The window is open until {_short(result.until)}"
    )


@app.command()
def withdraw(
    id: Annotated[int, typer.Argument(help="The answer, as waiting shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Take back an answer that waits for a second person. Audited.

    Example: socialcell messages withdraw 3
    """
    from socialcell.services.messaging import reply_drafts

    reply_drafts.withdraw(open_context(config), id)
    if json:
        output.as_json({"id": id, "state": "withdrawn"})
        return
    output.say(f"Answer {id} does not go out.")


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
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Send a template to those of a list who agreed to be written to.

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
    for reason, n in result.reasons.items():
        output.note(f"{n} times: {reason}")
    if result.stopped:
        output.note(result.stopped)
    if result.interrupted:
        output.note(
            "The same was approved before, and its sending did not end: some people "
            "may have it already."
        )
    bad = result.failed or (result.left and not dry_run and not waits)
    raise typer.Exit((3 if result.sent else 1) if bad else 0)


def _lines(place: str) -> Iterator[str]:
    from socialcell.errors import UsageError
    from socialcell.message_catalog import Message

    if place == "-":
        yield from _stdin().splitlines()
        return
    try:
        yield from Path(place).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or Message("messages.not_utf8")
        raise UsageError(
            "messages.unreadable_file", path=place, reason=reason
        ) from None


def _stdin() -> str:
    import sys

    return sys.stdin.read()


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))


def _short(moment: datetime | None) -> str:
    from socialcell.clock import IST

    return moment.astimezone(IST).strftime("%Y-%m-%d %H:%M") if moment else "never"
