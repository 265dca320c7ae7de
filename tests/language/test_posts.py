"""The posts that teach the civic model: their form, their places, and that none of
them is close to a post that measures it."""

import json
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from benchmarks import civic
from socialcell.errors import SocialcellError
from socialcell.language import lexicon, read, weights
from socialcell.language.labelled_posts import LabelledPost, lines_of
from socialcell.language.training import posts
from socialcell.language.training.recipes import RECIPES
from tests.shared import REPOSITORY

TEST = REPOSITORY / "tests/language/civic_test.jsonl"
TOO_CLOSE = 0.3  # share of common runs of five letters, of all runs of both


def runs(text: str) -> set[str]:
    """Runs of five letters and digits, without layout and signs."""
    folded = unicodedata.normalize("NFC", text).lower()
    plain = "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")
    return {plain[at : at + 5] for at in range(max(1, len(plain) - 4))}


def closeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def test_no_post_that_teaches_is_close_to_a_post_of_the_test_half() -> None:
    tested = [runs(json.loads(line)["text"]) for line in lines_of(TEST) if line]
    where: defaultdict[str, list[int]] = defaultdict(list)
    for at, some in enumerate(tested):
        for run in some:
            where[run].append(at)
    close = []
    for post in (*posts.posts(), *(day.example for day in posts.posts_of_a_day())):
        mine = runs(post.text)
        shared = Counter(at for run in mine for at in where.get(run, ()))
        best = max((closeness(mine, tested[at]) for at in shared), default=0.0)
        if best >= TOO_CLOSE:
            close.append(post.text)

    assert close == []


def test_closeness_sees_a_post_with_a_word_changed() -> None:
    one = runs("There has been no water in our lane since Monday morning.")
    other = runs("There has been no water in our lane since Friday morning.")

    assert closeness(one, other) > TOO_CLOSE
    assert closeness(one, runs("Who sells old harmoniums in this town?")) == 0.0


def test_no_text_teaches_twice() -> None:
    teaching = (*posts.posts(), *(day.example for day in posts.posts_of_a_day()))
    told = Counter(" ".join(post.text.lower().split()) for post in teaching)

    assert [text for text, times in told.items() if times > 1] == []


def test_every_class_has_posts_that_were_labelled_with_care() -> None:
    seen = Counter(
        label for post in posts.posts_of_origin("once") for label in post.labels
    )

    for task in ("intent", "topic", "urgency"):
        for name in lexicon.vocabulary(task):
            assert seen[f"{task}:{name}"] >= 20, name


def test_brackets_are_no_part_of_the_text() -> None:
    assert posts.split_marked("[कोथरूड]मध्ये, near [Camp]") == (
        "कोथरूडमध्ये, near Camp",
        [(0, 6), (18, 22)],
    )


def test_the_posts_of_a_file_teach_the_language_that_it_is_named_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = tmp_path / "once"
    once.mkdir()
    head = "= complaint water normal\n"
    (once / "mr.txt").write_text(f"{head}[कोथरूड]मध्ये पाणी नाही\n", "utf-8")
    (once / "mr-Latn-12.txt").write_text(f"{head}pani nahi\n\n", "utf-8")
    monkeypatch.setattr(posts, "LABELS", tmp_path)

    assert posts.by_language() == [
        LabelledPost("pani nahi", "mr-Latn"),
        LabelledPost("कोथरूडमध्ये पाणी नाही", "mr"),
    ]
    assert [post.text for post in posts.posts_of_origin("once")] == [
        "pani nahi",
        "कोथरूडमध्ये पाणी नाही",
    ]


@pytest.mark.parametrize(
    "name",
    ["test.txt", "mr-test.txt", "mr.jsonl", "de.txt", "mr-1.txt", "mr_2.txt", "mr.TXT"],
)
def test_a_file_among_them_that_is_named_otherwise_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "once").mkdir()
    (tmp_path / "once" / name).write_text("= complaint water low\npost\n", "utf-8")
    monkeypatch.setattr(posts, "LABELS", tmp_path)

    with pytest.raises(SocialcellError, match=f"labels/once/{name}: a file that"):
        list(posts.posts_of_origin("once"))
    with pytest.raises(SocialcellError, match="named after its language"):
        posts.by_language()


def test_the_language_recipe_learns_from_our_own_posts() -> None:
    (recipe,) = (one for one in RECIPES if one.name == "language")
    card = weights.card("language")

    assert [one.file for one in recipe.sources if one.in_package] == [
        "labels/once (in the package)"
    ]
    assert card is not None
    assert [one["file"] for one in card.facts["data"]] == [
        one.file for one in recipe.sources
    ]


@pytest.mark.parametrize("language", lexicon.LANGUAGES)
def test_the_places_in_brackets_are_found(language: str) -> None:
    told = [
        posts.split_marked(line)
        for path, other in posts.once_files()
        if other == language
        for line in lines_of(path)
        if line.strip() and not line.startswith("= ")
    ]
    assert all(name for text, spans in told for name in (text[a:b] for a, b in spans))
    readings = read([text for text, _ in told])
    pairs = [
        ([(*span, None) for span in spans], civic.found_places(reading))
        for (_, spans), reading in zip(told, readings, strict=True)
    ]
    true = sum(len(spans) for spans, _ in pairs)
    guessed = sum(len(spans) for _, spans in pairs)
    both = sum(len({x[:2] for x in a} & {x[:2] for x in b}) for a, b in pairs)

    assert civic.f1(both, guessed, true) >= 0.94


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("= complaint water", "needs an intent, topics and an urgency"),
        ("= anger water low", "intent:anger is not in vocabulary"),
        ("no head", "no head above"),
    ],
)
def test_a_file_of_posts_with_a_wrong_head_is_refused(
    head: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "once").mkdir()
    (tmp_path / "once" / "mr.txt").write_text(f"{head}\npost\n", "utf-8")
    monkeypatch.setattr(posts, "LABELS", tmp_path)

    with pytest.raises(SocialcellError, match=message):
        list(posts.posts_of_origin("once"))
