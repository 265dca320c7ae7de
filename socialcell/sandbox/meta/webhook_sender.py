"""How Meta sends pushes to a webhook: signed, and again until they are accepted."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from socialcell.json_types import JsonObject

CHALLENGE = "1158201444"


class WebhookSender:
    """The pushes of one kind to the `path` of a webhook receiver.

    A push that is not answered 200 is sent again by the next `send_queued`. `accepted` are
    the bodies that were answered 200, oldest first.
    """

    def __init__(self, path: str, app_secret: str, verify_token: str) -> None:
        self.path, self._secret, self._verify_token = path, app_secret, verify_token
        self.queued: list[bytes] = []
        self.accepted: list[bytes] = []
        self._twice = False

    def queue(self, push: JsonObject) -> None:
        """Queue a push."""
        # Meta escapes what is not ASCII and signs what it sends.
        self.queued.append(json.dumps(push).encode())

    def accept_queued(self) -> None:
        """The queued pushes count as sent and accepted: their receiver has them."""
        self.accepted += self.queued
        self.queued = []

    def send_twice(self) -> None:
        """From now on each push is sent twice, as happens when an answer is lost."""
        self._twice = True

    def send_queued(self, base_url: str) -> list[int]:
        """Send the queued pushes; the statuses of the answers, 0 where there was none."""
        statuses, left = [], []
        for body in self.queued:
            status = 0
            for _ in range(1 + self._twice):
                status = self.send(base_url, body, self.signature_headers(body))
                statuses.append(status)
            if status == 200:
                self.accepted.append(body)
            else:
                left.append(body)
        self.queued = left
        return statuses

    def replay(self, base_url: str) -> list[int]:
        """Send every accepted push once more; the statuses."""
        return [
            self.send(base_url, body, self.signature_headers(body))
            for body in self.accepted
        ]

    def subscribe(self, base_url: str) -> bool:
        """The handshake of the set-up: whether the receiver knew the verify token."""
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": self._verify_token,
            "hub.challenge": CHALLENGE,
        }
        status, body = _send_request(
            base_url, "GET", f"{self.path}?{urlencode(query)}", b"", {}
        )
        return (status, body) == (200, CHALLENGE.encode())

    def signature_headers(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}

    def send(self, base_url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """One POST; the answer's status, 0 when there was none."""
        all_headers = {"Content-Type": "application/json", **headers}
        return _send_request(base_url, "POST", self.path, body, all_headers)[0]


def _send_request(
    base_url: str, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()
