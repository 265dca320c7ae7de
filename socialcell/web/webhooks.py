"""The endpoints of webhooks: what platforms push, and acknowledgements of alerts.

GET /CONNECTOR is a platform's handshake, POST /CONNECTOR a push, and POST
/acknowledge/… the acknowledgement of an alert by a phone's webhook. Each is committed
before it is answered; what cannot be committed is answered 503, so that it is sent
again. GET /livez says that the server is running.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from socialcell import connectors
from socialcell.connectors.meta.meta_push import SIGNATURE
from socialcell.services.context import Context
from socialcell.services.outbox import acknowledgements
from socialcell.services.webhooks.webhook_ingest import (
    WebhookResult,
    answer_challenge,
    store_push,
)
from socialcell.web.application import (
    READ,
    UNCACHED,
    AsciiResponse,
    ExactRoute,
    create_application,
)
from socialcell.web.body import BodyLimits

MAX_PUSH_BYTES = 4 * 1024 * 1024  # WhatsApp's pushes have at most three MiB
MAX_ACKNOWLEDGEMENT_BYTES = 16 * 1024
BODY_SECONDS = 15.0
_WORKERS = 4  # pushes that are stored at the same time
_MAX_PARAMETERS = 20
_RESULTS = {
    WebhookResult.STORED: (200, "kept"),
    WebhookResult.DUPLICATE: (200, "known"),
    WebhookResult.UNSIGNED: (401, "not signed"),
    WebhookResult.FORGED: (403, "signed by somebody else"),
    WebhookResult.NO_SOURCE: (404, "nobody listens here"),
}


class WebhookEndpoints:
    """Answers requests with the database of `context`.

    `on_stored` is called after each push that is new. `refusals` counts refused
    requests by (connector, reason), until somebody empties it.
    """

    def __init__(self, context: Context, on_stored: Callable[[], None]) -> None:
        self._context, self._on_stored = context, on_stored
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="webhooks")
        self.refusals: Counter[tuple[str, str]] = Counter()

    def close(self) -> None:
        """Wait for the pushes that are being stored."""
        self._pool.shutdown()

    async def connector(self, request: Request) -> Response:
        """A handshake (GET) or a push (POST)."""
        connector = request.path_params["connector"]
        if request.method == "GET":
            query = _query(request)
            return await self._in_pool(partial(self._handshake, connector, query))
        headers = dict(request.headers.items())
        if not headers.get(SIGNATURE):
            # The signature header is checked before the body is read.
            return self._result(connector, WebhookResult.UNSIGNED)
        body = await request.body()
        return await self._in_pool(partial(self._store, connector, headers, body))

    async def acknowledgement(self, request: Request) -> Response:
        """A phone's webhook says, later than in its answer, that somebody acknowledged
        an alert. The path is the key: without it the body is not read."""
        mention_id = acknowledgements.item_of_path(self._context, request.scope["path"])
        if mention_id is None:
            self.refusals["acknowledge", WebhookResult.FORGED.value] += 1
            return _respond(403, "not a path of ours")
        body = await request.body()
        return await self._in_pool(partial(self._acknowledge, mention_id, body))

    def _handshake(self, connector: str, query: Mapping[str, str]) -> Response:
        answer = answer_challenge(self._context, connector, query)
        if answer is None:
            self.refusals[connector, "handshake"] += 1
            return _respond(403, "the verify token is not ours")
        return _respond(200, answer)

    def _store(
        self, connector: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        result = store_push(self._context, connector, headers, body)
        if result is WebhookResult.STORED:
            self._on_stored()
        return self._result(connector, result)

    def _acknowledge(self, mention_id: int, body: bytes) -> Response:
        is_first = acknowledgements.acknowledge_by_webhook(
            self._context, mention_id, body
        )
        if is_first is None:
            return _respond(400, 'say {"acknowledged": true, "by": "..."}')
        return _respond(200, "acknowledged" if is_first else "known")

    def _result(self, connector: str, result: WebhookResult) -> Response:
        if result in (WebhookResult.UNSIGNED, WebhookResult.FORGED):
            self.refusals[connector, result.value] += 1
        return _respond(*_RESULTS[result])

    async def _in_pool(self, function: Callable[[], Response]) -> Response:
        """Run what uses the database in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)


class _ConnectorName(Convertor[str]):
    """The name of a connector in a path, whatever slashes a proxy has put around it."""

    regex = "/*(?:" + "|".join(connectors.CONNECTORS) + ")/*"

    def convert(self, value: str) -> str:
        return value.strip("/")

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("connector", _ConnectorName())


def create_webhook_application(endpoints: WebhookEndpoints) -> Starlette:
    """The ASGI application around `endpoints`."""
    push = Middleware(BodyLimits, MAX_PUSH_BYTES, BODY_SECONDS)
    acknowledgement = Middleware(BodyLimits, MAX_ACKNOWLEDGEMENT_BYTES, BODY_SECONDS)
    routes = [
        ExactRoute("/livez", _respond(200, "ok"), READ),
        ExactRoute(
            acknowledgements.PATH + "{key:path}",
            endpoints.acknowledgement,
            ("POST",),
            [acknowledgement],
        ),
        ExactRoute(
            "/{connector:connector}", endpoints.connector, ("GET", "POST"), [push]
        ),
        Route("/{path:path}", _respond(*_RESULTS[WebhookResult.NO_SOURCE])),
    ]
    return create_application(routes, _respond, "a push was not taken")


def _query(request: Request) -> dict[str, str]:
    try:
        query = request.scope["query_string"].decode("ascii")
        return dict(parse_qsl(query, max_num_fields=_MAX_PARAMETERS))
    except ValueError:
        raise HTTPException(400, "an odd query") from None


def _respond(
    status: int, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    return AsciiResponse(text, status, {**UNCACHED, **(headers or {})})
