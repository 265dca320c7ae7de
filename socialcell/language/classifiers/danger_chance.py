"""How likely a text tells of danger or of a need that cannot wait, by learned models.

The words of danger.yaml are the floor (danger.py); this finds what is told without the
obvious word.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from socialcell.language import danger_rules
from socialcell.language.analysis import NO_MESSAGE
from socialcell.language.classifiers import civic_model
from socialcell.language.danger_rules import Danger
from socialcell.language.linear_model import log_odds, sigmoid
from socialcell.language.notes import Notes

_WORDS, _FEWEST, _MOST = 15, 6, 60


class Least(NamedTuple):
    """The chance that is enough in a text of 15 words, and the log odds by which it
    rises with the logarithm of the words, below 15 and above."""

    chance: float
    rise_below: float
    rise_above: float

    def of(self, notes: Notes) -> float:
        """In a text of so many words, without what is put around the message."""
        words = min(max(len(notes.core.split()), _FEWEST), _MOST) / _WORDS
        rise = self.rise_below if words < 1.0 else self.rise_above
        return sigmoid(log_odds(self.chance) + rise * math.log(words))


# From which chance of danger the level is `high` at least, as a message and in talk or
# spam, and from which chance of `critical` a danger is. The models doubt a few bare
# words and believe a long tale, in which much sounds like danger. Then the chance that
# is enough in a story, that of `critical` from which any text tells of danger, and that
# of danger below which its words are a figure of speech. All were chosen where the say
# of the model of a day was (day_model.py), and on short and plain posts by more hands.
_ENOUGH, _ENOUGH_IN_TALK = Least(0.35, 1.5, 0.15), Least(0.42, 2.6, 0.3)
_CRITICAL = Least(0.25, 1.8, 0.5)
_ENOUGH_IN_A_STORY, _SURELY_CRITICAL = 0.7, 0.5
_FIGURE_OF_SPEECH = {
    Danger.SERIOUS: Least(0.1, 1.0, 0.0),
    Danger.CRITICAL: Least(0.1, 5.0, 0.0),
}
# The chance from which parts of a text are read. Chances from which a danger counts
# that is heard only without what is put around the message, and only in a passage: with
# less, talk would ring. Of one sentence, which says least of what it is about, that of
# `critical`, and words alone are not enough: "he fell into the well" may be of a film.
_HINT = 0.05
_ENOUGH_BARE, _ENOUGH_IN_A_PASSAGE, _CRITICAL_IN_A_SENTENCE = 0.5, 0.7, 0.4
# Log odds of danger, where the encoder was asked: a logistic regression on 2,790 posts
# that neither the linear model nor the encoder had seen.
_OF_LINEAR, _OF_ENCODER, _START = 0.81, 0.385, -0.13


def is_enough(notes: Notes) -> bool:
    """Whether a text is taken to tell of danger by how it is told."""
    assert notes.intent is not None
    if notes.exercise:
        return False
    if notes.story:
        return notes.danger_chance >= _ENOUGH_IN_A_STORY
    if notes.day is not None and notes.day.critical >= _SURELY_CRITICAL:
        return True
    in_talk = notes.intent.label in NO_MESSAGE
    least = _ENOUGH_IN_TALK if in_talk else _ENOUGH
    return notes.danger_chance >= least.of(notes)


def is_in_words(notes: Notes) -> bool:
    """Whether words say so, and the model of a day, which asked the encoder, is not
    sure that they are a figure of speech, or doubts it where they tell a story; who
    means to die, or cries for help from a place, is taken at their word."""
    if not notes.danger:
        return False
    if notes.day is None or notes.meaning is None:
        return True
    if danger_rules.is_of_own_life(notes.core) or danger_rules.is_bare_cry(notes.core):
        return True
    figure = _FIGURE_OF_SPEECH[notes.danger].of(notes)
    return notes.day.high >= (_ENOUGH_IN_A_STORY if notes.story else figure)


def is_hinted_at(notes: Notes) -> bool:
    """Whether a text may tell of danger in a part of it."""
    return bool(notes.danger) or notes.danger_chance >= _HINT


def is_enough_bare(part: Notes) -> bool:
    """Whether a text tells of danger without what is put around the message."""
    return bool(part.danger) or part.danger_chance >= _ENOUGH_BARE


def is_enough_in_a_passage(part: Notes) -> bool:
    """Whether two neighbouring sentences tell of danger."""
    return bool(part.danger) or part.danger_chance >= _ENOUGH_IN_A_PASSAGE


def is_enough_in_a_sentence(part: Notes) -> bool:
    """Whether a sentence tells of danger to a life, whatever its neighbours say."""
    return part.day is not None and part.day.critical >= _CRITICAL_IN_A_SENTENCE


def is_critical(notes: Notes) -> bool:
    """Whether a danger is one to a life now, by the words or by how it is told.

    From less than even odds: who is called in vain loses less than who waits in vain.
    """
    if notes.danger is Danger.CRITICAL and is_in_words(notes):
        return True
    return notes.day is not None and notes.day.critical >= _CRITICAL.of(notes)


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
        _OF_LINEAR * log_odds(linear) + _OF_ENCODER * log_odds(encoder) + _START
    )


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
