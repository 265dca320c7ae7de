"""How likely a text tells of danger or of a need that cannot wait, by learned models.

The words of danger.yaml are the floor (danger.py); this hears what is told without the
obvious word.
"""

import math

from socialcell.language import civic
from socialcell.language.notes import Notes

REASON = "told as danger is told"  # for an operator, where no word says it
ENOUGH = 0.5  # chance from which the level is `high` at least


def is_dangerous(notes: Notes) -> bool:
    """By the words of danger, or by what the models make of the whole text."""
    return notes.danger or chance(notes) >= ENOUGH


def chance(notes: Notes) -> float:
    """In [0, 1]; 0 where the model `civic` is absent or nothing but names is said."""
    judge = civic.judges().get(civic.DANGER)
    if judge is None or not notes.margins:
        return 0.0
    found = judge.chances(evidence(notes))
    return civic.with_meaning(civic.DANGER, found, notes)[civic.DANGER]


def evidence(notes: Notes) -> dict[str, float]:
    """What speaks for danger: margins of n-grams, words of danger, reasons for haste.

    `notes.margins` has the margins by task and class.
    """
    named = {
        f"{task}:{name}": margin
        for task in (civic.DANGER, "urgency", "intent")
        for name, margin in notes.margins[task].items()
    }
    return {
        **named,
        **{f"reason:{name}": weight for name, weight in notes.reasons().items()},
        "words": float(notes.danger),
        "exercise": float(notes.exercise),
        "length": math.log1p(len(notes.facts)),
    }
