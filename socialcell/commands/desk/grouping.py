"""The commands `cases suggestions`, `unclear`, `merge`, `unmerge` and `split`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.desk.case_options import Number
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context, people_of
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.desk.store.duplicates import SuggestedPair
    from socialcell.services.desk.case_listing import UnclearMention

_Reason = Annotated[str, typer.Option(help="Why; it stands in both cases.")]


def suggestions(
    number: Annotated[
        str | None, typer.Argument(help="Of one case; all without.", metavar="CASE")
    ] = None,
    different: Annotated[
        str | None,
        typer.Option(help="Say that this one is not the same.", metavar="CASE"),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List open cases that may be one, and why; say which are not.

    Suggested are those of the same topic within 14 days and 250 m, or with a place that
    both name, or with nearly the same words; and a post that replies to another case.
    A danger to life is not suggested with a case of another owner that tells of no such
    danger, nor with one of another body.

    Example: socialcell cases suggestions 26-000002 --different 26-000001
    """
    from socialcell.errors import UsageError
    from socialcell.services.desk import case_grouping

    context = open_context(config)
    if different is not None:
        if number is None:
            raise UsageError("deskcases.two_cases")
        case_grouping.decide_suggestion(context, number, different, same=False)
        _report({"case": number, "different": different}, "Noted.", json=json)
        return
    pairs = case_grouping.list_suggestions(context, number)
    if json:
        output.as_json({"suggestions": [asdict(pair) for pair in pairs]})
        return
    if not pairs:
        output.say("No suggestion.")
        return
    rows = [_pair_row(pair) for pair in pairs]
    output.table(("no.", "other", "at", "why"), rows, important=("no.", "other"))


def unclear(config: Config = None, json: Json = False) -> None:
    """List mentions that may ask for something and are in no case: the reader doubts.

    Open a case of what does; of the rest say what it is with mentions decide.

    Example: socialcell cases unclear
    """
    from socialcell.services.desk import case_listing

    context = open_context(config)
    mentions = case_listing.list_unclear(context, people_of(context))
    if json:
        output.as_json({"mentions": [asdict(mention) for mention in mentions]})
        return
    if not mentions:
        output.say("No mention.")
        return
    columns = ("id", "at", "platform", "intent", "text")
    rows = [_mention_row(mention) for mention in mentions]
    output.table(columns, rows, important=("id", "text"))


def merge(
    number: Number,
    into: Annotated[str, typer.Argument(help="The case that stays.", metavar="INTO")],
    reason: _Reason = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Merge a case into another one; both numbers stay. Audited; undone within 30 days.

    Example: socialcell cases merge 26-000002 26-000001
    """
    from socialcell.services.desk import case_grouping

    case_grouping.merge(open_context(config), number, into, reason)
    text = f"Case {number} is merged into {into}."
    _report({"case": number, "into": into}, text, json=json)


def unmerge(
    number: Number, reason: _Reason = "", config: Config = None, json: Json = False
) -> None:
    """Undo the merge of a case, within 30 days; its contacts come back. Audited.

    Example: socialcell cases unmerge 26-000002 --reason "Two different pipes"
    """
    from socialcell.services.desk import case_grouping

    case_grouping.unmerge(open_context(config), number, reason)
    _report({"case": number}, f"Case {number} is a case of its own.", json=json)


def split(
    number: Number,
    contact: Annotated[int, typer.Argument(help="A conversation, as show has it.")],
    reason: _Reason = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Give a conversation of a case a case of its own.

    Example: socialcell cases split 26-000001 4 --reason "Another street"
    """
    from socialcell.services.desk import case_grouping

    new = case_grouping.split(open_context(config), number, contact, reason)
    text = f"Conversation {contact} is in case {new} now."
    _report({"case": number, "new": new}, text, json=json)


def register(app: typer.Typer) -> None:
    """Add these commands to the noun `cases`."""
    app.command(cls=ListCommand)(suggestions)
    app.command(cls=ListCommand)(unclear)
    for function in (merge, unmerge, split):
        app.command()(function)


def _pair_row(pair: "SuggestedPair") -> tuple[CellContent, ...]:
    why = "; ".join(_reason(name, reason) for name, reason in pair.reasons.items())
    return pair.number, pair.other, output.local(pair.made_at), why


def _mention_row(mention: "UnclearMention") -> tuple[CellContent, ...]:
    at = output.local(mention.at)
    return mention.id, at, mention.platform, mention.intent, mention.words


def _reason(name: str, why: object) -> str:
    match name:
        case "places" if isinstance(why, list):
            return ", ".join(why)
        case "metres":
            return f"{why} m away"
        case "words":
            return "nearly the same words"
        case "reply":
            return "replies to it"
    return f"{name} {why}"


def _report(document: dict[str, str | int], text: str, *, json: bool) -> None:
    if json:
        output.as_json(document)
    else:
        output.say(text)
