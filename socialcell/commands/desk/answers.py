"""Commands of the noun `answers`, from a draft to its end."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.desk import spoken_answers
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, Limit, open_context
from socialcell.errors import UsageError

if TYPE_CHECKING:
    from socialcell.services.desk.answers.answer_drafts import DraftResult
    from socialcell.services.desk.answers.answer_view import AnswerLine, WordChange

app = typer.Typer(
    help="Answers to citizens in a case: drafted, approved, sent once.",
    no_args_is_help=True,
)
_COLUMNS = ("message", "answer", "to", "way", "state", "by", "words", "what holds it")
_MICROS = 1_000_000

Key = Annotated[str, typer.Argument(help="The answer, as list shows it.")]
Rev = Annotated[
    int | None,
    typer.Option(help="The revision of the case that you saw.", show_default=False),
]


def _words(text: str | None) -> str | None:
    return sys.stdin.read() if text == "-" else text


@app.command()
def draft(
    number: Annotated[str, typer.Argument(help="The case, as 26-004211.")],
    mr: Annotated[str | None, typer.Option(help="In Marathi; - reads it.")] = None,
    hi: Annotated[str | None, typer.Option(help="In Hindi; - reads it.")] = None,
    en: Annotated[str | None, typer.Option(help="In English; - reads it.")] = None,
    mr_latn: Annotated[
        str | None, typer.Option("--mr-Latn", help="Marathi in Latin letters.")
    ] = None,
    hi_latn: Annotated[
        str | None, typer.Option("--hi-Latn", help="Hindi in Latin letters.")
    ] = None,
    macro: Annotated[
        str | None, typer.Option(help="An approved answer, by its key.")
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(help="Of a placeholder: name=words.", metavar="NAME=WORDS"),
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="A template of WhatsApp, after its window.")
    ] = None,
    gap: Annotated[
        list[str] | None, typer.Option(help="Of the template, in order.")
    ] = None,
    to: Annotated[
        list[int] | None, typer.Option(help="Contacts; all without it.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="In public.")] = False,
    private: Annotated[bool, typer.Option("--private", help="Privately only.")] = False,
    purpose: Annotated[
        str, typer.Option(help="answer, place_question, closing_question, acknowledge.")
    ] = "answer",
    safety: Annotated[bool, typer.Option("--safety", help="Of life or limb.")] = False,
    replaces: Annotated[
        str | None, typer.Option(help="The answer that this one stands for.")
    ] = None,
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draft an answer, each contact in its own language and channel. Audited.

    A second person approves it; an unchanged approved answer (--macro) that goes
    privately to nobody in danger may be sent without (answers send).

    Example: socialcell answers draft 26-004211 --macro received
    """
    from socialcell.services.desk.answers import answer_drafts
    from socialcell.services.desk.answers.answer_drafts import (
        AnswerDraft,
        TemplateChoice,
    )

    texts = {"mr": mr, "hi": hi, "en": en, "mr-Latn": mr_latn, "hi-Latn": hi_latn}
    words = {key: _words(text) for key, text in texts.items()}
    entry = AnswerDraft(
        texts={key: text for key, text in words.items() if text is not None},
        contacts=to or None,
        way="public" if public else "private" if private else None,
        purpose=purpose,
        macro=macro,
        values=_values(value or ()),
        template=TemplateChoice(template, tuple(gap or ())) if template else None,
        safety=safety,
        replaces=replaces,
    )
    result = answer_drafts.draft_answer(acting_context(config), number, entry, rev)
    if json:
        unreached = {str(id_): str(why) for id_, why in result.unreached.items()}
        document = {"answer": result.key, "state": result.state}
        output.as_json(
            {**document, "messages": result.messages, "unreached": unreached}
        )
    else:
        _say_draft(result)


def _values(pairs: Sequence[str]) -> dict[str, str]:
    """The values of placeholders, from name=words. UsageError."""
    values = {}
    for pair in pairs:
        name, equals, words = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError("deskanswers.value_form", value=pair)
        values[name.strip()] = words
    return values


def _say_draft(result: "DraftResult") -> None:
    step = "send" if result.state == "draft" else "approve"
    following = f"socialcell answers {step} {result.key}"
    output.say(f"Answer {result.key}: {result.messages} messages. Next: {following}")
    for id_, why in result.unreached.items():
        output.note(f"Contact {id_} is not reached: {why}")


