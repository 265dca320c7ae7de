"""What the encoder learns from: texts with labels for several tasks, in passes.

A text that is held out of any task trains none. Sets that are large and easy are only
sampled, so that they do not drown the small ones.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.features import normalised
from socialcell.language.linear import Linear
from socialcell.language.training.data import Post, lines_of, require_apart, split
from socialcell.language.training.recipes import LANGUAGES, RECIPES, Source
from socialcell.language.training.train import posts_of

CIVIC = Source(
    "labels/civic_train.jsonl (in the package)",
    "invented civic posts, labelled for socialcell",
    "as the code",
    hold_out=5,
)
CIVIC_CLASSES = {
    "intent": (
        "complaint",
        "help",
        "question",
        "suggestion",
        "praise",
        "information",
        "not_civic",
        "spam",
    ),
    "urgency": ("low", "normal", "high", "critical"),
}
_LANGUAGE_MEASURE = "langid_5way_train, held out"
_TOLD = 2_000  # posts a pass that only tell a language
_ENGLISH = 0.4  # of the English tweets, a pass
_WASTE = 1_000  # posts of the largest of the nine topics, a pass
_NO_COMPLAINT = 600  # posts that are none, a pass
_MEASURED = 500  # posts of a held-out set
_TIMES = {"civic": 4, "hindi": 2}  # a pass, of the small sets


@dataclass(slots=True)
class Item:
    """A text, its label by task, and the language that the linear model finds in it.

    The language is empty where there is no label of sentiment, which alone needs it.
    """

    text: str
    labels: dict[str, str] = field(default_factory=dict)
    language: str = ""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Posts that measure one task under the name of their file."""

    task: str
    name: str
    posts: list[Post]


@dataclass(frozen=True, slots=True)
class Material:
    """All there is to learn from, and what measures it."""

    items: list[Item]
    held_out: list[HeldOut]
    classes: dict[str, tuple[str, ...]]


def material(data: Path, seed: int) -> Material:
    """The posts of the recipes and our own, each text once with all its labels."""
    languages = weights.linear("language")
    if languages is None:
        raise SocialcellError(
            "the encoder needs the model language: socialcell language train language"
        )
    training: list[tuple[str, Post]] = []
    held_out: list[HeldOut] = []
    classes: dict[str, tuple[str, ...]] = {}
    for recipe in RECIPES:
        rest, aside = posts_of(recipe, data, seed, languages)
        if recipe.task == "language":
            # Its other files teach topics and complaints, which need every post.
            aside = {_LANGUAGE_MEASURE: aside[_LANGUAGE_MEASURE]}
        classes[recipe.task] = recipe.classes
        training += [(recipe.task, post) for post in rest]
        held_out += [HeldOut(recipe.task, name, some) for name, some in aside.items()]
    for task, names in CIVIC_CLASSES.items():
        rest, aside_civic = split(_civic(task), CIVIC.hold_out, seed)
        classes[task] = names
        training += [(task, post) for post in rest]
        held_out.append(HeldOut(task, f"civic {task}, held out", aside_civic))
    items = _joined(training, held_out, languages)
    everything = [post for one in held_out for post in one.posts]
    require_apart([Post(item.text, "") for item in items], everything)
    return Material(items, held_out, classes)


def a_pass(items: Sequence[Item], seed: int, number: int) -> list[Item]:
    """The items of the pass of that number; the same seed gives the same pass."""
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
    found: list[Item] = []
    for name, some in groups.items():
        found += rng.sample(some, min(most.get(name, len(some)), len(some)))
    for name, times in _TIMES.items():
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
    held_out: Sequence[HeldOut],
    languages: Linear,
) -> list[Item]:
    """One item a text; where a text has two labels for a task, the first stays."""
    forbidden = {normalised(post.text) for one in held_out for post in one.posts}
    found: dict[str, Item] = {}
    for task, post in training:
        key = normalised(post.text)
        if key and key not in forbidden:
            item = found.setdefault(key, Item(post.text))
            item.labels.setdefault(task, post.label)
    items = list(found.values())
    felt = [item for item in items if "sentiment" in item.labels]
    chances = languages.chances([item.text for item in felt])
    for item, likely in zip(felt, chances, strict=True):
        item.language = max(LANGUAGES, key=lambda name: likely[name])
    return items


def _civic(task: str) -> list[Post]:
    """Our own labelled posts, with the label of a task."""
    path = Path(__file__).parents[1] / "labels" / "civic_train.jsonl"
    return list(_rows(path, task))


def _rows(path: Path, task: str) -> Iterator[Post]:
    for line in lines_of(path):
        if line.strip():
            row = json.loads(line)
            yield Post(row["text"], row[task])
