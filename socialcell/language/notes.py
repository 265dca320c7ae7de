"""The record that the components of the pipeline share about one document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from spacy.tokens import Doc

from socialcell.language import danger_rules, frames
from socialcell.language.analysis import (
    IN_DANGER,
    Entity,
    Intent,
    Sentiment,
    Topic,
    Urgency,
)
from socialcell.language.danger_rules import Danger
from socialcell.language.lexicon import Cue
from socialcell.language.semantic.encoder import EncoderOutput
from socialcell.language.words import Word

_KEY = "socialcell"


class Fact(NamedTuple):
    """One token's word with its entries in the data files."""

    word: Word
    stem: str
    stem_length: int
    votes: tuple[float, ...] | None  # in the order of lexicon.LANGUAGES
    tone: float
    roles: frozenset[str]


class DayChances(NamedTuple):
    """Chances in [0, 1] by the model of a day: of each group of intents and of each
    sentiment (sums of one), that a text is `high` at least, that it is `critical`."""

    groups: Mapping[str, float]
    sentiments: Mapping[str, float]
    high: float
    critical: float


@dataclass(slots=True)
class Hit:
    """A cue found at tokens start to end (exclusive)."""

    cue: Cue
    start: int
    end: int

    def is_inside(self, other: "Hit") -> bool:
        """Whether its tokens are among those of another."""
        return other.start <= self.start and self.end <= other.end


@dataclass(slots=True)
class Notes:
    """Filled from left to right by the components; see pipeline.py for the order."""

    text: str = ""  # of the document, kept: spaCy joins it anew on every look
    core: str = ""  # the same, blank where something is put around the message
    is_part: bool = (
        False  # is it read once more, for what danger a text tells of in it?
    )
    words: int = 0  # those outside names
    facts: list[Fact] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    named: set[int] = field(default_factory=set)  # tokens inside an entity
    placed: set[int] = field(default_factory=set)  # tokens inside a PLACE
    # Where a tagger's PLACE starts that nothing around it shows to be one.
    doubted: set[int] = field(default_factory=set)
    hits: list[Hit] = field(default_factory=list)
    danger: Danger = Danger.NONE  # of the words, in earnest
    story: bool = False  # is it told as a story or a joke, or not in earnest?
    exercise: bool = False  # is danger only practised?
    between_people: bool = False  # has no office anything to do with it?
    language: str = "und"
    mixed: bool = False
    script: str = "Zyyy"
    # Chance of each language, from which the models of sentiment are chosen.
    languages: Mapping[str, float] = field(default_factory=dict)
    english: float = 0.0  # how likely it is English
    # By likely language: its share, its name, and the chances by its linear model.
    sentiment_votes: list[tuple[float, str, Mapping[str, float]]] = field(
        default_factory=list
    )
    topics: list[Topic] = field(default_factory=list)
    # Of the civic model: by task and class.
    margins: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    intents: Mapping[str, float] = field(default_factory=dict)  # chance of each
    levels: Mapping[str, float] = field(default_factory=dict)  # chance of each
    danger_chance: float = 0.0  # by all models together
    day: DayChances | None = None  # by the model that has the last word
    detail: str | None = None  # of the intent; intent_detail.py finds it
    intent: Intent | None = None
    sentiment: Sentiment | None = None
    urgency: Urgency | None = None
    meaning: EncoderOutput | None = None  # where the encoder was asked

    def values(self, kind: str) -> dict[str, float]:
        """Cue values of a kind with their weights joined as independent evidence."""
        unlikelihoods: dict[str, float] = {}
        for hit in self.hits:
            if hit.cue.kind == kind:
                cue_value = hit.cue.value
                unlikelihoods[cue_value] = unlikelihoods.get(cue_value, 1.0) * (
                    1.0 - hit.cue.weight
                )
        return {
            cue_value: 1.0 - unlikeliness
            for cue_value, unlikeliness in unlikelihoods.items()
        }

    def reasons(self) -> dict[str, float]:
        """The reasons for haste with their weights, danger to life among them."""
        weights = self.values("urgency")
        if self.danger:
            weights[IN_DANGER] = max(weights.get(IN_DANGER, 0.0), danger_rules.WEIGHT)
        return weights


def text_of(doc: Doc) -> str:
    """The text of a document, joined once."""
    notes = notes_of(doc)
    if not notes.text:
        notes.text = doc.text
    return notes.text


def core_of(doc: Doc) -> str:
    """The text of a document without what is put around the message, as long as it."""
    notes = notes_of(doc)
    if not notes.core:
        notes.core = frames.core(text_of(doc))
    return notes.core


def notes_of(doc: Doc) -> Notes:
    """The notes of a document; the first component makes them."""
    notes: Notes | None = doc.user_data.get(_KEY)
    if notes is None:
        notes = doc.user_data[_KEY] = Notes()
    return notes
