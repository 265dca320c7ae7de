"""Moves the chances of labels towards the mix of a real day, by plain numbers.

`language/data/day_mix.yaml` holds the shifts of log odds and says how they were found.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.analysis import Sentiment
from socialcell.language.classifiers.sentiment import of_chances
from socialcell.language.linear_model import softmax

_LEAST = 1e-9  # chance that is not told from none


def shifted(task: str, language: str, chances: Mapping[str, float]) -> dict[str, float]:
    """The chances of a task's labels in a language; they sum to one as before."""
    return moved(chances, _shifts().get((task, language), {}))


def moved(
    chances: Mapping[str, float], shifts: Mapping[str, float]
) -> dict[str, float]:
    """The chances with a number added to the log odds of some of them; they sum to
    one as before."""
    if not shifts or not chances:
        return dict(chances)
    odds = [
        math.log(max(chance, _LEAST)) + shifts.get(label, 0.0)
        for label, chance in chances.items()
    ]
    return dict(zip(chances, softmax(odds), strict=True))


def sentiment_of_a_day(sentiment: Sentiment, language: str) -> Sentiment:
    """The sentiment with its chances shifted; where it abstains it still does."""
    chances = shifted("sentiment", language, sentiment.probabilities)
    if chances == sentiment.probabilities:
        return sentiment
    return with_chances(sentiment, chances)


def with_chances(sentiment: Sentiment, chances: Mapping[str, float]) -> Sentiment:
    """The sentiment with other chances; where it abstains it still does."""
    other = of_chances(chances)
    abstains = sentiment.label == other.label and not sentiment.confident
    return replace(other, confident=other.confident and not abstains)


@lru_cache(maxsize=1)
def _shifts() -> dict[tuple[str, str], dict[str, float]]:
    """By task and language: what is added to the log odds of a label."""
    return {
        (task, language): {label: float(shift) for label, shift in labels.items()}
        for task, languages in lexicon.data("day_mix").items()
        for language, labels in languages.items()
    }
