"""Counts what a server refuses, and stores the counts every minute and at its end."""

import threading
from collections import Counter
from types import TracebackType

from socialcell import db, log
from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context
from socialcell.web.connections.connection_limits import RefusalReason

INTERVAL = 60.0  # seconds between two rounds
_LOG = log.logger(__name__)


class RefusalLog:
    """Counts while its block runs; `server` is the name in the database.

    What the database does not take is added in the next round. `count` is called by
    the thread that answers, and never waits.
    """

    def __init__(self, context: Context, server: str) -> None:
        self._context, self._server = context, server
        self._counts: Counter[str] = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refusals")

    def count(self, refusal: RefusalReason) -> None:
        self._counts[refusal.value] += 1

    def __enter__(self) -> "RefusalLog":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.store()
        self.store()

    def store(self) -> None:
        """Add what was counted since; not from the thread that answers."""
        counts = dict(self._counts)
        if not any(counts.values()):
            return
        _LOG.warning("connections were refused", server=self._server, **counts)
        day = self._context.clock.now().astimezone(IST).date()
        try:
            with db.writing(self._context.engine) as session:
                refused_connections.add(session, self._server, counts, day)
        except SocialcellError as error:
            _LOG.error("refused connections are not counted yet", reason=str(error))
            return
        self._counts.subtract(counts)
