"""Builds the project's environment: whole, or not at all. Standard library only.

A virtual environment cannot be moved, since its scripts hold absolute paths. So each
one is built under its final name, `.venvs/<key>`, and `.venv` is a symbolic link
that turns to it in a single step once everything inside has been verified. A set-up
that is killed at any moment leaves `.venv` as it was, and the next run clears up.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = ROOT / ".venv"
STORE = ROOT / ".venvs"
LOG = STORE / "setup.log"
LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"

TRIES = 3
TAIL = 12

# Settings that would send an installation somewhere else than into the environment.
# Everything else that the user has set for pip and uv holds: indexes, proxies, caches.
STRAYS = (
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_TARGET",
    "PIP_USER",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "VIRTUAL_ENV",
)
# uv does not read pip's settings: where these are set for pip alone, pip is used.
PIP_ONLY = {"index-url", "extra-index-url", "no-index", "proxy", "trusted-host"}

REACH = "Check that this machine reaches its package index, then run `make setup`."
ALTERED = "Ask the keeper of your package index why a package changed."
TELLING = (
    ("No space left on device", "Free 2 GB of disk space, then run `make setup`."),
    ("DO NOT MATCH THE HASHES", ALTERED),
    ("Hash mismatch", ALTERED),
)


class SetUpError(Exception):
    """Set-up cannot go on; carries the one thing to do next."""

    def __init__(self, message: str, next_thing: str) -> None:
        super().__init__(message)
        self.next_thing = next_thing


def main() -> int:
    """Set up if needed and say how long it took; 0 when `.venv` is ready to use."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(description="Build the environment in .venv.")
    parser.add_argument(
        "--wait", type=float, default=900, help="seconds to wait for another set-up"
    )
    wait = parser.parse_args().wait
    started = time.monotonic()
    try:
        changed = set_up(wait)
    except SetUpError as error:
        return give_up(str(error), error.next_thing, started)
    except OSError as error:
        hint = f"Make {ROOT} writable, with 2 GB free, then run `make setup`."
        return give_up(str(error), hint, started)
    except KeyboardInterrupt:
        return give_up("it was stopped", "Run `make setup` to start again.", started)
    if changed:
        say(f"Set-up is done after {time.monotonic() - started:.1f} s.")
    return 0


def give_up(message: str, next_thing: str, started: float) -> int:
    say(f"Set-up failed after {time.monotonic() - started:.1f} s: {message}")
    say(f"Next: {next_thing}")
    return 1


def set_up(wait: float) -> bool:
    """Bring `.venv` up to date with the locks and the project; False if it was."""
    if not (3, 11) <= sys.version_info < (3, 14):
        raise SetUpError(
            f"this is Python {sys.version.split()[0]}",
            "Run `make setup` with PYTHON naming a Python 3.11, 3.12 or 3.13.",
        )
    target = STORE / environment_key()
    if is_ready(target):
        return False
    with alone(wait) as turn:
        if is_ready(target):
            return False
        site = Site(target, turn)
        if not is_whole(target):
            wipe(target)
            try:
                site.build()
            except SetUpError:
                wipe(target)
                raise
            mark(target, "packages")
        site.install_project()
        site.verify()
        mark(target, project_key())
        turn_link(target)
        clear_all_but(target)
    return True


