"""Trains the model of a day: intent and danger, weighed on posts of other hands.

What the models and rules found is weighed by small nets that learn from the posts of
`labels/day`, of which none of these models has seen any, and on those of our own posts
that neither the encoder nor (by cross-fitting) the model `civic` had seen.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from spacy.tokens import Doc

from socialcell.errors import SocialcellError
from socialcell.language import measure, weights
from socialcell.language.classifiers import civic_model, day_model, urgency
from socialcell.language.classifiers.day_model import DayJudge, Nets
from socialcell.language.encoder_component import read_again
from socialcell.language.measure import LabelScores
from socialcell.language.notes import DayChances, notes_of, text_of
from socialcell.language.semantic.encoder import Encoder, encoder
from socialcell.language.training import civic
from socialcell.language.training import posts as posts_
from socialcell.language.training.cards import CardFacts
from socialcell.language.training.encoder_data import unknown
from socialcell.language.training.posts import DayPost, Example

# Chosen by the posts of each hand, with nets that saw those of the others: 48 or 64
# hidden values, a ridge of 0.3 to 10. Ten nets agree more from training to training
# than four.
_NETS, _HIDDEN, _RIDGE, _ROUNDS, _STEP = 10, 48, 1.0, 40, 0.002
_LEAST_SPREAD = 1e-3  # a value that is nearly always the same says nothing
_EVEN = 0.5
_Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Material:
    """Posts, and by kind of reading (linear, semantic) what was found in each."""

    posts: list[Example]
    values: dict[str, list[_Values]]


def train(seed: int, progress: Callable[[str], None]) -> tuple[CardFacts, bytes]:
    """The facts of the card, without those of the file, and the weight file.

    SocialcellError where the encoder is absent: the model weighs what it says.
    """
    progress(day_model.NAME)
    loaded, card = encoder(), weights.card("encoder")
    if loaded is None or card is None:
        raise SocialcellError("language.no_encoder_to_weigh")
    day_posts = list(posts_.posts_of_a_day())
    of_day = _of_day(day_posts, loaded)
    older = _older(set(card.facts["civic_seen"].split()), loaded, seed)
    everything = _Material(
        [*of_day.posts, *older.posts],
        {kind: [*of_day.values[kind], *older.values[kind]] for kind in of_day.values},
    )
    judges = {
        kind: fit(
            everything.posts, values, [post.sentiment for post in day_posts], seed
        )
        for kind, values in everything.values.items()
    }
    facts: CardFacts = {
        "name": day_model.NAME,
        "version": weights.VERSION,
        "task": "intent, sentiment and danger, as of a day",
        "licence": "Apache-2.0",
        "data": [
            {
                "file": "labels/day/ (in the package)",
                "origin": "invented posts by nine hands, labelled once",
                "licence": "own",
            },
            {
                "file": "labels/once/, labels/weak/ and labels/civic_train.jsonl",
                "origin": "those of our own posts that the encoder has not seen",
                "licence": "own",
            },
        ],
        "posts": len(everything.posts),
        "seed": seed,
        "kind": "nets",
        "classes": [*day_model.GROUPS, *day_model.SENTIMENTS, "high", "critical"],
        "cost": _RIDGE,
        "scores": _scores(day_posts, of_day, older, seed),
    }
    return facts, _packed(judges)


def fit(
    posts: Sequence[Example],
    values: Sequence[_Values],
    sentiments: Sequence[str],
    seed: int,
) -> DayJudge:
    """Nets over values brought to unit spread. The first posts are those of a day, with
    their `sentiments`: the others have none."""
    every_name = sorted({name for row in values for name in row})
    table = np.array([[row.get(name, 0.0) for name in every_name] for row in values])
    varied = table.std(0) > _LEAST_SPREAD
    table = table[:, varied]
    middle, spread = table.mean(0), table.std(0)
    scaled = (table - middle) / spread
    levels = [civic.label_of(post, "urgency") for post in posts]
    targets: dict[str, Sequence[str]] = {
        "groups": [_group_of(post) for post in posts],
        "sentiment": sentiments,
        "high": [_yes(level in civic_model.DANGEROUS) for level in levels],
        "critical": [_yes(level == civic_model.DANGEROUS[0]) for level in levels],
    }
    return DayJudge(
        tuple(np.array(every_name)[varied].tolist()),
        middle.astype(np.float32),
        spread.astype(np.float32),
        {
            head: _nets(scaled[: len(target)], target, day_model.HEADS[head], seed)
            for head, target in targets.items()
        },
    )


def _nets(
    table: NDArray[np.float64], target: Sequence[str], classes: Sequence[str], seed: int
) -> Nets:
    """Their weights as the file keeps them, in half precision."""
    numbers = np.array([classes.index(label) for label in target])
    machines = [
        MLPClassifier(
            (_HIDDEN,), alpha=_RIDGE, learning_rate_init=_STEP, random_state=seed + net
        )
        for net in range(_NETS)
    ]
    for machine in machines:
        for _ in range(_ROUNDS):
            machine.partial_fit(table, numbers, classes=range(len(classes)))
    outer = [machine.coefs_[1] for machine in machines]
    outer_bias = [machine.intercepts_[1] for machine in machines]
    if len(classes) == 2:  # one column alone, of the second: the first one is 0
        outer = [np.pad(weights, ((0, 0), (1, 0))) for weights in outer]
        outer_bias = [np.pad(bias, (1, 0)) for bias in outer_bias]
    layers = (
        np.stack([machine.coefs_[0] for machine in machines], axis=1),
        np.stack([machine.intercepts_[0] for machine in machines]),
        np.stack(outer),
        np.stack(outer_bias),
    )
    return Nets(*(layer.astype(np.float16).astype(np.float32) for layer in layers))


def _of_day(day_posts: Sequence[DayPost], loaded: Encoder) -> _Material:
    from socialcell.language.pipeline import build

    posts = [post.example for post in day_posts]
    nlp = build()
    nlp.remove_pipe("socialcell_day")  # the model that is trained here
    docs = list(nlp.pipe([post.text for post in posts]))
    return _Material(posts, _values(docs, loaded))


def _older(seen_marks: set[str], loaded: Encoder, seed: int) -> _Material:
    """Our own posts that the encoder has not seen, with margins of n-grams that had not
    either."""
    examples = posts_.posts()
    docs = civic.docs_without_margins(examples)
    civic.add_unseen_margins(examples, [notes_of(doc) for doc in docs], seed)
    texts = {post.text for post in unknown(examples, seen_marks)}
    unseen = [
        (post, doc)
        for post, doc in zip(examples, docs, strict=True)
        if post.text in texts and notes_of(doc).words > 1
    ]
    for _, doc in unseen:
        read_again(doc)
    return _Material(
        [post for post, _ in unseen], _values([doc for _, doc in unseen], loaded)
    )


def _values(docs: Iterable[Doc], loaded: Encoder) -> dict[str, list[_Values]]:
    """By kind of reading what is found in each text. The docs have been read without
    the encoder, and have been read with it afterwards."""
    values: dict[str, list[_Values]] = {day_model.LINEAR: [], day_model.SEMANTIC: []}
    for doc in docs:
        notes = notes_of(doc)
        for kind, rows in values.items():
            if kind == day_model.SEMANTIC:
                (notes.meaning,) = loaded.meanings([text_of(doc)])
                read_again(doc)
            urgency.weigh(notes)
            rows.append(day_model.evidence(notes))
    return values


def _scores(
    day_posts: Sequence[DayPost], of_day: _Material, older: _Material, seed: int
) -> dict[str, LabelScores]:
    """Of each hand's posts, by nets that saw those of the others."""
    truth = [_labels_of(post) for post in day_posts]
    scores = {}
    for kind, values in of_day.values.items():
        predicted: dict[int, tuple[str, ...]] = {}
        for hand in sorted({post.hand for post in day_posts}):
            rest = [at for at, post in enumerate(day_posts) if post.hand != hand]
            judge = fit(
                [*(of_day.posts[at] for at in rest), *older.posts],
                [*(values[at] for at in rest), *older.values[kind]],
                [day_posts[at].sentiment for at in rest],
                seed,
            )
            for at, post in enumerate(day_posts):
                if post.hand == hand:
                    predicted[at] = _likeliest(judge.chances(values[at]))
        for column, name in enumerate(("groups", "sentiment", "high", "critical")):
            scores[f"labels/day, {kind}, each hand unseen: {name}"] = measure.scores(
                [labels[column] for labels in truth],
                [predicted[at][column] for at in range(len(truth))],
            )
    return scores


