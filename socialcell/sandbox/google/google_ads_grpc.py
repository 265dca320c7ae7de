"""A gRPC server on loopback, over TLS with a throw-away certificate."""

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import Enum
from importlib import import_module
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import NoReturn, Protocol

from socialcell.clock import SystemClock
from socialcell.json_types import JsonObject, as_objects
from socialcell.sandbox.server import LoggedRequest, Request, RequestHandler

VERSION = "v26"
SERVICE = f"google.ads.googleads.{VERSION}.services.GoogleAdsService"
FAILURE = f"google.ads.googleads.{VERSION}.errors.googleadsfailure-bin"
HOST = "127.0.0.1"


class SearchStreamPlatform(RequestHandler, Protocol):
    """A platform whose answers are lists of rows: values by the paths of their fields.

    `most` is how many rows a message of the stream holds.
    """

    most: int


class SearchStreamRequest(Protocol):
    """The message of the request, as its class in google-ads reads it."""

    customer_id: str
    query: str


class GrpcCallContext(Protocol):
    """What gRPC lets the handler of a call do."""

    def invocation_metadata(self) -> Iterable[tuple[str, str]]: ...

    def set_trailing_metadata(
        self, trailing_metadata: tuple[tuple[str, bytes], ...]
    ) -> None: ...

    def abort(self, code: Enum, details: str) -> NoReturn: ...


@contextlib.contextmanager
def serve_grpc(
    platform: SearchStreamPlatform, log: list[LoggedRequest]
) -> Iterator[str]:
    """Serve SearchStream; yields https://HOST:PORT/path/of/the/certificate.pem."""
    grpc = import_module("grpc")
    key, certificate = _certificate()
    closing = threading.Event()
    server = grpc.server(ThreadPoolExecutor(4))
    method = grpc.unary_stream_rpc_method_handler(
        _SearchStream(platform, log, closing),
        request_deserializer=_read_request,
    )
    handler = grpc.method_handlers_generic_handler(SERVICE, {"SearchStream": method})
    server.add_generic_rpc_handlers((handler,))
    credentials = grpc.ssl_server_credentials([(key, certificate)])
    port = server.add_secure_port(f"{HOST}:0", credentials)
    server.start()
    try:
        with _certificate_file(certificate) as path:
            yield f"https://{HOST}:{port}{path}"
    finally:
        closing.set()
        server.stop(0).wait()


@contextlib.contextmanager
def _certificate_file(certificate: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="socialcell-ads-") as folder:
        path = Path(folder) / "ca.pem"
        path.write_bytes(certificate)
        yield path


def _read_request(body: bytes) -> SearchStreamRequest:
    request_class = message_classes().SearchGoogleAdsStreamRequest
    request: SearchStreamRequest = request_class.deserialize(body)
    return request


def message_classes() -> ModuleType:
    """The service's message classes: imported when needed, as it takes a second."""
    return import_module(
        f"google.ads.googleads.{VERSION}.services.types.google_ads_service"
    )


def is_row_field(path: str) -> bool:
    """Whether a path of a query (metrics.clicks) is a field of the API's own row."""
    row_class = message_classes().GoogleAdsRow
    descriptor = row_class.pb(row_class()).DESCRIPTOR
    for part in path.split("."):
        if descriptor is None:
            return False
        fields = descriptor.fields_by_name
        field = fields.get(part) or fields.get(f"{part}_")
        if field is None:
            return False
        descriptor = field.message_type
    return True


class _SearchStream:
    """Answers one call at a time, as a platform's faults are plain attributes."""

    def __init__(
        self,
        platform: SearchStreamPlatform,
        log: list[LoggedRequest],
        closing: threading.Event,
    ) -> None:
        self._platform, self._log, self._closing = platform, log, closing
        self._lock = threading.Lock()

    def __call__(
        self, message: SearchStreamRequest, context: GrpcCallContext
    ) -> Iterator[bytes]:
        codes = import_module("grpc").StatusCode
        request = Request(
            "POST",
            f"/{SERVICE}/SearchStream",
            {"customer_id": message.customer_id, "query": message.query},
            dict(context.invocation_metadata()),
        )
        with self._lock:
            answer = self._platform.answer(request)
            status = 0 if answer.drop else answer.status
            self._log.append(LoggedRequest(self._platform.name, request, status))
        if answer.delay:
            self._closing.wait(answer.delay)
        if answer.drop:
            context.abort(codes.UNAVAILABLE, "Socket closed")
        if isinstance(answer.body, str):
            context.abort(codes.UNKNOWN, "invalid content-type: text/html")
        if answer.status != 200:
            if isinstance(answer.body, bytes) and answer.body:
                context.set_trailing_metadata(((FAILURE, answer.body),))
            context.abort(codes[answer.headers["grpc"]], "Request failed.")
        rows = as_objects(answer.body)
        shown = rows[: len(rows) // 2] if answer.cut else rows
        for start in range(0, len(shown), self._platform.most):
            yield _response_message(shown[start : start + self._platform.most])
        if answer.cut:
            context.abort(codes.UNAVAILABLE, "Stream removed")


def _response_message(rows: Sequence[JsonObject]) -> bytes:
    """A message of the stream, on the wire."""
    classes = message_classes()
    response_class = classes.SearchGoogleAdsStreamResponse
    results = []
    for values in rows:
        row = classes.GoogleAdsRow()
        for path, value in values.items():
            *parents, last = path.split(".")
            parent = row
            for name in parents:
                parent = getattr(parent, name)
            setattr(parent, "type_" if last == "type" else last, value)
        results.append(row)
    response = response_class(results=results, request_id="sandbox")
    message: bytes = response_class.serialize(response)
    return message


def _certificate() -> tuple[bytes, bytes]:
    """A private key and a certificate for loopback that it signs itself, as PEM."""
    x509 = import_module("cryptography.x509")
    hashes = import_module("cryptography.hazmat.primitives.hashes")
    ec = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    forms = import_module("cryptography.hazmat.primitives.serialization")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sandbox")])
    now = SystemClock().now()  # TLS uses the computer's own time
    names = x509.SubjectAlternativeName(
        [x509.IPAddress(IPv4Address(HOST)), x509.DNSName("localhost")]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = forms.Encoding.PEM
    private = key.private_bytes(pem, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    return private, certificate.public_bytes(pem)
