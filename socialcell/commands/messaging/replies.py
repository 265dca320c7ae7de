"""Commands of the noun `messages` about answers: reply, waiting, approve, settle, …"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import (
    acting_context,
    drafting_context,
)
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.errors import UsageError

if TYPE_CHECKING:
    from socialcell.services.context import Context

_DRAFTS = ("id", "message", "to", "answer", "written by", "may be sent until", "state")
_SENDINGS = (
    "template",
    "language",
    "people",
    "entered by",
    "may be sent until",
    "state",
)


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
    """Answer a WhatsApp message that is in no case, within 24 hours of the last one.

    What is in an open case is answered there (answers draft). Later only an approved
    template may be sent. Nobody is answered who asked not to be written to and has not
    written since. What is marked with --safety waits for a second person (messages
    approve); so does, in a crisis, every answer to somebody who is in danger. Nothing
    is sent twice: an answer of which nobody knows whether it was heard is listed by
    messages waiting, and a person looks (messages settle). Audited.

    Example: socialcell messages reply 17 "The tanker comes at six."
    """
    from socialcell.services.messaging import replies

    answer = sys.stdin.read() if text == "-" else text
    context = drafting_context(config) if safety else open_context(config)
    result = replies.reply(context, id, answer, safety=safety, dry_run=dry_run)
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
            f"{result.waits or 'ID'}. It may be sent until {output.local(result.until)}"
        )
        return
    would = "Would be answered" if dry_run else "Answered"
    until = output.local(result.until)
    output.say(f"{would}: {result.person}. The window is open until {until}")


def waiting(config: Config = None, json: Json = False) -> None:
    """List answers and templates that wait for a second person or are in doubt.

    One is unsure when nobody knows whether it was heard, as its sending was cut off:
    look in the inbox of WhatsApp Business, then say what you saw: messages settle. A
    template is in doubt for 24 hours.

    Example: socialcell messages waiting
    """
    from dataclasses import asdict

    from socialcell.services.messaging import (
        reply_drafts,
        template_approvals,
        template_doubts,
    )

    context = open_context(config)
    drafts = reply_drafts.list_waiting(context)
    sendings = template_approvals.waiting(context)
    doubts = template_doubts.list_doubts(context)
    if json:
        output.as_json(
            {
                "waiting": [asdict(draft) for draft in drafts],
                "templates": [asdict(sending) for sending in sendings],
                "doubted_templates": [asdict(doubt) for doubt in doubts],
            }
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
                output.local(draft.until) if draft.until else "never",
                draft.state,
            )
            for draft in drafts
        ],
        full=("answer",),
        others=_SENDINGS,
    )
    rows = [
        (
            row.template,
            row.language,
            row.people,
            row.made_by,
            output.local(row.until),
            "waiting",
        )
        for row in sendings
    ]
    rows += [
        (row.template, row.language, row.people, row.made_by, "", "unsure")
        for row in doubts
    ]
    if rows:
        output.table(_SENDINGS, rows, others=_DRAFTS)


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
    until = output.local(result.until)
    output.say(f"Answered: {result.person}. The window is open until {until}")


def withdraw(
    id: Annotated[int, typer.Argument(help="The answer, as waiting shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Take back an answer that waits, or that is not sent again. Audited.

    Example: socialcell messages withdraw 3
    """
    from socialcell.services.messaging import reply_drafts

    reply_drafts.withdraw(open_context(config), id)
    if json:
        output.as_json({"id": id, "state": "withdrawn"})
        return
    output.say(f"Answer {id} does not go out.")


def settle(
    what: Annotated[
        str, typer.Argument(help="The answer or the template, as waiting shows it.")
    ],
    heard: Annotated[bool, typer.Option("--heard", help="The person has it.")] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="It is not there: an answer is sent once more, a template with the "
            "next messages send.",
        ),
    ] = False,
    language: Annotated[
        str | None, typer.Option(help="Of a template: which of its languages.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say of what is in doubt, after a look, whether people have it. Audited.

    Example: socialcell messages settle 3 --heard
    """
    if heard == again:
        raise UsageError("messages.heard_or_again")
    context = open_context(config)
    if what.isdecimal():
        if language is not None:
            raise UsageError("messages.language_of_answer")
        _settle_answer(context, int(what), heard=heard, json=json)
    else:
        _settle_template(context, what, language, heard=heard, json=json)


def _settle_answer(context: "Context", id_: int, *, heard: bool, json: bool) -> None:
    from socialcell.services.messaging import reply_doubts

    message = None
    if heard:
        reply_doubts.settle_heard(context, id_)
    else:
        message = reply_doubts.send_again(context, id_).message
    if json:
        output.as_json({"id": id_, "state": "sent", "message": message})
        return
    output.say(f"Answer {id_} was heard." if heard else f"Answer {id_} is sent.")


def _settle_template(
    context: "Context", template: str, language: str | None, *, heard: bool, json: bool
) -> None:
    from socialcell.services.messaging import template_doubts

    people = template_doubts.settle(context, template, heard=heard, language=language)
    if json:
        state = "sent" if heard else "not sent"
        output.as_json({"template": template, "state": state, "people": people})
        return
    persons = "1 person" if people == 1 else f"{people} people"
    if heard:
        output.say(f"{template}: {persons} in doubt got it.")
    else:
        output.say(
            f"{template}: {persons} in doubt did not get it. The next messages send "
            "with the same list reaches them."
        )


def register(app: typer.Typer) -> None:
    """Add the commands to the noun `messages`."""
    app.command()(reply)
    app.command(cls=ListCommand)(waiting)
    app.command()(approve)
    app.command()(settle)
    app.command()(withdraw)
