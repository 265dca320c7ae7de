"""A hostile client of an HTTP server: one way to hold it up, many connections at once.

    python -m tests.faults.hostile.hostile_client half_open 127.0.0.1:8486 --seconds 30

It says what came of it as JSON on its standard output: connections that were opened,
those that the server ended, bytes that were sent, and answers by status.
"""

import argparse
import heapq
import json
import re
import resource
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import count, cycle

_PAUSE = 0.05  # seconds that a round waits for the server at most
_RATE = 3000.0  # connections that are opened in a second
_AT_ONCE = 200  # of them in a round
_CHUNK = 65_536
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_HEAD = b"GET /r/zzzzzzz HTTP/1.1\r\nHost: a\r\n"
_REQUEST = _HEAD + b"\r\n"


@dataclass(frozen=True)
class Attack:
    """What each connection sends: `opening` at once and `times` over, then `drip` every
    `every` seconds. Answers are read unless it is deaf to them."""

    opening: bytes
    times: int = 1
    drip: bytes = b""
    every: float = 1.0
    is_deaf: bool = False
    connections: int = 1


def _post(path: bytes, length: int) -> bytes:
    # Without a signature an install is refused before its body is read.
    signed = b"X-Socialcell-Signature: 00\r\nX-Socialcell-Timestamp: 1\r\n"
    head = b"POST %s HTTP/1.1\r\nHost: a\r\n" % path
    return head + signed + b"Content-Length: %d\r\n\r\n" % length


ATTACKS = {
    "half_open": Attack(b"GET /r/zz HTTP/1.1\r\nHo", connections=10_000),
    "silent": Attack(b"", connections=10_000),
    "endless_head": Attack(_HEAD, drip=b"X-More: 1\r\n", every=0.2, connections=50),
    "flooding_head": Attack(_HEAD + b"X: ", drip=b"a" * _CHUNK, every=0, connections=4),
    "pipelined": Attack(_REQUEST * 1000, times=200, connections=1),
    "deaf_pipelined": Attack(_REQUEST * 1000, times=200, is_deaf=True, connections=4),
    "head_behind_request": Attack(
        _REQUEST + _HEAD + b"X: ", drip=b"a" * _CHUNK, every=0, connections=4
    ),
    "slow_body": Attack(_post(b"/installs", 15_000), drip=b"x", connections=300),
    "slow_webhook_head": Attack(
        b"POST /whatsapp HTTP/1.1\r\nHost: a\r\n", drip=b"X", connections=64
    ),
    "body_of_a_link": Attack(_post(b"/r/zzzzzzz", 10**12), drip=b"x", connections=300),
    "deaf": Attack(_REQUEST, is_deaf=True, connections=300),
}


@dataclass
class Outcome:
    """What came of an attack."""

    opened: int = 0
    ended_by_server: int = 0
    not_opened: int = 0
    most_open: int = 0
    sent: int = 0
    answers: dict[int, int] = field(default_factory=dict)


class Line:
    """A connection of an attacker."""

    def __init__(self, attack: Attack, line: socket.socket) -> None:
        self.socket = line
        self.to_send: deque[bytes] = deque([attack.opening] * attack.times)
        self.answer_end = b""


class HostileClient:
    """Keeps the connections of an attack open from some addresses of loopback, and
    opens a new one for each that the server ends."""

    def __init__(
        self, attack: Attack, server: tuple[str, int], addresses: list[str]
    ) -> None:
        self._attack, self._server = attack, server
        self._addresses: Iterator[str] = cycle(addresses)
        self._selector = selectors.EpollSelector()
        self._lines: set[Line] = set()
        self._drips: list[tuple[float, int, Line]] = []
        self._numbers = count()
        self._start = time.monotonic()
        self.outcome = Outcome()

    def run(self, seconds: float) -> Outcome:
        """Attack for so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._open_missing()
            self.outcome.most_open = max(self.outcome.most_open, len(self._lines))
            for key, events in self._selector.select(_PAUSE):
                self._serve(key.data, events)
            self._drip(time.monotonic())
        for line in list(self._lines):
            self._forget(line)
        return self.outcome

    def _open_missing(self) -> None:
        missing = self._attack.connections - len(self._lines)
        allowed = int((time.monotonic() - self._start) * _RATE) - self.outcome.opened
        for _ in range(min(missing, allowed, _AT_ONCE)):
            line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            line.setblocking(False)
            try:
                line.bind((next(self._addresses), 0))
                line.connect(self._server)
            except BlockingIOError:
                pass
            except OSError:
                self.outcome.not_opened += 1
                line.close()
                return
            self.outcome.opened += 1
            opened = Line(self._attack, line)
            self._lines.add(opened)
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.register(line, both, opened)

    def _serve(self, line: Line, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                self._send(line)
            if events & selectors.EVENT_READ and not self._read(line):
                self._end(line)
        except BlockingIOError:
            pass
        except OSError:
            self._end(line)

    def _send(self, line: Line) -> None:
        while line.to_send:
            piece = line.to_send.popleft()
            try:
                n = line.socket.send(piece)
            except BlockingIOError:
                line.to_send.appendleft(piece)
                return
            self.outcome.sent += n
            if n < len(piece):
                line.to_send.appendleft(piece[n:])
                return
        if self._attack.drip and not self._attack.every:
            line.to_send.append(self._attack.drip)  # as fast as the server takes it
            return
        self._listen_only(line)
        if self._attack.drip:
            due = time.monotonic() + self._attack.every
            heapq.heappush(self._drips, (due, next(self._numbers), line))

    def _listen_only(self, line: Line) -> None:
        if self._attack.is_deaf:
            self._selector.unregister(line.socket)
        else:
            self._selector.modify(line.socket, selectors.EVENT_READ, line)

    def _drip(self, now: float) -> None:
        while self._drips and self._drips[0][0] <= now:
            _due, _number, line = heapq.heappop(self._drips)
            if line not in self._lines:
                continue
            line.to_send.append(self._attack.drip)
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.modify(line.socket, both, line)

    def _read(self, line: Line) -> bool:
        """False: the server has ended it."""
        if self._attack.is_deaf:
            return True
        answer = line.socket.recv(_CHUNK)
        text = line.answer_end + answer
        for match in _STATUS.finditer(text):
            status = int(match[1])
            self.outcome.answers[status] = self.outcome.answers.get(status, 0) + 1
        line.answer_end = b"" if text.endswith(b"\n") else text[-12:]
        return bool(answer)

    def _end(self, line: Line) -> None:
        self.outcome.ended_by_server += 1
        self._forget(line)

    def _forget(self, line: Line) -> None:
        self._lines.discard(line)
        with suppress(KeyError):
            self._selector.unregister(line.socket)
        line.socket.close()


def main() -> None:
    """Run one attack from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attack", choices=ATTACKS)
    parser.add_argument("server", help="HOST:PORT, on loopback")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--connections", type=int, help="at most")
    parser.add_argument("--addresses", type=int, default=8)
    words = parser.parse_args()
    _files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    attack = ATTACKS[words.attack]
    if words.connections is not None:
        most = min(attack.connections, words.connections)
        attack = replace(attack, connections=most)
    host, _, port = words.server.rpartition(":")
    # 127.0.0.1 is the one that probes come from.
    addresses = [f"127.0.{k // 250}.{k % 250 + 2}" for k in range(words.addresses)]
    outcome = HostileClient(attack, (host, int(port)), addresses).run(words.seconds)
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")


if __name__ == "__main__":
    main()
