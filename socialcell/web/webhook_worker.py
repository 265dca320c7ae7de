"""Behind the door of pushes: a thread that reads what was kept and fetches the rest."""

import threading
from collections import Counter
from datetime import datetime

from socialcell import db, log
from socialcell.errors import SocialcellError
from socialcell.ops import webhook_deliveries
from socialcell.services.context import Context
from socialcell.services.webhooks import media_download, webhook_ingest

ROUND = 60.0  # seconds between two looks at what is due later
_LOG = log.logger(__name__)


class Doorkeeper:
    """Works pushes off as they come, and every minute what is due.

    `turned_away` is the door's own count of whom it refused; it is emptied here.
    """

    def __init__(self, context: Context, turned_away: Counter[tuple[str, str]]) -> None:
        self._context, self._turned_away = context, turned_away
        self._since: datetime = context.clock.now()
        self._awake, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="doorkeeper")

    def start(self) -> None:
        self._awake.set()
        self._thread.start()

    def wake(self) -> None:
        """Something waits."""
        self._awake.set()

    def stop(self) -> None:
        """Finish what is begun, and note what is to be noted."""
        self._ending.set()
        self._awake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            waiting = self._awake.wait(ROUND)
            self._awake.clear()
            self._guarded(waiting)
        self._guarded(waiting=True)

    def _guarded(self, waiting: bool) -> None:
        try:
            self.work(rounds=not waiting or self._ending.is_set())
        except SocialcellError as error:
            _LOG.error("pushes are kept and not read yet", reason=str(error))
        except Exception:  # noqa: BLE001 - the edge of a thread that must live
            _LOG.exception("pushes are kept and not read yet")

    def work(self, rounds: bool = True) -> None:
        """Read what waits; with `rounds` also all that is due beside it."""
        webhook_ingest.work_off(self._context)
        if rounds:
            self._note_refusals()
            webhook_ingest.note_open(self._context, self._since)
        media_download.fetch(self._context, stop=self._ending.is_set)

    def _note_refusals(self) -> None:
        found = dict(self._turned_away)
        counts: dict[tuple[int, str], int] = {}
        for (connector, reason), n in found.items():
            for source in webhook_ingest.sources(self._context, connector)[:1]:
                assert source.id is not None
                counts[source.id, reason] = n
        with db.writing(self._context.engine) as session:
            webhook_deliveries.refused(session, counts, self._context.clock.now())
        self._turned_away.subtract(found)
