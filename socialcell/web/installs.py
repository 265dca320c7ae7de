"""The endpoint that takes installs in: POST /installs, signed by the app's server.

An install is stored before it is answered; what cannot be stored is answered 503, so
that the app's server hands it in again.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from socialcell import log
from socialcell.campaigns.links.install_postback import SIGNATURE, TIMESTAMP
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.services.links import install_postbacks
from socialcell.services.links.install_postbacks import Met
from socialcell.web.body import Receive, Refused, Scope, Send, read_body, read_headers

LARGEST = 16 * 1024  # bytes
PATIENCE = 10.0  # seconds that a body may take
_STATUS = {
    Met.KEPT: 200,
    Met.KNOWN: 200,
    Met.MALFORMED: 400,
    Met.UNSIGNED: 401,
    Met.STALE: 401,
    Met.FORGED: 403,
    Met.CHANGED: 409,
    Met.LATER: 503,
}
_UNREAD = (Met.MALFORMED, Met.UNSIGNED, Met.STALE, Met.FORGED)
_NOTED_AT = 100  # turned away: as many are noted together
_LOG = log.logger(__name__)


class Installs:
    """Part of the redirect's application. `behind`: are there clicks not stored yet?"""

    def __init__(self, context: Context, key: str, behind: Callable[[], bool]) -> None:
        self._context, self._key, self._behind = context, key, behind
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="installs")
        self._turned_away: Counter[str] = Counter()

    def close(self) -> None:
        """Wait for what is being stored, and note who was turned away."""
        self._pool.submit(self._note)
        self._pool.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, said = await self._answer(scope, receive)
        except Refused as refused:
            status, said = refused.status, refused.said
        body = json.dumps({"said": said}).encode("ascii")
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if status in (408, 413):
            headers.append((b"connection", b"close"))
        await send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        if scope["method"] != "POST":
            return 405, "POST"
        headers = read_headers(scope)
        signature = headers.get(SIGNATURE, "")
        if not signature:
            # Nobody's body is read who does not even claim to be the app's server.
            self._turned_away[Met.UNSIGNED.value] += 1
            return _STATUS[Met.UNSIGNED], Met.UNSIGNED.value
        body = await read_body(headers, receive, LARGEST, PATIENCE)
        loop = asyncio.get_running_loop()
        taken = loop.run_in_executor(
            self._pool, self._taken, headers.get(TIMESTAMP, ""), signature, body
        )
        return await taken

    def _taken(self, timestamp: str, signature: str, body: bytes) -> tuple[int, str]:
        try:
            met, said = install_postbacks.accept(
                self._context,
                self._key,
                timestamp,
                signature,
                body,
                behind=self._behind,
            )
        except SocialcellError as error:
            _LOG.error("an install was not taken", reason=str(error))
            return 503, "not now"
        if met in _UNREAD:
            self._turned_away[met.value] += 1
        if self._turned_away.total() >= _NOTED_AT:
            self._note()
        return _STATUS[met], said

    def _note(self) -> None:
        found = Counter(dict(self._turned_away))
        try:
            install_postbacks.turned_away(self._context, found)
        except SocialcellError as error:
            _LOG.error("who was turned away is not noted yet", reason=str(error))
            return
        self._turned_away.subtract(found)
