"""Mentions as a file, for `mentions export` and for downloads of the explorer."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

from socialcell import db
from socialcell.json_types import JsonObject
from socialcell.listening.people import masking
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import audit
from socialcell.services import access_log
from socialcell.services.context import Context
from socialcell.services.mentions import mention_explorer, original_link
from socialcell.services.mentions.mention_explorer import ExplorerQuestion
from socialcell.sheet import csv_lines
from socialcell.views.mentions import mention_detail, mention_view
from socialcell.views.mentions.mention_view import MentionDocument

FileFormat = Literal["csv", "jsonl"]
_BLOCK = 64 * 1024  # characters, at least, of each piece but the last


@dataclass(frozen=True)
class MentionExport:
    """The lines of a file, and whether they tell where private persons' posts stand."""

    lines: Iterable[str]
    has_addresses: bool


def download(
    context: Context,
    people: People,
    question: ExplorerQuestion,
    file_format: FileFormat,
    *,
    places: Collection[str] | None = None,
) -> Iterator[bytes]:
    """The file in pieces, read as it is sent; whoever stops early closes the iterator.

    It does not tell where private persons' posts stand. Audited before the first
    piece. UsageError as of `read_filter`, at once.
    """
    request = mention_explorer.read_filter(context, people, question, places=places)
    fields = {name: text for name, text in asdict(question).items() if name != "cursor"}
    _audit(context, fields, file_format, has_addresses=False)

    def pieces() -> Iterator[bytes]:
        with _open_lines(context, people, request, file_format) as lines:
            yield from _blocks(lines)

    return pieces()


@contextmanager
def open_export(
    context: Context,
    people: People,
    request: MentionFilter,
    fields: Mapping[str, str | None],
    file_format: FileFormat,
) -> Iterator[MentionExport]:
    """The lines of an export, newest first, read page by page within the context.

    JSON lines tell where private persons' posts stand to operators who may see who
    wrote; nothing else does. Audited before the first line, with the `fields` of the
    request as they were typed.
    """
    with db.reading(context.engine) as session:
        has_addresses = file_format == "jsonl" and original_link.may_see_addresses(
            context, session
        )
    _audit(context, fields, file_format, has_addresses=has_addresses)
    with _open_lines(
        context, people, request, file_format, with_addresses=has_addresses
    ) as lines:
        yield MentionExport(lines, has_addresses)


def _audit(
    context: Context,
    fields: Mapping[str, str | None],
    file_format: FileFormat,
    *,
    has_addresses: bool,
) -> None:
    typed = {name: masking.unnamed(text) for name, text in fields.items() if text}
    detail: JsonObject = {**typed, "format": file_format, "addresses": has_addresses}
    with db.writing(context.engine) as session:
        now = context.clock.now()
        audit.append(session, context.actor, "mentions.export", "mentions", detail, now)
        access_log.note_access(context, session, "mentions_export", "mentions")


@contextmanager
def _open_lines(
    context: Context,
    people: People,
    request: MentionFilter,
    file_format: FileFormat,
    *,
    with_addresses: bool = False,
) -> Iterator[Iterable[str]]:
    with db.reading(context.engine) as session:
        rows = mention_queries.stream_mentions(session, request)
        documents = mention_detail.mentions(
            session, rows, people, with_addresses=with_addresses
        )
        yield _lines(documents, file_format)


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
