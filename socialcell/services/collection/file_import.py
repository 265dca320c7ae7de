"""Import a file of posts: the runner of live sources, with a file as the platform."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.connectors import file_detection
from socialcell.connectors.base import Batch, Filtered, Record, Reject
from socialcell.connectors.facts import Fact
from socialcell.connectors.files import export_formats
from socialcell.connectors.files.column_mapping import ColumnMapping, read_mapping
from socialcell.connectors.files.file_connector import FileConnector
from socialcell.connectors.files.generic_file import GenericFile
from socialcell.connectors.files.table_mapping import table_options
from socialcell.connectors.unmetered import Unmetered
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import as_whole
from socialcell.listening.store.pages.page_arrival import Arrival
from socialcell.ops import imports, store
from socialcell.ops.model import Run, Source
from socialcell.services import area_matching, pseudonyms
from socialcell.services.collection import (
    batch_ingest,
    collector,
    rejected_dangers,
)
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.batch_ingest import IngestCounts
from socialcell.services.collection.collector import RunResult
from socialcell.services.context import Context

Progress = Callable[[int, int], None]

_REJECTS_SHOWN = 1000
_UNTAKEN_SHOWN = 20


@dataclass(frozen=True)
class FileImport:
    """The result of an import. `earlier` is when the same file was imported before."""

    result: RunResult
    format: str
    words: str  # what the file was recognised as

    earlier: datetime | None = None
    warnings: tuple[str, ...] = ()


def import_file(
    context: Context,
    path: Path,
    *,
    format: str = "auto",
    mapping: Path | None = None,
    settings: dict[str, str] | None = None,
    only: Collection[str] = (),
    sheet: str | None = None,
    date_order: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> FileImport:
    """Store the posts or figures of a file; the same file again changes nothing.

    An import that was interrupted goes on behind the last page that was stored.
    `dry_run` gives the counts and rejects that an import would give, and stores
    nothing. `progress` gets bytes read and bytes in all after each page. `only`
    names the formats that are taken, where not all are. `sheet` and `date_order` say
    how a table is read, and go before what `mapping` says of it.
    SocialcellError when the file cannot be read as what it is said to be.
    """
    is_export = bool(only) or format in export_formats.BY_FORMAT
    options = table_options(mapping if is_export else None, sheet, date_order)
    columns = read_mapping(mapping) if mapping and not is_export else None
    connector, detected = file_detection.open_file(
        path, format, columns, settings, options
    )
    if only and detected.format not in only:
        raise UsageError(
            "sources.format_not_taken_here",
            path=path,
            format=detected.words,
            formats=sorted(only),
        )
    health = connector.check()
    if health.cause is not None:
        raise SocialcellError(health.cause.code, **health.cause.parameters)
    progress_report = _ProgressReport(progress, path.stat().st_size)
    with db.reading(context.engine) as session:
        earlier_import = imports.find_import(
            session, connector.sha256, connector.format, connector.reading_options
        )
        earlier = earlier_import.imported_at if earlier_import else None
    connector.set_now(earlier or context.clock.now())
    if earlier:
        result = _recount(context, connector, columns, progress_report)
    elif dry_run:
        result = _dry_run(context, connector, columns, progress_report)
    else:
        result = _import(context, connector, columns, progress_report)
    return FileImport(
        result=result,
        format=detected.format,
        words=str(detected.words),
        earlier=earlier,
        warnings=_warnings(connector, columns, result)
        + rejected_dangers.warnings(context, result.rejects),
    )


def _import(
    context: Context,
    connector: FileConnector,
    mapping: ColumnMapping | None,
    progress_report: "_ProgressReport",
) -> RunResult:
    run_ids: list[int] = []

    def on_page(session: Session, run: Run, batch: Batch) -> None:
        assert run.id is not None
        run_ids.append(run.id)
        progress_report(connector)
        if batch.cursor["done"]:
            imports.record_import(
                session,
                connector.sha256,
                connector.format,
                connector.reading_options,
                name=connector.path.name,
                rows=as_whole(batch.cursor["row"]),
                run_id=run.id,
                now=context.clock.now(),
            )

    with db.writing(context.engine) as session:
        source = _source(session, context, connector, mapping)
        session.flush()
        session.refresh(source)
        session.expunge(source)
    ledger = Ledger(context.engine, context.clock, connector.platform, {})
    result = collector.run(
        context, source, connector, ledger, kind="import", on_page=on_page
    )
    if result.error_kind is None and result.counts["quarantined"]:
        result = _with_state(result)
        with db.writing(context.engine) as session:
            store.finish_run(
                session,
                run_ids[-1],
                result.state,
                context.clock.now(),
                reason=result.reason,
            )
    return result


def _source(
    session: Session,
    context: Context,
    connector: FileConnector,
    mapping: ColumnMapping | None,
) -> Source:
    """The source that files of this kind count for; it is never pulled."""
    name = source_name(connector, mapping)
    db.take_turn(session, "sources")
    return store.find_source(session, name) or store.add_source(
        session,
        name,
        "file",
        {"format": connector.format},
        context.clock.now(),
        reason="a file was imported",
        enabled=False,
    )


def source_name(connector: FileConnector, mapping: ColumnMapping | None) -> str:
    """file:x-jsonl, file:x-archive, or file: and the platform a mapping names."""
    if mapping is not None and mapping.platform != GenericFile.platform:
        return f"file:{mapping.platform}"
    return f"file:{connector.format}"


def _dry_run(
    context: Context,
    connector: FileConnector,
    mapping: ColumnMapping | None,
    progress_report: "_ProgressReport",
) -> RunResult:
    """Store each page and take it back, so that the counts are those of an import."""
    tally = _Tally(source_name(connector, mapping))
    mention_keys: set[int] = set()
    now = context.clock.now()
    for batch in connector.pull(None, Unmetered(), collector.never_stop):
        with db.writing(context.engine) as session:
            source = _source(session, context, connector, mapping)
            run = store.start_run(session, source, "import", context.owner, now)
            assert source.id is not None
            assert run.id is not None
            arrival = Arrival(source.id, run.id, now, batch.observed_at)
            outcome = batch_ingest.store_batch(
                context, session, connector.platform, batch, arrival, mention_keys
            )
            session.rollback()
        tally.add(outcome)
        progress_report(connector)
    return tally.result()


def _recount(
    context: Context,
    connector: FileConnector,
    mapping: ColumnMapping | None,
    progress_report: "_ProgressReport",
) -> RunResult:
    """Account for a file that was imported before: what it holds is known."""
    tally = _Tally(source_name(connector, mapping))
    record_keys: set[int] = set()
    for page in connector.pull(None, Unmetered(), collector.never_stop):
        with db.reading(context.engine) as session:
            batch = _admitted(context, session, connector, page)
        tally.add_rest(batch)
        for item in batch.items:
            if isinstance(item, Record):
                key = hash((item.platform, item.external_id))
                tally.counts["duplicate" if key in record_keys else "unchanged"] += 1
                record_keys.add(key)
            elif isinstance(item, Fact):
                tally.counts["unchanged"] += 1
        progress_report(connector)
    return tally.result()


def _admitted(
    context: Context, session: Session, connector: FileConnector, batch: Batch
) -> Batch:
    """The batch without items of suppressed people."""
    placed_items = area_matching.match_areas(context, session, batch.items)
    items = pseudonyms.filter_suppressed(
        context, session, connector.platform, placed_items
    )
    return replace(batch, items=items)


@dataclass
class _ProgressReport:
    """Reports how much of a file is read."""

    progress: Progress | None
    size: int

    def __call__(self, connector: FileConnector) -> None:
        if self.progress:
            self.progress(connector.position, self.size)


@dataclass
class _Tally:
    """Counts of a file that is read without being stored."""

    source: str
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(store.COUNTS, 0)
    )
    rules: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, outcome: IngestCounts) -> None:
        """Count a page that was stored, and taken back."""
        for name, count in outcome.counts.items():
            self.counts[name] += count
        self.rules.update(outcome.rules)
        self.rejects += outcome.rejects[: _REJECTS_SHOWN - len(self.rejects)]

    def add_rest(self, batch: Batch) -> None:
        """Count all of a batch but what becomes of its records."""
        self.counts["received"] += len(batch.items)
        for item in batch.items:
            if isinstance(item, Reject):
                self.counts["quarantined"] += 1
                if len(self.rejects) < _REJECTS_SHOWN:
                    self.rejects.append(item)
            elif isinstance(item, Filtered):
                self.counts["filtered"] += 1
                self.rules[item.rule] += 1

    def result(self) -> RunResult:
        return _with_state(
            RunResult(
                source=self.source,
                state="ok",
                counts=self.counts,
                filtered_by=dict(self.rules),
                rejects=self.rejects,
            )
        )


def _with_state(result: RunResult) -> RunResult:
    """The same with the state that its rejects make of it."""
    rejected, received = result.counts["quarantined"], result.counts["received"]
    if not rejected:
        return result
    return replace(
        result,
        state="failed" if rejected == received else "partial",
        reason=f"{rejected} of {received} rows could not be read",
    )


def _warnings(
    connector: FileConnector, mapping: ColumnMapping | None, result: RunResult
) -> tuple[str, ...]:
    if not result.counts["received"]:
        return ("The file holds no rows: nothing is stored of it.",)
    return (*_untaken(connector), *_replaced(connector, mapping, result))


def _untaken(connector: FileConnector) -> Iterator[str]:
    """Which columns say nothing of the mentions, since nobody said what they are."""
    names = [f"'{name}'" for name in connector.untaken]
    if not names:
        return
    shown = ", ".join(names[:_UNTAKEN_SHOWN])
    more = len(names) - _UNTAKEN_SHOWN
    shown += f" and {more} more" if more > 0 else ""
    yield (
        f"Kept with the rows and not read: {shown}. If a column says what happened, or "
        "where, name it in a mapping file (docs/import.md)."
    )


def _replaced(
    connector: FileConnector, mapping: ColumnMapping | None, result: RunResult
) -> Iterator[str]:
    updated = result.counts["updated"]
    if mapping is not None or connector.platform != GenericFile.platform or not updated:
        return
    yield (
        f"{updated} rows have the id of a row that was imported before, and other "
        "content: they replace it. If they are other posts, name a `platform` of "
        "their own in a mapping file."
    )
