"""Commands of the noun `messages`: status, templates, reply, approve, send, …"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.messaging import consent
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.commands.renamed import old_command

app = typer.Typer(
    help="Messages: what is pushed to us, and what is written to people on WhatsApp.",
    no_args_is_help=True,
)
old_command(app, "messages agree", "consent grant", consent.grant)
old_command(app, "messages refuse", "consent withdraw", consent.withdraw)
old_command(app, "messages consent", "consent list", consent.list_)

Through = Annotated[
    str | None,
    typer.Option("--source", help="The number's source; needed if there are several."),
]


@app.command()
def status(config: Config = None, json: Json = False) -> None:
    """Show how the doors of pushes stand: what waits, who was turned away.

    Example: socialcell messages status
    """
    from dataclasses import asdict

    from socialcell.services.webhooks import webhook_status

    found = webhook_status.webhook_statuses(open_context(config))
    if json:
        output.as_json({"sources": [asdict(one) for one in found]})
        return
    output.table(
        ("source", "open until", "waiting", "turned away", "files", "mentions"),
        [
            (
                one.source,
                _short(one.open_until),
                one.waiting,
                _counts(one.refused),
                _counts(one.files),
                _counts(one.mentions),
            )
            for one in found
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
    done = media_download.fetch(context)
    if json:
        read = [{"name": one.source, **one.counts} for one in results]
        output.as_json({"sources": read, "fetched": asdict(done)})
    else:
        for one in results:
            output.say(f"{one.source}: {one.counts['received']} items were read")
        output.say(
            f"Fetched: {done.files} files, {done.mentions} mentions. Gone {done.gone}, "
            f"refused {done.refused}, given up {done.failed}, later {done.later}."
        )
    for name, why in done.stopped.items():
        output.note(f"{name}: {why}")
    raise typer.Exit(3 if done.stopped else 0)


@app.command()
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
    found = messages.list_templates(context, source)
    if json:
        rows = [
            {
                "name": one.name,
                "language": one.language,
                "category": one.category,
                "status": one.status,
                "body": one.body,
                "synced_at": one.synced_at,
            }
            for one in found
        ]
        output.as_json({"templates": rows})
        return
    output.table(
        ("name", "language", "category", "status", "text"),
        [(t.name, t.language, t.category, t.status, t.body) for t in found],
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
    context = open_context(config)
    done = messages.reply(context, id, answer, safety=safety, dry_run=dry_run)
    if json:
        output.as_json(
            {
                "person": done.person,
                "window_until": done.until,
                "message": done.message,
                "second_person": done.second_person,
                "waits": done.waits,
                "dry_run": dry_run,
            }
        )
        return
    if done.second_person:
        number = "" if done.waits is None else f" as answer {done.waits}"
        output.say(
            f"The answer to {done.person} is about life or limb: it waits{number} for "
            f"a second person: socialcell messages approve {done.waits or 'ID'}. It "
            f"may be sent until {_short(done.until)}"
        )
        return
    would = "Would be answered" if dry_run else "Answered"
    output.say(f"{would}: {done.person}. The window is open until {_short(done.until)}")


@app.command()
def waiting(config: Config = None, json: Json = False) -> None:
    """List answers and templates that wait for a second person.

    Example: socialcell messages waiting
    """
    from dataclasses import asdict

    from socialcell.services.messaging import reply_drafts, template_approvals

    context = open_context(config)
    found = reply_drafts.list_waiting(context)
    sendings = template_approvals.waiting(context)
    if json:
        document = {"waiting": [asdict(one) for one in found]}
        output.as_json(document | {"templates": [asdict(one) for one in sendings]})
        return
    output.table(
        ("id", "message", "to", "answer", "written by", "may be sent until", "state"),
        [
            (
                one.id,
                one.mention_id,
                one.person,
                one.text,
                one.made_by,
                _short(one.until),
                "unsure" if one.state == "sending" else one.state,
            )
            for one in found
        ],
    )
    if sendings:
        output.table(
            ("template", "language", "people", "entered by", "may be sent until"),
            [
                (one.template, one.language, one.people, one.made_by, _short(one.until))
                for one in sendings
            ],
        )


@app.command()
def approve(
    id: Annotated[int, typer.Argument(help="The answer, as waiting shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Send an answer about life or limb that somebody else wrote. Audited.

    Who is at work is $SOCIALCELL_ACTOR, else the system's user.

    Example: socialcell messages approve 3
    """
    from socialcell.services.messaging import reply_approvals

    done = reply_approvals.approve(open_context(config), id)
    if json:
        output.as_json(
            {"person": done.person, "window_until": done.until, "message": done.message}
        )
        return
    output.say(
        f"Answered: {done.person}. The window is open until {_short(done.until)}"
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
    value: Annotated[
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
    leaves at once. Only a template of Meta's category utility is marked so. Exit code
    3: some could not be sent; 1: none could.

    Example: socialcell messages send water_closure --to numbers.txt --value Aundh
    """
    from dataclasses import asdict

    from socialcell.services.messaging import messages

    done = messages.send_template(
        open_context(config),
        template,
        language,
        _lines(to),
        value or [],
        source=source,
        safety=safety,
        dry_run=dry_run,
    )
    waits = done.second_person and not dry_run
    if json:
        output.as_json({**asdict(done), "dry_run": dry_run})
    elif dry_run:
        output.say(f"Would be sent to {done.left}; {done.not_agreed} did not agree.")
    elif waits and done.left:
        output.say(
            f"This is about life or limb, and waits: it is sent to {done.left} when a "
            "second person runs the same command with the same list, within 24 hours; "
            f"{done.not_agreed} did not agree."
        )
    else:
        output.say(
            f"Sent to {done.sent}; {done.not_agreed} did not agree, {done.failed} "
            f"failed, {done.left} were not tried."
        )
    for reason, n in done.reasons.items():
        output.note(f"{n} times: {reason}")
    if done.stopped:
        output.note(done.stopped)
    if done.interrupted:
        output.note(
            "The same was approved before, and its sending did not end: some people "
            "may have it already."
        )
    bad = done.failed or (done.left and not dry_run and not waits)
    raise typer.Exit((3 if done.sent else 1) if bad else 0)


def _lines(place: str) -> Iterator[str]:
    from socialcell.errors import UsageError

    if place == "-":
        yield from _stdin().splitlines()
        return
    try:
        yield from Path(place).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{place} cannot be read: {why}.") from None


def _stdin() -> str:
    import sys

    return sys.stdin.read()


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(found.items()))


def _short(moment: Any) -> str:
    from socialcell.clock import IST

    return moment.astimezone(IST).strftime("%Y-%m-%d %H:%M") if moment else "never"
