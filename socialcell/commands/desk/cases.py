"""Commands of the noun `cases`: open, join, list, show, triage, assign and more."""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.desk import case_output, grouping, photos
from socialcell.commands.desk.case_options import Number, Rev
from socialcell.commands.list_command import ListCommand
from socialcell.commands.mentions.mention_options import Topic
from socialcell.commands.options import Config, Json, Limit, open_context, people_of

if TYPE_CHECKING:
    from socialcell.json_types import JsonObject
    from socialcell.services.context import Context
    from socialcell.views.desk.case_view import CasePage

app = typer.Typer(
    help="Cases: what citizens ask, who has it, and where it stands.",
    no_args_is_help=True,
)
Reason = Annotated[str, typer.Option(help="Why; it stands in the case.")]
Kind = Annotated[
    str | None, typer.Option(help="complaint, question, suggestion, help, praise.")
]
Priority = Annotated[str | None, typer.Option(help="P0 to P3.")]
Place = Annotated[str, typer.Option(help="A place's name or id, such as Kothrud.")]
Area = Annotated[str | None, typer.Option(help="A ward office's id.")]
Owner = Annotated[str | None, typer.Option(help="An id of owners list.")]
Point = Annotated[
    str | None, typer.Option(help="Latitude and longitude.", metavar="LAT,LON")
]


