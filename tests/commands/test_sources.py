"""The commands that switch sources: one JSON document each, words for people."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.logs import quiet_again
from tests.running import inside, said
from tests.terminal import on_terminal

pytestmark = pytest.mark.swept_on_postgresql

FEED = "url=https://paper.example/feed.xml"


@pytest.fixture
def cell(folder: Path, engine: Engine) -> Path:
    """A workspace with one feed that nobody has read."""
    run(folder, "add", "paper", "rss", "--set", FEED)
    return folder


def run(cell: Path, *words: str) -> str:
    with quiet_again():
        return inside("--config", cell / "config.yaml", "sources", *words)


def document(cell: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(cell, *words, "--json"))
    return found


def test_a_source_that_was_never_read_is_new_in_the_list(cell: Path) -> None:
    (row,) = document(cell, "list")["sources"]

    assert (row["state"], row["last_ok_at"], row["last_recheck"]) == ("new", None, None)
    assert "paper\trss\tnew\tnever" in run(cell, "list")


def test_a_source_is_switched_off_and_on(cell: Path) -> None:
    off = {"name": "paper", "enabled": False}
    on = {"name": "paper", "enabled": True}

    assert document(cell, "disable", "paper") == {**off, "changed": True}
    assert document(cell, "disable", "paper") == {**off, "changed": False}
    assert "paper\trss\toff" in run(cell, "list")
    assert run(cell, "enable", "paper") == "paper is on.\n"
    assert document(cell, "enable", "paper") == {**on, "changed": False}


def test_a_source_is_removed_with_yes_and_its_mentions_stay(
    cell: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1"))

    refused = socialcell("--config", cell / "config.yaml", "sources", "remove", "test")
    removed = document(cell, "remove", "test", "--yes")

    assert refused.returncode == 2
    assert "Nothing is removed yet. The 1 mentions that test brought stay" in said(
        refused
    )
    assert removed == {
        "name": "test",
        "state": "removed",
        "mentions_kept": 1,
        "seen_by_it_alone": 1,
    }
    names = [row["name"] for row in document(cell, "list")["sources"]]
    assert names == ["paper"]


def test_what_must_not_be_followed_is_refused_before_anything_is_said_of_its_cost(
    cell: Path,
) -> None:
    refused = socialcell(
        *("--config", cell / "config.yaml", "sources", "add", "x.one", "x"),
        *("--set", "kind=search", "--set", "query=from:asha_kale", "--dry-run"),
    )

    assert refused.returncode == 2
    assert "No source is added about a private person (asha_kale)" in said(refused)


def test_a_source_is_edited_and_its_versions_are_listed(cell: Path) -> None:
    tried = document(cell, "edit", "paper", "--every", "30", "--dry-run")
    edited = document(cell, "edit", "paper", "--every", "30", "--name", "daily")

    assert (tried["changed"], tried["dry_run"]) == (["pull_minutes"], True)
    assert (edited["name"], edited["version"]) == ("daily", 2)
    assert (edited["changed"], edited["restarted"]) == (["name", "pull_minutes"], False)
    rows = document(cell, "history", "daily")["versions"]
    assert [(row["name"], row["pull_minutes"]) for row in rows] == [
        ("paper", None),
        ("daily", 30),
    ]
    assert run(cell, "edit", "daily", "--every", "30") == (
        "daily is so already: nothing is changed.\n"
    )
    assert run(cell, "edit", "daily", "--set", "url=https://b.example/feed") == (
        "daily is changed: url; version 3. It is read anew, from what its platform "
        "still shows.\n"
    )


def test_an_edit_that_names_nothing_is_refused(cell: Path) -> None:
    refused = socialcell("--config", cell / "config.yaml", "sources", "edit", "paper")

    assert refused.returncode == 2
    assert "name what, with --set, --unset, --query, --name or --every" in said(refused)


@pytest.mark.parametrize(("answer", "stays"), [("n", True), ("y", False)])
def test_a_removal_is_asked_for_on_a_terminal(
    cell: Path, answer: str, stays: bool
) -> None:
    words = ("--config", cell / "config.yaml", "sources", "remove", "paper")

    terminal = on_terminal(*words, typed=f"{answer}\n")

    assert terminal.code == (2 if stays else 0)
    assert "The 0 mentions that paper brought stay" in terminal.screen
    assert "Remove paper for good? [y/N]" in terminal.screen
    names = [row["name"] for row in document(cell, "list")["sources"]]
    assert names == (["paper"] if stays else [])