def _labels_of(post: DayPost) -> tuple[str, ...]:
    """Group, sentiment, whether it is high at least, whether it is critical."""
    level = civic.label_of(post.example, "urgency")
    high = level in civic_model.DANGEROUS
    critical = level == civic_model.DANGEROUS[0]
    return _group_of(post.example), post.sentiment, _yes(high), _yes(critical)


def _likeliest(chances: DayChances) -> tuple[str, ...]:
    return (
        max(chances.groups, key=chances.groups.__getitem__),
        max(chances.sentiments, key=chances.sentiments.__getitem__),
        _yes(chances.high >= _EVEN),
        _yes(chances.critical >= _EVEN),
    )


def _yes(holds: bool) -> str:
    return day_model.YES if holds else day_model.NO


def _group_of(post: Example) -> str:
    intent = civic.label_of(post, "intent")
    return next(group for group, names in day_model.GROUPS.items() if intent in names)


def _packed(judges: dict[str, DayJudge]) -> bytes:
    arrays: dict[str, NDArray[np.generic]] = {}
    for kind, judge in judges.items():
        arrays[f"{kind}_names"] = np.array(judge.names)
        arrays[f"{kind}_middle"] = judge.middle
        arrays[f"{kind}_spread"] = judge.spread
        for head, nets in judge.nets.items():
            for layer in day_model.LAYERS:
                weights_ = getattr(nets, layer)
                arrays[f"{kind}_{head}_{layer}"] = weights_.astype(np.float16)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
