"""The commands `mentions similar` and `mentions stories`."""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context, people_of

if TYPE_CHECKING:
    from socialcell.language.text_similarity import SimilarityMeasure
    from socialcell.services.context import Context
    from socialcell.views.mentions.mention_view import MentionDocument

_NOTE = (
    "Compared by shared letters; `language: {semantic: true}` in config.yaml "
    "compares sense."
)


def similar(
    mention_id: Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")],
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="So many before and after it.")
    ] = 7,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show the mentions that say the same as one, in whatever language, nearest first.

    Texts are compared by their sense; with `language: {semantic: false}` in
    config.yaml by the letters they share. The first time takes about 50 ms of a
    processor for each mention of those days; then their vectors are kept in the
    workspace, in cache/.

    Example: socialcell mentions similar 17 --days 3
    """
    from socialcell.services.mentions import similar_mentions as job

    context = open_context(config)
    measure, matches = job.find_similar(
        context, mention_id, days=days, progress=_show_progress
    )
    rows = _mentions(context, [near.id for near in matches[:limit]])
    answer = [
        {**rows[near.id], "nearness": near.nearness, "copy": near.copy}
        for near in matches[:limit]
    ]
    if json:
        output.as_json({"by": measure.name, "mentions": answer, "total": len(matches)})
        return
    output.table(
        ("id", "nearness", "copy", "at (IST)", "platform", "author", "text"),
        [
            (
                near.id,
                near.nearness,
                "yes" if near.copy else "",
                *_people(rows[near.id]),
            )
            for near in matches[:limit]
        ],
    )
    output.say(f"{len(answer)} of {len(matches)} mentions")
    _note(measure)


def stories(
    since: Annotated[
        str, typer.Option(help="From this day (IST) or moment on.", metavar="DAY")
    ],
    until: Annotated[
        str | None,
        typer.Option(help="Up to and with this day; now if none.", metavar="DAY"),
    ] = None,
    least: Annotated[
        int, typer.Option(min=2, help="Only stories of so many mentions.")
    ] = 3,
    limit: Annotated[int, typer.Option(min=1, help="At most so many stories.")] = 20,
    config: Config = None,
    json: Json = False,
) -> None:
    """Group mentions that speak of the same event, the largest story first.

    A story is shown by its first mention; copies say nearly the same as that one.
    Compared as by `mentions similar`.

    Example: socialcell mentions stories --since 2026-11-16
    """
    from socialcell.listening.day_ranges import day_end, day_start, require_order
    from socialcell.services.mentions import similar_mentions as job

    context = open_context(config)
    now = context.clock.now()
    end = day_end(until, "--until", now) if until else now
    begin = day_start(since, "--since", now)
    require_order(begin, end, since, until or output.local(end))
    measure, clusters = job.find_stories(
        context, begin, end, least=least, progress=_show_progress
    )
    heads = _mentions(context, [story.ids[0] for story in clusters[:limit]])
    answer = [
        {
            "mentions": list(story.ids),
            "copies": story.copies,
            "first": story.first,
            "last": story.last,
            "head": heads[story.ids[0]],
        }
        for story in clusters[:limit]
    ]
    if json:
        output.as_json({"by": measure.name, "stories": answer, "total": len(clusters)})
        return
    output.table(
        ("mentions", "copies", "first id", "at (IST)", "platform", "author", "text"),
        [
            (len(s.ids), s.copies, s.ids[0], *_people(heads[s.ids[0]]))
            for s in clusters[:limit]
        ],
    )
    output.say(f"{len(answer)} of {len(clusters)} stories")
    _note(measure)


def _mentions(context: "Context", ids: list[int]) -> "dict[int, MentionDocument]":
    """The mentions as they may be shown, by id."""
    from socialcell.services.mentions import mention_search

    return mention_search.mentions_by_id(context, people_of(context), ids)


def _people(row: "MentionDocument") -> tuple[str, str, str | None, str]:
    from socialcell.text import one_line

    at = (row["at"] or "")[:16].replace("T", " ")
    text = one_line(row["title"] or row["text"] or "", 90)
    return at, row["platform"], row["author"], text


def _show_progress(count: int) -> None:
    output.note(f"{count} new texts looked at")


def _note(measure: "SimilarityMeasure") -> None:
    if measure.name == "letters":
        output.note(_NOTE)
