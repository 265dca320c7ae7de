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
    made = Mailbox()
    with held_port() as (place, port):
        controller = _Controller(made, place, port=port, ready_timeout=60, **options)
        controller.start()
        try:
            yield made, port
        finally:
            controller.stop()


class _Controller(Controller):
    """aiosmtpd's own, on a socket that has its port already: nobody can take it."""

    def __init__(self, box: Mailbox, place: socket.socket, **options: Any) -> None:
        self._place = place
        super().__init__(box, hostname="127.0.0.1", **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self._place, ssl=self.ssl_context
        )


@contextmanager
def held_port() -> Iterator[tuple[socket.socket, int]]:
    """A socket at a port of its own, at which nobody listens: who asks is refused."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        yield place, place.getsockname()[1]
