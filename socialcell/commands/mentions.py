"""Commands of the noun `mentions`: list, search, show, label, export."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output, similar
from socialcell.commands.options import (
    Config,
    Csv,
    DryRun,
    Json,
    Jsonl,
    open_context,
    people_of,
)

if TYPE_CHECKING:
    from socialcell.listening.store.matching import Wanted

app = typer.Typer(
    help="Mentions: what was said about the city, newest first.", no_args_is_help=True
)

app.command()(similar.similar)
app.command()(similar.stories)

Since = Annotated[
    str | None, typer.Option(help="From this day (IST) or moment on.", metavar="DAY")
]
Until = Annotated[
    str | None, typer.Option(help="Up to and with this day.", metavar="DAY")
]
Topic = Annotated[str | None, typer.Option(help="A topic id, such as water.")]
Ward = Annotated[str | None, typer.Option(help="A ward's id, as areas list shows.")]
Language = Annotated[str | None, typer.Option(help="en, hi, mr, hi-Latn, mr-Latn.")]
Sentiment = Annotated[str | None, typer.Option(help="negative, neutral, positive.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]


@app.command("list")
def list_(
    since: Since = None,
    until: Until = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    sentiment: Sentiment = None,
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
    jsonl: Jsonl = False,
    csv: Csv = False,
) -> None:
    """List the newest mentions.

    Example: socialcell mentions list --topic water --since 2026-11-16
    """
    wanted = _wanted(None, since, until, topic, ward, language, sentiment, limit)
    _print(config, wanted, json=json, jsonl=jsonl, csv=csv)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", AND OR NOT, topic:…')],
    since: Since = None,
    until: Until = None,
    topic: Topic = None,
    ward: Ward = None,
    language: Language = None,
    sentiment: Sentiment = None,
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

    Fields: platform: lang: ward: topic: sentiment: since: until: from: (registry
    accounts). Marathi words are found with and without joiners and nukta; ~pani finds
    पाणी, पानी, paani and water as well.

    Example: socialcell mentions search "पाणी OR pani OR water" --since 2026-11-16
    """
    from socialcell.listening.query import parse

    if lint:
        _print_doubts(query, json=json)
        return
    node = parse(query)
    wanted = _wanted(node, since, until, topic, ward, language, sentiment, limit)
    _print(config, wanted, json=json, jsonl=jsonl, csv=csv, explain=explain)


@app.command()
def show(
    mention_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show one mention with all that is known about it.

    Example: socialcell mentions show 17
    """
    from socialcell import db
    from socialcell.errors import UsageError
    from socialcell.listening import shown, whole
    from socialcell.listening.store import questions

    context = open_context(config)
    people = people_of(context)
    with db.reading(context.engine) as session:
        row = questions.mention(session, mention_id)
        if row is None or row.state != "present":
            raise UsageError(f"There is no mention {mention_id}.")
        document = whole.mention(session, row, people)
    if json:
        output.as_json(document)
        return
    document["withheld"] = shown.withheld_note(document)
    for key, value in document.items():
        if value not in (None, [], "") and not key.startswith("withheld_"):
            output.say(f"{key}: {value if isinstance(value, str) else _flat(value)}")


@app.command()
def label(
    mention_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
    intent: Annotated[
        str | None, typer.Option(help="complaint, question, praise …")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic id; once for each topic.")
    ] = None,
    sentiment: Sentiment = None,
    urgency: Annotated[
        str | None, typer.Option(help="low, normal, high, critical.")
    ] = None,
    language: Language = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what a mention really is; the reader's suggestion is kept beside it.

    The decision holds from now on, in lists and in counts. The topics given replace
    all that were suggested; `other` says that none of the others is right. Decisions
    train the reader: see language export-labels. Audited.

    Example: socialcell mentions label 17 --intent complaint --topic water
    """
    from socialcell.jobs import labels

    given = {
        "language": language,
        "intent": intent,
        "sentiment": sentiment,
        "urgency": urgency,
    }
    wanted: dict[str, Sequence[str]] = {
        kind: (value,) for kind, value in given.items() if value is not None
    }
    if topic:
        wanted["topic"] = topic
    context = open_context(config)
    change = labels.label(context, mention_id, wanted, dry_run=dry_run)
    if json:
        output.as_json({"id": mention_id, "dry_run": dry_run, "labels": change})
        return
    for kind, said in change.items():
        was, now = (", ".join(said[which]) for which in ("suggested", "decided"))
        output.say(f"{kind}: {now} (suggested: {was or 'nothing'})")


@app.command()
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
    config: Config = None,
    jsonl: Jsonl = False,
) -> None:
    """Export mentions as CSV (or JSON lines); people stay pseudonyms.

    Example: socialcell mentions export --topic roads --out roads.csv
    """
    from socialcell import db
    from socialcell.listening import shown, whole
    from socialcell.listening.query import parse
    from socialcell.listening.store import questions
    from socialcell.sheet import csv_lines

    context = open_context(config)
    people = people_of(context)
    node = parse(query) if query else None
    wanted = _wanted(node, since, until, topic, ward, language, sentiment, None)
    with db.reading(context.engine) as session:
        rows = whole.mentions(
            session, questions.stream_mentions(session, wanted), people
        )
        lines: Iterable[str] = (
            (output.dumps(row) + "\n" for row in rows)
            if jsonl
            else csv_lines(shown.COLUMNS, rows)
        )
        if out is None:
            output.write(lines)
            return
        output.write_file(out, lines)
    output.note(f"Written: {out}")


