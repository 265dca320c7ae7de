"""Names in Marathi and Hindi text by conditional random fields over words."""

import re
from collections.abc import Sequence
from functools import lru_cache

import pycrfsuite

from socialcell.language import conll, weights
from socialcell.language.measure import Span

LANGUAGES = ("mr", "hi")
_JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff")
_DIGIT = re.compile(r"\d")


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
