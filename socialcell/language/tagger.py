"""Names in Marathi and Hindi text by conditional random fields over words."""

import re
from collections.abc import Sequence
from functools import lru_cache

import pycrfsuite

from socialcell.language import conll, lexicon, weights
from socialcell.language.measure import Span
from socialcell.language.reading import Entity
from socialcell.language.words import key_of

LANGUAGES = ("mr", "hi")
_JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff")
_DIGIT = re.compile(r"\d")
_WORD = re.compile("[\\w\u0900-\u0963]+")


class Tagger:
    """Finds spans of words; the model's own labels are mapped to ours."""

    def __init__(self, model: bytes) -> None:
        self._model = model  # the library reads these bytes and does not keep them
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)

    def spans(self, words: Sequence[str]) -> list[Span]:
        """(first word, word after the last, label) of every name."""
        return conll.mapped_spans(self._tagger.tag(features(words)))


@lru_cache
def tagger(language: str, nc: bool) -> Tagger | None:
    """The tagger of a language; None where its model is absent or switched off."""
    model = weights.content(f"entities-{language}", nc=nc)
    return None if model is None else Tagger(model)


def is_name(entity: Entity) -> bool:
    """Is it a name, or a number, a time, a measure, an office, a word of every day?

    Taggers are trained to find those too, as OTHER: that is a label of the training
    data, and what carries it is no name. An entry of the gazetteer always is one.
    """
    if entity.id is not None:
        return True
    return entity.label != "OTHER" and any(
        _DIGIT.sub("", key) and key not in _no_names()
        for key in map(key_of, _WORD.findall(entity.text))
    )


def features(words: Sequence[str]) -> list[list[str]]:
    """Of every word: itself, its ends, its form, and its neighbours by two."""
    forms = [_form(word) for word in words]
    around = ["<<", "<", *forms, ">", ">>"]
    found = []
    for at, word in enumerate(words):
        before2, before, here, after, after2 = around[at : at + 5]
        found.append(
            [
                *_own(word),
                f"-1={before}",
                f"+1={after}",
                f"-2={before2}",
                f"+2={after2}",
                f"-1,0={before}|{here}",
                f"0,+1={here}|{after}",
                f"-1$={before[-3:]}",
                f"+1$={after[-3:]}",
                f"+1^={after[:3]}",
            ]
        )
    return found


@lru_cache(maxsize=1)
def _no_names() -> frozenset[str]:
    """Function words, numbers, times and other words that alone are no name."""
    function_words = (
        word
        for by_weight in lexicon.data("function_words")["words"].values()
        for words in by_weight.values()
        for word in words
    )
    others = (word for words in lexicon.data("no_names").values() for word in words)
    return frozenset(map(key_of, (*function_words, *others)))


@lru_cache(maxsize=50_000)
def _form(word: str) -> str:
    return _DIGIT.sub("0", word.translate(_JOINERS).lower())


@lru_cache(maxsize=50_000)
def _own(word: str) -> tuple[str, ...]:
    form = _form(word)
    found = ["1", f"w={form}"]
    for length in range(1, min(5, len(form) + 1)):
        found += [f"^{form[:length]}", f"${form[-length:]}"]
    if "0" in form:
        found.append("digit")
    if form.isascii():
        found.append("latin")
    if not any(character.isalnum() for character in form):
        found.append("mark")
    if word[:1] in "@#":
        found.append(f"sign{word[:1]}")
    found.append(f"long{min(len(form), 8)}")
    return tuple(found)
