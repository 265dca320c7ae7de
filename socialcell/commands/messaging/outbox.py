"""Commands of the noun `outbox`: mode, list, show, release, send, resubscribe."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, Limit, open_context

if TYPE_CHECKING:
    from socialcell.services.outbox.outbox_view import MessageEntry

app = typer.Typer(
    help="What is sent: the mode, what waits, and what became of it.",
    no_args_is_help=True,
)
_STATES = ("held", "pending", "sending", "sent", "dead")


@app.command()
def mode(
    mode: Annotated[
        str | None,
        typer.Argument(help="normal, crisis, mourning or election; none: show it."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")] = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Show the switch, or turn it: everything that speaks in public is held.

    In crisis, mourning and election, planned posts and outreach are held. Reports,
    briefs and alerts to ourselves and answers to citizens go on, and so do notices and
    answers marked as safety, which a second person approved. In crisis an answer to
    somebody in danger needs a second person, too. What was held stays held when the
    mode is normal again, until it is released.

    Example: socialcell outbox mode crisis --reason "Flood along the Mutha"
    """
    from socialcell.services.outbox import outbox_mode

    context = open_context(config)
    if mode is None:
        current = outbox_mode.current_mode(context)
        if json:
            output.as_json({"mode": current})
        else:
            output.say(current)
        return
    before = outbox_mode.count_held(context)
    held_count = outbox_mode.set_mode(context, mode, reason)
    if json:
        output.as_json({"mode": mode, "held": held_count, "held_before": before})
        return
    output.say(f"Mode: {mode}. Held back now: {held_count}.")
    if before:
        output.say(
            f"Still held from before: {before}. See them: socialcell outbox list "
            "--state held. Let one go: socialcell outbox release NUMBER"
        )


