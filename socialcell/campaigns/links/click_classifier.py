"""What becomes of a request for a link: a row that names nobody, and its kind.

Addresses and user agents stay in memory. A row keeps a hash of the network (/24, /48)
under a key that is drawn anew each day and written nowhere. That somebody clicks twice
is known for ten minutes by a hash of address, user agent and link under the same key,
which is in no row either. A scanner of mails is known by what its network asks for at
once (`scans`), so the first clicks of it are put right when the fifth comes.
"""

import secrets
import socket
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple

from socialcell.campaigns.links import visitor_kinds
from socialcell.campaigns.links.mail_scanner_filter import Clicked, Scans
from socialcell.clock import IST, as_utc

AGAIN = timedelta(minutes=10)
"""A second click on a link within this time is the first one again."""

_MOST_REMEMBERED = 200_000  # visitors of the last minutes; beyond it the oldest go
_MAPPED = bytes(10) + b"\xff\xff"  # before an IPv4 address within IPv6


class Request(NamedTuple):
    """A request for a link, as the redirect saw and answered it."""

    id: str
    link_id: int
    version: int
    at: datetime
    method: str  # GET | HEAD
    trigger: str  # link | qr
    device: str  # android | ios | other
    led_to: str  # android | ios | web | fallback | nowhere
    agent: bytes
    peer: str
    forwarded: bytes  # X-Forwarded-For
    ahead: bool  # fetched before anybody clicked


class Judge:
    """Turns requests into rows of clicks, in the order in which they came.

    `internal` are networks (CIDR) whose clicks are the cell's own; `trusted` those of
    peers whose X-Forwarded-For counts.
    """

    def __init__(
        self, internal: Iterable[str] = (), trusted: Iterable[str] = ()
    ) -> None:
        self._internal = [ip_network(one, strict=False) for one in internal]
        self.trusted = [ip_network(one, strict=False) for one in trusted]
        self._seen: OrderedDict[int, datetime] = OrderedDict()
        self._networks: dict[bytes, str] = {}
        self._scans = Scans()
        self._moved: list[dict[str, Any]] = []
        self._from = self._until = self._now = datetime.min.replace(tzinfo=UTC)
        self._key = b""

    def rows(
        self, requests: Iterable[Request]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows of requests that came together; and rows of earlier ones, as they
        were, which turn out to be a scanner's."""
        made = [self.row(request) for request in requests]
        ids = {row["id"] for row in made}
        moved = [row for row in self._moved if row["id"] not in ids]
        self._moved = []
        return made, moved

    def row(self, request: Request) -> dict[str, Any]:
        """The click's row: column → value. Rows made before may change their kind."""
        self._turn(request.at)
        address = client(request.peer, request.forwarded, self.trusted)
        agent = request.agent[:1000].decode("utf-8", "replace")
        who = visitor_kinds.visitor(agent)
        row = {
            "id": request.id,
            "link_id": request.link_id,
            "version": request.version,
            "at": self._second(request.at),
            "kind": _kind(request, who.kind, _within(address, self._internal)),
            "rules": visitor_kinds.RULES,
            "method": request.method,
            "trigger": request.trigger,
            "device": request.device,
            "in_app": who.in_app,
            "led_to": request.led_to,
            "prefix": self._prefix(address),
        }
        if row["kind"] == "human":
            self._look_back(request, address, row)
        return row

    def _look_back(
        self, request: Request, address: bytes | None, row: dict[str, Any]
    ) -> None:
        """Whether it is a second click, or one of a scanner's."""
        # Python's own hash of bytes has a key of this process too, and is quick.
        who = hash((self._key, request.link_id, address, request.agent))
        if self._again(request, who):
            row["kind"] = "duplicate"
        if row["prefix"] is None:
            return
        for one in self._scans.found(row["prefix"], Clicked(request.at, row, who)):
            if one.row is not row:
                self._moved.append(dict(one.row))
            one.row["kind"] = "scanner"
            self._seen.pop(one.who, None)

    def _again(self, request: Request, who: int) -> bool:
        """Whether the same has clicked the same a moment ago."""
        while self._seen:
            oldest, at = next(iter(self._seen.items()))
            if request.at - at < AGAIN and len(self._seen) < _MOST_REMEMBERED:
                break
            del self._seen[oldest]
        known = who in self._seen
        self._seen.setdefault(who, request.at)
        return known

    def _prefix(self, address: bytes | None) -> str | None:
        if address is None:
            return None
        network = address[:3] if len(address) == 4 else address[:6]  # /24, /48
        made = self._networks.get(network)
        if made is None:
            made = blake2b(network, key=self._key, digest_size=8).hexdigest()
            self._networks[network] = made
        return made

    def _second(self, at: datetime) -> datetime:
        """The whole second, the same object for all clicks in it."""
        at = at.replace(microsecond=0)
        if at != self._now:
            self._now = at
        return self._now

    def _turn(self, at: datetime) -> None:
        """A new key for a new day of Pune; what was known under the old one goes."""
        if self._from <= at < self._until:
            return
        midnight = at.astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
        self._from, self._until = as_utc(midnight), as_utc(midnight + timedelta(days=1))
        self._key = secrets.token_bytes(32)
        self._seen.clear()
        self._networks.clear()
        self._scans.clear()


def _kind(request: Request, kind: str, internal: bool) -> str:
    """The kind of a request by itself; `kind` is what its user agent says."""
    if internal:
        return "internal"
    if kind == "human" and (request.ahead or request.method == "HEAD"):
        return "preview"
    return kind


def client(
    peer: str, forwarded: bytes, trusted: Sequence[IPv4Network | IPv6Network]
) -> bytes | None:
    """Who asked, as an address of 4 or 16 bytes: the peer, or whom it says to ask for
    when the peer is trusted; None where it cannot be read.

    `forwarded` is X-Forwarded-For. It is read from its end, where the peers that are
    trusted wrote; what stands before the first stranger there anybody can make up.
    """
    found = _parsed(peer)
    if not forwarded or not trusted:
        return found
    for said in reversed(forwarded.decode("latin-1").split(",")):
        if not _within(found, trusted):
            break
        before = _parsed(said.strip())
        if before is None:
            break
        found = before
    return found


def _within(
    address: bytes | None, networks: Sequence[IPv4Network | IPv6Network]
) -> bool:
    if address is None or not networks:
        return False
    known = ip_address(address)
    return any(known in network for network in networks)


def _parsed(text: str) -> bytes | None:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        address = socket.inet_pton(family, text)
    except (OSError, ValueError):
        return None
    return address[12:] if address.startswith(_MAPPED) else address
