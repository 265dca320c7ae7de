"""What the encoder learns from: texts with labels for several tasks, in passes.

A text that is held out of any task trains none. Sets that are large and easy are only
sampled, so that they do not drown the small ones.
"""

import hashlib
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from socialcell.language import lexicon
from socialcell.language.classifiers import civic_model as civic
from socialcell.language.labelled_posts import LabelledPost, require_apart
from socialcell.language.linear_model import Linear
from socialcell.language.normalisation import normalised
from socialcell.language.training import posts as civic_posts
from socialcell.language.training.civic import (
    NONE,
    danger_of,
    folds,
    label_of,
    topics_of,
)
from socialcell.language.training.parts import Parts
from socialcell.language.training.posts import Example
from socialcell.language.training.recipes import LANGUAGES, RECIPES, PostSource

CIVIC = PostSource(
    "labels/civic_train.jsonl, once/, weak/ (in the package)",
    "invented civic posts, labelled for socialcell",
    "as the code",
)
_LANGUAGE_MEASURE = "langid_5way_train, held out"
_LANGUAGE_ONLY = 2_000  # posts a pass that only tell a language
_ENGLISH = 0.4  # of the English tweets, a pass
_WASTE = 1_000  # posts of the largest of the nine topics, a pass
_NO_COMPLAINT = 600  # posts that are none, a pass
_MEASURED = 2_000  # posts of a held-out set
_TIMES = {"civic": 2, "hindi": 2}  # a pass, of the small sets
# The same of a run that goes on from an earlier one: it learns from our own posts, and
# of the other sets so many keep what was learned before.
_MOST_FURTHER = {
    "sentiment": 12_000,
    "english": 6_000,
    "hindi": 3_000,
    "language": 500,
    "topics": 1_500,
    "waste": 300,
    "complaint": 500,
    "no complaint": 150,
}
_TIMES_FURTHER = {"civic": 3}
_CARED = ("twice", "once")  # how the civic posts were labelled that measure


