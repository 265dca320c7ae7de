"""Commands of the noun `participation`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Mapping, Sheet

if TYPE_CHECKING:
    from socialcell.participation.opinion import OpinionMap

app = typer.Typer(
    help="Participation: opinion maps of a consultation.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """Participation: opinion maps of a consultation."""


@app.command("opinion-map")
def opinion_map(
    votes: Annotated[
        Path, typer.Argument(help="CSV or XLSX of votes; - reads standard input.")
    ],
    moderated_out: Annotated[
        str, typer.Option(help="Statements moderated out, separated by commas.")
    ] = "",
    banned: Annotated[
        str, typer.Option(help="Participants to drop, separated by commas.")
    ] = "",
    mapping: Mapping = None,
    sheet: Sheet = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="CSV or XLSX participant,weight: adds weighted results."),
    ] = None,
    earlier: Annotated[
        Path | None, typer.Option(help="Go on from a run that was remembered here.")
    ] = None,
    remember: Annotated[
        Path | None, typer.Option(help="Write what the next run needs to go on.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Also write a page with the drawn map here: .html."),
    ] = None,
    statements: Annotated[
        Path | None,
        typer.Option(help="CSV statement,text: the words that the page shows."),
    ] = None,
    lang: Annotated[
        str, typer.Option(help="The page's language: mr, hi or en.", metavar="LANG")
    ] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Map who thinks alike in a conversation, and on what all agree.

    Example: socialcell participation opinion-map votes.csv --json
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.participation.comparison import compare
    from socialcell.participation.document import document
    from socialcell.participation.memory import read_memory, write_memory
    from socialcell.participation.votes import (
        read_votes,
        read_weights,
        refuse_strangers,
    )

    cast = read_votes(votes, table_options(mapping, sheet))
    out, dropped = _names(moderated_out), _names(banned)
    refuse_strangers(out, cast.statements, "statement")
    refuse_strangers(dropped, cast.participants, "participant")
    comparison = compare(
        cast,
        moderated_out=out,
        banned=dropped,
        weights=read_weights(weights) if weights else None,
        earlier=read_memory(earlier) if earlier else None,
    )
    if page:
        _write_page(comparison.plain, page, statements, lang)
    if remember:
        write_memory(comparison.plain.memory, remember)
    if as_json:
        output.as_json(document(comparison))
    else:
        _print_map(comparison.plain)


def _write_page(
    opinions: "OpinionMap", page: Path, statements: Path | None, lang: str
) -> None:
    from socialcell.participation.votes import read_statements
    from socialcell.reports.pictures import opinion_map as drawing
    from socialcell.services.planning.plan_documents import write_file

    words = read_statements(statements) if statements else {}
    conversation = drawing.DrawnConversation(opinions, words)
    write_file(page, drawing.html(conversation, lang).encode())


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _print_map(opinions: "OpinionMap") -> None:
    output.say(
        f"{len(opinions.participants)} people, {len(opinions.placed)} placed, "
        f"{len(opinions.statements)} statements, {len(opinions.groups)} groups"
    )
    for group in opinions.groups:
        output.say(f"Group {group.id}: {len(group.members)} people")
        for statement in group.representative:
            side = "agrees with" if statement.agrees else "disagrees with"
            output.say(f"  {side} {statement.statement} (z {statement.z:.2f})")
    output.say(f"Most agree with: {', '.join(opinions.agree) or 'nothing'}")
    output.say(f"Most disagree with: {', '.join(opinions.disagree) or 'nothing'}")
    for reason in opinions.reasons:
        output.say(f"Not to be published: {reason}")