@app.command("list", cls=ListCommand)
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option(help="draft, waiting, returned, queued, sent, failed, unsure, …"),
    ] = None,
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List messages of answers, newest first; those that still ask for something.

    Example: socialcell answers list --state unsure
    """
    from socialcell.services.desk.answers import answer_view

    states = tuple(state) if state else answer_view.OPEN_STATES
    lines = answer_view.list_answers(open_context(config), states, limit)
    if json:
        output.as_json({"answers": [_document(line) for line in lines]})
        return
    output.table(_COLUMNS, [_row(line) for line in lines], full=("what holds it",))


@app.command(cls=ListCommand)
def show(key: Key, config: Config = None, json: Json = False) -> None:
    """Show an answer as it will stand, and what changed since the draft before.

    Example: socialcell answers show 26-004211.2
    """
    from socialcell.services.desk.answers import answer_view

    detail = answer_view.show_answer(open_context(config), key)
    if json:
        lines = [_document(line) for line in detail.lines]
        output.as_json({**asdict(detail), "lines": lines})
        return
    for line, changes in zip(detail.lines, detail.changes, strict=True):
        until = f", until {output.local(line.until)}" if line.until else ""
        micros = line.price_micros
        price = "" if micros is None else f", {micros / _MICROS:.2f} INR"
        length = f", {line.used} of {line.limit} characters" if line.limit else ""
        output.say(
            f"{line.message}: contact {line.contact}, {line.channel}, {line.way}, "
            f"{line.language}, {line.state}{until}{price}{length}"
        )
        output.say(line.text or "")
        if line.hold:
            output.say(f"Held: {line.hold}")
        if changes is not None:
            output.say(f"Changed: {_shown(changes)}")


@app.command()
def approve(
    key: Key, rev: Rev = None, config: Config = None, json: Json = False
) -> None:
    """Approve what another person drafted: it is queued and sent once. Audited.

    Example: socialcell answers approve 26-004211.2
    """
    from socialcell.services.desk.answers import answers

    count = answers.approve_answer(acting_context(config), key, rev)
    _say_state(key, "queued", f"Approved: {count} messages are queued.", json)


@app.command()
def send(key: Key, rev: Rev = None, config: Config = None, json: Json = False) -> None:
    """Queue an unchanged approved answer, without a second person. Audited.

    Example: socialcell answers send 26-004211.1
    """
    from socialcell.services.desk.answers import answers

    count = answers.send_answer(acting_context(config), key, rev)
    _say_state(key, "queued", f"{count} messages are queued.", json)


@app.command("return")
def return_(
    key: Key,
    reason: Annotated[str, typer.Option(help="Why it goes back.")],
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Give an answer back to who drafted it, with a reason. Audited.

    Example: socialcell answers return 26-004211.2 --reason "Say which evening"
    """
    from socialcell.services.desk.answers import answers

    answers.return_answer(acting_context(config), key, reason, rev)
    _say_state(key, "returned", f"Answer {key} goes back.", json)


@app.command()
def withdraw(
    key: Key,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take back an answer that is not being sent yet. Audited.

    Example: socialcell answers withdraw 26-004211.2
    """
    from socialcell.services.desk.answers import answers

    answers.withdraw_answer(acting_context(config), key, reason, rev)
    _say_state(key, "withdrawn", f"Answer {key} does not go out.", json)


@app.command()
def settle(
    message: Annotated[int, typer.Argument(help="The message, as list shows it.")],
    heard: Annotated[bool, typer.Option("--heard", help="The citizen has it.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="It is not there: send it once more.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say of a message in doubt, after a look, whether the citizen has it. Audited.

    Example: socialcell answers settle 12 --heard
    """
    from socialcell.services.desk.answers import answer_results

    if heard == again:
        raise UsageError("deskanswers.heard_or_again")
    answer_results.settle(acting_context(config), message, heard=heard)
    state = "sent" if heard else "queued"
    _say_state(message, state, f"Message {message} is {state}.", json, "message")


def _say_state(
    key: str | int, state: str, sentence: str, json: bool, name: str = "answer"
) -> None:
    if json:
        output.as_json({name: key, "state": state})
    else:
        output.say(sentence)


def _row(line: "AnswerLine") -> tuple[object, ...]:
    return (
        line.message,
        line.answer,
        f"{line.contact}: {line.channel}",
        line.way,
        line.state,
        line.made_by,
        line.text,
        str(line.hold) if line.hold else line.reason,
    )


def _document(line: "AnswerLine") -> dict[str, object]:
    from socialcell.message_catalog import LANGUAGES, in_words

    hold = line.hold and {
        "code": line.hold.code,
        **{language: in_words(line.hold, language, str) for language in LANGUAGES},
    }
    return {**asdict(line), "hold": hold}


def _shown(changes: "Sequence[WordChange]") -> str:
    """Removed words in [-…-], added ones in {+…+}."""
    marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
    return "".join(
        f"{marks[part.change][0]}{part.words}{marks[part.change][1]}"
        for part in changes
    )


spoken_answers.register(app)
