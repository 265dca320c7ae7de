"""Tell the service manager (systemd) how far this process is."""

import os
import socket
from contextlib import suppress


def notify(message: str) -> None:
    """Notify systemd, where NOTIFY_SOCKET is set."""
    place = os.environ.get("NOTIFY_SOCKET")
    if not place:
        return
    address = "\0" + place[1:] if place.startswith("@") else place
    with (
        suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener,
    ):
        listener.sendto(message.encode(), address)
