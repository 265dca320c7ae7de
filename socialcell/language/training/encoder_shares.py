"""How much say the linear model keeps beside the encoder: chosen on held-out posts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from socialcell.language import measure
from socialcell.language.linear_model import Linear, softmax
from socialcell.language.semantic.encoder import Encoder
from socialcell.language.training.encoder_data import HeldOut
from socialcell.language.training.recipes import LANGUAGES

# Tasks in which the encoder has no say. Which language it is, the letters tell as well,
# and with or without the encoder a post is then in the same language.
LINEAR_ALONE = ("language",)
SHARES = tuple(tenth / 10 for tenth in range(11))
_CLEAR = 0.002  # of macro-F1: below it the encoder alone is preferred
Chances = Mapping[str, float]
Models = Mapping[str, Linear]


@dataclass(frozen=True, slots=True)
class Judged:
    """A held-out post, its language by the linear model, and what both models say."""

    label: str
    language: str
    logits: Sequence[float]
    linear: Chances | None


def softness(judged: Sequence[Judged], classes: Sequence[str]) -> float:
    """The slope that makes the true labels most likely (one temperature a task)."""
    logits = np.array([one.logits for one in judged])
    truth = np.array([classes.index(one.label) for one in judged])

    def surprise(slope: float) -> float:
        found: NDArray[np.float64] = logits * slope
        found = found - found.max(axis=1, keepdims=True)
        whole = np.log(np.exp(found).sum(axis=1))
        return float(np.mean(whole - found[np.arange(len(truth)), truth]))

    return slope_of(surprise)


def slope_of(surprise: Callable[[float], float]) -> float:
    """The slope of log odds that surprises least."""
    best = minimize_scalar(surprise, bounds=(0.05, 20.0), method="bounded")
    return round(float(best.x), 3)


def judge(encoder: Encoder, one: HeldOut, models: Models) -> list[Judged]:
    """What encoder and linear model make of the posts of a held-out set.

    `models` are linear models by name that did not see the set either.
    """
    texts = [post.text for post in one.posts]
    languages = _languages(texts, models)
    meanings = encoder.meanings(texts)
    linear = _linear(one.task, texts, languages, models)
    places = encoder.heads.places()
    found = []
    for post, language, meaning, other in zip(
        one.posts, languages, meanings, linear, strict=True
    ):
        logits = meaning.logits[places[one.task]].astype(np.float64)
        if one.task == "sentiment":
            logits = logits + meaning.logits[places[f"sentiment@{language}"]]
        found.append(Judged(post.label, language, logits.tolist(), other))
    return found


def share_of_linear(
    judged: Sequence[Judged], classes: Sequence[str], slope: float
) -> float:
    """The smallest share of the linear model that is as good as the best."""
    if any(one.linear is None for one in judged) or not judged:
        return 0.0
    return least_of_best(
        {share: _score(judged, classes, slope, share) for share in SHARES}
    )


def least_of_best(scored: Mapping[float, float]) -> float:
    """The smallest share whose macro-F1 is as good as the best."""
    best = max(scored.values())
    return min(share for share, score in scored.items() if score >= best - _CLEAR)


def averaged(one: Judged, classes: Sequence[str], slope: float, share: float) -> str:
    """The likeliest label of the two models' chances, weighed."""
    mine = softmax([value * slope for value in one.logits])
    chances = dict(zip(classes, mine, strict=True))
    if one.linear is not None:
        chances = {
            name: share * one.linear[name] + (1 - share) * value
            for name, value in chances.items()
        }
    return max(chances, key=lambda name: chances[name])


def scores(judged: Sequence[Judged], found: Callable[[Judged], str]) -> dict[str, Any]:
    """The scores of measure.py of the labels that `found` gives."""
    return measure.scores([one.label for one in judged], [found(one) for one in judged])


def by_linear(one: Judged) -> str:
    """The likeliest label of the linear model alone."""
    chances = one.linear
    assert chances is not None
    return max(chances, key=lambda name: chances[name])


def _score(
    judged: Sequence[Judged], classes: Sequence[str], slope: float, share: float
) -> float:
    found = scores(judged, lambda o: averaged(o, classes, slope, share))
    return float(found["macro_f1"])


def _languages(texts: Sequence[str], models: Models) -> list[str]:
    chances = models["language"].chances(texts)
    return [max(LANGUAGES, key=lambda name: one[name]) for one in chances]


def _linear(
    task: str, texts: Sequence[str], languages: Sequence[str], models: Models
) -> Sequence[Chances | None]:
    if task != "sentiment":
        model = models.get(task)
        return [None] * len(texts) if model is None else model.chances(texts)
    found: list[Chances | None] = [None] * len(texts)
    for language in LANGUAGES:
        mine = [at for at, one in enumerate(languages) if one == language]
        some = models[f"sentiment-{language}"].chances([texts[at] for at in mine])
        for at, chances in zip(mine, some, strict=True):
            found[at] = chances
    return found
