"""The thread behind the webhooks: it reads stored pushes and fetches what they name."""

import threading
from collections import Counter
from datetime import datetime

from socialcell import db, log
from socialcell.errors import SocialcellError
from socialcell.ops import webhook_deliveries
from socialcell.services.context import Context
from socialcell.services.webhooks import media_download, webhook_ingest

INTERVAL = 60.0  # seconds between two rounds of periodic work
_LOG = log.logger(__name__)


class WebhookWorker:
    """Reads pushes as they arrive, and does the periodic work every minute.

    `refusals` counts the requests that the endpoints have refused, by (connector,
    reason); the worker empties it.
    """

    def __init__(self, context: Context, refusals: Counter[tuple[str, str]]) -> None:
        self._context, self._refusals = context, refusals
        self._started_at: datetime = context.clock.now()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-worker")

    def start(self) -> None:
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """A push waits to be read."""
        self._wake.set()

    def stop(self) -> None:
        """Read the last pushes, do the periodic work once more and return."""
        self._stop.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            is_woken = self._wake.wait(INTERVAL)
            self._wake.clear()
            self._try_round(is_woken)
        self._try_round(is_woken=True)

    def _try_round(self, is_woken: bool) -> None:
        try:
            self.run_round(periodic=not is_woken or self._stop.is_set())
        except SocialcellError as error:
            _LOG.error("pushes are stored and not read yet", reason=str(error))
        except Exception:  # noqa: BLE001 - the edge of a thread that must live
            _LOG.exception("pushes are stored and not read yet")

    def run_round(self, periodic: bool = True) -> None:
        """Read the pushes that wait; `periodic`: also record refusals and coverage."""
        webhook_ingest.process_pushes(self._context)
        if periodic:
            self._record_refusals()
            webhook_ingest.record_open_time(self._context, self._started_at)
        media_download.fetch(self._context, stop=self._stop.is_set)

    def _record_refusals(self) -> None:
        refusals = dict(self._refusals)
        counts: dict[tuple[int, str], int] = {}
        for (connector, reason), n in refusals.items():
            for source in webhook_ingest.push_sources(self._context, connector)[:1]:
                assert source.id is not None
                counts[source.id, reason] = n
        with db.writing(self._context.engine) as session:
            webhook_deliveries.count_refusals(
                session, counts, self._context.clock.now()
            )
        self._refusals.subtract(refusals)