def _wanted(
    query: Any,
    since: str | None,
    until: str | None,
    topic: str | None,
    ward: str | None,
    language: str | None,
    sentiment: str | None,
    limit: int | None,
) -> "Wanted":
    from socialcell.listening.days import day_end, day_start
    from socialcell.listening.store.matching import Wanted

    return Wanted(
        query=query,
        since=day_start(since, "--since") if since else None,
        until=day_end(until, "--until") if until else None,
        topic=topic,
        ward=ward,
        language=language,
        sentiment=sentiment,
        limit=limit,
    )


def _print(
    config: Path | None,
    wanted: "Wanted",
    *,
    json: bool,
    jsonl: bool,
    csv: bool,
    explain: bool = False,
) -> None:
    from socialcell import db
    from socialcell.listening import shown, whole
    from socialcell.listening.store import questions
    from socialcell.listening.store.matching import why

    context = open_context(config)
    people = people_of(context)
    with db.reading(context.engine) as session:
        found = questions.mentions(session, wanted)
        rows = list(whole.mentions(session, found, people))
        if explain and wanted.query is not None:
            for row in rows:
                row["why"] = why(session, wanted.query, row["id"])
        total = questions.count_mentions(session, wanted)
    if json:
        output.as_json({"mentions": rows, "total": total})
    elif jsonl:
        output.as_jsonl(rows)
    elif csv:
        output.as_csv(shown.COLUMNS, rows)
    else:
        _print_for_people(rows, total)


def _print_doubts(query: str, *, json: bool) -> None:
    from socialcell.listening import query_lint

    doubts = query_lint.lint(query)
    if json:
        output.as_json(
            {
                "query": query,
                "warnings": [
                    {"position": doubt.position, "message": doubt.message}
                    for doubt in doubts
                ],
            }
        )
        return
    for doubt in doubts:
        output.say(f"at character {doubt.position}: {doubt.message}")
    if not doubts:
        output.say("Nothing is doubtful in this query.")


def _print_for_people(rows: list[dict[str, Any]], total: int) -> None:
    from socialcell.listening.shown import withheld_note
    from socialcell.text import one_line

    output.table(
        ("id", "at (IST)", "platform", "author", "topics", "sentiment", "text"),
        [
            (
                row["id"],
                (row["at"] or "no time")[:16].replace("T", " "),
                row["platform"],
                row["author"],
                ", ".join(row["topics"]),
                row["sentiment"],
                one_line(_marked(withheld_note(row), row["title"] or row["text"]), 90),
            )
            for row in rows
        ],
    )
    for row in rows:
        for reason in row.get("why", []):
            output.say(f"{row['id']}: {reason}")
    output.say(f"{len(rows)} of {total} mentions")


def _marked(note: str, text: str | None) -> str:
    """A mention's words, behind the note that its platform withholds them."""
    return f"[{note}] {text or ''}" if note else text or ""


def _flat(value: Any) -> str:
    return output.dumps(value)
