"""The weight of the linear model beside the encoder, chosen on held-out posts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from socialcell.language import measure
from socialcell.language.linear_model import Linear, softmax
from socialcell.language.measure import LabelScores
from socialcell.language.semantic.encoder import Encoder
from socialcell.language.training.encoder_data import HeldOut
from socialcell.language.training.recipes import LANGUAGES

# Tasks in which the encoder has no weight. The letters show the language as well,
# and with or without the encoder a post is then in the same language.
LINEAR_ALONE = ("language",)
SHARES = tuple(tenth / 10 for tenth in range(11))
_CLEAR = 0.002  # of macro-F1: below it the encoder alone is preferred
Chances = Mapping[str, float]
Models = Mapping[str, Linear]


@dataclass(frozen=True, slots=True)
class Judged:
    """A held-out post: label, language by the linear model, and both models' output."""

    label: str
    language: str
    logits: Sequence[float]
    linear: Chances | None


def softness(judged: Sequence[Judged], classes: Sequence[str]) -> float:
    """The slope that makes the true labels most likely (one temperature a task)."""
    logits = np.array([post.logits for post in judged])
    truth = np.array([classes.index(post.label) for post in judged])

    def surprise(slope: float) -> float:
        scaled: NDArray[np.float64] = logits * slope
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        whole = np.log(np.exp(scaled).sum(axis=1))
        return float(np.mean(whole - scaled[np.arange(len(truth)), truth]))

    return slope_of(surprise)


def slope_of(surprise: Callable[[float], float]) -> float:
    """The slope of log odds that surprises least."""
    best = minimize_scalar(surprise, bounds=(0.05, 20.0), method="bounded")
    return round(float(best.x), 3)


def judge_posts(
    encoder: Encoder, held_out_set: HeldOut, models: Models
) -> list[Judged]:
    """What encoder and linear model make of the posts of a held-out set.

    `models` are linear models by name that did not see the set either.
    """
    texts = [post.text for post in held_out_set.posts]
    languages = _languages(texts, models)
    meanings = encoder.meanings(texts)
    linear = _linear(held_out_set.task, texts, languages, models)
    places = encoder.heads.places
    judged = []
    for post, language, meaning, other in zip(
        held_out_set.posts, languages, meanings, linear, strict=True
    ):
        logits = meaning.logits[places[held_out_set.task]].astype(np.float64)
        if held_out_set.task == "sentiment":
            logits = logits + meaning.logits[places[f"sentiment@{language}"]]
        judged.append(Judged(post.label, language, logits.tolist(), other))
    return judged


def share_of_linear(
    judged: Sequence[Judged], classes: Sequence[str], slope: float
) -> float:
    """The smallest share of the linear model that is as good as the best."""
    if any(post.linear is None for post in judged) or not judged:
        return 0.0
    return least_of_best(
        {share: _score(judged, classes, slope, share) for share in SHARES}
    )


def least_of_best(scored: Mapping[float, float]) -> float:
    """The smallest share whose macro-F1 is as good as the best."""
    best = max(scored.values())
    return min(share for share, score in scored.items() if score >= best - _CLEAR)


def averaged(
    judged_post: Judged, classes: Sequence[str], slope: float, share: float
) -> str:
    """The likeliest label of the two models' chances, weighed."""
    encoder_chances = softmax(
        [share_value * slope for share_value in judged_post.logits]
    )
    chances = dict(zip(classes, encoder_chances, strict=True))
    if judged_post.linear is not None:
        chances = {
            name: share * judged_post.linear[name] + (1 - share) * share_value
            for name, share_value in chances.items()
        }
    return max(chances, key=lambda name: chances[name])


def scores(judged: Sequence[Judged], label_of: Callable[[Judged], str]) -> LabelScores:
    """The scores of measure.py of the labels that `label_of` gives."""
    return measure.scores(
        [post.label for post in judged], [label_of(post) for post in judged]
    )


def by_linear(judged_post: Judged) -> str:
    """The likeliest label of the linear model alone."""
    chances = judged_post.linear
    assert chances is not None
    return max(chances, key=lambda name: chances[name])


def _score(
    judged: Sequence[Judged], classes: Sequence[str], slope: float, share: float
) -> float:
    measured = scores(judged, lambda post: averaged(post, classes, slope, share))
    macro_f1 = measured["macro_f1"]
    assert macro_f1 is not None  # some post was judged
    return macro_f1


def _languages(texts: Sequence[str], models: Models) -> list[str]:
    chances = models["language"].chances(texts)
    return [
        max(LANGUAGES, key=lambda name: probabilities[name])
        for probabilities in chances
    ]


def _linear(
    task: str, texts: Sequence[str], languages: Sequence[str], models: Models
) -> Sequence[Chances | None]:
    if task != "sentiment":
        model = models.get(task)
        return [None] * len(texts) if model is None else model.chances(texts)
    by_post: list[Chances | None] = [None] * len(texts)
    for language in LANGUAGES:
        indexes = [
            index
            for index, post_language in enumerate(languages)
            if post_language == language
        ]
        language_chances = models[f"sentiment-{language}"].chances(
            [texts[index] for index in indexes]
        )
        for index, chances in zip(indexes, language_chances, strict=True):
            by_post[index] = chances
    return by_post
