"""The result of the pipeline for one text: the Analysis and its plain-dict form."""

from dataclasses import asdict, dataclass
from typing import Any

ASKING = ("complaint", "question", "suggestion", "help")
"""Intents of those who ask the city for something."""
NO_MESSAGE = ("not_civic", "spam")
"""Intents of those who want nothing of the city."""
IN_DANGER, OPEN_DANGER = "danger to life", "open danger"  # as in urgency.yaml
PERHAPS_DANGER = "possible danger to life"
LIKE_DANGER = "reads like danger"  # where no word says why
DANGER_REASONS = frozenset({IN_DANGER, OPEN_DANGER, PERHAPS_DANGER, LIKE_DANGER})
"""Reasons of an urgency by which somebody may be hurt."""
NO_TOPIC = "other"
"""The topic of what has none of the vocabulary's others."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`score` in [-1, 1], negative to positive; `confident` is False to abstain."""

    label: str
    score: float
    confident: bool
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class Entity:
    """A name in the text: `text[start:end]`, code points of the cleaned text."""

    start: int
    end: int
    text: str
    label: str
    id: str | None


@dataclass(frozen=True, slots=True)
class Intent:
    """What the writer wants; `score` in [0, 1]. `detail` is closed_without_action where
    a complaint was closed although nothing was done."""

    label: str
    score: float
    confident: bool
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic id of the vocabulary and its score in [0, 1]."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon somebody must act; `reasons` are words for an operator."""

    level: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """Name and version of what made the analysis; a changed data file changes it."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of one text. The fields are those of `socialcell tag`.

    `text` is the whole cleaned text. `truncated` says that only its beginning was
    read because it is longer than the pipeline takes.
    """

    text: str
    language: str
    mixed: bool
    script: str
    sentiment: Sentiment
    entities: tuple[Entity, ...]
    intent: Intent
    topics: tuple[Topic, ...]
    urgency: Urgency
    model: ModelVersion
    truncated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The form of `socialcell tag`; `truncated` is there only when it is so."""
        plain = asdict(self)
        if not self.truncated:
            del plain["truncated"]
        return plain
