"""The commands `mentions decide` and `mentions label`: what a person decides."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.mentions.mention_options import (
    Intent,
    Language,
    MentionId,
    Sentiment,
    Urgency,
)
from socialcell.commands.options import Config, DryRun, Json, open_context


def decide(
    arguments: Annotated[
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
    Without a value, as urgency=, what a person decided is taken back, and what the
    reader read counts again.
    Decisions hold from now on, in lists and in counts, and train the reader: see
    language export-labels. One entry of the audit log.

    Example: socialcell mentions decide 17 18 urgency=low topic=roads,traffic
    """
    from socialcell.services.mentions import mention_labels

    ids, words = _split_ids(arguments)
    labels = mention_labels.read_labels(words)
    context = open_context(config)
    changes = mention_labels.decide_mentions(context, ids, labels, dry_run=dry_run)
    if json:
        decided = [{"id": id_, "labels": change} for id_, change in changes.items()]
        output.as_json({"dry_run": dry_run, "mentions": decided})
        return
    for id_, change in changes.items():
        for kind, values in change.items():
            output.say(f"{id_}: {_change(kind, values)}")


def label(
    mention_id: MentionId,
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

    options = {
        "language": language,
        "intent": intent,
        "sentiment": sentiment,
        "urgency": urgency,
    }
    labels: dict[str, Sequence[str]] = {
        kind: (option,) for kind, option in options.items() if option is not None
    }
    if topic:
        labels["topic"] = topic
    context = open_context(config)
    change = mention_labels.label_mention(context, mention_id, labels, dry_run=dry_run)
    if json:
        output.as_json({"id": mention_id, "dry_run": dry_run, "labels": change})
        return
    for kind, values in change.items():
        output.say(_change(kind, values))


def _change(kind: str, values: Mapping[str, Sequence[str]]) -> str:
    """One decision in a line, with what it overturns and whose that was."""
    words = {which: ", ".join(listed) for which, listed in values.items()}
    now = words["decided"] or "decision taken back"
    before = f"suggested: {words['suggested'] or 'nothing'}"
    if by := words["overturned_by"]:
        before += f"; {by} had decided: {words['overturned']}"
    return f"{kind}: {now} ({before})"


def _split_ids(arguments: Sequence[str]) -> tuple[list[int], list[str]]:
    """The ids and the WHAT=VALUE words of a decision. UsageError for anything else."""
    from socialcell.errors import UsageError

    ids = [word for word in arguments if "=" not in word]
    if wrong := [word for word in ids if not (word.isascii() and word.isdecimal())]:
        raise UsageError("mentions.neither_id_nor_decision", word=wrong[0])
    return list(map(int, ids)), [word for word in arguments if "=" in word]
