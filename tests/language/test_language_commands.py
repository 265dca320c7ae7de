"""The commands of the noun `language`, as a person runs them; and life without nc."""

import json
from pathlib import Path

import pytest

from socialcell.language import read, weights
from socialcell.settings.language import NcModels
from tests.inside import socialcell
from tests.running import answer, said

ROWS = [
    ("no water in Kothrud for three days, very bad", "neg"),
    ("thank you for the wonderful garden, excellent work", "pos"),
    ("the office opens at ten", "neu"),
]


def labelled(folder: Path, rows: list[tuple[str, str]]) -> Path:
    file = folder / "posts.jsonl"
    lines = [
        json.dumps({"text": text, "label": label, "lang": "xx"}) for text, label in rows
    ]
    file.write_text("\n".join(lines) + "\n\n", "utf-8")
    return file


def test_evaluate_gives_the_document_of_the_interface(tmp_path: Path) -> None:
    file = labelled(tmp_path, ROWS)

    done = socialcell("language", "evaluate", file, "--task", "sentiment", "--json")

    found = answer(done)
    assert (found["task"], found["n"]) == ("sentiment", 3)
    assert {"accuracy", "macro_f1", "macro_recall"} <= set(found)
    assert set(found["per_class"]) == {"neg", "neu", "pos"}
    for scores in found["per_class"].values():
        assert set(scores) == {"precision", "recall", "f1", "n"}


@pytest.mark.parametrize(
    ("content", "task", "message"),
    [
        ('{"text": "a"}\n', "sentiment", 'line 1: needs "text" and "label"'),
        ("", "sentiment", "holds no labelled text"),
        ('{"text": "a", "label": "neg"}\n', "mood", "no task 'mood'; there are"),
        ("word no tab\n", "entities", "line 1: needs a word, a tab"),
    ],
)
def test_evaluate_says_what_is_wrong_with_a_file(
    tmp_path: Path, content: str, task: str, message: str
) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(content)

    done = socialcell("language", "evaluate", file, "--task", task)

    assert done.returncode == 1
    assert message in said(done)


def test_train_names_the_models_when_one_is_unknown(tmp_path: Path) -> None:
    done = socialcell("language", "train", "sentiment-fr", "--data", tmp_path)

    assert done.returncode == 1
    assert "no model 'sentiment-fr'; there are: language, sentiment-mr" in said(done)


def test_models_without_nc_are_those_of_open_alone(tmp_path: Path) -> None:
    place = tmp_path / "config.yaml"
    place.write_text("language: {nc: false}\n")

    listed = answer(socialcell("language", "models", "--config", place, "--json"))

    assert {row["folder"] for row in listed["models"]} == {"open"}
    assert {card.folder for card in weights.shipped()} == {"open", "nc"}


@pytest.mark.parametrize(
    ("text", "language", "sentiment"),
    [
        ("कोथरूडमध्ये तीन दिवस पाणी नाही, खूप वाईट", "mr", "negative"),
        ("हमारे मोहल्ले में पानी नहीं आ रहा है, बहुत खराब", "hi", "negative"),
        ("thank you, excellent work by the garden staff", "en", "positive"),
        ("paani nahi aaya hai teen din se, bahut kharab", "hi-Latn", "negative"),
    ],
)
def test_with_nc_off_rules_stand_in(text: str, language: str, sentiment: str) -> None:
    (reading,) = read([text], nc=NcModels.NONE)

    assert (reading.language, reading.sentiment.label) == (language, sentiment)
