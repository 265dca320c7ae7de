"""What our Starlette applications share: exact routes, refusals, headers of answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell import log
from socialcell.errors import SocialcellError

UNCACHED = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""Headers of every answer to a machine."""

READ = ("GET", "HEAD")
Endpoint: TypeAlias = Callable[[Request], Response | Awaitable[Response]] | ASGIApp
Respond: TypeAlias = Callable[[int, str, Mapping[str, str] | None], Response]
_LOG = log.logger(__name__)


class AsciiResponse(PlainTextResponse):
    """Plain text that is ASCII and says so."""

    charset = "us-ascii"


class ExactRoute(Route):
    """A route that ends the search for its path, for `methods` and no other.

    Another method is refused with HTTPException 405, which names `methods` in order.
    Starlette's own route adds HEAD to GET, and leaves another method to a later route.
    """

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        methods: Sequence[str],
        middleware: Sequence[Middleware] = (),
    ) -> None:
        super().__init__(path, endpoint, middleware=middleware)
        self.methods = None  # the route matches every method; `handle` refuses some
        self._allowed = tuple(methods)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in self._allowed:
            allow = {"allow": ", ".join(self._allowed)}
            raise HTTPException(405, " or ".join(self._allowed), allow)
        await self.app(scope, receive, send)


def create_application(
    routes: Sequence[BaseRoute], respond: Respond, failure: str
) -> Starlette:
    """An application of `routes`, whose paths are never completed with a slash.

    `respond` makes the answer to a refusal of its status, text and headers. A
    SocialcellError is logged as `failure` and answered 503 "not now", so that the
    client sends the request again.
    """

    async def refuse(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return respond(error.status_code, error.detail, error.headers)

    async def fail(_request: Request, error: Exception) -> Response:
        _LOG.error(failure, reason=str(error))
        return respond(503, "not now", None)

    handlers = {HTTPException: refuse, SocialcellError: fail}
    application = Starlette(routes=routes, exception_handlers=handlers)
    application.router.redirect_slashes = False
    return application
