"""Trains the nets that learned from texts that people really wrote.

They weigh the same values as the nets of a day (training/day.py), from the same
invented posts, and beside them from public texts: complaints to cities, of which the
urgency of some was read by hand, and talk about anything, of which nearly none asks
anything of a city or tells it of a danger.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language import measure, weights
from socialcell.language.classifiers import day_model
from socialcell.language.labelled_posts import LabelledPost, posts, without_held_out
from socialcell.language.measure import LabelScores
from socialcell.language.training import evidence, nets
from socialcell.language.training.cards import CardFacts
from socialcell.language.training.encoder_data import mark
from socialcell.language.training.evidence import Material
from socialcell.language.training.posts import LABELS, Example, posts_of_a_day
from socialcell.language.training.recipes import (
    CITY_TEXTS,
    TALK_MEASURES,
    TALK_TEXTS,
    PostSource,
)

# The marks of the texts that were read by hand, without their words, by urgency:
# `other` is neither critical nor high. Those of `kept` measure, and never teach.
_FILE = LABELS / "public_urgency.json"
_KEPT, _OTHER, _NORMAL = "kept", "other", "normal"
_KEPT_TALK = "0"  # a text of talk whose mark begins so measures: one of sixteen
_NETS = 5  # beside the ten of a day
_OF_A_FILE = 1_200  # texts of talk, or of those that ask, which nobody read
_NO_CLASS = "other"  # in a file that has complaints and what is none
_TALK = frozenset({"intent:not_civic", "urgency:low"})
_ASKS = frozenset({"intent:complaint"})


def train(
    folder: Path, seed: int, progress: Callable[[str], None]
) -> tuple[CardFacts, bytes]:
    """The facts of the card, without those of the file, and the weight file.

    `folder` is laid out as in the recipes. SocialcellError for a missing file, where
    the files have none of the texts read by hand, and where the encoder is absent.
    """
    progress(day_model.PUBLIC_NAME)
    public = evidence.of_posts(public_texts(folder, read_levels(), seed))
    invented = evidence.of_posts([post.example for post in posts_of_a_day()])
    invented += evidence.of_older_posts(seed)
    everything = invented + public
    judges = {
        kind: nets.fit(values, evidence.targets(everything.posts), _NETS, seed)
        for kind, values in everything.values.items()
    }
    facts: CardFacts = {
        "name": day_model.PUBLIC_NAME,
        "version": weights.VERSION,
        "task": "intent and danger, as people really write",
        "licence": "CC BY-NC-SA 4.0; parts: no licence stated; GPL-3.0",
        "data": [
            {
                "file": "labels/ (in the package)",
                "origin": "the invented posts that `day-nets` learned from",
                "licence": "own",
            },
            *(source.facts() for source in (*CITY_TEXTS, *TALK_TEXTS)),
        ],
        "posts": len(everything.posts),
        "seed": seed,
        "kind": "nets",
        "classes": [*day_model.GROUPS, "high", "critical"],
        "cost": nets.RIDGE,
        "scores": _scores(invented, public, seed),
    }
    return facts, nets.packed(judges)


def is_kept(text: str) -> bool:
    """Whether a text of talk is kept for measuring."""
    return mark(text).startswith(_KEPT_TALK)


def read_levels() -> dict[str, str]:
    """The urgency of every public text that was read by hand, by its mark; "kept" of
    those that measure."""
    lists: dict[str, str] = json.loads(_FILE.read_text("utf-8"))
    return {
        text_mark: _NORMAL if level == _OTHER else level
        for level, marks in lists.items()
        for text_mark in marks.split()
    }


def public_texts(folder: Path, levels: Mapping[str, str], seed: int) -> list[Example]:
    """What teaches from the files below `folder`: all that was read by hand, and a part
    of what was not. `levels` are those of `read_levels`.

    SocialcellError for a missing file, or where there is none of the texts read.
    """
    by_file = [
        *(_texts_of_city(source, folder) for source in CITY_TEXTS),
        *_texts_of_talk(folder),
    ]
    read: dict[str, Example] = {}
    others: dict[str, Example] = {}
    for labels_by_text in by_file:
        unread = []
        for text, labels in labels_by_text.items():
            level = levels.get(mark(text))
            if level is None and labels:
                unread.append(Example(text, labels, frozenset()))
            elif level not in (None, _KEPT):
                urgency = {f"urgency:{level}"}
                intent = {label for label in labels if label.startswith("intent:")}
                read[text] = Example(text, frozenset(intent | urgency), frozenset())
        drawn = random.Random(seed).sample(unread, min(_OF_A_FILE, len(unread)))
        others.update((post.text, post) for post in drawn)
    if not read:
        raise SocialcellError("language.no_public_texts", folder=folder)
    return [
        *read.values(),
        *(post for text, post in others.items() if text not in read),
    ]


def _texts_of_city(source: PostSource, folder: Path) -> dict[str, frozenset[str]]:
    """Labels by text, in the order of the texts: nearly all ask something of the city,
    but for those that their file says to be no complaint."""
    labels = {post.text: post.label for post in posts(folder / source.file)}
    return {
        text: frozenset() if labels[text] == _NO_CLASS else _ASKS
        for text in sorted(labels)
    }


def _texts_of_talk(folder: Path) -> list[dict[str, frozenset[str]]]:
    """Of each file labels by text; none that measures."""
    measuring = [post for file in TALK_MEASURES for post in posts(folder / file)]
    return [
        dict.fromkeys(_usable(posts(folder / source.file), measuring), _TALK)
        for source in TALK_TEXTS
    ]


def _usable(
    talk: Sequence[LabelledPost], measuring: Sequence[LabelledPost]
) -> list[str]:
    texts = {post.text for post in without_held_out(talk, measuring)}
    return sorted(text for text in texts if not is_kept(text))


def _scores(invented: Material, public: Material, seed: int) -> dict[str, LabelScores]:
    """Of each half of the public texts, by nets that saw the other half."""
    first, second = _part(public, 0), _part(public, 1)
    labels = evidence.targets([*first.posts, *second.posts])
    scores = {}
    for kind in invented.values:
        chances = [
            *_chances(invented + second, first, kind, seed),
            *_chances(invented + first, second, kind, seed),
        ]
        for head, truth in labels.items():
            pairs = [
                (label, max(by_head[head], key=by_head[head].__getitem__))
                for label, by_head in zip(truth, chances, strict=True)
                if label is not None
            ]
            scores[f"public texts, {kind}, each half unseen: {head}"] = measure.scores(
                [label for label, _ in pairs], [likeliest for _, likeliest in pairs]
            )
    return scores


def _chances(
    training: Material, measuring: Material, kind: str, seed: int
) -> list[dict[str, dict[str, float]]]:
    """By head and class for each text that measures, by nets that saw the others."""
    targets = evidence.targets(training.posts)
    judge = nets.fit(training.values[kind], targets, _NETS, seed)
    return [judge.chances(row) for row in measuring.values[kind]]


def _part(material: Material, start: int) -> Material:
    """Every second post from there."""
    values = {kind: rows[start::2] for kind, rows in material.values.items()}
    return Material(material.posts[start::2], values)
