"""Progress stands on standard error of a terminal, and nowhere else."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.builders import make_record, make_source, store_records
from tests.inside import socialcell
from tests.terminal import on_terminal

FEED = "https://paper.example/feed.xml"
pytestmark = pytest.mark.swept_on_postgresql


def test_a_pull_and_its_tagging_show_how_far_they_are_on_a_terminal(
    folder: Path, engine: Engine
) -> None:
    make_source(engine, "paper", "file", format="x-jsonl")
    store_records(engine, *(make_record(str(n)) for n in range(3)))

    words = ("--config", folder / "config.yaml", "pull", "paper", "--json")
    terminal = on_terminal(*words, is_piped=True)

    assert "pulling paper" in terminal.screen
    assert "tagging" in terminal.screen
    assert json.loads(terminal.piped)["tagged"] == 3
    assert "pulling" not in terminal.piped


def test_in_a_pipe_nothing_is_said_of_it(folder: Path, engine: Engine) -> None:
    make_source(engine, "paper", "file", format="x-jsonl")
    store_records(engine, make_record("1"))

    done = socialcell("--config", folder / "config.yaml", "pull", "paper", "--json")

    assert json.loads(done.stdout)["tagged"] == 1
    assert "pulling" not in done.stderr
    assert "tagging" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "is_piped", [True, pytest.param(False, marks=pytest.mark.faults)]
)
def test_tagging_a_file_counts_its_lines_unless_they_stand_on_the_terminal(
    tmp_path: Path, is_piped: bool
) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "1", "text": "No water in Kothrud"}\n' * 2)

    words = ("tag", file, "--jsonl", "--no-semantic")
    terminal = on_terminal(*words, is_piped=is_piped)

    assert ("2/2" in terminal.screen) == is_piped
    rows = terminal.piped if is_piped else terminal.screen
    assert [json.loads(line)["id"] for line in rows.splitlines()] == ["1", "1"]
