"""What the explorer finds as a file to download, as `mentions export` writes it."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from typing import Literal

from socialcell import db
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.mentions import mention_explorer, mention_search
from socialcell.services.mentions.mention_explorer import ExplorerQuestion
from socialcell.sheet import csv_lines
from socialcell.views.mentions import mention_view
from socialcell.views.mentions.mention_view import MentionDocument

FileFormat = Literal["csv", "jsonl"]
_BLOCK = 64 * 1024  # characters, at least, of each piece but the last


def download(
    context: Context,
    people: People,
    question: ExplorerQuestion,
    file_format: FileFormat,
    *,
    places: Collection[str] | None = None,
) -> Iterator[bytes]:
    """The file in pieces, read as it is sent; whoever stops early closes the iterator.

    Audited before the first piece. UsageError as of `read_filter`, at once.
    """
    wanted = mention_explorer.read_filter(context, people, question, places=places)
    asked = asdict(question)
    detail = {
        name: masking.unnamed(text)
        for name, text in asked.items()
        if text and name != "cursor"
    }
    detail["format"] = file_format
    with db.writing(context.engine) as session:
        now = context.clock.now()
        audit.append(session, context.actor, "mentions.export", "mentions", detail, now)

    def pieces() -> Iterator[bytes]:
        with mention_search.open_export(context, people, wanted) as rows:
            yield from _blocks(_lines(rows, file_format))

    return pieces()


def _lines(rows: Iterator[MentionDocument], file_format: FileFormat) -> Iterable[str]:
    if file_format == "csv":
        return csv_lines(mention_view.COLUMNS, rows)
    return (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


def _blocks(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as UTF-8, joined to pieces that are worth a write each."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()
