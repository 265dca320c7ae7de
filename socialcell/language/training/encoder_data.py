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
from socialcell.language.labelled_posts import Post, require_apart
from socialcell.language.linear_model import Linear
from socialcell.language.ngram_features import normalised
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
from socialcell.language.training.recipes import LANGUAGES, RECIPES, Source

CIVIC = Source(
    "labels/civic_train.jsonl, once/, weak/ (in the package)",
    "invented civic posts, labelled for socialcell",
    "as the code",
)
_LANGUAGE_MEASURE = "langid_5way_train, held out"
_TOLD = 2_000  # posts a pass that only tell a language
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
    "told": 500,
    "topics": 1_500,
    "waste": 300,
    "complaint": 500,
    "no complaint": 150,
}
_TIMES_FURTHER = {"civic": 3}
_CARED = ("twice", "once")  # how the civic posts were labelled that measure


@dataclass(slots=True)
class Item:
    """A text, its label by task, and the language that the linear model finds in it.

    `topics` are all of a civic post's, None where nobody said. The language is empty
    where there is no label of sentiment, which alone needs it.
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
    posts: list[Post]


@dataclass(frozen=True, slots=True)
class Material:
    """All there is to learn from, and what measures it.

    `civic` are the civic posts that are held out; they may have several topics. `seen`
    are the marks of those that train or have trained.
    """

    items: list[Item]
    held_out: list[HeldOut]
    civic: list[Example]
    classes: dict[str, tuple[str, ...]]
    seen: set[str]


def material(
    parts: Mapping[str, Parts],
    seed: int,
    languages: Linear,
    known: Collection[str] = (),
) -> Material:
    """The posts of the recipes and our own, each text once with all its labels.

    `parts` are those of the recipes by name, `known` the marks of our own posts that
    have trained the encoder before.
    """
    training: list[tuple[str, Post]] = []
    held_out: list[HeldOut] = []
    classes: dict[str, tuple[str, ...]] = {}
    for recipe in RECIPES:
        mine = parts[recipe.name]
        aside = mine.held_out
        if recipe.task == "language":
            # Its other files teach topics and complaints, which need every post.
            aside = {_LANGUAGE_MEASURE: aside[_LANGUAGE_MEASURE]}
        classes[recipe.task] = recipe.classes
        training += [(recipe.task, post) for post in mine.training]
        held_out += [HeldOut(recipe.task, name, some) for name, some in aside.items()]
    taught, measuring = civic_parts(seed, known)
    classes |= {task: tuple(lexicon.vocabulary(task)) for task in civic.TASKS}
    classes[civic.DANGER] = (civic.DANGER, NONE)
    everything = [post for one in held_out for post in one.posts]
    everything += [Post(example.text, "") for example in measuring]
    items = _joined(training, taught, everything, languages)
    require_apart([Post(item.text, "") for item in items], everything)
    seen = {mark(example.text) for example in taught}
    return Material(items, held_out, measuring, classes, seen | set(known))


def a_pass(
    items: Sequence[Item], seed: int, number: int, *, further: bool = False
) -> list[Item]:
    """The items of the pass of that number; the same seed gives the same pass.

    Half of a pass of a run that goes on from an earlier one are our own posts.
    """
    rng = random.Random(seed * 1_000_003 + number)
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(_group(item), []).append(item)
    most = {
        "told": _TOLD,
        "english": round(_ENGLISH * len(groups.get("english", []))),
        "waste": _WASTE,
        "no complaint": _NO_COMPLAINT,
    }
    times_of = _TIMES_FURTHER if further else _TIMES
    if further:
        most = _MOST_FURTHER
    found: list[Item] = []
    for name, some in groups.items():
        found += rng.sample(some, min(most.get(name, len(some)), len(some)))
    for name, times in times_of.items():
        found += groups.get(name, []) * (times - 1)
    rng.shuffle(found)
    return found


def samples(held_out: Sequence[HeldOut], seed: int) -> list[HeldOut]:
    """So many of each set as are enough to weigh the models; the same for a seed."""
    rng = random.Random(seed)
    return [
        replace(one, posts=rng.sample(one.posts, min(_MEASURED, len(one.posts))))
        for one in held_out
    ]


def _group(item: Item) -> str:
    labels = item.labels
    if "intent" in labels:
        return "civic"
    if "sentiment" in labels:
        return {"en": "english", "hi": "hindi"}.get(item.language, "sentiment")
    if "topics9" in labels:
        return "waste" if labels["topics9"] == "Waste/Garbage" else "topics"
    if "complaint" in labels:
        return "no complaint" if labels["complaint"] == "other" else "complaint"
    return "told"


def _joined(
    training: Sequence[tuple[str, Post]],
    taught: Sequence[Example],
    held_out: Sequence[Post],
    languages: Linear,
) -> list[Item]:
    """One item a text; where a text has two labels for a task, the first stays."""
    forbidden = {normalised(post.text) for post in held_out}
    found: dict[str, Item] = {}

    def item(text: str) -> Item | None:
        key = normalised(text)
        if not key or key in forbidden:
            return None
        return found.setdefault(key, Item(text))

    for task, post in training:
        if one := item(post.text):
            one.labels.setdefault(task, post.label)
    for example in taught:
        if one := item(example.text):
            one.topics = topics_of(example)
            for task in ("intent", "urgency"):
                one.labels.setdefault(task, label_of(example, task))
            one.labels.setdefault(civic.DANGER, danger_of(example))
    items = list(found.values())
    for one in items:
        # What people post of films and politics tells of no danger here and now.
        one.labels.setdefault(civic.DANGER, NONE)
    felt = [item for item in items if "sentiment" in item.labels]
    chances = languages.chances([item.text for item in felt])
    for felt_item, likely in zip(felt, chances, strict=True):
        felt_item.language = max(LANGUAGES, key=lambda name: likely[name])
    return items


def civic_parts(
    seed: int, known: Collection[str] = ()
) -> tuple[list[Example], list[Example]]:
    """(four fifths of our own posts, those of the rest that were labelled with care).

    The fifth is the first fold of training/civic.py. Posts whose marks are `known` have
    trained the encoder before: they measure nothing.
    """
    told = civic_posts.posts()
    aside = set(folds(len(told), seed)[0])
    rest = [post for at, post in enumerate(told) if at not in aside]
    return rest, unknown([told[at] for at in sorted(aside)], known)


def unknown(some: Iterable[Example], known: Collection[str]) -> list[Example]:
    """Those labelled with care whose marks are not among the `known`."""
    return [
        post for post in some if post.origin in _CARED and mark(post.text) not in known
    ]


def mark(text: str) -> str:
    """Eight hexadecimal digits by which a card knows a text without holding it."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:8]
