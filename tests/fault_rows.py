"""Which fault a test tries and at how many points, collected for docs/RELIABILITY.md.

`@pytest.mark.fault("F02")` names rows of scripts/reliability.py. A test that tries a
fault at many points says so with the fixture `tried`; otherwise it is one point.
`pytest --faults-to FILE` writes what was tried, by test, as JSON.
"""

import json
import platform
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.shared import REPOSITORY

ROWS, POINTS, NOTE = "fault rows", "fault points", "fault note"


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--faults-to", type=Path, help="write what was tried as JSON")


def configure(config: pytest.Config) -> None:
    place = config.getoption("--faults-to")
    if place is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collected(place), "collected faults")


def note_rows(items: list[pytest.Item]) -> None:
    """Each test carries its rows along, also from one process to another."""
    for item in items:
        rows = [row for mark in item.iter_markers("fault") for row in mark.args]
        if rows:
            item.user_properties.append((ROWS, sorted(set(rows))))


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Say at how many points a fault was tried, and what came of them in words."""

    def note(points: int, said: str | None = None) -> None:
        record_property(POINTS, points)
        if said:
            record_property(NOTE, said)

    return note


class _Collected:
    """The tests that tried a fault, as they end."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._tests: list[dict[str, Any]] = []
        self._outcomes: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said: dict[str, Any] = dict(report.user_properties)
        ended = report.when == "call" or (report.when == "setup" and not report.passed)
        if not ended:
            return
        self._outcomes[report.outcome] += 1
        if ROWS not in said:
            return
        reason = None
        if report.skipped and isinstance(report.longrepr, tuple):
            reason = report.longrepr[2].removeprefix("Skipped: ")
        self._tests.append(
            {
                "test": report.nodeid,
                "faults": said[ROWS],
                "state": report.outcome,
                "points": said.get(POINTS, 1) if report.passed else 0,
                "note": said.get(NOTE),
                "reason": reason,
                "seconds": round(report.duration, 1),
            }
        )

    def pytest_sessionfinish(self) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        document = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": _commit(),
            "machine": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "outcomes": dict(self._outcomes),
            "tests": sorted(self._tests, key=lambda one: one["test"]),
        }
        self._place.write_text(json.dumps(document, indent=1, ensure_ascii=False))


def _commit() -> str | None:
    asked = ["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
