"""A gRPC server on loopback, over TLS with a throw-away certificate."""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from socialcell.clock import SystemClock
from socialcell.sandbox.server import LoggedRequest, Request

VERSION = "v26"
SERVICE = f"google.ads.googleads.{VERSION}.services.GoogleAdsService"
FAILURE = f"google.ads.googleads.{VERSION}.errors.googleadsfailure-bin"
HOST = "127.0.0.1"


@contextlib.contextmanager
def serve_grpc(platform: Any, log: list[LoggedRequest]) -> Iterator[str]:
    """Serve a platform's SearchStream; yields https://HOST:PORT/path/of/ca.pem.

    The path is where the certificate lies that a client has to trust.
    """
    grpc = import_module("grpc")
    key, certificate = _certificate()
    closing = threading.Event()
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((_handler(_SearchStream(platform, log, closing)),))
    credentials = grpc.ssl_server_credentials([(key, certificate)])
    port = server.add_secure_port(f"{HOST}:0", credentials)
    server.start()
    try:
        with TemporaryDirectory(prefix="socialcell-ads-") as folder:
            path = Path(folder) / "ca.pem"
            path.write_bytes(certificate)
            yield f"https://{HOST}:{port}{path}"
    finally:
        closing.set()
        server.stop(0).wait()


def message_classes() -> Any:
    """The service's message classes: imported when needed, as it takes a second."""
    return import_module(
        f"google.ads.googleads.{VERSION}.services.types.google_ads_service"
    )


def _handler(stream: "_SearchStream") -> Any:
    grpc = import_module("grpc")
    method = grpc.unary_stream_rpc_method_handler(
        stream,
        request_deserializer=lambda sent: (
            message_classes().SearchGoogleAdsStreamRequest.deserialize(sent)
        ),
        response_serializer=lambda page: type(page).serialize(page),
    )
    return grpc.method_handlers_generic_handler(SERVICE, {"SearchStream": method})


class _SearchStream:
    """Serves calls one after another, as a platform's faults are plain attributes."""

    def __init__(
        self, platform: Any, log: list[LoggedRequest], closing: threading.Event
    ) -> None:
        self._platform, self._log, self._closing = platform, log, closing
        self._lock = threading.Lock()

    def __call__(self, message: Any, context: Any) -> Iterator[Any]:
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
            if answer.body:
                context.set_trailing_metadata(((FAILURE, answer.body),))
            context.abort(codes[answer.headers["grpc"]], "Request failed.")
        rows = answer.body
        shown = rows[: len(rows) // 2] if answer.cut else rows
        for start in range(0, len(shown), self._platform.most):
            page = shown[start : start + self._platform.most]
            yield message_classes().SearchGoogleAdsStreamResponse(
                results=page, request_id="sandbox"
            )
        if answer.cut:
            context.abort(codes.UNAVAILABLE, "Stream removed")


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