@app.command("open")
def open_(
    mention: Annotated[
        int | None, typer.Argument(help="A mention's number; none: by hand.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="By hand: phone, paper or press.")
    ] = None,
    words: Annotated[
        str, typer.Option(help="By hand: what was said; - reads standard input.")
    ] = "",
    kind: Kind = None,
    topic: Topic = None,
    place: Place = "",
    area: Area = None,
    point: Point = None,
    priority: Priority = None,
    summary: Annotated[str, typer.Option(help="A title in our own words.")] = "",
    language: Annotated[
        str | None, typer.Option(help="By hand: which one the citizen speaks.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="By hand; it is sealed.")] = None,
    phone: Annotated[str | None, typer.Option(help="By hand; it is sealed.")] = None,
    address: Annotated[str | None, typer.Option(help="By hand; it is sealed.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Open a case from a mention, or by hand from the telephone, paper or a clipping.

    What the reader sees in a mention is suggested: kind, topic, place, owner and
    priority; what you give here is your decision, and both are kept. A name, number or
    address is encrypted; only the assignee of the open case reads it.

    Example: socialcell cases open 17
    """
    from socialcell.errors import UsageError
    from socialcell.services.desk import case_opening
    from socialcell.services.desk.case_contacts import SpokenWords
    from socialcell.services.desk.case_opening import NewCase

    context = open_context(config)
    if (mention is None) == (source is None):
        raise UsageError("deskcases.mention_or_source")
    if mention is not None:
        by_hand = (words, place, area, point, topic, language, name, phone, address)
        if any(by_hand):
            raise UsageError("deskcases.only_by_hand")
        number = case_opening.open_from_mention(
            context, mention, kind=kind, priority=priority, summary=summary
        )
    else:
        spoken = SpokenWords(
            source or "",
            _text(words),
            language=language,
            name=name,
            phone=phone,
            address=address,
        )
        new = NewCase(
            spoken,
            kind or "complaint",
            topic=topic,
            place=place,
            area=area,
            priority=priority,
            summary=summary,
            point=_point(point),
        )
        number = case_opening.open_by_hand(context, new)
    unknown_place = _unknown_place(context, place)
    page = _page(context, number)
    case_output.print_opened(page, unknown_place, json=json)
    if page.case.priority == "P0":
        output.note(_who_is_called(context))


@app.command()
def join(
    number: Number,
    mention: Annotated[int, typer.Argument(help="A mention's number.")],
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Put a mention into a case; a mention is in one case at most.

    Example: socialcell cases join 26-000001 18
    """
    from socialcell.services.desk import case_opening

    case_opening.join_mention(open_context(config), number, mention, rev)
    document: JsonObject = {"case": number, "mention": mention}
    _report(document, f"Mention {mention} is in case {number}.", json=json)


@app.command("list", cls=ListCommand)
def list_(
    view: Annotated[
        str, typer.Option(help="open, all, mine, team, new, due, overdue, waiting.")
    ] = "open",
    words: Annotated[
        str | None, typer.Option(help="In the number, the title or the place.")
    ] = None,
    kind: Kind = None,
    topic: Topic = None,
    area: Area = None,
    owner: Owner = None,
    priority: Priority = None,
    state: Annotated[str | None, typer.Option(help="Such as assigned.")] = None,
    assignee: Annotated[str | None, typer.Option(help="An operator's name.")] = None,
    channel: Annotated[
        str | None,
        typer.Option(help="x, phone, paper …", autocompletion=completions.platforms),
    ] = None,
    after: Annotated[
        str, typer.Option(help="Where the page before ended.", metavar="PLACE")
    ] = "",
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List cases, P0 first, then those with the least time left.

    Example: socialcell cases list --view overdue --topic water
    """
    from socialcell.desk.store.case_lists import CaseFilter
    from socialcell.services.desk import case_listing
    from socialcell.services.desk.pages import inbox

    context = open_context(config)
    case_filter = CaseFilter(
        view=view,
        words=words,
        kind=kind,
        topic=topic,
        area=area,
        owner=owner,
        priority=priority,
        state=state,
        channel=channel,
    )
    case_filter = case_listing.filter_of(context, case_filter, assignee=assignee)
    inbox.require_cursor(after)
    page = inbox.read_inbox(
        context, people_of(context), case_filter, after, limit=limit
    )
    case_output.print_list(page, view, json=json)


@app.command()
def show(number: Number, config: Config = None, json: Json = False) -> None:
    """Show a case: its conversations, notes, clocks and steps. People are masked.

    Example: socialcell cases show 26-000001
    """
    case_output.print_case(_page(open_context(config), number), json=json)


@app.command()
def triage(
    number: Number,
    kind: Kind = None,
    topic: Annotated[
        str | None, typer.Option(help='A topic id; "" takes it away.')
    ] = None,
    priority: Priority = None,
    place: Annotated[
        str | None, typer.Option(help="A place's name or id; its ward office follows.")
    ] = None,
    area: Area = None,
    point: Point = None,
    owner: Owner = None,
    summary: Annotated[
        str | None, typer.Option(help="A title in our own words.")
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="An id of the Right to Services Act.")
    ] = None,
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Decide what a case is; what the reader suggested is kept beside it.

    The owner follows from topic and place by the register of owners, unless somebody
    decided it.

    Example: socialcell cases triage 26-000001 --topic water --place Kothrud
    """
    from socialcell.services.desk import case_triage

    draft = case_triage.TriageDraft(
        kind=kind,
        topic=topic,
        priority=priority,
        area=area,
        place=place,
        owner=owner,
        summary=summary,
        point=_point(point),
        service=service,
    )
    context = open_context(config)
    case_triage.triage(context, number, draft, rev)
    _report(
        {"case": number, **_unknown_place(context, place or "")},
        f"Case {number} is triaged.",
        json=json,
    )


@app.command()
def assign(
    number: Number,
    to: Annotated[str | None, typer.Option(help="An operator's name.")] = None,
    team: Annotated[
        str | None, typer.Option(help="cell, or a department's id.")
    ] = None,
    reason: Reason = "",
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Give a case to an operator, to a team, or to both.

    Example: socialcell cases assign 26-000001 --to "Asha Sample"
    """
    from socialcell.services.desk import case_triage

    case_triage.assign(
        open_context(config), number, to=to, team=team, reason=reason, rev=rev
    )
    _report({"case": number}, f"Case {number} is assigned.", json=json)


@app.command()
def state(
    number: Number,
    state: Annotated[
        str,
        typer.Argument(
            help="acknowledged, assigned, in_progress, action_scheduled, dropped, "
            "cancelled."
        ),
    ],
    reason: Reason = "",
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say where a case stands. To drop or cancel one needs a reason.

    Example: socialcell cases state 26-000001 dropped --reason "An advertisement"
    """
    from socialcell.services.desk import case_triage

    case_triage.change_state(open_context(config), number, state, reason, rev)
    _report({"case": number, "state": state}, f"Case {number}: {state}.", json=json)


@app.command()
def note(
    number: Number,
    text: Annotated[str, typer.Argument(help="For colleagues; - is standard input.")],
    rev: Rev = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a note into a case, for colleagues.

    Example: socialcell cases note 26-000001 "The junior engineer goes there at four"
    """
    from socialcell.services.desk import case_triage

    case_triage.add_note(open_context(config), number, _text(text), rev)
    _report({"case": number}, f"The note is in case {number}.", json=json)


def _who_is_called(context: "Context") -> str:
    """Whether anybody is called about a danger to life."""
    from socialcell.services.daemon import health

    if context.workspace.config.unreached is not None:
        return "Nobody is called about it; what is missing: socialcell doctor"
    if (dead := health.why_dead(context)) is not None:
        return f"Nobody is called about it: {dead.finding} Tell people yourself."
    return "The daemon has people called about it until somebody has it."


def _page(context: "Context", number: str) -> "CasePage":
    """A case as who reads it may see it."""
    from socialcell.services.desk import case_listing
    from socialcell.services.desk.pages import case_page

    places = case_listing.reader_of(context).places
    return case_page.read_page(context, people_of(context), number, places=places)


def _unknown_place(context: "Context", place: str) -> "JsonObject":
    """What a document says of a place that is not known, which is also said on standard
    error; nothing of one that is."""
    from socialcell.services import place_spelling

    unknown = place_spelling.find_unknown(context, place)
    if unknown is None:
        return {}
    output.note(str(unknown.message))
    return {"unknown_place": {"words": unknown.words, "nearest": [*unknown.nearest]}}


def _report(document: "JsonObject", text: str, *, json: bool) -> None:
    if json:
        output.as_json(document)
    else:
        output.say(text)


def _text(text: str) -> str:
    """The words of an option, or standard input for `-`."""
    import sys

    return sys.stdin.read() if text == "-" else text


def _point(text: str | None) -> tuple[float, float] | None:
    """Latitude and longitude from 18.507,73.807. UsageError."""
    from socialcell.services.desk import case_reading

    return None if text is None else case_reading.read_point(text)


grouping.register(app)
photos.register(app)
