"""What a whole run does about a test that fails once, and about groups of tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

CONFTEST = """
from tests import fault_rows, node_ids, retries
from tests.fault_rows import tried

def pytest_addoption(parser):
    fault_rows.add_options(parser)
    retries.add_options(parser)

def pytest_configure(config):
    config.addinivalue_line("markers", "fault(row): tries a row")
    node_ids.configure(config)
    fault_rows.configure(config)
    retries.configure(config)

def pytest_collection_modifyitems(items):
    fault_rows.note_rows(items)
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

    def run(self, *functions: str, more: str = "") -> subprocess.CompletedProcess[str]:
        text = "import pytest\n" + "\n".join(functions)
        (self.folder / "test_suite.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2"]
        options = ["--dist=loadgroup", "--faults-to=build/faults.json"]
        # Other plugins of ours take longer to load than all this takes.
        plugins = {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "xdist.plugin",
            "PYTEST_ADDOPTS": more,
        }
        return subprocess.run(
            [*command, *options, "--retry-failed=build/flaky.txt"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **plugins},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def faults(self) -> list[tuple[str, int]]:
        """Each test that tried a fault, and at how many points."""
        document = json.loads((self.folder / "build" / "faults.json").read_text())
        return [(test["test"], test["points"]) for test in document["tests"]]

    @property
    def names(self) -> list[str]:
        return self.flaky.read_text().splitlines() if self.flaky.exists() else []


# Each test of it writes which worker ran it.
WORKER = """
{marks}
@pytest.mark.parametrize("number", range(6))
def test_{name}(number, worker_id):
    with open("{name}.workers", "a") as file:
        file.write(worker_id + "\\n")
"""


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


def test_tests_of_a_group_share_a_worker_and_others_spread(suite: Suite) -> None:
    grouped = '@pytest.mark.xdist_group("demo")'
    # In the order of the file each worker gets one of the first two, however quick.
    suite.run(
        WORKER.format(name="free", marks=""),
        WORKER.format(name="grouped", marks=grouped),
        more="--no-loadscope-reorder",
    )

    workers = {
        name: (suite.folder / f"{name}.workers").read_text().split()
        for name in ("grouped", "free")
    }
    assert (len(workers["grouped"]), len(set(workers["grouped"]))) == (6, 1)
    assert (len(workers["free"]), len(set(workers["free"]))) == (6, 2)


def test_a_test_of_a_group_is_known_by_its_plain_name(suite: Suite) -> None:
    group = '@pytest.mark.xdist_group("demo")'
    tried = (
        f'{group}\n@pytest.mark.fault("F02")\n@pytest.mark.parametrize("a", ["b@c"])'
        "\ndef test_fault(a, tried): tried(7)"
    )
    done = suite.run(group + FLAKY.format(name="report"), tried)

    assert suite.faults == [("test_suite.py::test_fault[b@c]", 7)]
    assert (done.returncode, suite.names) == (0, ["test_suite.py::test_report"])
    assert "@demo" not in done.stdout


@pytest.mark.faults
def test_every_test_of_the_demo_is_in_a_group() -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only"]
    listed = subprocess.run(
        [*command, "-m", "not xdist_group", "tests/end_to_end"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert listed.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, listed.stdout


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
    assert sorted(suite.names) == ["test_suite.py::test_a", "test_suite.py::test_b"]
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
