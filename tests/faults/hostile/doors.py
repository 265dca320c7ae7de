"""A server under attack: how long its own people wait meanwhile, and its memory."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaigns.links.link_requests import PHONE
from tests.running import command, environment
from tests.shared import REPOSITORY

GROWTH = 50.0  # MB that a server may take more under attack
NICE = -10  # as in the units of deploy/
PAUSE = 0.05  # seconds between two probes
_CLIENT = "tests.faults.hostile.hostile_client"


@dataclass(frozen=True)
class Door:
    """A server that runs as a process of its own."""

    process: "subprocess.Popen[str]"
    host: str
    port: int

    def megabytes(self, key: str) -> float:
        """VmRSS: of memory now; VmHWM: the most so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(rf"{key}:\s+(\d+)", status)[0]) / 1024

    def stop(self) -> tuple[int, str]:
        """Its exit code, and what it wrote on standard error."""
        self.process.terminate()
        _out, words = self.process.communicate(timeout=120)
        return self.process.returncode, words


@contextmanager
def opened(folder: Path, what: str, files: int) -> Iterator[Door]:
    """`serve WHAT` with a limit of files that it may open; where root runs the tests,
    before other processes, as its unit says."""
    words = command("serve", what, "--port", "0", "--config", folder / "config.yaml")
    first = ["nice", "-n", str(NICE)] if os.getuid() == 0 else []
    process = subprocess.Popen(
        [*first, "prlimit", f"--nofile={files}", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        place = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
        assert place is not None, process.communicate()[1]
        yield Door(process, place[1], int(place[2]))
    finally:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class Probe:
    """A request of our own people: where, under which name, and what it must get."""

    port: int
    path: str
    status: int
    host: str = "localhost"


@dataclass
class Waits:
    """What probes got and how long they waited, in seconds."""

    statuses: Counter[object] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def send(self, probe: Probe) -> None:
        """One request over a connection of its own."""
        start = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=60)
        try:
            headers = {"Host": probe.host, "User-Agent": PHONE}
            line.request("GET", probe.path, headers=headers)
            status: object = line.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            status = repr(error)
        finally:
            line.close()
        self.seconds.append(time.monotonic() - start)
        self.statuses[status == probe.status or (probe.path, status)] += 1

    @property
    def longest(self) -> float:
        return max(self.seconds)


@dataclass(frozen=True)
class AttackResult:
    """The waits of probes under attack, MB that the server grew, and what the attacker
    says of itself."""

    waits: Waits
    growth: float
    attacker: dict[str, Any]


def under_attack(
    door: Door,
    probes: Sequence[Probe],
    attack: str,
    seconds: float,
    *more: str,
) -> AttackResult:
    """Send probes one after the other until an attack of so many seconds is over."""
    for probe in list(probes) * 50:  # memory that any work takes is taken before
        Waits().send(probe)
    before = door.megabytes("VmRSS")
    words = [attack, f"{door.host}:{door.port}", "--seconds", str(seconds), *more]
    attacker = subprocess.Popen(
        [sys.executable, "-m", _CLIENT, *words],
        cwd=REPOSITORY,
        env=environment(PYTHONPATH=str(REPOSITORY)),
        stdout=subprocess.PIPE,
        text=True,
    )
    waits = Waits()
    pause = time.sleep  # between probes: a person's click, not an attack of our own
    while attacker.poll() is None:
        for probe in probes:
            waits.send(probe)
        pause(PAUSE)
    out, _ = attacker.communicate()
    assert attacker.returncode == 0
    growth = door.megabytes("VmHWM") - before
    return AttackResult(waits, growth, json.loads(out))
