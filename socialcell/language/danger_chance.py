"""How likely a text tells of danger or of a need that cannot wait, by learned models.

The words of danger.yaml are the floor (danger.py); this finds what is told without the
obvious word.
"""

import math
from collections.abc import Mapping

from socialcell.language import civic
from socialcell.language.notes import Notes

REASON = "told as danger is told"  # for an operator, where no word says it
ENOUGH = 0.2  # chance from which the level is `high` at least


def chance(notes: Notes, urgency: Mapping[str, float]) -> float:
    """In [0, 1]; 0 where the model `civic` is absent or nothing but names is said.

    `urgency` is the evidence for the level (`civic.urgency_evidence`).
    """
    judge = civic.judges().get(civic.DANGER)
    if judge is None or not notes.margins:
        return 0.0
    found = judge.chances(evidence(notes, urgency))
    return civic.with_meaning(civic.DANGER, found, notes)[civic.DANGER]


def evidence(notes: Notes, urgency: Mapping[str, float]) -> dict[str, float]:
    """What speaks for danger: that for the level, and margins and words of danger."""
    return {
        **urgency,
        **{f"margin:{name}": m for name, m in notes.margins["intent"].items()},
        civic.DANGER: notes.margins[civic.DANGER][civic.DANGER],
        "words": float(notes.danger),
        "exercise": float(notes.exercise),
        "length": math.log1p(len(notes.facts)),
    }
