"""Programs that look into a letter for somebody: they open all its links at once.

A scanner of mails calls itself a browser, so one request of it looks like a person's.
Many of them together do not: nobody opens five links in five seconds. A crowd does,
behind one address of a mobile network; it is told apart by what else its network asks
for. What is needed to see that stays in memory for a minute.
"""

from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

LINKS = 5
"""So many different links from one network …"""

WITHIN = timedelta(seconds=5)
"""… within so long are a program's, …"""

TWICE = 2
"""… when it opens none of them more often than so, …"""

QUIET = timedelta(minutes=1)
"""… and nobody else of that network clicked for so long before."""


class Clicked(NamedTuple):
    """A click that looks like a person's: its row, and who it was by the judge's
    hash."""

    at: datetime
    row: dict[str, Any]
    who: int


class _Network:
    """What a network did in the last minute."""

    __slots__ = ("last", "people_at", "scanning", "together")

    def __init__(self) -> None:
        self.together: list[Clicked] = []  # what may become a burst
        self.scanning = False  # whether what is together is one
        self.people_at: datetime | None = None
        self.last: datetime | None = None


class Scans:
    """Sees bursts, network by network, in the order in which clicks came."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, _Network] = OrderedDict()

    def found(self, network: str, clicked: Clicked) -> list[Clicked]:
        """The clicks that turn out to be a scanner's, this one the last of them; none
        when it is a person's as far as can be told."""
        self._forget(clicked.at)
        seen = self._networks.setdefault(network, _Network())
        self._networks.move_to_end(network)
        _part(seen, clicked.at)
        seen.last = clicked.at
        if seen.people_at is not None and clicked.at - seen.people_at < QUIET:
            seen.people_at = clicked.at
            return []
        seen.together.append(clicked)
        links = Counter(one.row["link_id"] for one in seen.together)
        if max(links.values()) > TWICE:
            seen.together, seen.scanning, seen.people_at = [], False, clicked.at
        elif seen.scanning:
            return [clicked]
        elif len(links) >= LINKS:
            seen.scanning = True
            return list(seen.together)
        return []

    def clear(self) -> None:
        self._networks.clear()

    def _forget(self, now: datetime) -> None:
        while self._networks:
            name, oldest = next(iter(self._networks.items()))
            if oldest.last is None or now - oldest.last < QUIET:
                return
            del self._networks[name]


def _part(seen: _Network, now: datetime) -> None:
    """Let go of what was together when a click is too late to belong to it: a scan
    goes on while its requests come soon after each other."""
    if not seen.together:
        return
    since = seen.together[-1 if seen.scanning else 0].at
    if now - since <= WITHIN:
        return
    if not seen.scanning:
        seen.people_at = seen.together[-1].at
    seen.together, seen.scanning = [], False
