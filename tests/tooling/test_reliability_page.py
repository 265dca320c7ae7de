"""docs/RELIABILITY.md has a section on the long runs, which outlives other runs."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import reliability


def run(*tests: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a run of tests wrote."""
    outcomes = {"passed": len(tests)}
    return {
        "made_at": "2026-11-28T08:00:00+00:00",
        "commit": "abc1234",
        "machine": "Linux x86_64",
        "python": "3.11.7",
        "outcomes": outcomes,
        "tests": list(tests),
    } | changes


def result(row: str, **changes: Any) -> dict[str, Any]:
    """What a run wrote of one test."""
    return {
        "test": f"test_{row}[sqlite]",
        "faults": [row],
        "state": "passed",
        "points": 1,
        "note": None,
        "reason": None,
    } | changes


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page is made in a folder of the test."""
    place = tmp_path / "RELIABILITY.md"
    monkeypatch.setattr(reliability, "PAGE", place)
    return place


def made(
    page: Path, monkeypatch: pytest.MonkeyPatch, long: dict[str, Any] | None
) -> int:
    """Make the page from a whole run without violations, and from a long run."""
    quick, long_file = page.parent / "quick.json", page.parent / "long.json"
    quick.write_text(json.dumps(run(*(result(row) for row in reliability.ROWS))))
    long_file.unlink(missing_ok=True)
    if long is not None:
        long_file.write_text(json.dumps(long))
    options = ["--measured", str(quick), "--measured-long", str(long_file)]
    monkeypatch.setattr(sys, "argv", ["reliability.py", *options])
    return reliability.main()


def test_a_long_run_is_on_the_page_with_its_date_commit_and_counts(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = run(
        result("F01", points=60, note="60 of 900 writes"),
        made_at="2026-10-01T08:00:00+00:00",
        commit="def5678",
        outcomes={"passed": 3, "skipped": 1},
    )

    assert made(page, monkeypatch, long) == 0

    section = page.read_text().partition("## The long runs")[2]
    assert (
        "Ended on 2026-10-01, commit def5678, Linux x86_64, Python 3.11.7: 3 tests, "
        "60 points, **0 tests failed**, 1 skipped." in section
    )
    assert f"| F01 | {reliability.ROWS['F01'].fault} | 60 | 0 |" in section
    assert "* **F01** SQLite: 60 of 900 writes." in section
    assert "## Rules that hold whatever happened" in section
    # The sums above it are those of the other runs.
    assert f"{len(reliability.ROWS)} points, **0 violations**" in page.read_text()


def test_the_section_stays_as_it_is_until_the_next_long_run(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(page, monkeypatch, run(result("F01"), commit="def5678"))
    first = page.read_text()

    assert made(page, monkeypatch, None) == 0
    assert page.read_text() == first

    made(page, monkeypatch, run(result("F01"), commit="fed8765"))
    assert page.read_text() == first.replace("def5678", "fed8765")


def test_a_page_without_a_long_run_says_so(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made(page, monkeypatch, None) == 0
    assert "No run is on record here yet." in page.read_text()


def test_a_long_test_that_failed_is_shown_and_is_an_error(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = run(
        result("F30", state="failed", points=0), outcomes={"failed": 2, "passed": 1}
    )

    assert made(page, monkeypatch, long) == 1

    assert "2 of the long tests failed." in capsys.readouterr().err
    assert "**2 tests failed**" in page.read_text()
    assert f"| F30 | {reliability.ROWS['F30'].fault} | 0 | 1 |" in page.read_text()
