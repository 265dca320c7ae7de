"""The door of pushes: a raw ASGI application, small and bounded.

GET /CONNECTOR is a platform's handshake, POST /CONNECTOR a push, POST /acknowledge/…
what a telephone says of an alert. Either is committed before it is answered; what
cannot be committed is answered 503, so that it is handed in again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from socialcell import connectors, log
from socialcell.connectors.meta.meta_push import SIGNATURE
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.services.outbox import acknowledgements
from socialcell.services.webhooks.webhook_ingest import Welcome, accept, challenge
from socialcell.web.body import Receive, Refused, Scope, Send, read_body, read_headers

LARGEST = 4 * 1024 * 1024  # bytes; WhatsApp's pushes have at most three MiB
_LARGEST_YES = 16 * 1024
PATIENCE = 15.0  # seconds that a body may take
_WORKERS = 4  # pushes that are being stored at the same time
_MOST_PARAMETERS = 20
_LOG = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    said: str = ""
    allow: str | None = None


_MET = {
    Welcome.KEPT: _Answer(200, "kept"),
    Welcome.KNOWN: _Answer(200, "known"),
    Welcome.UNSIGNED: _Answer(401, "not signed"),
    Welcome.FORGED: _Answer(403, "signed by somebody else"),
    Welcome.NOBODY: _Answer(404, "nobody listens here"),
}


class Webhooks:
    """The application. `kept` is called after each push that is new.

    `turned_away` counts who was refused, by (connector, reason), until it is emptied.
    """

    def __init__(
        self,
        context: Context,
        kept: Callable[[], None],
        *,
        largest: int = LARGEST,
        patience: float = PATIENCE,
    ) -> None:
        self._context, self._kept = context, kept
        self._largest, self._patience = largest, patience
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="door")
        self.turned_away: Counter[tuple[str, str]] = Counter()

    def close(self) -> None:
        """Wait for what is being stored."""
        self._pool.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except Refused as refused:
            answer = _Answer(refused.status, refused.said)
        await _send(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer:
        if str(scope["path"]).startswith(acknowledgements.PATH):
            return await self._acknowledgement(scope, receive)
        connector = str(scope["path"]).strip("/")
        if connector not in connectors.CONNECTORS:
            return _MET[Welcome.NOBODY]
        if scope["method"] == "GET":
            return await self._aside(self._handshake, connector, _query(scope))
        if scope["method"] != "POST":
            return _Answer(405, "GET or POST", allow="GET, POST")
        headers = read_headers(scope)
        if not headers.get(SIGNATURE):
            # Nobody's body is read who does not even claim to be the platform.
            return self._met(connector, Welcome.UNSIGNED)
        body = await read_body(headers, receive, self._largest, self._patience)
        return await self._aside(self._taken, connector, headers, body)

    async def _acknowledgement(self, scope: Scope, receive: Receive) -> _Answer:
        """A telephone says later than in its answer that somebody acknowledged."""
        if scope["method"] != "POST":
            return _Answer(405, "POST", allow="POST")
        item = acknowledgements.item_of(self._context, str(scope["path"]))
        if item is None:
            # The path is the key: without it no body is read.
            self.turned_away["acknowledge", Welcome.FORGED.value] += 1
            return _Answer(403, "not a path of ours")
        headers = read_headers(scope)
        body = await read_body(headers, receive, _LARGEST_YES, self._patience)
        return await self._aside(self._acknowledged, item, body)

    def _acknowledged(self, item: int, body: bytes) -> _Answer:
        first = acknowledgements.by_webhook(self._context, item, body)
        if first is None:
            return _Answer(400, 'say {"acknowledged": true, "by": "..."}')
        return _Answer(200, "acknowledged" if first else "known")

    def _handshake(self, connector: str, query: Mapping[str, str]) -> _Answer:
        told = challenge(self._context, connector, query)
        if told is None:
            self.turned_away[connector, "handshake"] += 1
            return _Answer(403, "the verify token is not ours")
        return _Answer(200, told)

    def _taken(
        self, connector: str, headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        welcome = accept(self._context, connector, headers, body)
        if welcome is Welcome.KEPT:
            self._kept()
        return self._met(connector, welcome)

    def _met(self, connector: str, welcome: Welcome) -> _Answer:
        if welcome in (Welcome.UNSIGNED, Welcome.FORGED):
            self.turned_away[connector, welcome.value] += 1
        return _MET[welcome]

    async def _aside(self, work: Callable[..., _Answer], *given: Any) -> _Answer:
        """The database is asked in a thread; its troubles are the platform's cue to
        come again."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work, *given)
        except SocialcellError as error:
            _LOG.error("a push was not taken", reason=str(error))
            return _Answer(503, "not now")


def _query(scope: Scope) -> dict[str, str]:
    try:
        text = scope["query_string"].decode("ascii")
        return dict(parse_qsl(text, max_num_fields=_MOST_PARAMETERS))
    except ValueError:
        raise Refused(400, "an odd query") from None


async def _send(send: Send, answer: _Answer) -> None:
    body = answer.said.encode("ascii")
    headers = [
        (b"content-type", b"text/plain; charset=us-ascii"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    if answer.allow:
        headers.append((b"allow", answer.allow.encode()))
    if answer.status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body is not read
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
