"""Commands of the noun `mentions`: list, search, show, open, decide, label, export."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.mentions import similar
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
    from socialcell.listening.mentions.mention_view import MentionDocument
    from socialcell.services.mentions.mention_search import Suggestion

app = typer.Typer(
    help="Mentions: what was said about the city, newest first.", no_args_is_help=True
)

app.command()(similar.similar)
app.command()(similar.stories)

Since = Annotated[
    str | None,
    typer.Option(help="From this day (IST) or moment on, or 24h, 7d.", metavar="DAY"),
]
Until = Annotated[
    str | None,
    typer.Option(help="Up to and with this day, or 24h, 7d before.", metavar="DAY"),
]


def _complete_from(vocabulary: str, help: str) -> Any:
    """An option whose values a shell completes."""

    def complete(incomplete: str) -> list[str]:
        from socialcell.language import lexicon

        values = lexicon.vocabulary(vocabulary)
        return [value for value in values if value.startswith(incomplete)]

    return typer.Option(help=help, autocompletion=complete)


Topic = Annotated[str | None, _complete_from("topic", "A topic id, such as water.")]
Ward = Annotated[str | None, typer.Option(help="A ward's id, as areas list shows.")]
Language = Annotated[
    str | None, _complete_from("language", "en, hi, mr, hi-Latn, mr-Latn.")
]
Sentiment = Annotated[
    str | None, _complete_from("sentiment", "negative, neutral, positive.")
]
Intent = Annotated[
    str | None, _complete_from("intent", "complaint, question, help, praise …")
]
Urgency = Annotated[
    str | None, _complete_from("urgency", "low, normal, high, critical.")
]
Platform = Annotated[str | None, typer.Option(help="x, facebook, news, reddit …")]
Owner = Annotated[
    str | None,
    typer.Option(help="pmc, other, none, or an id such as dept:water, msedcl."),
]
_SHOWN = 240  # characters of a mention's words in a list
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]


@app.command("list")
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
    `mentions open` leads to all others.

    Example: socialcell mentions list --urgency critical --since 24h
    """
    from socialcell.services.mentions import mention_search as search_job

    context = open_context(config)
    people = people_of(context)
    wanted = search_job.read_request(
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
    rows, total = search_job.list_newest(context, people, wanted)
    names = search_job.ward_names(context)
    _print(rows, total, names, json=json, jsonl=jsonl, csv=csv)


@app.command()
def search(
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

    Fields: platform: lang: ward: topic: sentiment: intent: detail: urgency: owner:
    (pmc, other, none, or an id) since: until: (a day, a moment, 24h, 7d) from:
    (registry accounts). Marathi words are found with and without joiners and nukta;
    ~pani finds पाणी, पानी, paani and water as well. Where nothing is found, it is said
    what ~ would find.

    Example: socialcell mentions search "पाणी OR pani OR water" --since 2026-11-16
    """
    from socialcell.services.mentions import mention_search as search_job

    if lint:
        _print_doubts(query, json=json)
        return
    context = open_context(config)
    people = people_of(context)
    wanted = search_job.read_request(
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
    rows, total = search_job.list_newest(context, people, wanted, explain=explain)
    suggestion = None if total else search_job.widen(context, wanted, query)
    names = search_job.ward_names(context)
    _print(rows, total, names, json=json, jsonl=jsonl, csv=csv, suggestion=suggestion)
    if suggestion is not None and not json:
        _tell(suggestion)


@app.command()
def show(
    mention_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
    lang: Annotated[
        str, typer.Option(help="Owner and referral in mr, hi or en.")
    ] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """Show one mention with all that is known about it.

    Where it is a body's outside the corporation or a department's, `referral` is the
    sentence that sends the citizen there, in --lang.

    Example: socialcell mentions show 17 --lang mr
    """
    from socialcell import db
    from socialcell.errors import UsageError
    from socialcell.i18n import CODES
    from socialcell.listening.mentions import mention_detail, mention_view
    from socialcell.listening.store.mentions import mention_queries

    if lang not in CODES:
        raise UsageError(f"--lang is one of {', '.join(CODES)}, not {lang!r}.")
    context = open_context(config)
    people = people_of(context)
    with db.reading(context.engine) as session:
        row = mention_queries.mention(session, mention_id)
        if row is None or row.state != "present":
            raise UsageError(f"There is no mention {mention_id}.")
        document = mention_detail.mention(session, row, people)
    if json:
        output.as_json(document)
        return
    shown = {
        **document,
        "owner_name": (document["owner_name"] or {}).get(lang),
        "referral": (document["referral"] or {}).get(lang),
        "withheld": mention_view.withheld_note(document),
    }
    for key, value in shown.items():
        if value not in (None, [], "") and not key.startswith("withheld_"):
            output.say(f"{key}: {value if isinstance(value, str) else _flat(value)}")


@app.command("open")
def open_(
    mention_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Print the address of the original of a mention. Audited.

    Who follows it sees who wrote; the audit log keeps that you asked.

    Example: socialcell mentions open 17
    """
    from dataclasses import asdict

    from socialcell.services.mentions import original_link
    from socialcell.text import displayed

    original = original_link.open_original(open_context(config), mention_id)
    if json:
        output.as_json(asdict(original))
    else:
        output.say(displayed(original.link))


@app.command()
def decide(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="ID… WHAT=VALUE…",
            help="urgency= intent= topic= sentiment= language= owner=",
        ),
    ],
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what mentions really are, in one stroke; suggestions are kept beside it.

    All of it is decided, of every mention named, or nothing. Topics are joined by
    commas and replace all that were suggested; owner=none says that nobody is known.
    Decisions hold from now on, in lists and in counts, and train the reader: see
    language export-labels. One entry of the audit log.

    Example: socialcell mentions decide 17 18 urgency=low topic=roads,traffic
    """
    from socialcell.services.mentions import mention_labels

    ids, words = _split_ids(given)
    wanted = mention_labels.read_labels(words)
    context = open_context(config)
    changes = mention_labels.decide_mentions(context, ids, wanted, dry_run=dry_run)
    if json:
        decided = [{"id": id_, "labels": change} for id_, change in changes.items()]
        output.as_json({"dry_run": dry_run, "mentions": decided})
        return
    for id_, change in changes.items():
        for kind, values in change.items():
            was, now = (", ".join(values[which]) for which in ("suggested", "decided"))
            output.say(f"{id_}: {kind}: {now} (suggested: {was or 'nothing'})")


@app.command()
def label(
    mention_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
    intent: Intent = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic id; once for each topic.")
    ] = None,
    sentiment: Sentiment = None,
    urgency: Urgency = None,
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
    from socialcell.services.mentions import mention_labels

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
    change = mention_labels.label_mention(context, mention_id, wanted, dry_run=dry_run)
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
    intent: Intent = None,
    urgency: Urgency = None,
    platform: Platform = None,
    owner: Owner = None,
    config: Config = None,
    jsonl: Jsonl = False,
) -> None:
    """Export mentions as CSV (or JSON lines); people stay pseudonyms.

    likes, shares, comments, views and saves are the newest that are known, of
    measured_at; empty is not known. owner is who owns the problem. link is there for
    accounts of the registry and for articles.

    Example: socialcell mentions export --topic roads --out roads.csv
    """
    from socialcell import db
    from socialcell.listening.mentions import mention_detail, mention_view
    from socialcell.listening.store.mentions import mention_queries
    from socialcell.services.mentions import mention_search as search_job
    from socialcell.sheet import csv_lines

    context = open_context(config)
    people = people_of(context)
    wanted = search_job.read_request(
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
    with db.reading(context.engine) as session:
        rows = mention_detail.mentions(
            session, mention_queries.stream_mentions(session, wanted), people
        )
        lines: Iterable[str] = (
            (output.dumps(row) + "\n" for row in rows)
            if jsonl
            else csv_lines(mention_view.COLUMNS, rows)
        )
        if out is None:
            output.write(lines)
            return
        output.write_file(out, lines)
    output.note(f"Written: {out}")


def _tell(suggestion: "Suggestion") -> None:
    from shlex import quote

    command = f"socialcell mentions search {quote(suggestion.query)}"
    output.note(
        "With every spelling of the words, which ~ stands for, it would find "
        f"{suggestion.total}: {command}"
    )


def _print(
    rows: "Sequence[MentionDocument]",
    total: int,
    ward_names: Mapping[str, str],
    *,
    json: bool,
    jsonl: bool,
    csv: bool,
    suggestion: "Suggestion | None" = None,
) -> None:
    from socialcell.listening.mentions import mention_view

    if json:
        document: dict[str, Any] = {"mentions": rows, "total": total}
        if suggestion is not None:
            document["suggestion"] = vars(suggestion)
        output.as_json(document)
    elif jsonl:
        output.as_jsonl(rows)
    elif csv:
        output.as_csv(mention_view.COLUMNS, rows)
    else:
        _print_for_people(rows, total, ward_names)


def _print_doubts(query: str, *, json: bool) -> None:
    from socialcell.clock import SystemClock
    from socialcell.listening.query import query_lint

    doubts = query_lint.lint(query, SystemClock().now())
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


def _print_for_people(
    rows: "Sequence[MentionDocument]", total: int, ward_names: Mapping[str, str]
) -> None:
    from socialcell.listening.mentions.mention_view import withheld_note
    from socialcell.text import one_line

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
                    _marked(withheld_note(row), row["title"] or row["text"]), _SHOWN
                ),
            )
            for row in rows
        ],
        [[row["link"] or "", *_why(row)] for row in rows],
    )
    output.say(f"{len(rows)} of {total} mentions")


def _why(row: "MentionDocument") -> list[str]:
    why = row.get("why")  # of a search alone
    return list(map(str, why)) if isinstance(why, list) else []


def _marked(note: str, text: str | None) -> str:
    """A mention's words, behind the note that its platform withholds them."""
    return f"[{note}] {text or ''}" if note else text or ""


def _split_ids(given: Sequence[str]) -> tuple[list[int], list[str]]:
    """The ids and the WHAT=VALUE words of a decision. UsageError for anything else."""
    from socialcell.errors import UsageError

    ids = [word for word in given if "=" not in word]
    if strange := [word for word in ids if not (word.isascii() and word.isdecimal())]:
        raise UsageError(
            f"{strange[0]!r} is neither a mention's id nor a decision "
            "such as urgency=low."
        )
    return list(map(int, ids)), [word for word in given if "=" in word]


def _flat(value: Any) -> str:
    return output.dumps(value)
