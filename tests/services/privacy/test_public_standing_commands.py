"""What the command line says of public people who are erased."""

import json
import subprocess
from pathlib import Path

import pytest

from socialcell.clock import FixedClock
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.builders import make_author, make_record, store_records
from tests.inside import socialcell
from tests.operators import sign_in_shell
from tests.services.privacy.request_desk import HOW, OFFICER, officer
from tests.services.privacy.test_public_standing import TEXT, enter
from tests.services.privacy.test_waiting_people import HOLDER, OTHER, PAPER

ERASE = ("privacy", "erase", "--platform", "x", "--handle")


@pytest.fixture
def config(context: Context, folder: Path, clock: FixedClock, tmp_path: Path) -> Path:
    """Two persons and a paper are public, and an account is called as one of them and
    has the handle of the paper; the officer is signed in."""
    author = make_author("7", handle="of_that_name", name="Namuna Udaharane")
    store_records(context.engine, make_record("1", author=author))
    paper = PAPER | {"handles": "x:of_that_name"}
    enter(context, tmp_path, HOLDER, OTHER, paper, text=TEXT)
    officer(context)
    sign_in_shell(context, OFFICER, Role.DPO)
    place = folder / "config.yaml"
    settings = f"clock: {{fixed: {clock.now().isoformat()}}}\n"
    place.write_text(place.read_text() + settings)
    return place


def run(config: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    result = socialcell("--config", config, *words)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def test_an_erasure_says_how_many_entries_it_took_and_which(config: Path) -> None:
    tried = run(config, *ERASE, "namuna_pune", "--dry-run")
    erased = run(config, *ERASE, "@Namuna_Pune")

    assert f"entries of people.csv 1: {HOLDER['id']}\n" in tried.stdout
    assert f"entries of people.csv 1: {HOLDER['id']}\n" in erased.stdout
    listed = json.loads(run(config, "language", "people", "list", "--json").stdout)
    own = [entry["id"] for entry in listed["entries"] if entry["own"]]
    assert own == [PAPER["id"], OTHER["id"]]


def test_an_erasure_names_the_entries_that_stay_and_how_they_go(config: Path) -> None:
    erased = run(config, *ERASE, "of_that_name", "--json")

    result = json.loads(erased.stdout)
    assert (result["mentions"], result["public_people"]) == (1, 0)
    assert result["stays_public"] == [HOLDER["id"], PAPER["id"]]
    assert "socialcell language people remove ID" in erased.stderr
    run(config, "language", "people", "remove", HOLDER["id"])


def test_a_request_that_is_carried_out_says_the_same(config: Path) -> None:
    answers = []
    for number, account in (("R26-0001", "namuna_pune"), ("R26-0002", "of_that_name")):
        named = ("--name", "Namuna", "--account", f"x:@{account}")
        run(config, "privacy", "requests", "receive", "erasure", *named)
        run(config, "privacy", "requests", "identify", number, "--how", HOW)
        answers.append(run(config, "privacy", "requests", "answer", number))

    taken, left = answers
    assert "public people 1" in taken.stdout
    assert "Stay in people.csv" not in taken.stderr
    assert "public people 0" in left.stdout
    assert f"or this handle: {PAPER['id']}." in left.stderr
