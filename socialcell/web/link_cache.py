"""All tracked links in memory, read again when one of them is new or has changed."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from socialcell import db, log
from socialcell.campaigns.links import tracked_link
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import links as store
from socialcell.clock import as_utc
from socialcell.errors import SocialcellError

INTERVAL = 1.0  # seconds between two checks for changes
_LOG = log.logger(__name__)


class LinkTarget(NamedTuple):
    """Where a link leads on one kind of device."""

    name: str  # android, ios or web
    address: bytes
    takes_click: bool  # whether the id of the click is appended to the address


@dataclass(frozen=True, slots=True)
class CachedLink:
    """A link as the redirect needs it; `targets` by device: android, ios, other."""

    id: int
    version: int
    targets: Mapping[str, LinkTarget]
    expires_at: datetime | None


class LinkCache:
    """`links`: code → link; replaced as a whole, so that a reader needs no lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mark: tuple[int, int] | None = None
        self.links: dict[str, CachedLink] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="link-cache", daemon=True
        )

    def start(self) -> None:
        """Read all links now, and check for changes from then on."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def refresh(self) -> bool:
        """Read the links again if they have changed; whether they have."""
        with db.reading(self._engine) as session:
            mark = store.change_mark(session)
            if mark == self._mark:
                return False
            links_by_code = {
                link.code: cached_link(link) for link in store.find_links(session)
            }
        self.links, self._mark = links_by_code, mark
        return True

    def _run(self) -> None:
        is_failing = False
        while not self._stop.wait(INTERVAL):
            try:
                self.refresh()
                is_failing = False
            except SocialcellError as error:
                if not is_failing:
                    _LOG.error("links are as they were", reason=str(error))
                is_failing = True


def cached_link(link: TrackedLink) -> CachedLink:
    assert link.id is not None
    landings = tracked_link.landings(link)
    targets = {}
    for device, key in (("android", "android"), ("ios", "ios"), ("other", "web")):
        name = key if getattr(link, key) is not None else "web"
        landing = landings[key]
        address = landing.address.encode("ascii")
        targets[device] = LinkTarget(name, address, landing.takes_click)
    expires_at = None if link.expires_at is None else as_utc(link.expires_at)
    return CachedLink(link.id, link.version, targets, expires_at)
