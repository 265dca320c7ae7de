"""Classify requests for links: a row of a click without personal data, and its kind.

Addresses and user agents stay in memory. A row keeps a hash of the network (/24, /48)
under a random key that changes each day and is never stored. Repeated clicks are
recognised for ten minutes by a hash of address, user agent and link under the same key,
which is not stored either. A mail scanner is recognised by the burst of requests from
its network (`mail_scanner_filter`), so its first clicks are reclassified at the fifth.
"""

import secrets
import socket
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from socialcell.campaigns.links import visitor_kinds
from socialcell.campaigns.links.mail_scanner_filter import HumanClick, MailScannerFilter
from socialcell.campaigns.links.model import ClickRow
from socialcell.clock import IST, as_utc

DUPLICATE_WITHIN = timedelta(minutes=10)
"""A second click on a link within this time is a duplicate of the first."""

_MAX_VISITORS = 200_000  # visitors of the last minutes; beyond it the oldest go
_MAPPED = bytes(10) + b"\xff\xff"  # before an IPv4 address within IPv6


class LinkRequest(NamedTuple):
    """A request for a link, as the redirect saw and answered it."""

    id: str
    link_id: int
    version: int
    at: datetime
    method: str  # GET | HEAD
    trigger: str  # link | qr
    device: str  # android | ios | other
    target: str  # android | ios | web | fallback | nowhere
    agent: bytes
    peer: str
    forwarded: bytes  # X-Forwarded-For
    is_prefetch: bool  # fetched before anybody clicked


class ClickClassifier:
    """Turns requests into rows of clicks, in the order of their arrival.

    `internal` are networks (CIDR) whose clicks are the cell's own; `trusted` those of
    peers whose X-Forwarded-For counts.
    """

    def __init__(
        self, internal: Iterable[str] = (), trusted: Iterable[str] = ()
    ) -> None:
        self._internal = [ip_network(cidr, strict=False) for cidr in internal]
        self.trusted = [ip_network(cidr, strict=False) for cidr in trusted]
        self._visitors: OrderedDict[int, datetime] = OrderedDict()
        self._networks: dict[bytes, str] = {}
        self._scans = MailScannerFilter()
        self._reclassified: list[ClickRow] = []
        self._key_start = self._key_end = self._last_second = datetime.min.replace(
            tzinfo=UTC
        )
        self._key = b""

    def rows(
        self, requests: Iterable[LinkRequest]
    ) -> tuple[list[ClickRow], list[ClickRow]]:
        """The rows of a batch of requests; and earlier rows, as they were stored,
        which turn out to be a scanner's."""
        rows = [self.row(request) for request in requests]
        ids = {row["id"] for row in rows}
        reclassified = [row for row in self._reclassified if row["id"] not in ids]
        self._reclassified = []
        return rows, reclassified

    def row(self, request: LinkRequest) -> ClickRow:
        """The click's row: column → value. Rows made before may change their kind."""
        self._rotate_key(request.at)
        address = client_address(request.peer, request.forwarded, self.trusted)
        agent = request.agent[:1000].decode("utf-8", "replace")
        who = visitor_kinds.classify_visitor(agent)
        row: ClickRow = {
            "id": request.id,
            "link_id": request.link_id,
            "version": request.version,
            "at": self._whole_second(request.at),
            "kind": _kind(request, who.kind, _is_in_networks(address, self._internal)),
            "rules": visitor_kinds.RULES,
            "method": request.method,
            "trigger": request.trigger,
            "device": request.device,
            "in_app": who.in_app,
            "led_to": request.target,
            "prefix": self._prefix(address),
        }
        if row["kind"] == "human":
            self._detect_repeats(request, address, row)
        return row

    def _detect_repeats(
        self, request: LinkRequest, address: bytes | None, row: ClickRow
    ) -> None:
        """Mark the row as a duplicate, or as one of a scanner's."""
        # Python's own hash of bytes has a key of this process too, and is quick.
        who = hash((self._key, request.link_id, address, request.agent))
        if self._is_duplicate(request, who):
            row["kind"] = "duplicate"
        if row["prefix"] is None:
            return
        for click in self._scans.scanner_clicks(
            row["prefix"], HumanClick(request.at, row, who)
        ):
            if click.row is not row:
                self._reclassified.append(click.row.copy())
            click.row["kind"] = "scanner"
            self._visitors.pop(click.who, None)

    def _is_duplicate(self, request: LinkRequest, who: int) -> bool:
        """Whether the same visitor clicked the same link within `DUPLICATE_WITHIN`."""
        while self._visitors:
            oldest, at = next(iter(self._visitors.items()))
            if (
                request.at - at < DUPLICATE_WITHIN
                and len(self._visitors) < _MAX_VISITORS
            ):
                break
            del self._visitors[oldest]
        is_known = who in self._visitors
        self._visitors.setdefault(who, request.at)
        return is_known

    def _prefix(self, address: bytes | None) -> str | None:
        if address is None:
            return None
        network = address[:3] if len(address) == 4 else address[:6]  # /24, /48
        prefix = self._networks.get(network)
        if prefix is None:
            prefix = blake2b(network, key=self._key, digest_size=8).hexdigest()
            self._networks[network] = prefix
        return prefix

    def _whole_second(self, at: datetime) -> datetime:
        """The whole second, the same object for all clicks in it."""
        at = at.replace(microsecond=0)
        if at != self._last_second:
            self._last_second = at
        return self._last_second

    def _rotate_key(self, at: datetime) -> None:
        """Draw a new key for a new day of Pune, and clear all state of the old one."""
        if self._key_start <= at < self._key_end:
            return
        midnight = at.astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
        self._key_start, self._key_end = (
            as_utc(midnight),
            as_utc(midnight + timedelta(days=1)),
        )
        self._key = secrets.token_bytes(32)
        self._visitors.clear()
        self._networks.clear()
        self._scans.clear()


def _kind(request: LinkRequest, kind: str, internal: bool) -> str:
    """The kind of a request by itself; `kind` is what its user agent says."""
    if internal:
        return "internal"
    if kind == "human" and (request.is_prefetch or request.method == "HEAD"):
        return "preview"
    return kind


def client_address(
    peer: str, forwarded: bytes, trusted: Sequence[IPv4Network | IPv6Network]
) -> bytes | None:
    """The client's address of 4 or 16 bytes: the peer, or the client that a trusted
    peer forwards for; None where it cannot be read.

    `forwarded` is X-Forwarded-For. It is read from its end, where the trusted peers
    append; entries before the first untrusted address can be forged.
    """
    address = _parse_address(peer)
    if not forwarded or not trusted:
        return address
    for entry in reversed(forwarded.decode("latin-1").split(",")):
        if not _is_in_networks(address, trusted):
            break
        forwarded_address = _parse_address(entry.strip())
        if forwarded_address is None:
            break
        address = forwarded_address
    return address


def _is_in_networks(
    address: bytes | None, networks: Sequence[IPv4Network | IPv6Network]
) -> bool:
    if address is None or not networks:
        return False
    ip = ip_address(address)
    return any(ip in network for network in networks)


def _parse_address(text: str) -> bytes | None:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        address = socket.inet_pton(family, text)
    except (OSError, ValueError):
        return None
    return address[12:] if address.startswith(_MAPPED) else address
