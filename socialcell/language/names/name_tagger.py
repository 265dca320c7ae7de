"""Names in Marathi and Hindi text by conditional random fields over words."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from socialcell.language import lexicon, weights
from socialcell.language.analysis import Entity
from socialcell.language.measure import Span
from socialcell.language.names import conll
from socialcell.language.names.crf import Crf
from socialcell.language.words import key_of
from socialcell.settings.language import NcModels

LANGUAGES = ("mr", "hi")
_JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff")
_DIGIT = re.compile(r"\d")
_WORD = re.compile("[\\w\u0900-\u0963]+")
_REMEMBERED = 50_000  # words
_STARTS, _ENDS = ("<<", "<"), (">", ">>")
_PAIR_BEFORE, _PAIR_AFTER = "-1,0=", "0,+1="
# What a form says of a word beside it, and where it stands seen from there.
_NEIGHBOURS: tuple[tuple[Callable[[str], tuple[str, ...]], int], ...] = (
    (lambda form: (f"-1={form}", f"-1$={form[-3:]}"), -1),
    (lambda form: (f"+1={form}", f"+1$={form[-3:]}", f"+1^={form[:3]}"), 1),
    (lambda form: (f"-2={form}",), -2),
    (lambda form: (f"+2={form}",), 2),
)


class Tagger:
    """Finds spans of words; the model's own labels are mapped to ours.

    What a word brings to its own score and to those of its neighbours is the same
    wherever it stands: it is summed up once. Only pairs of words are looked up anew.
    """

    def __init__(self, model: bytes) -> None:
        self._crf = Crf.of(model)
        self._none = len(
            self._crf.attribute_ids
        )  # the row of an attribute without a weight
        self._pairs = {
            start: {
                name.removeprefix(start): row
                for name, row in self._crf.attribute_ids.items()
                if name.startswith(start)
            }
            for start in (_PAIR_BEFORE, _PAIR_AFTER)
        }
        self._rows: dict[str, int] = {}
        self._shares: NDArray[np.float64]
        self._forget()

    def spans(self, sentences: Sequence[Sequence[str]]) -> list[list[Span]]:
        """(first word, word after the last, label) of every name of each sentence."""
        lengths = [len(words) for words in sentences]
        if not any(lengths):
            return [[] for _ in sentences]
        tags = self._crf.best(self._scores(sentences), lengths)
        return list(map(conll.mapped_spans, tags))

    def _scores(self, sentences: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Shape (words of all sentences, labels): the sum over `features` of each."""
        if len(self._rows) > _REMEMBERED:
            self._forget()
        self._learn(word for words in sentences for word in words)
        rows, inner = self._rows, []
        at: list[int] = []
        pairs: list[tuple[int, int]] = []
        before, after = self._pairs[_PAIR_BEFORE], self._pairs[_PAIR_AFTER]
        for words in sentences:
            if not words:
                continue
            first = len(at) + len(_STARTS)
            inner.append(np.arange(first, first + len(words)))
            at += [rows[word] for word in (*_STARTS, *words, *_ENDS)]
            forms = [_STARTS[-1], *map(_form, words), _ENDS[0]]
            form_pairs = [f"{form}|{other}" for form, other in pairwise(forms)]
            pairs += [
                (before.get(left, self._none), after.get(right, self._none))
                for left, right in pairwise(form_pairs)
            ]
        here = np.concatenate(inner)
        word = np.array(at)
        share = self._shares
        scores: NDArray[np.float64] = share[word[here], 0]
        for part, (_, offset) in enumerate(_NEIGHBOURS, 1):
            scores += share[word[here + offset], part]
        for looked_up in np.array(pairs).T:
            scores += self._crf.emits[looked_up]
        return scores

    def _learn(self, words: Iterable[str]) -> None:
        """Sum up what words bring along that were not seen before."""
        fresh = [word for word in dict.fromkeys(words) if word not in self._rows]
        if not fresh:
            return
        attribute_ids = self._crf.attribute_ids
        parts: list[int] = []
        starts: list[int] = []
        for word in fresh:
            form = _form(word)
            for names in (_own(word), *(tell(form) for tell, _ in _NEIGHBOURS)):
                starts.append(len(parts))
                parts.append(self._none)
                parts += [
                    attribute_ids[name] for name in names if name in attribute_ids
                ]
        sums = np.add.reduceat(self._crf.emits.take(parts, axis=0), starts, axis=0)
        shares = sums.reshape(len(fresh), 1 + len(_NEIGHBOURS), -1)
        first, last = len(self._rows), len(self._rows) + len(fresh)
        self._rows.update(zip(fresh, range(first, last), strict=True))
        if last > len(self._shares):
            grown = np.empty((2 * last, *self._shares.shape[1:]))
            grown[:first] = self._shares[:first]
            self._shares = grown
        self._shares[first:last] = shares

    def _forget(self) -> None:
        self._rows.clear()
        labels = len(self._crf.labels)
        self._shares = np.zeros((0, 1 + len(_NEIGHBOURS), labels))
        self._learn((*_STARTS, *_ENDS))


@lru_cache
def tagger(language: str, nc: NcModels) -> Tagger | None:
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
    forms = [*_STARTS, *map(_form, words), *_ENDS]
    rows = []
    for at, word in enumerate(words, len(_STARTS)):
        before, here, after = forms[at - 1 : at + 2]
        neighbour_names = [
            name for tell, by in _NEIGHBOURS for name in tell(forms[at + by])
        ]
        pairs = (f"{_PAIR_BEFORE}{before}|{here}", f"{_PAIR_AFTER}{here}|{after}")
        rows.append([*_own(word), *neighbour_names, *pairs])
    return rows


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


def _own(word: str) -> tuple[str, ...]:
    form = _form(word)
    names = ["1", f"w={form}"]
    for length in range(1, min(5, len(form) + 1)):
        names += [f"^{form[:length]}", f"${form[-length:]}"]
    if "0" in form:
        names.append("digit")
    if form.isascii():
        names.append("latin")
    if not any(character.isalnum() for character in form):
        names.append("mark")
    if word[:1] in "@#":
        names.append(f"sign{word[:1]}")
    names.append(f"long{min(len(form), 8)}")
    return tuple(names)
