"""The redirect against nginx answering 302, and against FastAPI and an INSERT a click.

python -m benchmarks.bench_redirect [--full]

Servers stand on the first processor and who clicks on another one, where there are two.
wrk clicks where it is installed, else benchmarks/clicker.py, which is slower than nginx
and makes that ratio look better: the figure says which it was.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.clicker import AGENT
from benchmarks.fastapi_redirect import CODE
from benchmarks.ratios import Figure, ratio, take_turns, tell
from socialcell import db
from socialcell.campaigns.links.store import clicks
from socialcell.services.context import Context, open_context
from socialcell.services.links import tracked_links

LINES = 32
WEB = "https://care.pune.example/monsoon"
PLAY = "https://play.google.com/store/apps/details?id=org.example.care"
NGINX = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ return 302 {web}; }} }}
}}
"""
TWO = (os.cpu_count() or 1) > 1 and hasattr(os, "sched_setaffinity")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        tell(measured(Path(folder), stack, 9 if full else 3, 6.0 if full else 2.0))


def measured(
    folder: Path, stack: contextlib.ExitStack, rounds: int, seconds: float
) -> Iterator[Figure]:
    context, code = workspace(folder / "cell")
    servers = {
        "ours": (ours(context), f"/r/{code}"),
        "fastapi": (fastapi(folder), f"/r/{CODE}"),
        "bare": (bare(), "/r/any"),
    }
    if shutil.which("nginx"):
        servers["nginx"] = (nginx(folder), "/r/any")
    ports = {name: stack.enter_context(s) for name, (s, _path) in servers.items()}
    by = {"clicked by": "wrk" if shutil.which("wrk") else "clicker.py"}
    rates = take_turns(
        {
            name: clicking(port, servers[name][1], seconds)
            for name, port in ports.items()
        },
        rounds,
    )
    yield ratio("redirect / FastAPI + INSERT", rates, "ours", "fastapi", 2.0, **by)
    if "nginx" in ports:
        yield ratio("redirect / nginx 302", rates, "ours", "nginx", 0.25, **by)
        yield ratio("an ASGI app that does nothing / nginx 302", rates, "bare", "nginx")
    stack.close()
    yield lost(context, code)
    yield blocked(context, code)


def lost(context: Context, code: str) -> Figure:
    """Clicks that were answered, by a server that is stopped while they come."""
    before = counted(context)
    with ours(context) as port:
        client = subprocess.Popen(
            clicker(port, f"/r/{code}", 4.0), stdout=subprocess.PIPE, text=True
        )
        time.sleep(3.0)
        stopped = STARTED[-1]
        stopped.send_signal(signal.SIGTERM)
        stopped.wait(60)
        answers = json.loads(client.communicate()[0])["answers"]
    stored = counted(context) - before
    missing = max(0, answers - stored)
    detail = {"answered": answers, "stored": stored}
    return Figure(
        "clicks answered and not stored, stopped under load",
        *(missing,) * 3,
        goal=0,
        at_most=True,
        detail=detail,
    )


def blocked(context: Context, code: str) -> Figure:
    """10,000 clicks a minute while somebody holds the database."""
    before = counted(context)
    with ours(context) as port:
        with db.writing(context.engine):
            said = clicked(clicker(port, f"/r/{code}", 6.0, rate=10_000 / 60))
        stopped = STARTED[-1]
        stopped.send_signal(signal.SIGTERM)
        stopped.wait(60)
    return Figure(
        "p99 in ms at 10,000 clicks a minute, the database locked",
        *(said["p99"],) * 3,
        goal=50,
        at_most=True,
        detail={
            "median": said["ms"],
            "answered": said["answers"],
            "stored after": counted(context) - before,
        },
    )


def workspace(folder: Path) -> tuple[Context, str]:
    command = (sys.executable, "-m", "socialcell", "init", str(folder))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    context = open_context(folder / "config.yaml")
    said = {"campaign": "monsoon26", "channel": "instagram", "web": WEB}
    return context, tracked_links.create_link(
        context, said | {"android": PLAY}
    ).link.code


def counted(context: Context) -> int:
    with db.reading(context.engine) as session:
        return sum(int(row.n) for row in clicks.count_by_kind(session))


STARTED: list["subprocess.Popen[bytes]"] = []


@contextlib.contextmanager
def server(command: Sequence[str], port: int) -> Iterator[int]:
    """A server on the first processor, once it listens."""
    pinned = ("taskset", "--cpu-list", "0") if TWO else ()
    process = subprocess.Popen(
        [*pinned, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    STARTED.append(process)
    try:
        for _ in range(600):
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port)),
            ):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def ours(context: Context) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    config = str(context.workspace.folder / "config.yaml")
    given = ("serve", "redirect", "--port", str(port), "--config", config)
    return server((sys.executable, "-m", "socialcell", *given), port)


def fastapi(folder: Path) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    given = (str(port), str(folder / "peer.db"), WEB)
    return server((sys.executable, "-m", "benchmarks.fastapi_redirect", *given), port)


def bare() -> contextlib.AbstractContextManager[int]:
    """What uvicorn itself costs: the least that any redirect on it can."""
    port = free_port()
    options = ("--http", "httptools", "--loop", "uvloop", "--lifespan", "off")
    quiet = ("--no-access-log", "--log-level", "critical", "--no-server-header")
    place = ("--port", str(port), "benchmarks.clicker:nothing")
    return server((sys.executable, "-m", "uvicorn", *options, *quiet, *place), port)


def nginx(folder: Path) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    place = folder / "nginx"
    place.mkdir()
    (place / "conf").write_text(NGINX.format(folder=place, port=port, web=WEB))
    return server(("nginx", "-p", str(place), "-c", str(place / "conf")), port)


def clicking(port: int, path: str, seconds: float) -> Callable[[int], int]:
    def click(_number: int) -> int:
        if not shutil.which("wrk"):
            return int(clicked(clicker(port, path, seconds))["answers"])
        address = f"http://127.0.0.1:{port}{path}"
        given = ("-t1", f"-c{LINES}", f"-d{seconds:g}s", "-H", f"User-Agent: {AGENT}")
        told = subprocess.run(
            beside(("wrk", *given, address)), capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"(\d+) requests in", told)
        assert found is not None, told
        assert "Non-2xx" not in told, told
        return int(found[1])

    return click


def clicker(
    port: int, path: str, seconds: float, *, rate: float | None = None
) -> tuple[str, ...]:
    given = (str(port), path, str(seconds), "--lines", str(LINES))
    paced = () if rate is None else ("--rate", str(rate))
    return beside((sys.executable, "-m", "benchmarks.clicker", *given, *paced))


def clicked(command: Sequence[str]) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def beside(command: Sequence[str]) -> tuple[str, ...]:
    """The command on the second processor."""
    pin = ("taskset", "-c", "1") if TWO and shutil.which("taskset") else ()
    return (*pin, *command)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main()
