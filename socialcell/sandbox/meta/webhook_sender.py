"""How Meta hands something in: signed, over the wire, and again until it is taken."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

CHALLENGE = "1158201444"


class WebhookSender:
    """The pushes of one kind that are to be handed in at a door's `path`.

    What is not answered 200 is handed in again by the next `hand_in`. `taken` holds
    the bytes that were answered 200, oldest first.
    """

    def __init__(self, path: str, app_secret: str, verify_token: str) -> None:
        self.path, self._secret, self._word = path, app_secret, verify_token
        self.waiting: list[bytes] = []
        self.taken: list[bytes] = []
        self._twice = False

    def put(self, push: Mapping[str, Any]) -> None:
        """Something happened that the door is to be told of."""
        # Meta escapes what is not ASCII and signs what it sends.
        self.waiting.append(json.dumps(push).encode())

    def twice(self) -> None:
        """From now on each push is handed in twice, as happens when an answer is
        lost."""
        self._twice = True

    def hand_in(self, door: str) -> list[int]:
        """Hand in what waits; the statuses of the answers, 0 where there was none."""
        statuses, left = [], []
        for body in self.waiting:
            status = 0
            for _ in range(1 + self._twice):
                status = self.send(door, body, self.signed(body))
                statuses.append(status)
            if status == 200:
                self.taken.append(body)
            else:
                left.append(body)
        self.waiting = left
        return statuses

    def replay(self, door: str) -> list[int]:
        """Everything that was taken, once more; the statuses."""
        return [self.send(door, body, self.signed(body)) for body in self.taken]

    def subscribe(self, door: str) -> bool:
        """The handshake of the set-up: whether the door knew the verify token."""
        asked = {
            "hub.mode": "subscribe",
            "hub.verify_token": self._word,
            "hub.challenge": CHALLENGE,
        }
        status, said = _asked(door, "GET", f"{self.path}?{urlencode(asked)}", b"", {})
        return (status, said) == (200, CHALLENGE.encode())

    def signed(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}

    def send(self, door: str, body: bytes, headers: Mapping[str, str]) -> int:
        """One POST; the answer's status, 0 when there was none."""
        given = {"Content-Type": "application/json", **headers}
        return _asked(door, "POST", self.path, body, given)[0]


def _asked(
    door: str, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    parts = urlsplit(door)
    line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        line.request(method, path, body or None, dict(headers))
        answer = line.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        line.close()
