"""The units in deploy/: systemd accepts them, and what they start starts and stops."""

import http.client
import os
import platform
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer
from typer.core import TyperGroup

from socialcell import cli
from tests.faults.hostile.doors import NICE
from tests.inside import socialcell
from tests.tooling.units import DEPLOY, NOBODY, PROGRAM, UNITS, Unit, running

UNSAFE = 5.0  # of 10, where systemd itself begins to warn

has_analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
has_setpriv = pytest.mark.skipif(
    shutil.which("setpriv") is None, reason="setpriv is not installed"
)


def is_runnable(unit: Unit) -> bool:
    """Whether the unit's command is there, with all its options."""
    command = typer.main.get_command(cli.app)
    for word in unit.noun_and_verb:
        if not isinstance(command, TyperGroup) or word not in command.commands:
            return False
        command = command.commands[word]
    options = {option for parameter in command.params for option in parameter.opts}
    return {word for word in unit.words if word.startswith("--")} <= options


def runnable(unit: Unit) -> object:
    reason = f"there is no command {' '.join(unit.words)}"
    missing = pytest.mark.skipif(not is_runnable(unit), reason=reason)
    return pytest.param(unit, id=unit.path.stem, marks=missing)


each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.path.stem)
each_command = pytest.mark.parametrize("unit", [runnable(unit) for unit in UNITS])


@pytest.fixture
def user() -> int:
    """The unit's user is a second one of this computer, where root runs the tests."""
    return NOBODY if os.getuid() == 0 else os.getuid()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("units") / "pmc"
    assert socialcell("init", folder).returncode == 0
    return folder


def test_there_is_a_unit_for_each_server() -> None:
    assert {" ".join(unit.noun_and_verb) for unit in UNITS} == {
        "daemon",
        "serve console",
        "serve redirect",
        "serve webhooks",
    }


@each_unit
def test_a_unit_is_hardened_as_the_others_are(unit: Unit) -> None:
    """What they share is the same in all, so that nothing is mended in one alone."""
    text, first = unit.path.read_text(), UNITS[0].path.read_text()
    assert shared_part(text) == shared_part(first)


def test_what_people_and_platforms_wait_for_comes_before_other_work() -> None:
    nice = {
        unit.path.stem: unit.settings["Nice"]
        for unit in UNITS
        if "Nice" in unit.settings
    }
    assert nice == {
        "socialcell-redirect": [str(NICE)],
        "socialcell-webhooks": [str(NICE)],
    }


def shared_part(text: str) -> str:
    return text[text.index("# Who it is") : text.index("LimitCORE=0")]


@has_analyze
@each_unit
def test_systemd_accepts_the_unit_and_calls_it_safe(unit: Unit, tmp_path: Path) -> None:
    # What it starts must be there to be accepted.
    text = unit.path.read_text().replace(PROGRAM, sys.executable)
    place = tmp_path / unit.path.name
    place.write_text(text)

    verified = analyze("verify", "--man=no", place)
    security = analyze("security", "--offline=yes", place)

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", security.stdout)
    assert exposure is not None, security.stderr
    assert float(exposure[1]) < UNSAFE


def analyze(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, check=False
    )


@pytest.mark.faults
@has_setpriv
@each_command
def test_what_a_unit_starts_says_that_it_is_ready_and_stops(
    unit: Unit, workspace: Path, user: int
) -> None:
    with running(unit, workspace, user) as service:
        service.until("READY=1")
        assert set(service.status("Uid")) == {"\t".join([str(user)] * 4)}
        assert set(service.status("Umask")) == {"0077"}
        for pid in service.family():
            limits = Path(f"/proc/{pid}/limits").read_text()
            files = unit.setting("LimitNOFILE")
            assert re.search(rf"Max open files +{files} +{files} ", limits)
        used = [int(size.split()[0]) * 1024 for size in service.status("VmHWM")]
        assert sum(used) < unit.memory
        answers = [livez(address) for address in service.addresses()]
        assert unit.noun_and_verb == ["daemon"] or 200 in answers
        assert service.stop() == 0, service.output.read_text()
        assert "Traceback" not in service.output.read_text()


def livez(address: str) -> int:
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        line.request("GET", "/livez")
        return line.getresponse().status
    finally:
        line.close()


@cache
def calls_of(group: str) -> frozenset[str]:
    """The system calls of a group of systemd, such as @system-service."""
    calls: set[str] = set()
    for line in analyze("syscall-filter", group).stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            calls |= calls_of(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    return frozenset(calls)


# Refuse memory that may be written and executed, to this process and all it starts.
_DENY_WRITE_EXECUTE = """
import ctypes, os, sys
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.faults
@has_analyze
@has_setpriv
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.skipif(
    tuple(map(int, re.findall(r"\d+", platform.release())[:2])) < (6, 3),
    reason="the kernel cannot refuse memory that may be written and executed",
)
@each_command
def test_what_a_unit_starts_needs_nothing_that_the_unit_refuses(
    unit: Unit, workspace: Path, user: int, tmp_path: Path
) -> None:
    """System calls, families of sockets, memory that is written and executed."""
    allowed = calls_of(unit.setting("SystemCallFilter")) - {"socket"}
    assert len(allowed) > 200
    trace = tmp_path / "trace"
    # -D: the command is our own child, and gets our signals.
    others = "trace=!" + ",".join(f"?{call}" for call in sorted(allowed))
    strace = ("strace", "-D", "-f", "-qq", "--seccomp-bpf", "-e", others, "-o", trace)
    deny = (sys.executable, "-c", _DENY_WRITE_EXECUTE)
    with running(unit, workspace, user, [*deny, *strace]) as service:
        service.until("READY=1")
        for address in service.addresses():
            livez(address)
        assert service.stop() == 0, service.output.read_text()

    lines = [re.sub(r"^\d+ +", "", line) for line in trace.read_text().splitlines()]
    calls = {line.partition("(")[0] for line in lines if re.match(r"\w+\(", line)}
    families = {
        match[1] for line in lines if (match := re.match(r"socket\((\w+)", line))
    }
    assert calls <= {"socket"}
    # The C library asks for this computer's addresses, and does without an answer.
    refused = families - set(unit.setting("RestrictAddressFamilies").split())
    assert refused <= {"AF_NETLINK"}
    assert "AF_UNIX" in families


@pytest.mark.parametrize(
    ("program", "words", "file"),
    [
        ("caddy", ["validate", "--adapter", "caddyfile", "--config"], "Caddyfile"),
        ("nginx", ["-t", "-e", "stderr", "-c"], "nginx.conf"),
    ],
)
def test_the_web_servers_accept_their_examples(
    program: str, words: list[str], file: str, tmp_path: Path
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    place = tmp_path / file
    text = (DEPLOY / file).read_text()
    if program == "nginx":
        text = re.sub(r"ssl_certificate.*;", "", text.replace("443 ssl", "443"))
        temporary = "access_log off;" + "".join(
            f"{name}_temp_path {tmp_path}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = f"pid {tmp_path}/pid; events {{}} http {{ {temporary} {text} }}"
    place.write_text(text)
    done = subprocess.run([program, *words, place], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
