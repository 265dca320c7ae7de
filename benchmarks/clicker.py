"""Click a link over raw sockets on loopback, and say how it went.

python -m benchmarks.clicker PORT PATH SECONDS [--lines 32] [--rate CLICKS_A_SECOND]

Without a rate every line clicks again as soon as it is answered. It prints one JSON
object: answers, their milliseconds at the median and at 99 of 100.
"""

import argparse
import asyncio
import json
import time
from typing import Any

AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)


class Line(asyncio.Protocol):
    """One connection: asks, waits for the end of the answer, asks again."""

    def __init__(self, request: bytes, taken: list[float], pause: float | None) -> None:
        self.request, self.taken, self.pause = request, taken, pause
        self.open, self.busy = True, False
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.due = time.perf_counter()
        self.ask()

    def ask(self) -> None:
        if not self.open:
            return
        self.asked = time.perf_counter() if self.pause is None else self.due
        self.busy = True
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.answer += data
        if not self.answer.endswith(b"\r\n\r\n"):
            return
        ok = self.answer.startswith(b"HTTP/1.1 302")
        self.answer, self.busy = b"", False
        if ok:
            self.taken.append(time.perf_counter() - self.asked)
        if self.pause is None:
            self.ask()
            return
        # Counted from when it was due: a slow answer does not excuse the next one.
        self.due += self.pause
        wait = max(0.0, self.due - time.perf_counter())
        asyncio.get_running_loop().call_later(wait, self.ask)

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False


async def click(
    port: int, path: str, seconds: float, lines: int, rate: float | None
) -> list[float]:
    """Seconds that each answered click took."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {AGENT}\r\n\r\n"
    ).encode()
    pause = None if rate is None else lines / rate
    taken: list[float] = []
    loop = asyncio.get_running_loop()
    made = []
    for _ in range(lines):
        _transport, line = await loop.create_connection(
            lambda: Line(request, taken, pause), "127.0.0.1", port
        )
        made.append(line)
        if pause is not None:
            await asyncio.sleep(1 / rate)
    await asyncio.sleep(seconds)
    for line in made:
        line.open = False
    while any(line.busy and not line.transport.is_closing() for line in made):
        await asyncio.sleep(0.01)
    for line in made:
        line.transport.close()
    return taken


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers 302 and does nothing else."""
    headers = [(b"location", b"https://care.pune.example"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--lines", type=int, default=32)
    parser.add_argument("--rate", type=float)
    given = parser.parse_args()
    taken = sorted(
        asyncio.run(
            click(given.port, given.path, given.seconds, given.lines, given.rate)
        )
    )
    at = [1000 * taken[int(share * (len(taken) - 1))] for share in (0.5, 0.99)]
    said = {"answers": len(taken), "ms": round(at[0], 2), "p99": round(at[1], 2)}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
