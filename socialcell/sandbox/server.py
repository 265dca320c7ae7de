"""A small HTTP server on loopback that serves a platform and keeps a log."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Protocol, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from socialcell.json_types import JsonValue

# A connection as socketserver declares it; that of a TCP server is always a socket.
_Connection: TypeAlias = socket.socket | tuple[bytes, socket.socket]


@dataclass(frozen=True, slots=True)
class Request:
    """A client's request. Header names are in lower case; `query` keeps last values,
    `pairs` all of them in their order."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    pairs: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """Every value that a parameter was given, in order."""
        return [value for key, value in self.pairs if key == name]


@dataclass(slots=True)
class ServerResponse:
    """A platform's response, and the faults of its connection.

    `body` is bytes, text, or anything that JSON can express. `cut`: the connection ends
    in the middle of the body. `drop`: it ends without a response. `delay`: seconds
    before the response.
    """

    status: int = 200
    body: "bytes | JsonValue" = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    drop: bool = False
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One line of the request log."""

    platform: str
    request: Request
    status: int  # 0 when the connection was dropped


class RequestHandler(Protocol):
    """Answers the requests of a server."""

    name: str

    def answer(self, request: Request) -> ServerResponse: ...


@contextlib.contextmanager
def serve_http(platform: RequestHandler, log: list[LoggedRequest]) -> Iterator[str]:
    """Serve a platform on 127.0.0.1 at a free port; yields its base URL."""
    server = _Server(platform, log)
    thread = threading.Thread(target=server.listen, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stop()
        thread.join()
        server.close()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, platform: RequestHandler, log: list[LoggedRequest]) -> None:
        self.platform, self.log = platform, log
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def answer(self, request: Request) -> ServerResponse:
        # One at a time: a platform's faults are plain attributes.
        with self._lock:
            answer = self.platform.answer(request)
            status = 0 if answer.drop else answer.status
            self.log.append(LoggedRequest(self.platform.name, request, status))
            return answer

    def listen(self) -> None:
        """Accept one connection after another, until `stop` is called."""
        while not self.closing.is_set():
            self.handle_request()

    def stop(self) -> None:
        """Set `closing`, and end the wait for a connection by opening one."""
        self.closing.set()
        with contextlib.suppress(OSError):
            address = "127.0.0.1", self.server_address[1]
            socket.create_connection(address, 1).close()

    def verify_request(
        self, request: _Connection, client_address: tuple[str, int]
    ) -> bool:
        return not self.closing.is_set()

    def process_request(
        self, request: _Connection, client_address: tuple[str, int]
    ) -> None:
        if isinstance(request, socket.socket):
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Connection) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(
        self, request: _Connection, client_address: tuple[str, int]
    ) -> None:
        """A client that closes its connection is not reported on the terminal."""

    def close(self) -> None:
        """End the connections that clients keep open, then close the server."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.answer(self._request())
        if answer.delay:
            self.server.closing.wait(answer.delay)
        if answer.drop:
            self._hang_up()
            return
        self._send(answer)

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: str | int) -> None:
        """The log is a list that tests read, not lines on a terminal."""

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        length = int(self.headers.get("content-length") or 0)
        return Request(
            self.command,
            parts.path,
            dict(pairs),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            tuple(pairs),
        )

    def _send(self, answer: ServerResponse) -> None:
        body, kind = _encode_body(answer.body)
        self.send_response(answer.status)
        for name, value in {"content-type": kind, **answer.headers}.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if answer.status == 304:
            return
        self.wfile.write(body[: len(body) // 2] if answer.cut else body)
        if answer.cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _encode_body(body: "bytes | JsonValue") -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/html; charset=utf-8"
    text = json.dumps(body, ensure_ascii=False)
    return text.encode(), "application/json; charset=utf-8"
