"""The civic label set keeps its promises, and its agreement is computed rightly."""

import csv
import json
import re
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import agreement, civic
from socialcell.sandbox.words import table
from tests.shared import REPOSITORY

Row = dict[str, Any]
LABELS = REPOSITORY / "socialcell/language/labels"
TRAIN = LABELS / "civic_train.jsonl"
TEST = REPOSITORY / "tests/language/civic_test.jsonl"
LANGUAGES = ("mr", "hi", "en", "mr-Latn", "hi-Latn")
KEYS = {
    *("id", "text", "language", "mixed", "intent"),
    *("sentiment", "topics", "urgency", "entities"),
}
LEAST = {
    "complaint": 75,
    "question": 40,
    "suggestion": 20,
    "praise": 25,
    "help": 15,
    "information": 35,
    "spam": 10,
    "not_civic": 35,
}


@cache
def rows(path: Path) -> tuple[Row, ...]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def everything() -> tuple[Row, ...]:
    return rows(TRAIN) + rows(TEST)


@cache
def vocabulary() -> dict[str, set[str]]:
    text = (
        files("socialcell.language.data").joinpath("vocabulary.yaml").read_text("utf-8")
    )
    return {name: set(entries) for name, entries in yaml.safe_load(text).items()}


@cache
def gazetteer() -> dict[str, str]:
    folder = REPOSITORY / "socialcell/language/gazetteer"
    return {
        row["id"]: row["label"]
        for path in folder.glob("*.csv")
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    }


def skeleton(text: str) -> str:
    """Letters only, lower case: what is left when layout and signs do not count."""
    folded = unicodedata.normalize("NFC", text).lower()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LM")


def complaint(row: Row) -> list[str]:
    """What is wrong with the labels of one row."""
    known = vocabulary()
    wrong = [
        f"{task}: {row[task]!r}"
        for task in ("language", "intent", "sentiment", "urgency")
        if row[task] not in known[task]
    ]
    wrong += [f"topic: {t!r}" for t in row["topics"] if t not in known["topic"]]
    if len(set(row["topics"])) != len(row["topics"]) or len(row["topics"]) > 3:
        wrong.append("topics: repeated, or more than three")
    return wrong + ([] if isinstance(row["mixed"], bool) else ["mixed"])


@pytest.mark.parametrize("path", [TRAIN, TEST], ids=["train", "test"])
def test_every_row_has_the_fields_of_the_schema_and_words_of_the_vocabulary(
    path: Path,
) -> None:
    assert all(set(row) == KEYS for row in rows(path))
    assert {row["id"]: complaint(row) for row in rows(path) if complaint(row)} == {}


def test_a_row_with_a_word_outside_the_vocabulary_is_noticed() -> None:
    row = dict(rows(TRAIN)[0], intent="anger", topics=["weather"])
    assert complaint(row) == ["intent: 'anger'", "topic: 'weather'"]


def test_entities_are_names_without_ragged_edges_in_order_and_apart() -> None:
    for row in everything():
        text, end = row["text"], 0
        for entity in row["entities"]:
            assert end <= entity["start"] < entity["end"] <= len(text), row["id"]
            surface = text[entity["start"] : entity["end"]]
            end = entity["end"]
            assert surface == surface.strip(" \n.,!?#@\"'"), (row["id"], surface)
            before, after = text[: entity["start"]][-1:], text[end:][:1]
            assert not before.isalnum(), (row["id"], surface)
            assert unicodedata.category(after or " ")[0] != "M", (row["id"], surface)


def test_an_entity_has_a_known_label_and_an_id_of_the_gazetteer_or_none() -> None:
    for row in everything():
        for entity in row["entities"]:
            assert entity["label"] in vocabulary()["entity"]
            if entity["id"] is not None:
                assert gazetteer()[entity["id"]] == entity["label"], entity


def test_a_name_ends_where_its_word_ends_when_endings_are_not_glued() -> None:
    for row in everything():
        if row["language"] not in ("en", "hi-Latn"):
            continue
        for entity in row["entities"]:
            after = row["text"][entity["end"] : entity["end"] + 1]
            assert not re.match(r"[A-Za-z]", after), row["id"]


def test_texts_are_clean_and_their_handles_are_masked() -> None:
    for row in everything():
        assert row["text"] == unicodedata.normalize("NFC", row["text"]).strip()
        assert set(re.findall(r"@\w+", row["text"])) <= {"@user"}
        assert "http" not in row["text"]


def test_ids_are_unique_and_no_text_is_in_both_halves_or_twice() -> None:
    assert len({row["id"] for row in everything()}) == 600
    again = Counter(skeleton(row["text"]) for row in everything())
    assert [text for text, n in again.items() if n > 1] == []


