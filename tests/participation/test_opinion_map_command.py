"""`participation opinion-map`: what it prints, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialcell.cli import app
from socialcell.participation.votes import VotesError
from tests.participation.conversations import CAMP_A, two_camps_rows


def run(*arguments: str, stdin: str | None = None):
    command = ["participation", "opinion-map", *arguments]
    return CliRunner().invoke(app, command, input=stdin)


def answer(*arguments: str, stdin: str | None = None) -> dict:
    result = run(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(*arguments: str) -> str:
    result = run(*arguments, "--json")
    assert isinstance(result.exception, VotesError)
    assert result.exception.exit_code == 1
    return str(result.exception)


def written(path: Path, rows, header=("participant", "statement", "vote")) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


@pytest.fixture
def camps(tmp_path) -> str:
    return written(tmp_path / "votes.csv", two_camps_rows())


def test_it_prints_the_promised_document(camps):
    printed = answer(camps)
    assert (printed["participants"], printed["statements"]) == (24, 9)
    assert printed["publishable"] is False
    assert printed["reasons"] == ["24 people are placed; 50 are needed"]
    assert printed["groups"][0]["members"] == list(CAMP_A)
    first = printed["groups"][0]["representative"][0]
    assert (first["statement"], first["for"]) == ("s0", "agree")
    assert first["z"] == pytest.approx(4.7073, abs=5e-5)
    assert printed["consensus"] == {"agree": ["s4", "s7"], "disagree": ["s5"]}
    assert len(printed["projection"]) == 24


def test_it_prints_the_same_bytes_every_time(camps):
    assert run(camps, "--json").stdout == run(camps, "--json").stdout


def test_the_columns_of_an_export_are_understood(tmp_path, camps):
    rows = [(1, s, p, v) for p, s, v in two_camps_rows()]
    header = ("timestamp", "comment-id", "voter-id", "vote")
    other = written(tmp_path / "export.csv", rows, header)
    assert answer(other) == answer(camps)


def test_standard_input_is_read(camps):
    assert answer("-", stdin=Path(camps).read_text()) == answer(camps)


def test_a_repeated_row_changes_nothing_and_a_later_vote_counts(tmp_path, camps):
    rows = list(two_camps_rows())
    assert answer(written(tmp_path / "twice.csv", [*rows, *rows])) == answer(camps)
    changed = answer(written(tmp_path / "new.csv", [*rows, ("p0", "s4", -1)]))
    assert changed["tallies"][4]["disagrees"] == 1


def test_a_header_alone_is_a_conversation_without_votes(tmp_path):
    printed = answer(written(tmp_path / "none.csv", []))
    assert printed["participants"] == 0
    assert printed["reasons"][0] == "there are no votes"


def test_moderated_and_banned_are_taken_from_the_command_line(camps):
    printed = answer(camps, "--moderated-out", "s4, s7", "--banned", "p23")
    assert printed["consensus"]["agree"] == []
    assert printed["participants"] == 23


def test_a_run_goes_on_from_what_it_remembered(tmp_path, camps):
    memory = str(tmp_path / "memory.json")
    first = answer(camps, "--remember", memory)
    second = answer(camps, "--earlier", memory, "--remember", memory)
    assert second == first
    assert json.loads(Path(memory).read_text())["wins"] == 2


def test_weights_are_shown_beside(tmp_path, camps):
    weights = written(tmp_path / "w.csv", [("p0", "2.5")], ("participant", "weight"))
    printed = answer(camps, "--weights", weights)
    assert printed["tallies"][4]["votes"] == 24
    assert printed["weighted"]["participants"] == 24


def test_words_for_people_name_the_groups(camps):
    printed = run(camps).stdout
    assert "Group 1: 10 people" in printed
    assert "Not to be published: 24 people are placed; 50 are needed" in printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("person,statement,vote\na,1,1\n", "has no columns"),
        ("participant,statement,vote\na,1,2\n", "line 2: the vote is '2'"),
        ("participant,statement,vote\na,1,\n", "line 2: vote is empty"),
        ("participant,statement,vote\n,1,1\n", "line 2: participant is empty"),
        ("participant,statement,vote\na,1\n", "line 2: has 2 cells"),
        ("participant,vote,statement,vote\na,1,1,1\n", "has the column vote twice"),
        ('participant,statement,vote\n"a,1,1\n', "is not CSV"),
        ('{"votes": []}', "has no columns"),
    ],
)
def test_a_file_that_is_no_votes_is_refused_by_line(tmp_path, text, said):
    path = tmp_path / "votes.csv"
    path.write_text(text)
    assert said in refusal(str(path))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    assert "cannot be read" in refusal(str(tmp_path / "none.csv"))
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8" in refusal(str(tmp_path / "bytes.csv"))


def test_a_misspelt_name_is_refused(camps):
    assert refusal(camps, "--moderated-out", "s99").startswith("no statement 's99'")
    assert refusal(camps, "--banned", "q").startswith("no participant 'q'")


@pytest.mark.parametrize("weight", ["-1", "nan", "inf", "much"])
def test_a_weight_that_is_none_is_refused(tmp_path, camps, weight):
    rows = [("p0", weight)]
    path = written(tmp_path / "w.csv", rows, ("participant", "weight"))
    assert "line 2: the weight" in refusal(camps, "--weights", path)
