"""The links in memory, read again when one of them is new or has changed."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from socialcell import db, log
from socialcell.campaigns.links import tracked_link
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import links as store
from socialcell.clock import as_utc
from socialcell.errors import SocialcellError

PACE = 1.0  # seconds between two looks
_LOG = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A link as the redirect needs it: addresses in bytes, by device."""

    id: int
    version: int
    leads: Mapping[str, tuple[str, bytes, bool]]  # device → led to, address, + click
    expires_at: datetime | None


class Board:
    """Code → entry. `links` is replaced as a whole, so a reader needs no lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mark: tuple[int, int] | None = None
        self.links: dict[str, Entry] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def start(self) -> None:
        """Read all links now, and look for others from then on."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def refresh(self) -> bool:
        """Read the links again if they have changed; whether they had."""
        with db.reading(self._engine) as session:
            mark = store.mark(session)
            if mark == self._mark:
                return False
            made = {link.code: entry(link) for link in store.some(session)}
        self.links, self._mark = made, mark
        return True

    def _run(self) -> None:
        trouble = False
        while not self._ending.wait(PACE):
            try:
                self.refresh()
                trouble = False
            except SocialcellError as error:
                if not trouble:
                    _LOG.error("links are as they were", reason=str(error))
                trouble = True


def entry(link: TrackedLink) -> Entry:
    assert link.id is not None
    landings = tracked_link.landings(link)
    leads = {}
    for device, key in (("android", "android"), ("ios", "ios"), ("other", "web")):
        led_to = key if getattr(link, key) is not None else "web"
        landing = landings[key]
        leads[device] = led_to, landing.address.encode("ascii"), landing.takes_click
    expires = None if link.expires_at is None else as_utc(link.expires_at)
    return Entry(link.id, link.version, leads, expires)
