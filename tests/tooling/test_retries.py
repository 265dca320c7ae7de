"""What a whole run does about a test that fails once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

CONFTEST = """
from tests import retries

def pytest_addoption(parser):
    retries.add_options(parser)

def pytest_configure(config):
    config.addinivalue_line("markers", "fault(row): tries a row")
    retries.configure(config)
"""
FLAKY = """
def test_{name}():
    seen = __import__("pathlib").Path("{name}.seen")
    if not seen.exists():
        seen.touch()
        raise AssertionError("the first time")
"""


class Suite:
    """A suite of its own in a folder, run as `make test` runs ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.flaky = folder / "build" / "flaky.txt"
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "pytest.ini").write_text("[pytest]\n")

    def run(self, *functions: str) -> subprocess.CompletedProcess[str]:
        text = "import pytest\n" + "\n".join(functions)
        (self.folder / "test_suite.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "1"]
        return subprocess.run(
            [*command, "--retry-failed=build/flaky.txt"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def names(self) -> list[str]:
        return self.flaky.read_text().splitlines() if self.flaky.exists() else []


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def test_what_passes_when_it_is_run_again_is_green_and_named(suite: Suite) -> None:
    done = suite.run(FLAKY.format(name="report"), "def test_steady(): pass")

    assert done.returncode == 0
    assert suite.names == ["test_suite.py::test_report"]
    assert "FLAKY test_suite.py::test_report" in done.stdout


def test_what_fails_again_is_red_beside_a_flaky_one(suite: Suite) -> None:
    done = suite.run(FLAKY.format(name="report"), "def test_broken(): assert 0")

    assert done.returncode == 1
    assert suite.names == ["test_suite.py::test_report"]
    assert "failed again" in done.stdout


@pytest.mark.faults
@pytest.mark.parametrize(
    "test",
    [
        FLAKY.format(name="a_killed_daemon_goes_on"),
        FLAKY.format(name="an_approver_is_a_second_person"),
        FLAKY.format(name="handles_are_masked"),
        FLAKY.format(name="two_readers_race"),
        FLAKY.format(name="a_lease_ends"),
        '@pytest.mark.fault("F02")' + FLAKY.format(name="report"),
    ],
    ids=["kill", "approval", "mask", "race", "lease", "marked"],
)
def test_one_failure_of_a_promise_is_red(suite: Suite, test: str) -> None:
    done = suite.run(test)

    assert done.returncode == 1
    assert suite.names == []
    assert "one failure of" in done.stdout


@pytest.mark.faults
def test_three_flaky_ones_are_red_also_over_two_runs(suite: Suite) -> None:
    first = suite.run(FLAKY.format(name="a"), FLAKY.format(name="b"))
    second = suite.run(FLAKY.format(name="c"))

    assert (first.returncode, second.returncode) == (0, 1)
    assert suite.names == ["test_suite.py::test_a", "test_suite.py::test_b"]
    assert "2 were flaky before" in second.stdout


@pytest.mark.parametrize(("ci", "retried"), [("true", True), ("", False)])
def test_only_ci_runs_a_failed_test_again(ci: str, retried: bool) -> None:
    shown = subprocess.run(
        ["make", "-n", "test", f"CI={ci}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ("--retry-failed=build/flaky.txt" in shown.stdout) == retried
