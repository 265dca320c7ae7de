"""What happens around every request of the API: limits before, headers after."""

from collections import Counter
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from socialcell.message_catalog import Message
from socialcell.web.api.problems import (
    ApiError,
    problem_response,
    repeated_parameters,
    unavailable,
)
from socialcell.web.request_turns import WAIT_SECONDS, RequestTurns, TooBusy

HEADERS = "socialcell.headers"
"""The key of the scope below which an answer's further headers are collected."""

SECURITY = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
WORKING = 3
"""Requests that are answered at once, with a connection to the database each: most of
those that the process has (`web.threads`) are for the console's pages beside it."""


class RequestGuard:
    """Around `app`: refuses addresses that are no UTF-8 and parameters that stand there
    twice, lets a few requests in at a time, and puts the security headers on every
    answer. HEAD is answered as GET is, without the body."""

    def __init__(
        self, app: ASGIApp, *, working: int = WORKING, patience: float = WAIT_SECONDS
    ) -> None:
        self._app, self._turns = app, RequestTurns(working, patience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        inner = {**scope, HEADERS: {}, "method": "GET" if is_head else scope["method"]}
        finish = _finishing(send, inner, is_head=is_head)
        try:
            _require_readable(scope)
            await self._in_turn(inner, receive, finish)
        except ApiError as error:
            response = problem_response(scope["path"], error)
            await response(inner, receive, finish)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._turns.turn():
                await self._app(scope, receive, send)
        except TooBusy:
            raise unavailable() from None


def _finishing(send: Send, scope: Scope, *, is_head: bool) -> Send:
    """`send` with the headers of every answer, without the body of one to HEAD."""

    async def finish(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update({**SECURITY, **scope[HEADERS]})
        elif is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return finish


def _require_readable(scope: Scope) -> None:
    """ApiError: path or query are no UTF-8, or a parameter stands there twice."""
    query: bytes = scope["query_string"]
    for part in (scope.get("raw_path") or b"", query):
        try:
            unquote_to_bytes(part).decode("utf-8")
        except UnicodeDecodeError:
            raise ApiError(400, Message("api.not_utf8")) from None
    # What is no ASCII would have been refused as UTF-8, or is read as that.
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    counts = Counter(name for name, _value in pairs)
    if repeated := sorted(name for name, count in counts.items() if count > 1):
        raise repeated_parameters(repeated)
