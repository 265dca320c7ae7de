"""One run of a source: its pages stored, an outcome for every item, the result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from socialcell import db, log
from socialcell.connectors.base import Batch, ConnectorError, Reject
from socialcell.listening.people import masking
from socialcell.listening.store.pages.page_arrival import Arrival
from socialcell.ops import store
from socialcell.ops.model import Run, Source
from socialcell.services.collection import batch_ingest
from socialcell.services.context import Context
from socialcell.services.reporting import report_redaction

_LOG = log.logger(__name__)
_REJECTS_SHOWN = 1000


@dataclass
class RunResult:
    """The result of one run of a source; `counts` are the run's, by outcome."""

    source: str
    state: str  # ok | partial | failed | waiting
    counts: Mapping[str, int] = field(
        default_factory=lambda: dict.fromkeys(store.COUNTS, 0)
    )
    filtered_by: Mapping[str, int] = field(default_factory=dict)
    error_kind: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    rejects: list[Reject] = field(default_factory=list)
    # Starts of periods whose report quotes something that this run removed.
    quoting: tuple[datetime, ...] = ()


class IngestRun:
    """An open run of a source; the caller commits its opening and each page."""

    def __init__(
        self, context: Context, source: Source, platform: str, kind: str
    ) -> None:
        assert source.id is not None
        self._context, self._source, self._platform = context, source, platform
        self._kind = kind
        self._seen: set[int] = set()
        self._rejects: list[Reject] = []
        self._quoting: set[datetime] = set()
        self.source_id = source.id
        self.run_id: int | None = None  # of a run that is committed
        self._begun: int | None = None

    def open(self, session: Session) -> int:
        """Begin the run in the caller's transaction; its id. See `opened`."""
        now, owner = self._context.clock.now(), self._context.owner
        run = store.start_run(session, self._source, self._kind, owner, now)
        assert run.id is not None
        self._begun = run.id
        return run.id

    def opened(self) -> None:
        """The transaction in which the run began, or of a page, is committed."""
        self.run_id = self._begun

    def store(self, session: Session, batch: Batch) -> Run:
        """Store a page in the caller's transaction, and begin the run with it if it has
        not begun."""
        now = self._context.clock.now()
        run_id = self.run_id or self.open(session)
        arrival = Arrival(self.source_id, run_id, now, batch.observed_at)
        outcome = batch_ingest.store_batch(
            self._context, session, self._platform, batch, arrival, self._seen
        )
        run = store.count(session, run_id, outcome.counts)
        store.count_filtered(run, outcome.rules)
        self._rejects.extend(outcome.rejects[: _REJECTS_SHOWN - len(self._rejects)])
        self._quoting.update(outcome.reports)
        return run

    def finish(self) -> RunResult:
        """Close a run that went well. Without a page nothing is written."""
        if self.run_id is None:
            return RunResult(self._source.name, "ok")
        with db.writing(self._context.engine) as session:
            result = self.close(session)
        return log_end(self._context, result)

    def close(
        self,
        session: Session,
        error: ConnectorError | None = None,
        not_before: datetime | None = None,
    ) -> RunResult:
        """End the run in the caller's transaction: well, or with this error, partly
        when it has pages."""
        assert self.run_id is not None
        pages = session.get_one(Run, self.run_id).pages
        run = store.finish_run(
            session,
            self.run_id,
            "ok" if error is None else "partial" if pages else "failed",
            self._context.clock.now(),
            error_kind=error.kind.value if error else None,
            reason=masking.unnamed(str(error)) if error else None,
        )
        return RunResult(
            source=self._source.name,
            state=run.state,
            counts={name: getattr(run, name) for name in store.COUNTS},
            filtered_by=dict(run.filtered_by),
            error_kind=run.error_kind,
            reason=run.reason,
            not_before=not_before,
            rejects=self._rejects,
            quoting=tuple(sorted(self._quoting)),
        )


def log_end(context: Context, result: RunResult, kind: str = "pull") -> RunResult:
    """Log the end of a committed run, and write reports again that quote something it
    removed. Of an import a person hears from the command itself."""
    write = _LOG.info if result.state == "ok" else _LOG.warning
    if kind == "import":
        write = _LOG.debug
    write(
        log.RUN_ENDED,
        state=result.state,
        error=result.error_kind,
        reason=result.reason,
        **result.counts,
    )
    report_redaction.rewrite_weeks(context, result.quoting)
    return result
