"""Recognise mail scanners: programs that open all links of a letter at once.

A mail scanner identifies as a browser, so a single request looks like a person's. A
burst does not: nobody opens five links in five seconds. Many people behind one address
of a mobile network do; they are distinguished by the other requests of that network.
The state stays in memory for a minute.
"""

from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

from socialcell.campaigns.links.model import ClickRow

BURST_LINKS = 5
"""Different links from one network that make a burst …"""

BURST_TIME = timedelta(seconds=5)
"""… within this time are a scanner's, …"""

MAX_CLICKS_PER_LINK = 2
"""… when none of them is opened more often than this …"""

QUIET_TIME = timedelta(minutes=1)
"""… and the network had no other clicks for this long before."""


class HumanClick(NamedTuple):
    """A click that looks like a person's: its row, and the classifier's hash of the
    visitor."""

    at: datetime
    row: ClickRow
    who: int


class _NetworkActivity:
    """The activity of a network in the last minute."""

    __slots__ = ("burst", "last", "people_at", "scanning")

    def __init__(self) -> None:
        self.burst: list[HumanClick] = []  # clicks that may become a burst
        self.scanning = False  # whether the burst is a scan
        self.people_at: datetime | None = None
        self.last: datetime | None = None


class MailScannerFilter:
    """Detects bursts by network, in the order of the clicks."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, _NetworkActivity] = OrderedDict()

    def scanner_clicks(self, network: str, new_click: HumanClick) -> list[HumanClick]:
        """The clicks that turn out to be a scanner's, this one the last of them; none
        for a person's clicks."""
        self._drop_quiet_networks(new_click.at)
        activity = self._networks.setdefault(network, _NetworkActivity())
        self._networks.move_to_end(network)
        _drop_old_burst(activity, new_click.at)
        activity.last = new_click.at
        if (
            activity.people_at is not None
            and new_click.at - activity.people_at < QUIET_TIME
        ):
            activity.people_at = new_click.at
            return []
        activity.burst.append(new_click)
        links = Counter(click.row["link_id"] for click in activity.burst)
        if max(links.values()) > MAX_CLICKS_PER_LINK:
            activity.burst, activity.scanning, activity.people_at = (
                [],
                False,
                new_click.at,
            )
        elif activity.scanning:
            return [new_click]
        elif len(links) >= BURST_LINKS:
            activity.scanning = True
            return list(activity.burst)
        return []

    def clear(self) -> None:
        self._networks.clear()

    def _drop_quiet_networks(self, now: datetime) -> None:
        while self._networks:
            name, oldest = next(iter(self._networks.items()))
            if oldest.last is None or now - oldest.last < QUIET_TIME:
                return
            del self._networks[name]


def _drop_old_burst(activity: _NetworkActivity, now: datetime) -> None:
    """Drop the burst when a click is too late to belong to it: a scan goes on while its
    requests follow each other closely."""
    if not activity.burst:
        return
    since = activity.burst[-1 if activity.scanning else 0].at
    if now - since <= BURST_TIME:
        return
    if not activity.scanning:
        activity.people_at = activity.burst[-1].at
    activity.burst, activity.scanning = [], False