class Site:
    """One environment being built, and how commands are run for it."""

    def __init__(self, target: Path, turn: int) -> None:
        self.python = target / "bin" / "python"
        self.uv = target / "bin" / "uv"
        self.script = target / "bin" / "socialcell"
        self.target = target
        self.turn = turn
        LOG.write_text("", encoding="utf-8")

    def build(self) -> None:
        """Everything the lock names, with uv where it can be had, else with pip."""
        say(f"Setting up with Python {sys.version.split()[0]}: packages come first.")
        self.create()
        uv_works = self.fetch_uv() and self.attempt(
            *self.installer(), "--require-hashes", "-r", LOCK, tries=TRIES
        )
        if uv_works:
            return
        say("Going on with pip alone, which takes longer.")
        wipe(self.target)
        self.create()
        self.run(
            "the packages could not be installed",
            REACH,
            *self.installer(),
            "--require-hashes",
            "-r",
            LOCK,
            tries=TRIES,
        )

    def create(self) -> None:
        """An empty environment; Debian's Python may come without ensurepip."""
        if self.attempt(sys.executable, "-m", "venv", self.target):
            return
        wipe(self.target)
        need = "Install its parts (Debian: apt install python3-venv python3-pip)."
        bare = (sys.executable, "-m", "venv", "--without-pip", self.target)
        self.run(f"{sys.executable} cannot make environments", need, *bare)
        outer = (sys.executable, "-m", "pip", "--version")
        self.run(f"{sys.executable} has no pip", need, *outer)

    def fetch_uv(self) -> bool:
        if pip_goes_elsewhere(self.pip()):
            return False
        options = ("--no-user", "--retries", "1", "--require-hashes", "-r", UV_LOCK)
        return self.attempt(*self.pip(), "install", *options)

    def install_project(self) -> None:
        """The project itself, editable; its build tools are in the lock already."""
        options = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
        self.run(
            "the project itself could not be installed",
            f"Read {LOG} for the reason, then run `make setup`.",
            *self.installer(),
            *options,
        )

    def verify(self) -> None:
        """Nothing that the project asks for is missing, and it starts."""
        self.run(
            "the lock does not hold what the project asks for",
            "Run `make lock`, then `make setup`.",
            *((self.uv, "pip") if self.uv.exists() else self.pip()),
            "check",
            *(("--python", self.python) if self.uv.exists() else ()),
        )
        self.run(
            "socialcell does not start",
            f"Read {LOG} for the reason, then run `make setup`.",
            self.script,
            "--help",
        )

    def installer(self) -> tuple[str | Path, ...]:
        if self.uv.exists():
            # Bytecode now, or the first test run pays for it.
            options = ("--python", self.python, "--compile-bytecode")
            return (self.uv, "pip", "install", *options)
        return (*self.pip(), "install", "--no-user")

    def pip(self) -> tuple[str | Path, ...]:
        if (self.target / "bin" / "pip").exists():
            return (self.python, "-m", "pip")
        return (sys.executable, "-m", "pip", "--python", self.python)

    def run(
        self, message: str, next_thing: str, *command: str | Path, tries: int = 1
    ) -> None:
        """Run a command that must succeed; raises SetUpError with its last lines."""
        if self.attempt(*command, tries=tries):
            return
        lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        said = "\n".join(lines)
        say(said)
        for telling, better in TELLING:
            if telling in said:
                next_thing = better
        raise SetUpError(message, next_thing)

    def attempt(self, *command: str | Path, tries: int = 1) -> bool:
        """Run a command into the log; True if one of so many tries succeeds."""
        for count in range(tries):
            time.sleep(count)
            if self.succeeds(command):
                return True
        return False

    def succeeds(self, command: Sequence[str | Path]) -> bool:
        with LOG.open("a", encoding="utf-8", errors="replace") as log:
            log.write("$ " + " ".join(str(word) for word in command) + "\n")
            log.flush()
            # A child holds on to the turn: should this process be killed, nobody
            # else starts while pip or uv is still writing.
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=settings(),
                pass_fds=(self.turn,),
                check=False,
            )
        return done.returncode == 0


def settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in STRAYS}


def pip_goes_elsewhere(pip: Sequence[str | Path]) -> bool:
    """True if pip, and not uv, was told how to reach packages on this machine."""
    if any(name.startswith("UV_") and "INDEX" in name for name in os.environ):
        return False
    listed = subprocess.run(
        (*pip, "config", "list"), capture_output=True, env=settings(), check=False
    ).stdout.decode(errors="replace")
    keys = {line.partition("=")[0].rpartition(".")[2] for line in listed.splitlines()}
    return bool(keys & PIP_ONLY)


def environment_key() -> str:
    """Names the environment that this lock, place and Python version ask for."""
    parts = (
        LOCK.read_bytes(),
        UV_LOCK.read_bytes(),
        os.fsencode(ROOT),
        bytes(sys.version_info[:2]),
    )
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:12]


def project_key() -> str:
    """Changes when the project must be installed anew, not when a tool's options do."""
    import tomllib  # here, so that an older Python gets our message, not a traceback

    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [document.get("build-system"), document["project"]]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def is_whole(target: Path) -> bool:
    return (target / ".ok").exists() and (target / "bin" / "python").exists()


def is_ready(target: Path) -> bool:
    return (
        is_whole(target)
        and LINK.resolve() == target
        and (target / ".ok").read_text(encoding="utf-8") == project_key()
    )


def mark(target: Path, state: str) -> None:
    fresh = target / ".ok.tmp"
    with fresh.open("w", encoding="utf-8") as marker:
        marker.write(state)
        marker.flush()
        os.fsync(marker.fileno())
    fresh.replace(target / ".ok")


def turn_link(target: Path) -> None:
    if LINK.is_dir() and not LINK.is_symlink():  # made by hand
        LINK.rename(STORE / f"by-hand-{os.getpid()}")
    fresh = ROOT / ".venv.tmp"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(ROOT))
    fresh.replace(LINK)


def clear_all_but(target: Path) -> None:
    for other in STORE.iterdir():
        if other.is_dir() and other != target:
            wipe(other)


def wipe(target: Path) -> None:
    """Remove an environment; the mark goes first, so that half of one is never used."""
    (target / ".ok").unlink(missing_ok=True)
    if target.exists():
        shutil.rmtree(target)


@contextlib.contextmanager
def alone(wait: float) -> Iterator[int]:
    """Hold the only turn to set up here, as an open file; waits for its owner."""
    STORE.mkdir(exist_ok=True)
    with (STORE / "turn").open("a", encoding="utf-8") as turn:
        deadline = time.monotonic() + wait
        told = False
        while not taken(turn.fileno()):
            if not told:
                say("Another set-up is at work here: waiting for it.")
                told = True
            if time.monotonic() > deadline:
                raise SetUpError(
                    f"another set-up is still at work after {wait:.0f} s",
                    "Let it finish or end it, then run `make setup`.",
                )
            time.sleep(0.2)
        yield turn.fileno()


def taken(turn: int) -> bool:
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
