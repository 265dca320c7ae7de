"""What the command line refuses before it looks at the workspace, in plain words."""

import json
from pathlib import Path

import pytest

from tests.inside import socialcell


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("mentions show abc", "Invalid value for 'ID': 'abc' is not a whole number."),
        (
            "alerts ack 26-000029",
            "'26-000029' is not a whole number. It looks like a case: socialcell cases "
            "show 26-000029",
        ),
        ("inbox take -n 0", "Invalid value for '-n': 0 is too small: it is 1 or more."),
        ("inbox take -n 101", "'-n': 101 is too large: it is 100 or less."),
        ("alerts backtest x --threshold no", "'--threshold': 'no' is not a number."),
        ("operators add Ravi --role chef", "'--role': 'chef' is not one of 'viewer', "),
    ],
)
def test_a_value_is_refused_in_the_words_of_a_person(words: str, problem: str) -> None:
    process = socialcell(*words.split())

    assert process.returncode == 2
    assert problem in process.stderr
    assert "Input should be" not in process.stderr
    assert "Value error" not in process.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("cases nonsense", "No such command 'nonsense'."),
        ("cases list --nonsense", "No such option: --nonsense"),
        ("cases show", "Missing argument 'CASE'."),
        ("mentions show abc", "Invalid value for 'ID': 'abc' is not a whole number."),
    ],
)
def test_with_json_a_usage_error_is_one_document_too(words: str, problem: str) -> None:
    process = socialcell(*words.split(), "--json")

    assert process.returncode == 2
    assert json.loads(process.stdout) == {"error": problem}
    assert problem in process.stderr


@pytest.mark.parametrize(
    "command", ["areas import", "areas shapes import", "language people lint"]
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    command: str, folder: Path
) -> None:
    config = ("--config", folder / "config.yaml") if "import" in command else ()
    (folder / "latin.csv").write_bytes(b"id,kind\n\xe9,city\n")

    missing = socialcell(*command.split(), folder / "none.csv", *config)
    latin = socialcell(*command.split(), folder / "latin.csv", *config)

    assert (missing.returncode, latin.returncode) == (1, 1)
    assert missing.stderr == (
        f"socialcell: {folder}/none.csv cannot be read: No such file or directory\n"
    )
    assert latin.stderr == (
        f"socialcell: {folder}/latin.csv: not UTF-8 at byte 8; save it as UTF-8\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        "links show zzzzzzz",
        "links edit zzzzzzz --term kothrud --reason correction",
        "links withdraw zzzzzzz",
        "links qr zzzzzzz --out qr.png",
        "links stats zzzzzzz",
        "campaigns calendar nothing27",
        "campaigns export nothing27 --out plans",
        "campaigns approval-page nothing27 --out page.html",
        "campaigns outreach list nothing27",
        "campaigns show nothing27",
    ],
)
def test_a_link_or_a_plan_that_is_not_there_is_a_wrong_call(
    words: str, folder: Path
) -> None:
    process = socialcell(*words.split(), "--config", folder / "config.yaml")

    assert process.returncode == 2, process.stderr
    assert "Usage:" not in process.stderr
    assert "zzzzzzz" in process.stderr or "nothing27" in process.stderr
