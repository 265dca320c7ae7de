"""The redirect of tracked links: a raw ASGI application that answers from memory.

GET /r/CODE leads to where the link says, and nowhere else: no part of the request is
ever in the answer. What was asked is handed on after the answer; the log may be full or
locked, and nobody who clicks waits for it.
"""

import base64
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeAlias

from socialcell.campaigns.links import visitor_kinds
from socialcell.campaigns.links.click_classifier import Request
from socialcell.clock import Clock
from socialcell.web.body import Receive, Scope, Send
from socialcell.web.installs import Installs
from socialcell.web.link_cache import Board, Entry
from socialcell.web.link_pages import Notices

Take: TypeAlias = Callable[[Request], None]

QR = b"qr=1"
"""How a link in a QR code says so, as its query."""

_AHEAD = frozenset(name.encode("ascii") for name in visitor_kinds.AHEAD)
_LONGEST_AGENT = 1000
_PLAIN = [(b"cache-control", b"no-store"), (b"content-length", b"0")]
_PAGE = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-robots-tag", b"noindex"),
]
_EMPTY = {"type": "http.response.body", "body": b""}


class Redirection(NamedTuple):
    """Where a request leads (None: the link has ended), and the request for the log."""

    address: bytes | None
    request: Request


class Redirect:
    """The application. `take` is given each request for a link that exists.

    `fallback` is where an ended link leads. Without `installs` the endpoint for them is
    not there.
    """

    def __init__(
        self,
        board: Board,
        take: Take,
        clock: Clock,
        notices: Notices,
        *,
        fallback: str | None = None,
        installs: Installs | None = None,
    ) -> None:
        self._board, self._take, self._now = board, take, clock.now
        self._notices, self._installs = notices, installs
        self._chances = _chances()
        self._fallback = None if fallback is None else fallback.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        if path.startswith("/r/"):
            await self._follow(path[3:], method, scope, send)
        elif path == "/installs" and self._installs is not None:
            await self._installs(scope, receive, send)
        elif method not in ("GET", "HEAD"):
            await _say(send, 405, b"GET or HEAD", allow=b"GET, HEAD")
        elif path == "/livez":
            await _say(send, 200, b"ok")
        elif path == "/robots.txt":
            await _say(send, 200, b"User-agent: *\nDisallow: /\n")
        elif path == "/notice.css":
            await _show(send, 200, self._notices.style, b"text/css; charset=utf-8")
        else:
            await _show(send, 404, self._notices.unknown)

    def _redirection(
        self,
        code: str,
        method: str,
        query: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        peer: str,
    ) -> Redirection | None:
        """Where a request for a link leads, and what the log is given of it once it is
        answered; None: there is no such link."""
        links = self._board.links
        entry = links.get(code) or links.get(code.lower())
        if entry is None:
            return None
        agent, forwarded, ahead = _read(headers)
        now = self._now()
        device = visitor_kinds.device(agent)
        click = _new_id(now, next(self._chances))
        led_to, address = self._lead(entry, device, click, now)
        request = Request(
            click.decode("ascii"),
            entry.id,
            entry.version,
            now,
            method,
            "qr" if QR in query.split(b"&") else "link",
            device,
            led_to,
            agent,
            peer,
            forwarded,
            ahead,
        )
        return Redirection(address, request)

    async def _follow(self, code: str, method: str, scope: Scope, send: Send) -> None:
        peer = scope["client"][0] if scope["client"] else ""
        redirection = self._redirection(
            code, method, scope["query_string"], scope["headers"], peer
        )
        if redirection is None:
            await _show(send, 404, self._notices.unknown)
            return
        if method not in ("GET", "HEAD"):
            await _say(send, 405, b"GET or HEAD", allow=b"GET, HEAD")
            return
        if redirection.address is None:
            await _show(send, 410, self._notices.ended)
        else:
            headers = [(b"location", redirection.address), *_PLAIN]
            await send(
                {"type": "http.response.start", "status": 302, "headers": headers}
            )
            await send(_EMPTY)
        self._take(redirection.request)

    def _lead(
        self, entry: Entry, device: str, click: bytes, now: datetime
    ) -> tuple[str, bytes | None]:
        """What it is led to, and the address; None: nowhere."""
        if entry.expires_at is not None and now >= entry.expires_at:
            return ("nowhere" if self._fallback is None else "fallback"), self._fallback
        led_to, address, takes_click = entry.leads[device]
        return led_to, address + click if takes_click else address


def _chances() -> Iterator[bytes]:
    """Eight random bytes again and again, asked of the system for 512 times at once."""
    while True:
        pool = os.urandom(8 * 512)
        for start in range(0, len(pool), 8):
            yield pool[start : start + 8]


def _new_id(now: datetime, chance: bytes) -> bytes:
    """An id of 16 characters that nobody can guess. The second comes first, so that ids
    of one time lie together in the database."""
    return base64.urlsafe_b64encode(int(now.timestamp()).to_bytes(4, "big") + chance)


def _read(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bool]:
    """User agent, X-Forwarded-For, and whether nobody has clicked yet."""
    agent, forwarded, ahead = b"", b"", {}
    for name, value in headers:
        if name == b"user-agent":
            agent = value[:_LONGEST_AGENT]
        elif name == b"x-forwarded-for":
            forwarded = forwarded + b"," + value if forwarded else value
        elif name in _AHEAD:
            ahead[name.decode("ascii")] = value.decode("latin-1")
    return agent, forwarded, bool(ahead) and visitor_kinds.looks_ahead(ahead)


async def _say(
    send: Send, status: int, said: bytes, *, allow: bytes | None = None
) -> None:
    more = [] if allow is None else [(b"allow", allow)]
    await _show(send, status, said, b"text/plain; charset=us-ascii", more)


async def _show(
    send: Send,
    status: int,
    body: bytes,
    kind: bytes = b"text/html; charset=utf-8",
    more: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        *_PAGE,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
