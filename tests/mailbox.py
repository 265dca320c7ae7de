"""A real mail server on loopback that keeps what it takes."""

import email
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """What a mail server took; `answers` go before it takes anything."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.answers: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.once_taken: Callable[[], None] = lambda: None  # before its 250 goes out

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.asked.append(address)
        if waiting := self.answers.get(address):
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken += [(address, message) for address in envelope.rcpt_tos]
        self.once_taken()
        return "250 taken"


@contextmanager
def mailbox(**options: Any) -> Iterator[tuple[Mailbox, int]]:
    """A mail server that runs, and its port; options are of aiosmtpd's Controller."""
    made, port = Mailbox(), free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield made, port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
