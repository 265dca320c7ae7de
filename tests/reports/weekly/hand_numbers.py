"""The context of a weekly letter whose numbers are written by hand."""

from typing import Any, cast

from socialcell.i18n import language
from socialcell.reports.phrases import Phrases
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly.letter_context import LetterContext
from tests.reports.sections.numbers import figure

ENGLISH = language("en")
WORK = {
    "posts": 0,
    "answers": 0,
    "kept": 0,
    "due": 0,
    "posts_waiting": {"n": 0, "due_at": None},
    "answers_waiting": {"n": 0, "due_at": None},
}
OWN = {
    "planned": [],
    "closed": 0,
    "closed_of": [],
    "festival": [],
    "work": WORK,
    "commitments": [],
}
WATER = {"id": "dept:water", "name": {"en": "Water Department"}}


def context(letter: dict[str, Any] | None = None, **numbers: Any) -> LetterContext:
    """A week from 16 November with 40 mentions, of which 30 had 20 the week before."""
    coverage = {"due": 336, "covered": 336, "platforms": [{"id": "x", "missing": []}]}
    week = {
        "coverage": coverage,
        "mentions": figure(40, 20),
        "period": {"to": "2026-11-23T00:00:00+05:30"},
        "made_at": "2026-11-23T09:00:00+05:30",
        "days": [
            figure(n, date=f"2026-11-{16 + day}")
            for day, n in enumerate((3, 4, 20, 3, 4, 3, 3))
        ],
        "urgencies": [figure(2, 1, id="critical"), figure(3, 2, id="high")],
        "intents": [figure(30, id="complaint", unsure=8)],
        "owners": [],
        "unread": 0,
        "letter": OWN | (letter or {}),
        **numbers,
    }
    return LetterContext(cast(WeekNumbers, week), Phrases(ENGLISH), "Social media cell")
