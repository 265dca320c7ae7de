"""The endpoint of install postbacks: POST /installs, signed by the app's server.

An install is stored before it is answered; what cannot be stored is answered 503, so
that the app's server sends it again.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from socialcell import log
from socialcell.campaigns.links.install_postback import SIGNATURE, TIMESTAMP
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.services.links import install_postbacks
from socialcell.services.links.install_postbacks import PostbackResult
from socialcell.web.application import UNCACHED, ExactRoute, create_application
from socialcell.web.body import BodyLimits

PATH = "/installs"
MAX_BYTES = 16 * 1024
BODY_SECONDS = 10.0
_STATUS = {
    PostbackResult.STORED: 200,
    PostbackResult.DUPLICATE: 200,
    PostbackResult.MALFORMED: 400,
    PostbackResult.UNSIGNED: 401,
    PostbackResult.STALE: 401,
    PostbackResult.FORGED: 403,
    PostbackResult.CHANGED: 409,
    PostbackResult.LATER: 503,
}
_UNREAD = (
    PostbackResult.MALFORMED,
    PostbackResult.UNSIGNED,
    PostbackResult.STALE,
    PostbackResult.FORGED,
)
_REFUSALS_TOGETHER = 100  # that are recorded in one transaction
_LOG = log.logger(__name__)


class InstallEndpoint:
    """Answers postbacks signed with `key`.

    `has_unstored_clicks` says whether the click of an install may not be stored yet.
    """

    def __init__(
        self, context: Context, key: str, has_unstored_clicks: Callable[[], bool]
    ) -> None:
        self._context, self._key = context, key
        self._has_unstored_clicks = has_unstored_clicks
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="installs")
        self._refusals: Counter[str] = Counter()

    def close(self) -> None:
        """Wait for the installs that are being stored, and record the refusals."""
        self._pool.submit(self._record_refusals)
        self._pool.shutdown()

    async def postback(self, request: Request) -> Response:
        """Store an install once, however often it is sent."""
        headers = dict(request.headers.items())
        signature = headers.get(SIGNATURE, "")
        if not signature:
            # The signature header is checked before the body is read.
            self._refusals[PostbackResult.UNSIGNED.value] += 1
            return _respond(
                _STATUS[PostbackResult.UNSIGNED], PostbackResult.UNSIGNED.value
            )
        timestamp = headers.get(TIMESTAMP, "")
        body = await request.body()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(self._store, timestamp, signature, body)
        )

    def _store(self, timestamp: str, signature: str, body: bytes) -> Response:
        result, outcome = install_postbacks.store_postback(
            self._context,
            self._key,
            timestamp,
            signature,
            body,
            behind=self._has_unstored_clicks,
        )
        if result in _UNREAD:
            self._refusals[result.value] += 1
        if self._refusals.total() >= _REFUSALS_TOGETHER:
            self._record_refusals()
        return _respond(_STATUS[result], outcome)

    def _record_refusals(self) -> None:
        refusals = Counter(dict(self._refusals))
        try:
            install_postbacks.record_refusals(self._context, refusals)
        except SocialcellError as error:
            _LOG.error("refused postbacks are not recorded yet", reason=str(error))
            return
        self._refusals.subtract(refusals)


def create_install_application(endpoint: InstallEndpoint) -> Starlette:
    """The ASGI application around `endpoint`; it answers at `PATH` only."""
    limits = Middleware(BodyLimits, MAX_BYTES, BODY_SECONDS)
    route = ExactRoute(PATH, endpoint.postback, ("POST",), [limits])
    return create_application([route], _respond, "an install was not taken")


def _respond(
    status: int, word: str, headers: Mapping[str, str] | None = None
) -> Response:
    body = json.dumps({"said": word})
    every = {**UNCACHED, **(headers or {})}
    return Response(body, status, every, media_type="application/json")
