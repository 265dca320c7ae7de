"""The web servers of deploy/, run before servers of a test, on any free port."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from tests.shared import REPOSITORY

Ports: TypeAlias = Mapping[int, int]
"""Port in the file of deploy/ → port of the server that stands there."""

PROGRAMS = ("nginx", "caddy")
_SECONDS = 60.0  # until it listens


def is_installed(program: str) -> bool:
    return shutil.which(program) is not None


@contextmanager
def standing_before(program: str, ports: Ports) -> Iterator[int]:
    """nginx or Caddy with its file of deploy/; yields the port of all its hosts."""
    with tempfile.TemporaryDirectory(prefix="socialcell-web-") as place:
        folder, port = Path(place), _free_port()
        words = {"nginx": _nginx, "caddy": _caddy}[program](folder, port, ports)
        # To a file: a full pipe would stop it.
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                words, stdout=log, stderr=log, env={**os.environ, "HOME": place}
            )
            try:
                _wait_for(port, process, folder / "log")
                yield port
            finally:
                process.terminate()
                process.wait(_SECONDS)


def _nginx(folder: Path, port: int, ports: Ports) -> Sequence[str]:
    """Without certificates, and with files of its own."""
    text = (REPOSITORY / "deploy" / "nginx.conf").read_text()
    text = re.sub(r"(?m)^\s*ssl_.*;$", "", text)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = text.replace("listen 80;", f"listen unix:{folder}/plain;")
    own = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; events {{ worker_connections 2000; }}"
        f"http {{ access_log off; {own} {_moved(text, ports)} }}"
    )
    return ["nginx", "-e", "stderr", "-c", str(path)]


def _caddy(folder: Path, port: int, ports: Ports) -> Sequence[str]:
    """Without certificates and without its port for administrators."""
    text = (REPOSITORY / "deploy" / "Caddyfile").read_text()
    text = re.sub(r"(?m)^(\w+\.pune\.example) \{", rf"http://\1:{port} {{", text)
    text = text.replace("{\n\tservers {", "{\n\tadmin off\n\tservers {", 1)
    text = re.sub(r"import to (\d+)", lambda m: f"import to {ports[int(m[1])]}", text)
    path = folder / "Caddyfile"
    path.write_text(text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(path)]


def _moved(text: str, ports: Ports) -> str:
    return re.sub(
        r"127\.0\.0\.1:(\d+);",
        lambda m: f"127.0.0.1:{ports.get(int(m[1]), int(m[1]))};",
        text,
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=_SECONDS).close()
        except ConnectionRefusedError:
            continue
        return
    raise AssertionError(log.read_text())