@dataclass(slots=True)
class TrainingItem:
    """A text, its label by task, and the language that the linear model finds in it.

    `topics` are all of a civic post's, None where it has no label. The language is
    empty where there is no label of sentiment, which alone needs it.
    """

    text: str
    labels: dict[str, str] = field(default_factory=dict)
    topics: frozenset[str] | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Posts that measure one task under the name of their file."""

    task: str
    name: str
    posts: list[LabelledPost]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """All there is to learn from, and what measures it.

    `civic` are the civic posts that are held out; they may have several topics.
    `trained_marks` are the marks of those that train or have trained.
    """

    items: list[TrainingItem]
    held_out: list[HeldOut]
    civic: list[Example]
    classes: dict[str, tuple[str, ...]]
    trained_marks: set[str]


def material(
    parts: Mapping[str, Parts],
    seed: int,
    languages: Linear,
    known_marks: Collection[str] = (),
) -> TrainingData:
    """The posts of the recipes and our own, each text once with all its labels.

    `parts` are those of the recipes by name, `known_marks` those of our own posts that
    have trained the encoder before.
    """
    training: list[tuple[str, LabelledPost]] = []
    held_out: list[HeldOut] = []
    classes: dict[str, tuple[str, ...]] = {}
    for recipe in RECIPES:
        recipe_parts = parts[recipe.name]
        aside = recipe_parts.held_out
        if recipe.task == "language":
            # Its other files teach topics and complaints, which need every post.
            aside = {_LANGUAGE_MEASURE: aside[_LANGUAGE_MEASURE]}
        classes[recipe.task] = recipe.classes
        training += [(recipe.task, post) for post in recipe_parts.training]
        held_out += [
            HeldOut(recipe.task, name, held_out_posts)
            for name, held_out_posts in aside.items()
        ]
    taught, measuring = civic_parts(seed, known_marks)
    classes |= {task: tuple(lexicon.vocabulary(task)) for task in civic.TASKS}
    classes[civic.DANGER] = (civic.DANGER, NONE)
    everything = [post for held_out_set in held_out for post in held_out_set.posts]
    everything += [LabelledPost(example.text, "") for example in measuring]
    items = _joined(training, taught, everything, languages)
    require_apart([LabelledPost(item.text, "") for item in items], everything)
    trained_marks = {mark(example.text) for example in taught}
    return TrainingData(
        items, held_out, measuring, classes, trained_marks | set(known_marks)
    )


def items_of_pass(
    items: Sequence[TrainingItem], seed: int, number: int, *, further: bool = False
) -> list[TrainingItem]:
    """The items of the pass of that number; the same seed gives the same pass.

    Half of a pass of a run that goes on from an earlier one are our own posts.
    """
    rng = random.Random(seed * 1_000_003 + number)
    groups: dict[str, list[TrainingItem]] = {}
    for training_item in items:
        groups.setdefault(_group(training_item), []).append(training_item)
    most = {
        "language": _LANGUAGE_ONLY,
        "english": round(_ENGLISH * len(groups.get("english", []))),
        "waste": _WASTE,
        "no complaint": _NO_COMPLAINT,
    }
    times_of = _TIMES_FURTHER if further else _TIMES
    if further:
        most = _MOST_FURTHER
    pass_items: list[TrainingItem] = []
    for name, group_items in groups.items():
        pass_items += rng.sample(
            group_items, min(most.get(name, len(group_items)), len(group_items))
        )
    for name, times in times_of.items():
        pass_items += groups.get(name, []) * (times - 1)
    rng.shuffle(pass_items)
    return pass_items


def samples(held_out: Sequence[HeldOut], seed: int) -> list[HeldOut]:
    """So many of each set as are enough to weigh the models; the same for a seed."""
    rng = random.Random(seed)
    return [
        replace(
            held_out_set,
            posts=rng.sample(
                held_out_set.posts, min(_MEASURED, len(held_out_set.posts))
            ),
        )
        for held_out_set in held_out
    ]


def _group(training_item: TrainingItem) -> str:
    labels = training_item.labels
    if "intent" in labels:
        return "civic"
    if "sentiment" in labels:
        return {"en": "english", "hi": "hindi"}.get(training_item.language, "sentiment")
    if "topics9" in labels:
        return "waste" if labels["topics9"] == "Waste/Garbage" else "topics"
    if "complaint" in labels:
        return "no complaint" if labels["complaint"] == "other" else "complaint"
    return "language"


def _joined(
    training: Sequence[tuple[str, LabelledPost]],
    taught: Sequence[Example],
    held_out: Sequence[LabelledPost],
    languages: Linear,
) -> list[TrainingItem]:
    """One item a text; where a text has two labels for a task, the first stays."""
    forbidden = {normalised(post.text) for post in held_out}
    items_by_key: dict[str, TrainingItem] = {}

    def item(text: str) -> TrainingItem | None:
        key = normalised(text)
        if not key or key in forbidden:
            return None
        return items_by_key.setdefault(key, TrainingItem(text))

    for task, post in training:
        if joined_item := item(post.text):
            joined_item.labels.setdefault(task, post.label)
    for example in taught:
        if joined_item := item(example.text):
            joined_item.topics = topics_of(example)
            for task in ("intent", "urgency"):
                joined_item.labels.setdefault(task, label_of(example, task))
            joined_item.labels.setdefault(civic.DANGER, danger_of(example))
    items = list(items_by_key.values())
    for joined_item in items:
        # Posts about films and politics are examples of no danger.
        joined_item.labels.setdefault(civic.DANGER, NONE)
    sentiment_items = [item for item in items if "sentiment" in item.labels]
    chances = languages.chances([item.text for item in sentiment_items])
    for felt_item, likely in zip(sentiment_items, chances, strict=True):
        felt_item.language = max(LANGUAGES, key=lambda name: likely[name])
    return items


def civic_parts(
    seed: int, known_marks: Collection[str] = ()
) -> tuple[list[Example], list[Example]]:
    """(four fifths of our own posts, those of the rest that were labelled with care).

    The fifth is the first fold of training/civic.py. Posts whose marks are in
    `known_marks` have trained the encoder before: they measure nothing.
    """
    examples = civic_posts.posts()
    aside = set(folds(len(examples), seed)[0])
    rest = [post for at, post in enumerate(examples) if at not in aside]
    return rest, unknown([examples[at] for at in sorted(aside)], known_marks)


def unknown(posts: Iterable[Example], known_marks: Collection[str]) -> list[Example]:
    """Those labelled with care whose marks are not among `known_marks`."""
    return [
        post
        for post in posts
        if post.origin in _CARED and mark(post.text) not in known_marks
    ]


def mark(text: str) -> str:
    """Eight hexadecimal digits that identify a text on a card without its words."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:8]
