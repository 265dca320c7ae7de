"""The commands `mentions list`, `search` and `export`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.given_options import given_options
from socialcell.commands.mentions.mention_options import (
    Intent,
    Language,
    Limit,
    Owner,
    Platform,
    Sentiment,
    Since,
    Topic,
    Until,
    Urgency,
    Ward,
)
from socialcell.commands.options import (
    Config,
    Csv,
    Json,
    Jsonl,
    open_context,
    people_of,
)

if TYPE_CHECKING:
    from socialcell.listening.store.mentions.mention_filter import MentionFilter
    from socialcell.services.context import Context
    from socialcell.services.mentions.mention_export import FileFormat
    from socialcell.services.mentions.mention_search import Suggestion
    from socialcell.views.mentions.mention_view import MentionDocument

_WITHOUT_ADDRESSES = (
    "link, url and external_id of private persons' posts are left empty: they lead to "
    "whoever wrote. An operator or lead who has signed in gets them."
)
_TEXT_LENGTH = 240
"""Characters of a mention's text in the table."""


def list_(
    since: Since = None,
    until: Until = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    sentiment: Sentiment = None,
    intent: Intent = None,
    urgency: Urgency = None,
    platform: Platform = None,
    owner: Owner = None,
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
    jsonl: Jsonl = False,
    csv: Csv = False,
) -> None:
    """List the newest mentions: when, how urgent, where, whose it is, and what is said.

    Below the words of an account of the registry or a news site stands its address;
    `mentions open` leads to all others. An option may name several values, separated by
    commas: --urgency high,critical.

    Example: socialcell mentions list --urgency critical --since 24h
    """
    from socialcell.services.mentions import mention_search

    context = open_context(config)
    people = people_of(context)
    request = mention_search.read_request(
        context,
        people,
        None,
        since=since,
        until=until,
        topic=topic,
        ward=ward,
        language=language,
        sentiment=sentiment,
        intent=intent,
        urgency=urgency,
        platform=platform,
        owner=owner,
        limit=limit,
    )
    rows, total = mention_search.list_newest(context, people, request)
    names = mention_search.ward_names(context)
    _print_rows(rows, total, names, json=json, jsonl=jsonl, csv=csv)
    _note_undated(context, request)


def search(
    command: typer.Context,
    query: Annotated[str, typer.Argument(help='Words, "phrases", AND OR NOT, topic:…')],
    since: Since = None,
    until: Until = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    sentiment: Sentiment = None,
    intent: Intent = None,
    urgency: Urgency = None,
    platform: Platform = None,
    owner: Owner = None,
    limit: Limit = 50,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why each mention matched.")
    ] = False,
    lint: Annotated[
        bool, typer.Option("--lint", help="Only say what is doubtful in the query.")
    ] = False,
    config: Config = None,
    json: Json = False,
    jsonl: Jsonl = False,
    csv: Csv = False,
) -> None:
    """Search the text of mentions, newest first.

    Fields: platform: lang: ward: (an id, or none) place: topic: sentiment: intent:
    detail: urgency: owner: (pmc, other, none, or an id) since: until: (a day, a moment,
    24h, 7d) from: (registry accounts) status: department: (of a register of
    complaints). Marathi words are found with and without joiners and nukta; ~pani finds
    पाणी, पानी, paani and water as well. Where nothing is found, it is said what ~ would
    find.

    Example: socialcell mentions search "पाणी OR pani OR water" --since 2026-11-16
    """
    from socialcell.services.mentions import mention_search

    if lint:
        _print_doubts(query, json=json)
        return
    context = open_context(config)
    people = people_of(context)
    request = mention_search.read_request(
        context,
        people,
        query,
        since=since,
        until=until,
        topic=topic,
        ward=ward,
        language=language,
        sentiment=sentiment,
        intent=intent,
        urgency=urgency,
        platform=platform,
        owner=owner,
        limit=limit,
    )
    rows, total = mention_search.list_newest(context, people, request, explain=explain)
    suggestion = None if total else mention_search.widen(context, request, query)
    names = mention_search.ward_names(context)
    _print_rows(
        rows, total, names, json=json, jsonl=jsonl, csv=csv, suggestion=suggestion
    )
    _note_undated(context, request)
    if suggestion is not None and not json:
        _note_suggestion(suggestion, given_options(command))
    if not total:
        for doubt in mention_search.find_doubts(context, people, query):
            output.note(f"at character {doubt.position}: {doubt.message}")


