"""How likely a text tells of danger or of a need that cannot wait, by learned models.

The words of danger.yaml are the floor (danger.py); this finds what is told without the
obvious word.
"""

import math
from collections.abc import Mapping

from socialcell.language.classifiers import civic_model
from socialcell.language.classifiers.intent import NO_MESSAGE
from socialcell.language.danger_rules import Danger
from socialcell.language.linear_model import sigmoid
from socialcell.language.notes import Notes

REASON = "reads like danger"  # for an operator, where no word says why
# Chance from which the level is `high` at least: on 400 posts by a hand of which
# nothing was learned, 95.5 % of the dangers and 4.8 % of the others are above it.
ENOUGH = 0.2
# The same where the text is taken for talk or spam, and where it is told as a story. On
# those posts neither loses a danger; of 15 false alarms 8 are left.
_ENOUGH_IN_TALK, _ENOUGH_IN_A_STORY = 0.3, 0.9
# Log odds of danger, where the encoder was asked: a logistic regression on 2,790 posts
# that neither the linear model nor the encoder had seen.
_OF_LINEAR, _OF_ENCODER, _START = 0.81, 0.385, -0.13
_LEAST = 1e-5  # chance that is not told from none


def is_enough(chance: float, notes: Notes) -> bool:
    """Whether a text with this chance is taken to tell of danger."""
    assert notes.intent is not None
    if notes.exercise:
        return False
    if notes.story:
        return chance >= _ENOUGH_IN_A_STORY
    return chance >= (_ENOUGH_IN_TALK if notes.intent.label in NO_MESSAGE else ENOUGH)


def chance(notes: Notes, urgency: Mapping[str, float]) -> float:
    """In [0, 1]; 0 where the model `civic` is absent or nothing but names is said.

    `urgency` is the evidence for the level (`civic.urgency_evidence`).
    """
    judge = civic_model.models_by_task().get(civic_model.DANGER)
    if judge is None or not notes.margins:
        return 0.0
    linear = judge.chances(evidence(notes, urgency))[civic_model.DANGER]
    if notes.meaning is None:
        return linear
    encoder = notes.meaning.chances(civic_model.DANGER)[civic_model.DANGER]
    return sigmoid(
        _OF_LINEAR * _log_odds(linear) + _OF_ENCODER * _log_odds(encoder) + _START
    )


def _log_odds(chance: float) -> float:
    inside = min(max(chance, _LEAST), 1.0 - _LEAST)
    return math.log(inside / (1.0 - inside))


def evidence(notes: Notes, urgency: Mapping[str, float]) -> dict[str, float]:
    """What speaks for danger: that for the level, and margins and words of danger."""
    return {
        **urgency,
        **{f"margin:{name}": m for name, m in notes.margins["intent"].items()},
        civic_model.DANGER: notes.margins[civic_model.DANGER][civic_model.DANGER],
        "words": float(notes.danger > Danger.NONE),
        "exercise": float(notes.exercise),
        "length": math.log1p(len(notes.facts)),
    }
