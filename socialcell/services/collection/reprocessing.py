"""Map stored raw items again with the current mapper, and report what changes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors.abilities import Remapper
from socialcell.connectors.base import Batch, Item, Record, Reject
from socialcell.errors import AlreadyRunning, UsageError
from socialcell.listening.store.pages import (
    mapping_errors,
    page_authors,
    page_mentions,
    raw_payloads,
)
from socialcell.listening.store.pages.mapping_errors import Wave
from socialcell.listening.store.pages.raw_payloads import Raw
from socialcell.listening.store.pages.records import cleaned
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_ledger, collector
from socialcell.services.collection.collector import RunResult
from socialcell.services.collection.metrics_refresh import run_refresh
from socialcell.services.collection.source_lock import LOCKED, lock_source
from socialcell.services.context import Context

_PAGE = 500
_MOST_EXAMPLES = 20
# What of a mention a mapper makes; the figures of an hour ago stay as they were.
_COLUMNS = {
    "kind": "kind",
    "text": "text",
    "title": "title",
    "url": "url",
    "language": "platform_language",
    "conversation": "conversation",
    "edited_at": "edited_at",
}


@dataclass(frozen=True)
class ReprocessedSource:
    """The result of mapping a source's raw items again.

    `fields` counts the mentions in which a field differs, `mapped` what could not be
    read before and can now, `examples` are (id, fields) of mentions that change.
    """

    result: RunResult
    fields: dict[str, int]
    mapped: int
    examples: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass
class _Differences:
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    mapped: int = 0


def list_mapping_errors(context: Context, span: timedelta) -> list[Wave]:
    """What could not be mapped of the items of the last time span, by cause."""
    since = context.clock.now() - span
    with db.reading(context.engine) as session:
        return mapping_errors.waves(session, since)


def reprocess(
    context: Context,
    since: datetime,
    names: Sequence[str] = (),
    *,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[ReprocessedSource]:
    """Raw items that came since a moment, mapped and quarantined, read again.

    What differs is stored as an edit is, and read anew by the tagger. Platforms whose
    raw items cannot be read alone are passed over; naming one is a UsageError.
    """
    with db.reading(context.engine) as session:
        sources = collector.select_sources(session, names)
    results = []
    for source in sources:
        mapper = connectors.mapper(source.connector)
        if mapper is None:
            if names:
                raise UsageError(
                    "sources.not_read_alone",
                    connector=source.connector,
                    source=source.name,
                )
            continue
        if progress:
            progress(source.name)
        results.append(_reprocess_source(context, source, mapper, since, dry_run))
    return results


def _reprocess_source(
    context: Context,
    source: Source,
    mapper: type[Remapper],
    since: datetime,
    dry_run: bool,
) -> ReprocessedSource:
    differences = _Differences()
    batches = _batches(context, source, mapper, since, differences)
    if dry_run:
        result = _count_only(source, batches)
    else:
        ledger = allowance_ledger.ledger_of(context, source.connector, mapper.platform)
        assert source.id is not None
        with lock_source(context, source.id) as free:
            if not free:
                raise AlreadyRunning(
                    "sources.locked", source=source.name, reason=LOCKED
                )
            result = run_refresh(
                context, source, mapper.platform, ledger, batches, kind="remap"
            )
    return ReprocessedSource(
        result,
        dict(differences.fields),
        differences.mapped,
        tuple(differences.examples),
    )


def _count_only(source: Source, batches: Iterator[Batch]) -> RunResult:
    counts = dict.fromkeys(store.COUNTS, 0)
    for batch in batches:
        rejects = sum(isinstance(item, Reject) for item in batch.items)
        counts["received"] += len(batch.items)
        counts["quarantined"] += rejects
    return RunResult(source.name, "ok", counts, {})


def _batches(
    context: Context,
    source: Source,
    mapper: type[Remapper],
    since: datetime,
    differences: _Differences,
) -> Iterator[Batch]:
    """The raw items as they came, page by page, each as its mapper reads it now."""
    assert source.id is not None
    after = 0
    while True:
        with db.reading(context.engine) as session:
            page = raw_payloads.of_source(session, source.id, since, after, _PAGE)
            items = [_map_raw(session, mapper, raw) for raw in page]
            _compare(session, page, items, differences)
        if not page:
            return
        after = page[-1].id
        pairs = zip(page, items, strict=True)
        for at, group in groupby(pairs, key=lambda pair: pair[0].received_at):
            yield Batch([item for _, item in group], {}, observed_at=at)
        with db.writing(context.engine) as session:
            raw_payloads.note_mapped(
                session,
                [
                    raw.id
                    for raw, item in zip(page, items, strict=True)
                    if not isinstance(item, Reject)
                ],
            )


def _map_raw(session: Session, mapper: type[Remapper], raw: Raw) -> Item:
    body = json.loads(raw.body)
    try:
        item = mapper.remap(body)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        return Reject(raw=body, reason=f"{type(error).__name__}: {error}")
    if not isinstance(item, Record) or item.author is None:
        return item
    # A raw item may name its author by number alone: the rest came beside it.
    stored_author = page_authors.facts_of(session, item.platform, item.author.uid)
    if stored_author is None:
        return item
    facts = {k: v for k, v in asdict(item.author).items() if v is not None}
    return replace(item, author=replace(stored_author, **facts))


def _compare(
    session: Session,
    page: Sequence[Raw],
    items: Sequence[Item],
    differences: _Differences,
) -> None:
    """Note the fields in which the new mapping differs from the stored mention."""
    records = [
        (raw, cleaned(item))
        for raw, item in zip(page, items, strict=True)
        if isinstance(item, Record)
    ]
    differences.mapped += sum(raw.state == "quarantined" for raw, _ in records)
    stored = page_mentions.mentions_of_raws(session, [raw.id for raw, _ in records])
    for raw, record in records:
        if (row := stored.get(raw.id)) is None:
            continue
        differs = tuple(
            name
            for name, column in _COLUMNS.items()
            if getattr(record, name) != row[column]
        )
        differences.fields.update(differs)
        if differs and len(differences.examples) < _MOST_EXAMPLES:
            differences.examples.append((row["id"], differs))