def export(
    query: Annotated[
        str | None, typer.Option(help="Only what this query finds.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A file; standard output if none.")
    ] = None,
    since: Since = None,
    until: Until = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    sentiment: Sentiment = None,
    intent: Intent = None,
    urgency: Urgency = None,
    platform: Platform = None,
    owner: Owner = None,
    config: Config = None,
    jsonl: Jsonl = False,
) -> None:
    """Export mentions as CSV (or JSON lines); people stay pseudonyms.

    likes, shares, comments, views and saves are the newest that are known, of
    measured_at; empty is not known. owner is who owns the problem. link, url and
    external_id are there for accounts of the registry and for articles. --jsonl has
    them of all posts for operators who may see who wrote and have signed in; the audit
    log says so.

    Example: socialcell mentions export --topic roads --out roads.csv
    """
    from socialcell.services.mentions import mention_export, mention_search

    context = open_context(config)
    people = people_of(context)
    fields = {
        "since": since,
        "until": until,
        "topic": topic,
        "ward": ward,
        "language": language,
        "sentiment": sentiment,
        "intent": intent,
        "urgency": urgency,
        "platform": platform,
        "owner": owner,
    }
    request = mention_search.read_request(
        context,
        people,
        query or None,
        since=since,
        until=until,
        topic=topic,
        ward=ward,
        language=language,
        sentiment=sentiment,
        intent=intent,
        urgency=urgency,
        platform=platform,
        owner=owner,
    )
    form: FileFormat = "jsonl" if jsonl else "csv"
    with mention_export.open_export(
        context, people, request, {"query": query, **fields}, form
    ) as exported:
        if jsonl and not exported.has_addresses:
            output.note(_WITHOUT_ADDRESSES)
        if out is None:
            output.write(exported.lines)
        else:
            output.write_file(out, exported.lines)
    if out is not None:
        output.note(f"Written: {out}")
    _note_undated(context, request)


def _note_undated(context: "Context", request: "MentionFilter") -> None:
    """A mention of a file without times is in no span, however urgent it is."""
    from socialcell.services.mentions import mention_search

    undated = mention_search.count_undated(context, request)
    if undated == 1:
        output.note(
            "1 mention that fits has no time: --since and --until leave it out, and "
            "without them it stands last."
        )
    elif undated:
        output.note(
            f"{undated} mentions that fit have no time: --since and --until leave them "
            "out, and without them they stand last."
        )


def _note_suggestion(suggestion: "Suggestion", options: Sequence[str]) -> None:
    """The command with the options of the search: without them it would find more."""
    from shlex import join

    words = [suggestion.query, *options]
    if suggestion.query.startswith("-"):
        words = [*options, "--", suggestion.query]
    output.note(
        "With every spelling of the words, which ~ stands for, it would find "
        f"{suggestion.total}: socialcell mentions search {join(words)}"
    )


def _print_rows(
    rows: "Sequence[MentionDocument]",
    total: int,
    ward_names: Mapping[str, str],
    *,
    json: bool,
    jsonl: bool,
    csv: bool,
    suggestion: "Suggestion | None" = None,
) -> None:
    from socialcell.views.mentions import mention_view

    if json:
        document = {"mentions": rows, "total": total}
        if suggestion is not None:
            document["suggestion"] = vars(suggestion)
        output.as_json(document)
    elif jsonl:
        output.as_jsonl(rows)
    elif csv:
        output.as_csv(mention_view.COLUMNS, rows)
    else:
        _print_table(rows, total, ward_names)


def _print_doubts(query: str, *, json: bool) -> None:
    from socialcell.clock import SystemClock
    from socialcell.listening.query import query_lint

    doubts = query_lint.lint_rule_query(query, SystemClock().now())
    if json:
        output.as_json(
            {
                "query": query,
                "warnings": [
                    {"position": doubt.position, "message": str(doubt.message)}
                    for doubt in doubts
                ],
            }
        )
        return
    for doubt in doubts:
        output.say(f"at character {doubt.position}: {doubt.message}")
    if not doubts:
        output.say("Nothing is doubtful in this query.")


def _print_table(
    rows: "Sequence[MentionDocument]", total: int, ward_names: Mapping[str, str]
) -> None:
    from socialcell.text import one_line, with_title
    from socialcell.views.mentions.mention_view import withheld_note

    output.records(
        ("id", "at (IST)", "urgency", "ward", "owner", "intent", "platform"),
        ("author", "topics", "sentiment", "text"),
        [
            (
                row["id"],
                (row["at"] or "no time")[:16].replace("T", " "),
                row["urgency"],
                ", ".join(ward_names.get(ward, ward) for ward in row["wards"]),
                row["owner"],
                row["intent"],
                row["platform"],
                row["author"],
                ", ".join(row["topics"]),
                row["sentiment"],
                one_line(
                    _with_note(
                        withheld_note(row), with_title(row["title"], row["text"])
                    ),
                    _TEXT_LENGTH,
                ),
            )
            for row in rows
        ],
        [[row["link"] or "", *_match_reasons(row)] for row in rows],
    )
    output.say(f"{len(rows)} of {total} mentions")


def _match_reasons(row: "MentionDocument") -> list[str]:
    reasons = row.get("why")  # of a search alone
    return list(map(str, reasons)) if isinstance(reasons, list) else []


def _with_note(note: str, text: str) -> str:
    """A mention's text, after the note that its platform withholds it."""
    return f"[{note}] {text}" if note else text
