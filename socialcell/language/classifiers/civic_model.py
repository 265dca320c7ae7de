"""Weighs the evidence of n-grams and of rules for intent, topics and urgency."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, repeat
from operator import mul
from typing import TypedDict

from socialcell.language import lexicon, weights
from socialcell.language.analysis import Entity
from socialcell.language.linear_model import softmax
from socialcell.language.notes import Notes

NAME = "civic"  # of the model: one column a class of each task
TASKS = ("intent", "topic", "urgency")
DANGER = "danger"  # a task of its own: is the level `high` at least?
DANGEROUS = ("critical", "high")
CITY_ENTITIES = ("ORG", "SERVICE", "INITIATIVE")
_SOMEWHERE = "\ue002"
_KINDS = (
    "garden",
    "park",
    "hospital",
    "river",
    "dam",
    "school",
    "market",
    "crematorium",
)
_TO_THE_CITY = ("complaint", "suggestion", "help")


class JudgeFacts(TypedDict):
    """A logistic model as its card has it; `matrix` is (classes, names)."""

    classes: list[str]
    names: list[str]
    matrix: list[list[float]]
    bias: list[float]


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Log odds of each class as weighed sums of named values (logistic regression)."""

    classes: tuple[str, ...]
    names: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]  # shape (classes, names)
    bias: tuple[float, ...]

    @classmethod
    def of(cls, facts: JudgeFacts) -> "LogisticModel":
        """As `facts` of a card."""
        return cls(
            tuple(facts["classes"]),
            tuple(facts["names"]),
            tuple(map(tuple, facts["matrix"])),
            tuple(facts["bias"]),
        )

    def chances(self, values: Mapping[str, float]) -> dict[str, float]:
        """Probabilities by class; a value that is not there counts as 0."""
        evidence = list(map(values.get, self.names, repeat(0.0)))
        odds = [
            start + sum(map(mul, row, evidence))
            for row, start in zip(self.matrix, self.bias, strict=True)
        ]
        return dict(zip(self.classes, softmax(odds), strict=True))


@lru_cache
def models_by_task() -> dict[str, LogisticModel]:
    """By task, from the card of the model; none where it is absent."""
    card = weights.card(NAME)
    facts_by_task = {} if card is None else card.facts["judges"]
    return {task: LogisticModel.of(facts) for task, facts in facts_by_task.items()}


def columns() -> tuple[str, ...]:
    """`task:class` of every column of the model."""
    by_task = {task: tuple(lexicon.vocabulary(task)) for task in TASKS}
    by_task[DANGER] = (DANGER,)
    return tuple(f"{task}:{name}" for task, names in by_task.items() for name in names)


def plain(text: str, entities: Sequence[Entity]) -> str:
    """The text with the kind of each place of the gazetteer in place of its name.

    A road's name says nothing of roads, but a garden's name does of gardens.
    """
    parts, at = [], 0
    for entity in entities:
        if entity.label == "PLACE" and entity.id is not None and entity.start >= at:
            kind = entity.id.rpartition("-")[2]
            parts += [text[at : entity.start], kind if kind in _KINDS else _SOMEWHERE]
            at = entity.end
    return "".join((*parts, text[at:]))


def intent_evidence(notes: Notes) -> dict[str, float]:
    """What speaks for an intent: margins, cues, and the signs around them."""
    signs, topics = notes.values("sign"), notes.values("topic")
    cues = notes.values("intent")
    civic = is_civic(notes, signs)
    trouble = signs.get("trouble", 0.0)
    mood = 0.0 if notes.sentiment is None else notes.sentiment.score
    return {
        **_named("intent", notes.margins["intent"]),
        **_named("cue", cues),
        "civic": float(civic),
        "trouble": trouble,
        "civic trouble": civic * trouble,
        "asks": float(is_asking(notes)),
        "mood": mood,
        "irony": float(any("irony" in fact.roles for fact in notes.facts)),
        "praise trouble": trouble * cues.get("praise", 0.0),
        "topic": max(topics.values(), default=0.0),
        "place": float(any(entity.label == "PLACE" for entity in notes.entities)),
        "length": math.log1p(len(notes.facts)),
        "haste": max(notes.values("urgency").values(), default=0.0),
    }


def urgency_evidence(
    notes: Notes, intents: Mapping[str, float], ruled: float, days: int
) -> dict[str, float]:
    """What speaks for haste: margins, reasons, the rules' score, the likely intents."""
    reasons = notes.reasons()
    return {
        **_named("urgency", notes.margins["urgency"]),
        **{f"intent:{name}": math.log(c + 0.01) for name, c in intents.items()},
        **_named("reason", reasons),
        "ruled": ruled,
        "reasons": float(len(reasons)),
        "days": float(days >= 2),
        "many days": float(days >= 3),
    }


def with_meaning(
    task: str, linear: Mapping[str, float], notes: Notes
) -> dict[str, float]:
    """The chances averaged with the encoder's, with the weights of its card."""
    if notes.meaning is None or task not in notes.meaning.heads.classes:
        return dict(linear)
    return notes.meaning.averaged(task, linear)


def by_task(
    columns: Iterable[str], rows: Iterable[Sequence[float]]
) -> Iterator[dict[str, dict[str, float]]]:
    """The margins of each text by task and class, from its row of all columns."""
    parts, start = [], 0
    for task, task_columns in groupby(
        columns, key=lambda column: column.partition(":")[0]
    ):
        classes = [column.partition(":")[2] for column in task_columns]
        parts.append((task, classes, slice(start, start + len(classes))))
        start += len(classes)
    for row in rows:
        yield {
            task: dict(zip(classes, row[place], strict=True))
            for task, classes, place in parts
        }


def is_civic(notes: Notes, signs: Mapping[str, float]) -> bool:
    """Does the text concern the city, by the rules: a topic, a body, a civic word?"""
    topics = notes.values("topic")
    if any(score > 0.5 and name != "politics" for name, score in topics.items()):
        return True
    ours = [entity for entity in notes.entities if entity.id is not None]
    if any(entity.label in CITY_ENTITIES for entity in ours):
        return True
    places = any(entity.label == "PLACE" for entity in ours)
    is_request = any(
        hit.cue.kind == "intent" and hit.cue.value in _TO_THE_CITY for hit in notes.hits
    )
    at_a_place = places and (is_request or bool(topics) or "trouble" in signs)
    return "civic" in signs or at_a_place


def _named(kind: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{kind}:{name}": weight for name, weight in values.items()}


def is_asking(notes: Notes) -> bool:
    """Is there a question mark?"""
    return any("question_mark" in fact.roles for fact in notes.facts)
