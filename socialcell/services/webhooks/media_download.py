"""Fetch later what a push only named: the files of messages, and public mentions.

No request is made inside a transaction. A source that is refused waits as a whole; an
item that fails is tried again, ever more rarely, and given up in the end.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, cast

from sqlmodel import Session

from socialcell import db, log
from socialcell.connectors.base import Batch, ConnectorError, Kind, Record
from socialcell.connectors.meta.meta_push import Awaiting, Fetching
from socialcell.errors import ConfigError
from socialcell.listening.store.pages import attachments
from socialcell.ops import pending_fetches
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.ingest_run import Intake
from socialcell.services.collection.source_lock import TAKEN, alone
from socialcell.services.context import Context
from socialcell.services.webhooks import media_files, webhook_ingest

_LOG = log.logger(__name__)
LARGEST = 16 * 1024 * 1024  # bytes of a file; WhatsApp's own limit for film and sound
MOST_ATTEMPTS = 8
_PAGE = 50
# These concern the source: no other item would fare better now.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA)


@dataclass
class Fetched:
    """What fetching came to, over all sources."""

    files: int = 0
    mentions: int = 0
    gone: int = 0
    refused: int = 0  # too large, or not kept where the platform keeps files
    later: int = 0
    failed: int = 0
    stopped: dict[str, str] = field(default_factory=dict)  # source: why


class _Item(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def attempts(self) -> int: ...


def fetch(context: Context, *, stop: Callable[[], bool] = collector.never) -> Fetched:
    """Fetch all that may be asked for now."""
    done = Fetched()
    for source in webhook_ingest.sources(context):
        assert source.id is not None
        try:
            with alone(context, source.id) as free:
                if free:
                    _Worker(context, source, done, stop).run()
                else:
                    done.stopped[source.name] = TAKEN
        except ConfigError as error:
            done.stopped[source.name] = str(error)
            _LOG.error("nothing fetched", source=source.name, reason=str(error))
    return done


class _Worker:
    """Fetches for one source."""

    def __init__(
        self,
        context: Context,
        source: Source,
        done: Fetched,
        stop: Callable[[], bool],
    ) -> None:
        assert source.id is not None
        self._context, self._source, self._id = context, source, source.id
        self._done, self._stop = done, stop
        self._connector = webhook_ingest.receiver(context, source)

    def run(self) -> None:
        now = self._context.clock.now()
        if self._source.not_before is not None and self._source.not_before > now:
            self._done.stopped[self._source.name] = self._source.state_reason or ""
            return
        try:
            if hasattr(self._connector, "media"):
                self._files(cast(Fetching, self._connector))
            if hasattr(self._connector, "awaited"):
                self._mentions(cast(Awaiting, self._connector))
        except ConnectorError as error:
            self._done.stopped[self._source.name] = str(error)
            with db.writing(self._context.engine) as session:
                held = session.get(Source, self._id)
                assert held is not None
                collector.note_failure(held, error, now)

    def _files(self, connector: Fetching) -> None:
        for one in self._due(attachments.due):
            try:
                file = connector.media(one.ref, LARGEST)
            except ConnectorError as error:
                self._missed(error, one, attachments.settle, attachments.postpone)
                continue
            digest = media_files.keep(self._context, file.content)
            with db.writing(self._context.engine) as session:
                self._done.files += attachments.mark_fetched(
                    session,
                    one.id,
                    digest=digest,
                    size=len(file.content),
                    content_type=file.content_type,
                    now=self._context.clock.now(),
                )

    def _mentions(self, connector: Awaiting) -> None:
        intake = Intake(self._context, self._source, self._platform, "fetch")
        try:
            for one in self._due(pending_fetches.due_fetches):
                try:
                    record = connector.awaited(one.ref)
                except ConnectorError as error:
                    self._missed(
                        error, one, pending_fetches.settle, pending_fetches.postpone
                    )
                    continue
                self._keep(intake, one, record)
        finally:
            intake.finish()

    def _keep(self, intake: Intake, one: _Item, record: Record) -> None:
        with db.writing(self._context.engine) as session:
            if not pending_fetches.settle(session, one.id, "done"):
                return
            intake.store(session, Batch([record], {}))
        intake.opened()
        self._done.mentions += 1

    def _due(
        self, ask: Callable[[Session, int, datetime, int, int], Sequence[_Item]]
    ) -> Iterable[_Item]:
        """What is due now, each once; read a page at a time."""
        after = 0
        while not self._stop():
            with db.reading(self._context.engine) as session:
                now = self._context.clock.now()
                page = ask(session, self._id, now, _PAGE, after)
            if not page:
                return
            for one in page:
                if self._stop():
                    return
                yield one
            after = page[-1].id

    def _missed(
        self,
        error: ConnectorError,
        one: _Item,
        settle: Callable[[Session, int, str, str], object],
        postpone: Callable[[Session, int, datetime, str], None],
    ) -> None:
        """What becomes of an item that did not come."""
        if error.kind in _STOPPING:
            raise error
        reason = str(error)
        with db.writing(self._context.engine) as session:
            if error.kind is Kind.GONE:
                settle(session, one.id, "gone", reason)
                self._done.gone += 1
            elif error.kind is Kind.CONFIG:
                settle(session, one.id, "refused", reason)
                self._done.refused += 1
            elif one.attempts + 1 >= MOST_ATTEMPTS:
                settle(session, one.id, "failed", reason)
                self._done.failed += 1
            else:
                wait = timedelta(minutes=2.0 ** min(one.attempts, 9))
                told = error.until or self._context.clock.now() + wait
                postpone(session, one.id, told, reason)
                self._done.later += 1

    @property
    def _platform(self) -> str:
        return self._connector.platform
