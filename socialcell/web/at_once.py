"""uvicorn's protocol, which answers the plainest clicks before anything else is made.

A GET of a link on a connection that stays open needs no task and no messages: that is
most of what an answer costs. Every other request, also of a link, goes the usual way
through the application, and both ask `Redirect.led`.
"""

from types import SimpleNamespace
from typing import cast

from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)

from socialcell.web.redirect import Redirect

_LINK = b"/r/"
_DONE = cast(
    RequestResponseCycle,
    SimpleNamespace(
        response_complete=True, message_event=SimpleNamespace(set=lambda: None)
    ),
)
"""What uvicorn finds in place of a cycle of its own: one that is over."""


class AtOnce(HttpToolsProtocol):
    """For `uvicorn.Config(http=…)` around a `Redirect`."""

    def on_headers_complete(self) -> None:
        if not (self._is_plain() and self._answered()):
            super().on_headers_complete()

    def _is_plain(self) -> bool:
        """Whether nothing is to be waited for: no answer before this one, no upgrade,
        no client that does not read. A body is passed over."""
        return (
            self.url.startswith(_LINK)
            and (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and not self.flow.write_paused
            and not self.expect_100_continue
            and not self.parser.should_upgrade()
            and self.parser.should_keep_alive()
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
        )

    def _answered(self) -> bool:
        app = self.app
        assert isinstance(app, Redirect)
        code, _, query = self.url[len(_LINK) :].partition(b"?")
        peer = self.client[0] if self.client else ""
        led = app.led(code.decode("latin-1"), "GET", query, self.headers, peer)
        if led is None or led.address is None:
            return False
        own = b"".join(
            b"%s: %s\r\n" % header for header in self.server_state.default_headers
        )
        self.transport.write(
            b"HTTP/1.1 302 Found\r\n%slocation: %s\r\ncache-control: no-store\r\n"
            b"content-length: 0\r\n\r\n" % (own, led.address)
        )
        self.cycle = _DONE
        self.on_response_complete()
        app.take(led.request)
        return True
