"""A test that fails is run once more by itself, at the end of a whole run.

`pytest --retry-failed FILE` does it: what passes then is flaky, its name is written to
FILE and the run is green. One failure is red where a second try would hide what the
test is for (kills, races, leases, approvals, masking), and so are three flaky tests.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MOST_FLAKY = 2
"""So many flaky tests are let through; one more is a sign of a fault."""

_PROTECTED = re.compile(
    r"kill|die[sd]?_|crash|race|at_once|two_process|another_process|lease|fence|lock"
    r"|claim|twice|once_|trouble|posting|outgoing"
    r"|approv|second_person|mask|pseudonym|redact",
    re.IGNORECASE,
)
_PROTECTED_MARK = "fault"  # rows of docs/RELIABILITY.md: a promise to people


def add_options(parser: pytest.Parser) -> None:
    parser.addoption(
        "--retry-failed",
        type=Path,
        metavar="FILE",
        help="run failed tests once more by themselves; names of the flaky ones",
    )


def configure(config: pytest.Config) -> None:
    place = config.getoption("--retry-failed")
    if place is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Retries(place, config), "retries")


class _Retries:
    """The tests that failed, in order, and what became of them."""

    def __init__(self, place: Path, config: pytest.Config) -> None:
        self._place = place
        self._config = config
        self._failed: dict[str, bool] = {}  # test → whether one failure is red
        self._flaky: list[str] = []
        self._verdict = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            marked = _PROTECTED_MARK in report.keywords
            protected = marked or _PROTECTED.search(report.nodeid) is not None
            self._failed[report.nodeid] = protected

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus != pytest.ExitCode.TESTS_FAILED or not self._failed:
            return
        protected = [name for name, red in self._failed.items() if red]
        earlier = self._place.read_text().splitlines() if self._place.exists() else []
        allowed = MOST_FLAKY - len(earlier)
        if protected:
            self._verdict = f"Not run again: one failure of {protected[0]} is red."
            return
        if len(self._failed) > allowed:
            self._verdict = (
                f"Not run again: {len(self._failed)} failed and {len(earlier)} were "
                f"flaky before; more than {MOST_FLAKY} are red."
            )
            return
        self._flaky = [name for name in self._failed if self._passes_alone(name)]
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._place.write_text("".join(f"{n}\n" for n in [*earlier, *self._flaky]))
        if len(self._flaky) == len(self._failed):
            session.exitstatus = pytest.ExitCode.OK
        else:
            self._verdict = "A test failed again when it was run by itself."

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        if not self._failed:
            return
        terminalreporter.section("tests that failed, run once more")
        for name in self._flaky:
            terminalreporter.line(f"FLAKY {name}: it passed by itself")
        if self._verdict:
            terminalreporter.line(self._verdict)

    def _passes_alone(self, name: str) -> bool:
        options = ["-p", "no:cacheprovider", "-n", "0"]
        command = [sys.executable, "-m", "pytest", *options, name]
        return subprocess.run(command, cwd=self._config.rootpath).returncode == 0
