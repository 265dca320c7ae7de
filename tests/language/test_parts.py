"""Which posts train a model, which measure it, and what ships in the end."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from socialcell.language.ngram_features import Grams
from socialcell.language.training import train
from socialcell.language.training.parts import Parts, parts_of
from socialcell.language.training.recipes import PostSource, Recipe

WATER = [f"no water in lane {word}" for word in "abcdefghij"]
ROADS = [f"pothole near gate {word}" for word in "abcdefghij"]


def file_of(folder: Path, name: str, **posts: list[str]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"text": text, "label": label} for label, some in posts.items() for text in some
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")


def recipe(*measures: str, cuts: bool = False) -> Recipe:
    return Recipe(
        name="subject",
        task="subject",
        folder="open",
        licence="own",
        classes=("roads", "water"),
        sources=(PostSource("posts.jsonl", "invented", "own", hold_out=4),),
        measures=measures,
        grams=Grams((2, 3), 1, 10),
        cuts=cuts,
    )


def texts(parts: Parts, name: str) -> set[str]:
    return {post.text for post in parts.held_out[name]}


def test_posts_set_aside_measure_a_model_and_then_train_the_one_that_ships(
    tmp_path: Path,
) -> None:
    file_of(tmp_path, "posts.jsonl", water=WATER, roads=ROADS)

    parts = parts_of(recipe(), tmp_path, 7, None)

    aside = texts(parts, "posts, held out")
    assert len(aside) == 5
    assert {post.text for post in parts.training} == {*WATER, *ROADS} - aside
    assert {post.text for post in parts.everything} == {*WATER, *ROADS}


def test_a_file_that_is_held_out_whole_never_trains(tmp_path: Path) -> None:
    file_of(tmp_path, "posts.jsonl", water=WATER, roads=ROADS)
    file_of(tmp_path, "check.jsonl", water=[WATER[0].upper()], roads=["dug up road"])

    parts = parts_of(recipe("check.jsonl"), tmp_path, 7, None)

    assert texts(parts, "check") == {WATER[0].upper(), "dug up road"}
    for some in (parts.training, parts.everything):
        assert WATER[0] not in {post.text for post in some}


def test_first_words_train_too_but_not_those_of_what_is_held_out(
    tmp_path: Path,
) -> None:
    long = "one two three four five six seven eight nine ten eleven twelve thirteen"
    file_of(tmp_path, "posts.jsonl", water=[long], roads=ROADS[:2])
    file_of(tmp_path, "check.jsonl", water=["one two three four five six"])

    cut = parts_of(recipe(cuts=True), tmp_path, 7, None)
    kept = parts_of(recipe("check.jsonl", cuts=True), tmp_path, 7, None)

    assert "one two three four five six" in {post.text for post in cut.everything}
    assert {post.text for post in kept.everything} == {long, *ROADS[:2]}


def test_a_card_says_how_many_posts_trained_what_was_measured_and_what_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_of(tmp_path, "posts.jsonl", water=WATER, roads=ROADS)
    monkeypatch.setattr(train, "RECIPES", (recipe(),))

    (facts,) = train.train(tmp_path, tmp_path / "made", ["subject"])

    assert (facts["measured_posts"], facts["posts"]) == (15, 20)
    assert facts["scores"]["posts, held out"]["n"] == 5
    page = (tmp_path / "made/open/subject.md").read_text("utf-8")
    assert "Trained on 20 items" in page
    assert "of a model from 15 items" in page


def test_posts_of_a_small_set_can_count_more_than_once(tmp_path: Path) -> None:
    file_of(tmp_path, "posts.jsonl", water=WATER)
    once = recipe()
    twice = replace(once, sources=(replace(once.sources[0], times=2),))

    parts = parts_of(twice, tmp_path, 7, None)

    assert len(parts.everything) == 20
    assert len(parts.held_out["posts, held out"]) == 2
