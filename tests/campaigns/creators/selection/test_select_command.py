"""`campaigns select`: what it prints, and what it refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from socialcell.campaigns.creators.audience_sketches import HyperLogLog
from socialcell.campaigns.creators.selection.selection_file import SelectionError
from socialcell.cli import app


def run(path, *arguments: str, stdin: str | None = None):
    command = ["campaigns", "select", str(path), *arguments]
    return CliRunner().invoke(app, command, input=stdin)


def answer(path, *arguments: str, stdin: str | None = None) -> dict:
    result = run(path, *arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(path, *arguments: str) -> str:
    result = run(path, *arguments, "--json")
    assert isinstance(result.exception, SelectionError)
    assert result.exception.exit_code == 1
    return str(result.exception)


def creator(id="asha", cost=10, audience=("u1", "u2", "u3"), **more) -> dict:
    return {"id": id, "cost": cost, "audience": list(audience), **more}


@pytest.fixture
def written(tmp_path):
    def write(*creators: dict, **more) -> Path:
        path = tmp_path / "creators.json"
        path.write_text(json.dumps({"creators": creators, **more}), encoding="utf-8")
        return path

    return write


TRIO = (
    creator("asha", 10, ["u1", "u2", "u3"], language="mr"),
    creator("bilal", 10, ["u3", "u4"], language="hi"),
    creator("chitra", 25, ["u1", "u2", "u3", "u4", "u5"], language="mr"),
)


def test_it_prints_the_promised_document(written):
    printed = answer(written(*TRIO), "--budget", "20")
    assert printed["chosen"] == [
        {"id": "asha", "cost": 10, "marginal_reach": 3},
        {"id": "bilal", "cost": 10, "marginal_reach": 1},
    ]
    assert (printed["reach"], printed["cost"]) == (4, 20)
    # Chitra is beyond the budget, and nobody else could add anybody.
    assert (printed["upper_bound"], printed["ratio"]) == (4, 1)


def test_weights_change_the_choice(written):
    printed = answer(
        written(*TRIO, weights={"u4": 2.5, "stranger": 9}), "--budget", "10"
    )
    assert [one["id"] for one in printed["chosen"]] == ["bilal"]
    assert printed["reach"] == 3.5


def test_caps_limit_a_kind(written):
    path = written(*TRIO, caps={"language": {"mr": 0}})
    printed = answer(path, "--budget", "99")
    assert [one["id"] for one in printed["chosen"]] == ["bilal"]


def test_standard_input_is_read(written):
    path = written(*TRIO)
    assert answer("-", "--budget", "20", stdin=path.read_text()) == answer(
        path, "--budget", "20"
    )


def test_numbers_may_name_people_and_a_person_named_twice_is_one(written):
    printed = answer(written(creator(7, 1, [3, "3", 4, 4])), "--budget", "1")
    assert printed["chosen"] == [{"id": "7", "cost": 1, "marginal_reach": 2}]


@pytest.mark.parametrize("budget", ["0", "9.99"])
def test_too_small_a_budget_buys_nobody(written, budget):
    printed = answer(written(*TRIO), "--budget", budget)
    assert (printed["chosen"], printed["reach"], printed["ratio"]) == ([], 0, 1)


def test_no_creators_are_no_choice(written):
    printed = answer(written(), "--budget", "5")
    assert printed["chosen"] == []
    assert printed["warnings"] == ["There are no creators to choose from."]


def test_an_exact_answer_says_whether_it_is_proved(written):
    printed = answer(written(*TRIO), "--budget", "35", "--exact", "10")
    assert printed["exact"] == {"bound": 5, "proved": True}


def test_sketches_print_their_error(written):
    printed = answer(written(*TRIO), "--budget", "20", "--sketch", "hyperloglog:10")
    assert printed["sketch"]["relative_error"] == pytest.approx(0.0325)
    low, high = printed["sketch"]["reach_interval"]
    assert low < 4 < high
    assert "estimate" in printed["warnings"][0]


def test_sketches_may_stand_in_the_file_instead_of_people(written):
    family = HyperLogLog(6)
    creators = [
        creator(id=name, audience=family.of(people).tolist())
        for name, people in (("a", ["u1", "u2"]), ("b", ["u2"]), ("c", ["u3"]))
    ]
    path = written(*creators, sketch={"kind": "hyperloglog", "precision": 6})
    printed = answer(path, "--budget", "20")
    assert [one["id"] for one in printed["chosen"]] == ["a", "c"]
    assert printed["reach"] == pytest.approx(3, rel=0.1)


def test_words_for_people_name_costs_and_bound(written):
    printed = run(written(*TRIO), "--budget", "20").stdout
    assert "asha: costs 10.00, adds 3 people" in printed
    assert "2 creators reach 4 people for 20.00; no choice reaches more than 4." in (
        printed
    )


@pytest.mark.parametrize("budget", ["-1", "nan", "inf"])
def test_an_impossible_budget_is_refused(written, budget):
    assert "the budget is" in refusal(written(*TRIO), "--budget", budget)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{", "is not JSON"),
        ('{"creators": [NaN]}', "is not JSON"),
        ("[]", "is not an object with a list of creators"),
        ('{"creators": {}}', "is not an object with a list of creators"),
        ('{"creators": [], "weigths": {}}', "unknown key 'weigths'"),
        ('{"creators": [3]}', "creator number 1: is not an object"),
        ('{"creators": [{"cost": 1, "audience": []}]}', "number 1: has no id"),
        ('{"creators": [{"id": "a", "audience": []}]}', "'a': cost is missing"),
        (
            '{"creators": [{"id": "a", "cost": null, "audience": []}]}',
            "'a': cost is missing",
        ),
        ('{"creators": [{"id": "a", "cost": -1, "audience": []}]}', "cost is -1"),
        (
            '{"creators": [{"id": "a", "cost": "1", "audience": []}]}',
            "cost is not a number",
        ),
        (
            '{"creators": [{"id": "a", "cost": true, "audience": []}]}',
            "cost is not a number",
        ),
        ('{"creators": [{"id": "a", "cost": 1}]}', "audience is missing"),
        (
            '{"creators": [{"id": "a", "cost": 1, "audience": [null]}]}',
            "audience holds more than names",
        ),
        ('{"creators": [], "weights": {"u": -1}}', "weight of 'u' is -1"),
        ('{"creators": [], "weights": []}', "weights: is not an object"),
        ('{"creators": [], "caps": []}', "caps: is not an object"),
        ('{"creators": [], "caps": {"zone": 3}}', "caps: zone is not an object"),
        (
            '{"creators": [], "caps": {"zone": {"east": 1.5}}}',
            "not a whole number from 0",
        ),
        (
            '{"creators": [], "caps": {"zone": {"east": 1}}}',
            "no creator has zone 'east'",
        ),
        ('{"creators": [], "sketch": "hll"}', "sketch: expected"),
        (
            '{"creators": [], "sketch": {"kind": "hyperloglog", "precision": 30}}',
            "precision 30 is not from 4 to 16",
        ),
        (
            '{"creators": [], "sketch": {"kind": "minhash", "permutations": 2}}',
            "2 permutations are fewer than 16",
        ),
        (
            '{"creators": [{"id": "a", "cost": 1, "audience": [1, 2]}],'
            ' "sketch": {"kind": "hyperloglog", "precision": 4}}',
            "is not a hyperloglog sketch of 16 whole numbers",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, said):
    path = tmp_path / "creators.json"
    path.write_text(text)
    assert said in refusal(path, "--budget", "5")


def test_a_creator_listed_twice_is_refused(written):
    said = refusal(written(creator("asha", 1), creator("asha", 2)), "--budget", "5")
    assert said == "creator 'asha': is listed twice; keep one"


def test_a_missing_file_is_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "none.json", "--budget", "5")


def test_wishes_that_contradict_sketches_are_refused(written):
    path = written(*TRIO, weights={"u1": 2})
    sketch = ("--budget", "5", "--sketch")
    assert "leave weights out" in refusal(path, *sketch, "minhash")
    path = written(*TRIO)
    assert "expected a kind and a size" in refusal(path, *sketch, "minhash:x")
    assert "needs the people" in refusal(path, *sketch, "minhash", "--exact", "5")
