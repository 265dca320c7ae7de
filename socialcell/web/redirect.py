"""The redirect of tracked links: a raw ASGI application that answers from memory.

GET /r/CODE leads to where the link says, and nowhere else: no part of the request is
ever in the answer. The request is handed to the log after the answer; the log may be
full or locked, and nobody who clicks waits for it.

It stands before the Starlette application of the other pages, because links must be
fast. As a route of Starlette it was measured beside this one, in turns, in nine rounds
of `benchmarks/bench_redirect.py`: 65 against 51 µs of the processor for a request, 0.78
of the requests a second, and 0.25 against 0.34 of nginx, where 0.25 is the goal.
"""

import base64
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell.campaigns.links import visitor_kinds
from socialcell.campaigns.links.click_classifier import LinkRequest
from socialcell.clock import Clock
from socialcell.web.link_cache import CachedLink, LinkCache
from socialcell.web.link_pages import LinkPages, respond

Record: TypeAlias = Callable[[LinkRequest], None]

PREFIX = "/r/"
QR = b"qr=1"
"""The query of a link that stands in a QR code."""

_PREFETCH = frozenset(name.encode("ascii") for name in visitor_kinds.PREFETCH_HEADERS)
_MAX_AGENT_BYTES = 1000
_HEADERS = [(b"cache-control", b"no-store"), (b"content-length", b"0")]
_EMPTY = {"type": "http.response.body", "body": b""}
_METHODS = ("GET", "HEAD")
_WRONG_METHOD = respond(405, "GET or HEAD", {"allow": "GET, HEAD"})


class Redirection(NamedTuple):
    """Where a request leads (None: the link has expired), and the request to record."""

    address: bytes | None
    request: LinkRequest


class Redirect:
    """The ASGI application. `record` is called with each request for a link that
    exists, once it is answered.

    Every path that is not a link's is answered by `other`. `fallback` is where an
    expired link leads; without it an expired link is answered with a page.
    """

    def __init__(
        self,
        cache: LinkCache,
        record: Record,
        clock: Clock,
        pages: LinkPages,
        other: ASGIApp,
        *,
        fallback: str | None = None,
    ) -> None:
        self._cache, self._record, self._now = cache, record, clock.now
        self._pages, self._other = pages, other
        self._random_ids = _random_ids()
        self._fallback = None if fallback is None else fallback.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if not path.startswith(PREFIX):
            await self._other(scope, receive, send)
            return
        redirection = self._redirection(path[len(PREFIX) :], scope)
        if redirection is None:
            await self._pages.unknown(scope, receive, send)
            return
        if scope["method"] not in _METHODS:
            await _WRONG_METHOD(scope, receive, send)
            return
        if redirection.address is None:
            await self._pages.expired(scope, receive, send)
        else:
            headers = [(b"location", redirection.address), *_HEADERS]
            await send(
                {"type": "http.response.start", "status": 302, "headers": headers}
            )
            await send(_EMPTY)
        self._record(redirection.request)

    def _redirection(self, code: str, scope: Scope) -> Redirection | None:
        """Where a request for a link leads, and what is recorded of it once it is
        answered; None: there is no such link."""
        links = self._cache.links
        link = links.get(code) or links.get(code.lower())
        if link is None:
            return None
        agent, forwarded, is_prefetch = _read_headers(scope["headers"])
        now = self._now()
        device = visitor_kinds.device(agent)
        click_id = _click_id(now, next(self._random_ids))
        target, address = self._target(link, device, click_id, now)
        request = LinkRequest(
            click_id.decode("ascii"),
            link.id,
            link.version,
            now,
            scope["method"],
            "qr" if QR in scope["query_string"].split(b"&") else "link",
            device,
            target,
            agent,
            scope["client"][0] if scope["client"] else "",
            forwarded,
            is_prefetch,
        )
        return Redirection(address, request)

    def _target(
        self, link: CachedLink, device: str, click_id: bytes, now: datetime
    ) -> tuple[str, bytes | None]:
        """The target's name, and its address (None: there is none)."""
        if link.expires_at is not None and now >= link.expires_at:
            return ("nowhere" if self._fallback is None else "fallback"), self._fallback
        name, address, takes_click = link.targets[device]
        return name, address + click_id if takes_click else address


def _random_ids() -> Iterator[bytes]:
    """Eight random bytes again and again, read from the system for 512 at once."""
    while True:
        pool = os.urandom(8 * 512)
        for start in range(0, len(pool), 8):
            yield pool[start : start + 8]


def _click_id(now: datetime, random_bytes: bytes) -> bytes:
    """An id of 16 characters that nobody can guess. The second comes first, so that ids
    of one time lie together in the database."""
    second = int(now.timestamp()).to_bytes(4, "big")
    return base64.urlsafe_b64encode(second + random_bytes)


def _read_headers(
    headers: Iterable[tuple[bytes, bytes]],
) -> tuple[bytes, bytes, bool]:
    """User agent, X-Forwarded-For, and whether a program fetches the link in advance of
    a person's click."""
    agent, forwarded, prefetch = b"", b"", {}
    for name, text in headers:
        if name == b"user-agent":
            agent = text[:_MAX_AGENT_BYTES]
        elif name == b"x-forwarded-for":
            forwarded = forwarded + b"," + text if forwarded else text
        elif name in _PREFETCH:
            prefetch[name.decode("ascii")] = text.decode("latin-1")
    return agent, forwarded, bool(prefetch) and visitor_kinds.is_prefetch(prefetch)
