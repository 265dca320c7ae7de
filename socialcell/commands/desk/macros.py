"""Commands of the noun `macros`: list, import, add, approve, end."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, open_context
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.desk.closing_model import AnswerMacro

app = typer.Typer(
    help="Macros: the book of approved answers, in three languages.",
    no_args_is_help=True,
)

_COLUMNS = ("key", "language", "version", "purpose", "until", "approved by", "text")
_FIELDS = (
    "key",
    "language",
    "version",
    "title",
    "topic",
    "purpose",
    "text",
    "valid_until",
    "made_by",
    "approved_by",
    "ended_at",
)
Key = Annotated[str, typer.Argument(help="The key, as list shows it.")]
Language = Annotated[
    str | None, typer.Option("--lang", help="One language alone.", show_default=False)
]
Until = Annotated[
    str, typer.Option("--until", help="Good until this day, within a year.")
]


@app.command("list", cls=ListCommand)
def list_(
    all: Annotated[bool, typer.Option("--all", help="Also what has ended.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """List approved answers, and those that wait for a second person.

    Example: socialcell macros list
    """
    from socialcell.services.desk.answers import macros

    rows = macros.list_macros(open_context(config), ended=all)
    if json:
        output.as_json({"macros": [_document(row) for row in rows]})
    else:
        output.table(_COLUMNS, [_row(row) for row in rows], full=("text",))


def _document(row: "AnswerMacro") -> dict[str, object]:
    return {name: getattr(row, name) for name in _FIELDS}


def _row(row: "AnswerMacro") -> tuple[CellContent, ...]:
    until = row.valid_until.isoformat()
    approved = "ended" if row.ended_at else row.approved_by
    name = (row.key, row.language, row.version)
    return *name, row.purpose, until, approved, row.text


@app.command("import")
def import_(until: Until, config: Config = None, json: Json = False) -> None:
    """Enter the approved answers that come with the program. Audited.

    Keys that are there stay as they are. A second person approves each.

    Example: socialcell macros import --until 2027-03-31
    """
    from socialcell.listening.day_ranges import read_day
    from socialcell.services.desk.answers import macros

    context = acting_context(config)
    day = read_day(until, "--until")
    result = macros.import_book(context, day)
    if json:
        output.as_json({"added": result.added, "present": result.present})
    else:
        output.say(f"{result.added} entered, {result.present} were there.")


@app.command()
def add(
    key: Annotated[str, typer.Argument(help="A short name: road_works.")],
    text: Annotated[str, typer.Argument(help="The words; - reads them.")],
    language: Annotated[
        str, typer.Option("--lang", help="mr, hi, en, mr-Latn or hi-Latn.")
    ],
    title: Annotated[str, typer.Option(help="What it is about.")],
    until: Until,
    purpose: Annotated[
        str, typer.Option(help="answer, place_question, closing_question, acknowledge.")
    ] = "answer",
    topic: Annotated[
        str | None, typer.Option(help="The topic; every one without it.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter an approved answer, or a new version of one. Audited.

    {number} and {place} come from the case; other names in braces are filled with each
    answer. It counts when a second person has approved it.

    Example: socialcell macros add thanks "Thank you." --lang en --title Thanks --until
    2027-03-31
    """
    from socialcell.listening.day_ranges import read_day
    from socialcell.services.desk.answers import macros
    from socialcell.services.desk.answers.macros import MacroDraft

    context = acting_context(config)
    words = sys.stdin.read() if text == "-" else text
    day = read_day(until, "--until")
    entry = MacroDraft(key, language, title, words, day, purpose, topic)
    row = macros.add_macro(context, entry)
    if json:
        output.as_json(
            {"key": row.key, "language": row.language, "version": row.version}
        )
        return
    output.say(
        f"{row.key} in {row.language}, version {row.version}, waits for a second "
        f"person: socialcell macros approve {row.key}"
    )


@app.command()
def approve(
    key: Key, language: Language = None, config: Config = None, json: Json = False
) -> None:
    """Approve what another person entered, in all languages or one. Audited.

    Example: socialcell macros approve ask_place
    """
    from socialcell.services.desk.answers import macros

    rows = macros.approve_macros(acting_context(config), key, language)
    languages = [row.language for row in rows]
    if json:
        output.as_json({"key": key, "languages": languages})
    else:
        output.say(f"Approved: {key} in {', '.join(languages)}.")


@app.command()
def end(
    key: Key, language: Language = None, config: Config = None, json: Json = False
) -> None:
    """End an approved answer: it is not offered any more. Audited.

    Example: socialcell macros end ask_place --lang hi
    """
    from socialcell.services.desk.answers import macros

    count = macros.end_macro(acting_context(config), key, language)
    if json:
        output.as_json({"key": key, "ended": count})
    else:
        output.say(f"{count} ended.")
