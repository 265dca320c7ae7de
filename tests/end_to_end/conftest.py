"""A short demo and the whole one, each run once for all tests that look at it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import answer, socialcell

DAYS, SEED = 8, 3
SHORT, WHOLE = "short", pytest.param("whole", marks=pytest.mark.long)
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Demo:
    folder: Path
    said: dict[str, Any]

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return found


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at one demo share a worker: it takes two minutes to make, and
    the whole one five; the rest of this folder keeps the first company."""
    for test in items:
        if isinstance(test, pytest.Function) and test.path.is_relative_to(HERE):
            parameters = test.callspec.params if hasattr(test, "callspec") else {}
            is_whole = parameters.get("city") == "whole"
            group = "sample city" if is_whole else "demo"
            test.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("short") / "demo"
    done = socialcell(
        "demo",
        "--dir",
        folder,
        "--days",
        str(DAYS),
        "--seed",
        str(SEED),
        "--json",
        timeout=1000,
    )
    return Demo(folder, answer(done))


@pytest.fixture(scope="session")
def sample_city(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The whole sample city of four weeks, as `make demo` makes it."""
    folder = tmp_path_factory.mktemp("whole") / "demo"
    process = socialcell("demo", "--dir", folder, "--json", timeout=1100)
    return Demo(folder, answer(process))


@pytest.fixture
def city(request: pytest.FixtureRequest) -> Demo:
    """The demo of a parameter: the short one, or the whole one in make test-long."""
    found: Demo = request.getfixturevalue(
        "sample_city" if request.param == "whole" else "demo"
    )
    return found