@app.command("list", cls=ListCommand)
def list_(
    state: Annotated[
        list[str] | None, typer.Option(help="held, pending, sending, sent, dead.")
    ] = None,
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List messages and what became of them, newest first.

    What is held says by what: mode (the switch), rule, late, unsure or platform. What
    waits for a second person's approval is not among the messages yet; it is named
    below them, and so are answers to messages of which nobody knows whether they were
    heard.

    Example: socialcell outbox list --state held --state dead
    """
    from socialcell.clock import IST
    from socialcell.errors import UsageError
    from socialcell.services.messaging import reply_drafts
    from socialcell.services.outbox import outbox_view
    from socialcell.services.publishing import own_posts

    if strange := set(state or ()) - set(_STATES):
        raise UsageError(
            "outbox.no_such_state", state=sorted(strange)[0], states=list(_STATES)
        )
    context = open_context(config)
    rows = outbox_view.list_messages(context, state or (), limit)
    drafts = own_posts.list_drafts(context)
    replies = reply_drafts.list_waiting(context)
    answers = [reply.id for reply in replies if reply.state == "waiting"]
    doubts = [reply.id for reply in replies if reply.state == "unsure"]
    if json:
        waiting = {"posts": drafts, "answers": answers}
        messages = [asdict(row) for row in rows]
        document = {"messages": messages, "waiting_for_approval": waiting}
        output.as_json({**document, "answers_in_doubt": doubts})
        return
    output.table(
        ("id", "made", "kind", "to", "subject", "state", "answer"),
        [
            (
                row.id,
                f"{row.made_at.astimezone(IST):%Y-%m-%d %H:%M}",
                row.kind,
                row.recipient,
                row.subject,
                _state(row),
                row.answer,
            )
            for row in rows
        ],
    )
    for what, ids, command in (
        ("Posts", drafts, "posts approve"),
        ("Answers", answers, "messages approve"),
    ):
        if ids:
            numbers = " ".join(map(str, ids))
            output.note(
                f"{what} that wait for a second person (socialcell {command}): "
                f"{numbers}"
            )
    if doubts:
        numbers = " ".join(map(str, doubts))
        output.note(f"Answers in doubt (socialcell messages settle): {numbers}")


@app.command()
def show(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As list shows.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show one message as it would leave: its subject, to whom, when, its text.

    Of a letter the part for programs that show plain text. People are masked in it as
    everywhere. The text goes once a message was sent, and a private answer is read on
    its case.

    Example: socialcell outbox show 12
    """
    from socialcell.services.outbox import message_text

    shown = message_text.show_message(open_context(config), number)
    message = shown.entry
    if json:
        document = {"channel": shown.channel, "text": shown.text}
        output.as_json({"message": {**asdict(message), **document}})
        return
    output.record(
        {
            "id": message.id,
            "kind": message.kind,
            "to": message.recipient,
            "by": shown.channel,
            "subject": message.subject,
            "state": _state(message),
            "made": message.made_at,
            "due": message.not_before if message.ended_at is None else None,
            "ended": message.ended_at,
            "attempts": message.attempts,
            "answer": message.answer,
        }
    )
    if shown.text is not None:
        output.say("")
        output.say(shown.text)
    elif message.kind == "answer":
        output.note(
            f"The words are on the case: socialcell cases show {message.recipient}"
        )
    else:
        output.note("The words are not kept any more.")


@app.command()
def release(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID…]", help="As list shows.")
    ] = None,
    all: Annotated[
        bool, typer.Option("--all", help="Everything that is held.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Let held messages leave, whatever the mode is. Audited.

    --all leaves what is stale: public posts whose time passed more than
    publishing.late_hours ago leave when they are named.

    Example: socialcell outbox release 12 15
    """
    from socialcell.errors import UsageError
    from socialcell.services.outbox import outbox

    if bool(ids) == all:
        raise UsageError("outbox.ids_or_all")
    released = outbox.release(open_context(config), None if all else ids)
    if json:
        stale = list(released.stale)
        output.as_json({"released": released.count, "stale": stale})
        return
    output.say(f"Released: {released.count}.")
    if released.stale:
        numbers = " ".join(map(str, released.stale))
        output.say(
            "Their time has passed, so they stay held. What is still true leaves by "
            f"its number: socialcell outbox release {numbers}"
        )


def _state(message: "MessageEntry") -> str:
    """The state, with what holds a message that is held."""
    reason = message.hold and message.hold.reason
    return f"held: {reason}" if reason else message.state


@app.command()
def send(config: Config = None, json: Json = False) -> None:
    """Send what waits now, as the daemon does every minute.

    What waits then is said with the reason and the next attempt.

    Exit code 1: the mail server could not be used; 3: a letter will never arrive.

    Example: socialcell outbox send
    """
    from socialcell.services.desk.answers import answer_sending
    from socialcell.services.outbox import outbox, waiting_reasons

    context = open_context(config)
    delivery = outbox.deliver_due(context)
    delivery += answer_sending.send_due(context).as_delivery()
    if json:
        output.as_json(vars(delivery))
    else:
        output.say(
            f"{delivery.sent} sent, {delivery.later} later, {delivery.dead} dead"
        )
        if delivery.stopped:
            output.say(delivery.stopped)
        for alerts in (True, False):
            for reason in waiting_reasons.waiting_reasons(context, alerts=alerts):
                output.say(f"Still waiting: {reason}")
    raise typer.Exit(1 if delivery.stopped else 3 if delivery.dead else 0)


@app.command()
def resubscribe(
    letter: Annotated[str, typer.Argument(help="report or brief.")],
    address: Annotated[str, typer.Argument(help="The mail address.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Let a recipient have a letter again who stopped it and now asks for it. Audited.

    report: the weekly letter and those of offices; brief: the daily brief. The address
    must also stand in config.yaml. `doctor` says how many have stopped which letter.

    Example: socialcell outbox resubscribe report commissioner@city.example
    """
    from socialcell.services.outbox import unsubscriptions

    unsubscriptions.resubscribe(open_context(config), letter, address)
    if json:
        output.as_json({"letter": letter, "address": address})
    else:
        output.say(f"{address} gets this letter again: {letter}.")
