"""The posts to measure with are whole, and none of them teaches."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from socialcell.listening.areas.owner_table import read_owners
from tests.shared import REPOSITORY

FOLDER = REPOSITORY / "benchmarks" / "unseen"
LABELS = REPOSITORY / "socialcell" / "language" / "labels"
PARTS = (
    "",
    "_2",
    "_3",
    "_4",
    "_5",
    "_6",
    "_7",
)  # what the names of the files of a set end with
PATTERNS = ("patterns", "patterns_2", "patterns_3", "patterns_4")
KINDS = {"mr", "hi", "en", "hi-Latn", "mr-Latn"}


def posts(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("name", "each"), [("dangers", 40), ("lookalikes", 40), ("ordinary_day", 50)]
)
def test_each_kind_of_text_has_as_many_posts(name: str, each: int, part: str) -> None:
    counts = Counter(post["lang"] for post in posts(name + part))

    assert counts == dict.fromkeys(KINDS, each)


@pytest.mark.parametrize("name", [f"dangers{part}" for part in PARTS])
def test_half_of_the_dangers_are_told_without_the_obvious_word(name: str) -> None:
    counts = Counter((post["lang"], post["obvious"]) for post in posts(name))

    assert set(counts.values()) == {20}


def test_half_of_the_posts_on_hazards_tell_of_one_of_each_kind() -> None:
    counts = Counter((post["lang"], post["kind"]) for post in posts("hazards"))

    assert counts == {
        (lang, kind): 20 if kind == "none" else 4
        for lang in KINDS
        for kind in ("hole", "wire", "falling", "water", "fall", "none")
    }


def test_each_danger_says_who_may_be_responsible_by_an_id_of_the_owners() -> None:
    owners = {row.owner for row in read_owners()}
    dangers = posts("rescuers")

    assert Counter(post["lang"] for post in dangers) == dict.fromkeys(KINDS, 20)
    assert all(owners.intersection(post["owners"]) for post in dangers)


@pytest.mark.parametrize("name", PATTERNS)
def test_there_are_more_than_four_hundred_patterns(name: str) -> None:
    counts = Counter(post["lang"] for post in posts(name))

    assert set(counts) == KINDS
    assert min(counts.values()) >= 84


def test_no_post_to_measure_with_is_a_post_that_teaches() -> None:
    """No run of eight words of one is in the other; shorter ones meet by chance."""
    teaching = {
        run
        for path in sorted(LABELS.rglob("*"))
        if path.suffix in (".txt", ".jsonl")
        for line in _texts(path)
        for run in _runs(line)
    }
    probes = ("dangers", "lookalikes", "ordinary_day")
    names = (
        *(f"{name}{part}" for part in PARTS for name in probes),
        *PATTERNS,
        "hazards",
        "short_dangers",
        "short_dangers_2",
        "two_sentences",
        "rescuers",
    )
    shared = {
        post["id"]: run
        for name in names
        for post in posts(name)
        for run in _runs(post["text"])
        if run in teaching
    }

    assert shared == {}


def test_the_posts_of_later_hands_share_no_five_words_with_a_pattern() -> None:
    """Those that came after the patterns of the sample city and of `unseen`."""
    words = REPOSITORY / "socialcell" / "sandbox" / "words"
    patterns = {
        run
        for text in (
            *(line for path in words.glob("*.txt") for line in _texts(path)),
            *(post["text"] for post in posts("patterns")),
        )
        for run in _runs(text, 5)
    }
    later = [
        *(LABELS / "day").glob("*.jsonl"),
        *(
            path
            for path in (LABELS / "once").glob("*.txt")
            if (number := path.stem.rpartition("-")[2]).isdecimal() and int(number) >= 4
        ),
    ]
    shared = [
        line
        for path in later
        for line in _texts(path)
        if not patterns.isdisjoint(_runs(line, 5))
    ]

    assert len(later) >= 42
    assert shared == []


def _texts(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".jsonl":
        return [json.loads(line).get("text", "") for line in lines]
    return [line for line in lines if not line.startswith("=")]


def _runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = text.lower().replace("[", "").replace("]", "").split()
    return {tuple(words[n : n + length]) for n in range(len(words) - length + 1)}
