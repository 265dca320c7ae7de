"""The units of systemd in deploy/: what they say, and how a test runs what they run."""

import os
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from tests.running import command, environment
from tests.shared import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
WORKSPACE, CACHE = "/srv/pmc", "/var/cache/socialcell"
PROGRAM = "/opt/socialcell/.venv/bin/socialcell"
SECONDS = 240.0  # for a start or a stop, on a busy machine
NOBODY = 65534
_SIZES = {"K": 2**10, "M": 2**20, "G": 2**30}


@dataclass(frozen=True)
class Unit:
    """A unit file; each key has the values of all its lines."""

    path: Path

    @cached_property
    def settings(self) -> dict[str, list[str]]:
        settings: dict[str, list[str]] = {}
        for line in self.path.read_text("utf-8").splitlines():
            if line and line[0] not in "#[":
                key, _, value = line.partition("=")
                settings.setdefault(key, []).append(value)
        return settings

    def setting(self, key: str) -> str:
        (value,) = self.settings[key]
        return value

    @property
    def words(self) -> list[str]:
        """Of ExecStart, behind the program; any free port in the place of each."""
        program, *words = shlex.split(self.setting("ExecStart"))
        assert program == PROGRAM
        return re.sub(r"(--\S*port) \d+", r"\1 0", " ".join(words)).split(" ")

    @property
    def noun_and_verb(self) -> list[str]:
        """The command without options: serve redirect."""
        words = self.words[2:]
        return [word for word in words if not word.startswith("-") and word.isalpha()]

    @property
    def memory(self) -> int:
        """MemoryMax in bytes."""
        size = self.setting("MemoryMax")
        return int(size[:-1]) * _SIZES[size[-1]]

    def limits(self) -> dict[int, int]:
        """Limits of the process, by their number."""
        return {
            getattr(resource, f"RLIMIT_{key.removeprefix('Limit')}"): int(
                self.setting(key)
            )
            for key in self.settings
            if key.startswith("Limit")
        }


UNITS = [Unit(path) for path in sorted(DEPLOY.glob("*.service"))]


@dataclass
class UnitProcess:
    """What a unit runs, running."""

    process: "subprocess.Popen[bytes]"
    notices: socket.socket
    output: Path
    notified: list[str] = field(default_factory=list)

    def until(self, notice: str) -> None:
        """Wait for what it says to the service manager."""
        while notice not in self.notified:
            assert self.process.poll() is None, self.output.read_text()
            with suppress(TimeoutError):
                self.notified += self.notices.recv(4096).decode().splitlines()

    def addresses(self) -> list[str]:
        return re.findall(r"http://[\d.:]+", self.output.read_text())

    def family(self) -> list[int]:
        """Its process and all below it."""
        pids = [self.process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            pids += map(int, children)
        return pids

    def status(self, key: str) -> list[str]:
        """The value of a line of /proc/PID/status of each process of the family."""
        pattern = re.compile(rf"^{key}:\s*(.*)$", re.MULTILINE)
        texts = [Path(f"/proc/{pid}/status").read_text() for pid in self.family()]
        return [pattern.findall(text)[0] for text in texts]

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@contextmanager
def running(
    unit: Unit, workspace: Path, user: int, before: Sequence[str | Path] = ()
) -> Iterator[UnitProcess]:
    """Run a unit's ExecStart as the unit would: its user (or whoever may be), umask,
    limits and environment; `before` are words before the command."""
    # Not below pytest's folder, which is shut to the unit's user.
    with (
        tempfile.TemporaryDirectory(prefix="socialcell-unit-") as place,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices,
    ):
        folder = Path(place)
        (folder / "cache").mkdir()
        shutil.copytree(workspace, folder / "pmc")
        notices.bind(str(folder / "notify"))
        notices.settimeout(1.0)
        give(folder, user)
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [*before, *_as_user(user), *_command(unit, folder)],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(unit, folder),
                umask=int(unit.setting("UMask"), 8),
                preexec_fn=partial(_limit, unit.limits()),  # noqa: PLW1509 - no thread runs here
            )
        try:
            yield UnitProcess(process, notices, folder / "output")
        finally:
            process.kill()
            process.wait()


def give(folder: Path, user: int) -> None:
    """All in a folder belongs to this user."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user if user else -1, follow_symlinks=False)


def _as_user(user: int) -> list[str]:
    """Python itself may lie where only root comes: the user may read everything, and
    write only what is its own."""
    if user == os.getuid():
        return ["setpriv", "--no-new-privs"]
    return [
        *("setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"),
        *("--no-new-privs", "--bounding-set", "-all,+dac_read_search"),
        *("--inh-caps", "-all,+dac_read_search"),
        *("--ambient-caps", "-all,+dac_read_search"),
    ]


def _command(unit: Unit, folder: Path) -> list[str]:
    return command(*(_moved(word, folder) for word in unit.words))


def _environment(unit: Unit, folder: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in unit.settings.get("Environment", []))
    own = {name: _moved(value, folder) for name, _, value in pairs}
    return environment(
        **own,
        NOTIFY_SOCKET=str(folder / "notify"),
        PYTHONPATH=str(REPOSITORY),
        PYTHONDONTWRITEBYTECODE="1",
        HOME="/nonexistent",
    )


def _moved(word: str, folder: Path) -> str:
    return word.replace(WORKSPACE, str(folder / "pmc")).replace(
        CACHE, str(folder / "cache")
    )


def _limit(limits: Mapping[int, int]) -> None:
    for number, limit in limits.items():
        resource.setrlimit(number, (limit, limit))