@pytest.mark.parametrize("path", [TRAIN, TEST], ids=["train", "test"])
def test_each_half_has_enough_of_everything(path: Path) -> None:
    half = rows(path)
    assert len(half) == 300
    assert Counter(row["language"] for row in half) == dict.fromkeys(LANGUAGES, 60)
    intents = Counter(row["intent"] for row in half)
    assert {name for name, least in LEAST.items() if intents[name] < least} == set()
    topics = Counter(topic for row in half for topic in row["topics"])
    assert {t for t in vocabulary()["topic"] if topics[t] < 5} == set()
    urgency = Counter(row["urgency"] for row in half)
    assert min(urgency[level] for level in vocabulary()["urgency"]) >= 12
    mixed = Counter(row["language"] for row in half if row["mixed"])
    assert min(mixed[language] for language in LANGUAGES) >= 8
    assert (
        sum(entity["label"] == "PLACE" for row in half for entity in row["entities"])
        > 100
    )


def test_every_topic_occurs_at_least_eight_times_in_the_whole_set() -> None:
    topics = Counter(topic for row in everything() for topic in row["topics"])
    assert {t for t in vocabulary()["topic"] if topics[t] < 8} == set()


def test_spam_has_no_topic_and_talk_has_none_but_politics() -> None:
    for row in everything():
        if row["intent"] == "spam":
            assert row["topics"] == [], row["id"]
        if row["intent"] == "not_civic":
            assert set(row["topics"]) <= {"politics"}, row["id"]


def test_no_text_is_a_sentence_of_the_sandbox() -> None:
    pieces = {
        skeleton(piece)
        for name in sandbox_files()
        for line in table(name)
        for column in line
        for piece in re.split(r"\{[^}]*\}|[\[\]]", column)
    }
    long = {piece for piece in pieces if len(piece) >= 18}
    assert len(long) > 300
    texts = {row["id"]: skeleton(row["text"]) for row in everything()}
    same = {
        name: [piece for piece in long if piece in text] for name, text in texts.items()
    }
    assert {name: found for name, found in same.items() if found} == {}


def sandbox_files() -> list[str]:
    folder = files("socialcell.sandbox.words")
    return [entry.name for entry in folder.iterdir() if entry.name.endswith(".txt")]


def test_both_passes_label_every_post_and_settle_what_they_agree_on() -> None:
    final = {row["id"]: row for row in everything()}
    first, second = (
        agreement.load(LABELS / f"{p}_pass.jsonl") for p in agreement.PASSES
    )
    assert {row["id"] for row in first} == {row["id"] for row in second} == set(final)
    for one, two in zip(first, second, strict=True):
        assert "text" not in one
        assert "text" not in two
        for task in agreement.SINGLE:
            assert final[one["id"]][task] in (one[task], two[task])


def test_kappa_is_the_textbook_value() -> None:
    # 50 cases: 20 both yes, 15 both no, 5 only the first, 10 only the second:
    # seen 0.7, chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so (0.7 - 0.5) / (1 - 0.5) = 0.4.
    first = [True] * 20 + [True] * 5 + [False] * 10 + [False] * 15
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert agreement.kappa(first, second) == pytest.approx(0.4)


def test_entity_agreement_counts_only_equal_spans() -> None:
    def row(*spans: tuple[int, int]) -> Row:
        return {"id": "1", "entities": [{"start": a, "end": b} for a, b in spans]}

    # One of two and one of three are the same: F1 = 2 * 1 / (2 + 3).
    first, second = [row((0, 4), (6, 9))], [row((0, 4), (6, 8), (10, 12))]
    assert agreement.span_f1(first, second, ("start", "end")) == pytest.approx(0.4)


def test_macro_f1_is_the_mean_over_the_true_labels() -> None:
    # a: both 1, guessed 2, true 1, F1 2/3; b: both 1, guessed 1, true 2, F1 2/3.
    assert civic.macro_f1([{"a"}, {"b"}, {"b"}], [{"a"}, {"b"}, {"a"}]) == (
        pytest.approx(2 / 3)
    )


def test_a_place_with_the_wrong_id_is_found_but_not_named() -> None:
    true = [(0, 4, "place:aundh"), (9, 13, None)]
    guess = [(0, 4, "place:baner"), (20, 22, "place:camp")]
    figures = civic.place_figures([(true, guess)])
    assert figures == {"precision": 0.5, "recall": 0.5, "F1": 0.5, "recall by id": 0.0}
