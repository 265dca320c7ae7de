"""One spaCy pipeline: blank "xx" and our components, from cleaned text to Reading."""

import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import spacy
from spacy.attrs import NORM
from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import components, lexicon
from socialcell.language.notes import notes
from socialcell.language.reading import Model, Reading
from socialcell.text import clean_text

LONGEST = 1_000_000  # spaCy refuses longer texts (E088)
MOST_WORDS = 250_000
_LETTER = "[^\\W\\d_]|[\u0900-\u0963]"
_EMOJI = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
# Where a post is cut although nothing separates it: punctuation and emoji between
# words, camel case and underscores in hashtags.
_INFIX = re.compile(
    '[।॥…,;!?|/\\\\()\\[\\]{}"“”«»<>=+*^~_&#]+'
    f"|{_EMOJI}[\ufe0f\U0001f3fb-\U0001f3ff]*"
    f"|(?<=[\\w\u0900-\u0963])[-–—:.](?={_LETTER})"
    "|\\.\\.+"
    "|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})"
)
_ADDRESS = re.compile(r"(?:https?://\S+|www\.\S+|@[\w.]*\w)$", re.IGNORECASE)
_ORDER = (
    "socialcell_words",
    "socialcell_gazetteer",
    "socialcell_cues",
    "socialcell_language",
    "socialcell_topics",
    "socialcell_sentiment",
    "socialcell_intent",
    "socialcell_urgency",
)


class Reader:
    """The loaded pipeline. Results do not depend on batch, order or thread."""

    def __init__(self) -> None:
        self._nlp = build()
        self._model = Model("socialcell-rules", f"1.{lexicon.fingerprint()}")
        self._lock = threading.Lock()

    def stream(self, texts: Iterable[str], batch_size: int) -> Iterator[Reading]:
        """Readings in the order of the texts, `batch_size` texts at a time."""
        source = iter(texts)
        while batch := list(islice(source, batch_size)):
            yield from self._batch(batch)

    def _batch(self, texts: list[str]) -> list[Reading]:
        cleaned = [clean_text(text) for text in texts]
        heads = [text[:LONGEST] for text in cleaned]
        with self._lock:
            # spaCy keeps every word it has seen: start afresh before it weighs.
            if len(self._nlp.vocab) > MOST_WORDS:
                self._nlp = build()
            return [
                self._reading(text, doc)
                for text, doc in zip(cleaned, self._nlp.pipe(heads), strict=True)
            ]

    def _reading(self, text: str, doc: Doc) -> Reading:
        found = notes(doc)
        assert found.sentiment is not None
        assert found.intent is not None
        assert found.urgency is not None
        return Reading(
            text=text,
            language=found.language,
            mixed=found.mixed,
            script=found.script,
            sentiment=found.sentiment,
            entities=tuple(found.entities),
            intent=found.intent,
            topics=tuple(found.topics),
            urgency=found.urgency,
            model=self._model,
            truncated=len(text) > LONGEST,
        )


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The one pipeline of this process, built on first use."""
    return Reader()


def build() -> Language:
    """A fresh pipeline: tokenizer of blank "xx" with our cuts, then our components."""
    nlp = spacy.blank("xx")
    tokenizer: Any = nlp.tokenizer
    tokenizer.infix_finditer = _INFIX.finditer
    tokenizer.token_match = _ADDRESS.match
    # NORM of a word is the known word it is a form of: matchers see through endings.
    vocab: Any = nlp.vocab
    # Its other facts about a word (shape, like_url …) nobody here asks for.
    vocab.lex_attr_getters = {NORM: components.stems().norm}
    for name in _ORDER:
        nlp.add_pipe(name)
    return nlp
