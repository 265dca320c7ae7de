"""What operators decided about intent, topics and urgency teaches the civic model."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.training import civic, posts
from socialcell.language.training.own_decisions import own_examples, own_files
from socialcell.language.training.posts import Example, posts_labelled_twice
from socialcell.language.training.train import train


def put(folder: Path, task: str, *rows: dict[str, Any]) -> Path:
    path = folder / "own" / f"{task}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def row(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "label": label, **more}


def test_a_folder_without_decisions_teaches_nothing(tmp_path: Path) -> None:
    assert (own_files(tmp_path), own_examples(tmp_path)) == ([], [])


def test_the_decisions_about_a_text_are_one_example(tmp_path: Path) -> None:
    put(tmp_path, "intent", row("No water", "complaint"))
    put(tmp_path, "topic", row("No water", "water"), row("No water", "health"))
    put(tmp_path, "urgency", row("No water", "high"), row("A film", "low"))

    water, film = own_examples(tmp_path)

    assert own_files(tmp_path) == [
        "own/intent.jsonl",
        "own/topic.jsonl",
        "own/urgency.jsonl",
    ]
    assert (water.text, water.origin) == ("No water", "own")
    assert water.labels == {
        "intent:complaint",
        "topic:water",
        "topic:health",
        "urgency:high",
        "danger:danger",
    }
    assert water.tasks == {"intent", "topic", "urgency", "danger"}
    assert (film.labels, film.tasks) == ({"urgency:low"}, {"urgency", "danger"})


@pytest.mark.parametrize(
    ("suggested", "tasks"),
    [
        (["water"], {"topic:water"}),  # confirmed: of other topics it says nothing
        (["roads"], {"topic:water", "topic:roads"}),  # this one was wrong
        (["roads", "water"], {"topic:water"}),
        ([], {"topic:water"}),
    ],
)
def test_the_topic_of_a_case_teaches_itself_and_what_it_replaced(
    tmp_path: Path, suggested: list[str], tasks: set[str]
) -> None:
    put(tmp_path, "topic", row("Dry", "water", suggested=suggested, case="26-000001"))
    (example,) = own_examples(tmp_path)
    assert (example.labels, example.tasks) == ({"topic:water"}, tasks)


def test_a_text_that_stands_among_the_others_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, "intent", row("No WATER!", "complaint"), row("Thanks", "praise"))
    others = [Example("no water!", frozenset(), frozenset())]
    assert [example.text for example in own_examples(tmp_path, others)] == ["Thanks"]


def test_a_label_that_there_is_not_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "urgency", row("No water", "P1"))
    with pytest.raises(SocialcellError, match="P1"):
        own_examples(tmp_path)


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, "intent", row("No water", "complaint"), {"text": "x"})
    with pytest.raises(SocialcellError, match="2"):
        own_examples(tmp_path)
    put(tmp_path, "topic", row("Dry", "water", suggested="roads"))
    path.unlink()
    with pytest.raises(SocialcellError, match="1"):
        own_examples(tmp_path)


def test_an_example_of_one_topic_changes_that_topic_alone() -> None:
    twice = list(posts_labelled_twice())
    taught = [
        Example(f"zurzur {n}", frozenset({"topic:water"}), frozenset({"topic:water"}))
        for n in ("today", "again")
    ]
    plain, more = (civic.fit_columns(p, 7) for p in (twice, [*twice, *taught]))
    before, after = (
        dict(zip(model.classes, model.margins(["zurzur"]).tolist()[0], strict=True))
        for model in (plain, more)
    )
    assert after["topic:water"] > before["topic:water"] + 0.5
    changed = {name for name in before if abs(after[name] - before[name]) > 0.05}
    assert changed == {"topic:water"}


def some_posts(tmp_path: Path, share: int) -> Path:
    """A folder of labels: the posts labelled twice, and every so many-th of those
    labelled once."""
    folder = tmp_path / "labels"
    for name in (posts.ONCE, "weak"):
        (folder / name).mkdir(parents=True)
    shutil.copy(posts.LABELS / "civic_train.jsonl", folder)
    for path, _ in posts.once_files():
        lines = path.read_text("utf-8").splitlines(keepends=True)
        some = (
            line
            for number, line in enumerate(lines)
            if line.startswith("= ") or number % share == 0
        )
        (folder / posts.ONCE / path.name).write_text("".join(some), "utf-8")
    return folder


@pytest.mark.faults
@pytest.mark.parametrize(
    "share", [30, pytest.param(1, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
def test_training_the_civic_model_takes_the_decisions_and_its_card_says_so(
    tmp_path: Path, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if share > 1:
        monkeypatch.setattr(posts, "LABELS", some_posts(tmp_path, share))
    words = ("today", "again", "here", "now", "there")
    texts = [f"Zurzur {word} at Kothrud" for word in words]
    put(tmp_path, "intent", *(row(text, "praise") for text in texts))
    case = "26-000001"
    put(tmp_path, "topic", *(row(text, "parks", case=case) for text in texts))

    (facts,) = train(tmp_path, tmp_path / "models", ["civic"])

    own = [part for part in facts["data"] if part["file"].startswith("own/")]
    assert [part["file"] for part in own] == ["own/intent.jsonl", "own/topic.jsonl"]
    assert {part["licence"] for part in own} == {"this workspace's own"}
    assert facts["posts"] == len(posts.examples()) + len(texts)
    file = (tmp_path / "models/open/civic.npz").read_bytes()
    model = weights.parsed(dict(facts), file)
    margins = model.margins(["Zurzur"]).tolist()[0]
    signs = dict(zip(model.classes, margins, strict=True))
    assert signs["intent:praise"] > 0 > signs["intent:complaint"]
