"""Downloads what a push only named: the files of messages, and public mentions.

No request is made inside a transaction. A source that is refused waits as a whole; an
item that fails is tried again, ever more rarely, and given up in the end.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from socialcell import db, log
from socialcell.connectors.base import Batch, ConnectorError, Kind, Record
from socialcell.connectors.meta.meta_push import MediaConnector, MentionFetcher
from socialcell.errors import ConfigError
from socialcell.listening.store.pages import attachments
from socialcell.ops import pending_fetches
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.ingest_run import IngestRun
from socialcell.services.collection.source_lock import LOCKED, lock_source
from socialcell.services.context import Context
from socialcell.services.webhooks import media_files, webhook_ingest

_LOG = log.logger(__name__)
LARGEST = 16 * 1024 * 1024  # bytes of a file; WhatsApp's own limit for film and sound


MOST_ATTEMPTS = 8
_PAGE = 50
# These concern the source: no other item would fare better now.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA)


@dataclass
class FetchCounts:
    """The result of fetching, over all sources."""

    files: int = 0
    mentions: int = 0
    gone: int = 0
    refused: int = 0  # too large, or not kept where the platform keeps files

    later: int = 0
    failed: int = 0
    stopped: dict[str, str] = field(default_factory=dict)  # source: why


class _Pending(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def attempts(self) -> int: ...


def fetch(
    context: Context, *, stop: Callable[[], bool] = collector.never_stop
) -> FetchCounts:
    """Fetch all that may be asked for now."""
    counts = FetchCounts()
    for source in webhook_ingest.push_sources(context):
        assert source.id is not None
        try:
            with lock_source(context, source.id) as free:
                if free:
                    _SourceFetcher(context, source, counts, stop).run()
                else:
                    counts.stopped[source.name] = str(LOCKED)
        except ConfigError as error:
            counts.stopped[source.name] = str(error)
            _LOG.error("nothing fetched", source=source.name, reason=str(error))
    return counts


class _SourceFetcher:
    """Fetches for one source."""

    def __init__(
        self,
        context: Context,
        source: Source,
        counts: FetchCounts,
        stop: Callable[[], bool],
    ) -> None:
        assert source.id is not None
        self._context, self._source, self._id = context, source, source.id
        self._counts, self._is_ending = counts, stop
        self._connector = webhook_ingest.build_receiver(context, source)

    def run(self) -> None:
        now = self._context.clock.now()
        if self._source.not_before is not None and self._source.not_before > now:
            self._counts.stopped[self._source.name] = self._source.state_reason or ""
            return
        try:
            if isinstance(self._connector, MediaConnector):
                self._files(self._connector)
            if isinstance(self._connector, MentionFetcher):
                self._mentions(self._connector)
        except ConnectorError as error:
            self._counts.stopped[self._source.name] = str(error)
            with db.writing(self._context.engine) as session:
                current = session.get(Source, self._id)
                assert current is not None
                collector.note_failure(current, error, now)

    def _stop(self) -> bool:
        """Also where a push of the source came meanwhile, which the same lock keeps
        waiting: it goes first."""
        return self._is_ending() or webhook_ingest.has_waiting(self._context, self._id)

    def _files(self, connector: MediaConnector) -> None:
        for pending in self._due(attachments.due):
            try:
                file = connector.media(pending.ref, LARGEST)
            except ConnectorError as error:
                self._missed(error, pending, attachments.settle, attachments.postpone)
                continue
            digest = media_files.store_file(self._context, file.content)
            with db.writing(self._context.engine) as session:
                self._counts.files += attachments.mark_fetched(
                    session,
                    pending.id,
                    digest=digest,
                    size=len(file.content),
                    content_type=file.content_type,
                    now=self._context.clock.now(),
                )

    def _mentions(self, connector: MentionFetcher) -> None:
        ingest_run = IngestRun(self._context, self._source, self._platform, "fetch")
        try:
            for pending in self._due(pending_fetches.due_fetches):
                try:
                    record = connector.fetch_mention(pending.ref)
                except ConnectorError as error:
                    self._missed(
                        error, pending, pending_fetches.settle, pending_fetches.postpone
                    )
                    continue
                self._keep(ingest_run, pending, record)
        finally:
            ingest_run.finish()

    def _keep(self, ingest_run: IngestRun, pending: _Pending, record: Record) -> None:
        with db.writing(self._context.engine) as session:
            if not pending_fetches.settle(session, pending.id, "done"):
                return
            ingest_run.store(session, Batch([record], {}))
        ingest_run.opened()
        self._counts.mentions += 1

    def _due(
        self,
        read_page: Callable[[Session, int, datetime, int, int], Sequence[_Pending]],
    ) -> Iterable[_Pending]:
        """What is due now, each once; read a page at a time."""
        after = 0
        while not self._stop():
            with db.reading(self._context.engine) as session:
                now = self._context.clock.now()
                page = read_page(session, self._id, now, _PAGE, after)
            if not page:
                return
            for pending in page:
                if self._stop():
                    return
                yield pending
            after = page[-1].id

    def _missed(
        self,
        error: ConnectorError,
        pending: _Pending,
        settle: Callable[[Session, int, str, str], bool | None],
        postpone: Callable[[Session, int, datetime, str], None],
    ) -> None:
        """Record the failure of a fetch: given up, or tried again later."""
        if error.kind in _STOPPING:
            raise error
        reason = str(error)
        with db.writing(self._context.engine) as session:
            if error.kind is Kind.GONE:
                settle(session, pending.id, "gone", reason)
                self._counts.gone += 1
            elif error.kind is Kind.CONFIG:
                settle(session, pending.id, "refused", reason)
                self._counts.refused += 1
            elif pending.attempts + 1 >= MOST_ATTEMPTS:
                settle(session, pending.id, "failed", reason)
                self._counts.failed += 1
            else:
                wait = timedelta(minutes=2.0 ** min(pending.attempts, 9))
                next_at = error.until or self._context.clock.now() + wait
                postpone(session, pending.id, next_at, reason)
                self._counts.later += 1

    @property
    def _platform(self) -> str:
        return self._connector.platform
