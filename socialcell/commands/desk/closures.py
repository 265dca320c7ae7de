"""Commands of the noun `closures`: claim, list, answer, call, sample, close."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.desk.closing.closing_calls import ClosureEntry
    from socialcell.services.desk.closing.closing_lists import (
        ReopenedCase,
        UnreadAnswer,
    )
    from socialcell.services.desk.closing.closing_sampling import FalseClosures

app = typer.Typer(
    help="Closures: claimed done with evidence, confirmed by the citizen.",
    no_args_is_help=True,
)

_COLUMNS = ("case", "state", "contact", "channel", "language", "asked", "way", "call")
_Case = Annotated[str, typer.Argument(help="The number of a case.", metavar="CASE")]
_Contact = Annotated[
    int, typer.Argument(help="The contact's number, as list shows.", metavar="CONTACT")
]


@app.command()
def claim(
    case: _Case,
    words: Annotated[
        str, typer.Option(help="What was done, in 40 characters or more.")
    ] = "",
    photo: Annotated[
        int | None, typer.Option(help="The number of a photo of the case.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say with evidence that the work is done; every contact is asked. Audited.

    A case that was reopened twice is claimed done by a nodal officer alone: a lead for
    its ward office or department.

    Example: socialcell closures claim 26-000004 --words "The joint of the main was
    replaced and tested at two in the afternoon"
    """
    from socialcell.services.desk.closing import case_closing
    from socialcell.services.desk.closing.case_closing import DoneEvidence

    asked = case_closing.claim_done(
        open_context(config), case, DoneEvidence(words, photo)
    )
    if json:
        output.as_json({"case": case, "state": "resolved_claimed", "asked": asked})
    else:
        output.say(f"Case {case} is claimed done; contacts asked: {asked}")


@app.command("list", cls=ListCommand)
def list_(
    calls: Annotated[bool, typer.Option("--calls", help="Only those to call.")] = False,
    unread: Annotated[
        bool, typer.Option("--unread", help="Answers that a person reads as yes or no.")
    ] = False,
    reopened: Annotated[
        bool,
        typer.Option(
            "--reopened", help="Cases reopened three times: the commissioner's list."
        ),
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the contacts whose answer is missing, the longest asked first.

    Example: socialcell closures list --calls
    """
    from socialcell.services.desk.closing import closing_calls, closing_lists

    context = open_context(config)
    if unread:
        _print_unread(closing_lists.list_unread(context), json=json)
    elif reopened:
        _print_reopened(closing_lists.list_often_reopened(context), json=json)
    else:
        entries = closing_calls.list_closures(context, calls_only=calls)
        _print_closures(entries, json=json)


@app.command()
def answer(
    case: _Case,
    contact: _Contact,
    meaning: Annotated[str, typer.Argument(help="yes or no.", metavar="YES_OR_NO")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Read a contact's unclear message as yes or no.

    Whoever claimed the case done does not read it as a yes.

    Example: socialcell closures answer 26-000004 7 no
    """
    from socialcell.services.desk.closing import closing_replies

    state = closing_replies.decide_answer(
        open_context(config), case, contact, closing_replies.meaning_of(meaning)
    )
    _say_state(case, state, json=json)


@app.command()
def call(
    case: _Case,
    contact: _Contact,
    result: Annotated[
        str, typer.Argument(help="confirmed, contradicted or not_reached.")
    ],
    words: Annotated[str, typer.Option(help="What the contact said.")] = "",
    note: Annotated[str, typer.Option(help="A note of your own.")] = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter what a call to a contact found; one that contradicts reopens the case.

    One that confirms needs the contact's words: they are what the case is closed upon.
    Whoever claimed the case done does not confirm it by phone.

    Example: socialcell closures call 26-000004 7 confirmed --words "Water is back"
    """
    from socialcell.services.desk.closing import closing_calls

    state = closing_calls.enter_call(
        open_context(config), case, contact, result, words=words, note=note
    )
    _say_state(case, state, json=json)


@app.command()
def close(
    case: _Case,
    reason: Annotated[str, typer.Option(help="Why, though nobody answered.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Close a case that was reopened twice over a silence, as its nodal officer.

    Example: socialcell closures close 26-000004 --reason "Seen on the spot on Monday"
    """
    from socialcell.services.desk.closing import case_closing

    state = case_closing.close_after_silence(open_context(config), case, reason)
    _say_state(case, state, json=json)


@app.command()
def sample(
    week: Annotated[
        str | None, typer.Option(help="A Monday; none: of last week.", metavar="MONDAY")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draw the calls of a week's silent closings, once, and say what they found.

    A tenth is drawn, at least 50, within each department. The seed is in the audit log;
    the share of false closures comes with Wilson's interval of 95 %.

    Example: socialcell closures sample --week 2026-11-16
    """
    from socialcell.services.desk.closing import closing_sampling

    context = open_context(config)
    monday = closing_sampling.monday_of(context, week)
    drawn = closing_sampling.draw_sample(context, monday)
    figure = closing_sampling.false_closures(context, monday)
    if json:
        output.as_json(
            {**asdict(drawn), "figure": {**asdict(figure), "share": figure.share}}
        )
        return
    output.say(
        f"Week of {monday}: {drawn.closings} closed without an answer, "
        f"{len(drawn.checks)} drawn for a call"
    )
    output.say(_false_closures(figure))


def _print_unread(messages: "list[UnreadAnswer]", *, json: bool) -> None:
    if json:
        output.as_json({"unread": [asdict(row) for row in messages]})
        return
    columns = ("case", "state", "contact", "at", "words")
    output.table(columns, [_unread_row(row) for row in messages])


def _unread_row(row: "UnreadAnswer") -> tuple[CellContent, ...]:
    return row.case, row.state, row.contact, output.local(row.at), row.words


def _print_reopened(cases: "list[ReopenedCase]", *, json: bool) -> None:
    if json:
        output.as_json({"cases": [asdict(row) for row in cases]})
        return
    columns = ("case", "state", "reopened", "level", "owner", "claimed by")
    output.table(columns, [tuple(asdict(row).values()) for row in cases])


def _print_closures(entries: "list[ClosureEntry]", *, json: bool) -> None:
    if json:
        output.as_json({"closures": [asdict(entry) for entry in entries]})
        return
    output.table(_COLUMNS, [_closure_row(entry) for entry in entries])


def _closure_row(entry: "ClosureEntry") -> tuple[CellContent, ...]:
    asked = output.local(entry.asked_at)
    call = "sample" if entry.in_sample else "yes" if entry.call else ""
    contact = (entry.contact, entry.channel, entry.language)
    return entry.case, entry.state, *contact, asked, entry.way, call


def _false_closures(figure: "FalseClosures") -> str:
    if figure.interval is None:
        return "Nothing is known of them yet"
    low, high = figure.interval
    return (
        f"Contradicted: {figure.contradicted} of {figure.known} "
        f"({low:.1%} to {high:.1%}); not reached: {figure.not_reached}"
    )


def _say_state(case: str, state: str, *, json: bool) -> None:
    if json:
        output.as_json({"case": case, "state": state})
    else:
        output.say(f"Case {case} is {state}")
