"""Hide numbers of a person whose digits are written as words, in four ways to write.

"nine eight double two zero …", "नऊ आठ दोन दोन …", "nau aath don don …", and pairs as in
"अठ्ठ्याण्णव बावीस", also with digits between them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

import yaml

from socialcell.listening.city_numbers import certain_numbers
from socialcell.listening.people.masking_copy import ascii_digits, hide
from socialcell.listening.people.masking_telephones import is_telephone

_TOKEN = re.compile(r"\d+|[A-Za-zā]+|[\u0900-\u0963\u200c\u200d]+")
_JOIN = re.compile(r"[\s,.\-–—_*/()+…·]{0,6}")
_TENS = frozenset(("20", "30", "40", "50", "60", "70", "80", "90"))
_FEWEST_WORDS = 3  # a run with fewer is one that the digits' own rules judge
_FEWEST_TOKENS = 5
_AADHAAR = 12
_FEWEST_NEAR_WORD = 8  # digits beside a word for a telephone
_MOST_DIGITS = 14
_SHORTEST_SPELLING = 5  # letters of a word that is compared by its spelling


@dataclass(frozen=True, slots=True)
class _DigitToken:
    start: int
    end: int
    digits: str
    is_word: bool


@dataclass(frozen=True, slots=True)
class _NumberWords:
    digits: Mapping[str, str]
    spellings: Mapping[str, str]
    repeated: Mapping[str, int]
    telephone: frozenset[str]

    def digits_of(self, word: str) -> str | None:
        """The digits of a word, also of one that is spelt a little otherwise."""
        return self.digits.get(word) or self.spellings.get(_spelling(word))


def is_number_word(word: str) -> bool:
    """Whether a word in small letters is written for a digit or a pair of them."""
    return word in _number_words().digits


def hide_number_words(
    text: str, words: Sequence[str], published: frozenset[str] | None = None
) -> str:
    """The text without numbers in words; `words` are its words in small letters. Those
    that the city has `published` stay (None: the package's certain ones)."""
    table = _number_words()
    if sum(map(table.digits.__contains__, words)) < _FEWEST_WORDS:
        return text
    copy = ascii_digits(text)
    numbers = certain_numbers() if published is None else published
    spans = [
        (run[0].start, run[-1].end)
        for run in _runs(copy)
        if _is_personal(copy, run, numbers)
    ]
    return hide(text, spans)


def _runs(copy: str) -> Iterator[list[_DigitToken]]:
    """Digits and their words that stand next to each other, with nothing between."""
    table = _number_words()
    run: list[_DigitToken] = []
    times, times_start = 1, 0
    for hit in _TOKEN.finditer(copy):
        word = hit[0].lower()
        if run and not _JOIN.fullmatch(
            copy, run[-1].end, _start(hit, times, times_start)
        ):
            yield run
            run = []
        if word in table.repeated:
            times, times_start = table.repeated[word], hit.start()
            continue
        digits = word if word.isdecimal() else table.digits_of(word)
        if digits is None:
            if run:
                yield run
            run = []
        else:
            start = _start(hit, times, times_start)
            run.append(
                _DigitToken(start, hit.end(), digits * times, not word.isdecimal())
            )
        times = 1
    if run:
        yield run


def _start(hit: re.Match[str], times: int, times_start: int) -> int:
    return times_start if times > 1 else hit.start()


def _is_personal(
    copy: str, run: Sequence[_DigitToken], published: frozenset[str]
) -> bool:
    if sum(token.is_word for token in run) < _FEWEST_WORDS:
        return False
    digits = "".join(_joined(run))
    values = [int(token.digits) for token in run]
    steps = {b - a for a, b in pairwise(values)}
    if steps in ({1}, {-1}) or all(step > 0 for step in steps):
        return False  # somebody counts, or names wards in their order
    if digits in published:
        return False
    if is_telephone(digits):
        return True
    if len(digits) == _AADHAAR and len(run) >= _FEWEST_TOKENS:
        return True
    is_near_word = _last_word(copy, run[0].start) in _number_words().telephone
    fewest = _FEWEST_NEAR_WORD if is_near_word else 10
    return fewest <= len(digits) <= _MOST_DIGITS and len(run) >= _FEWEST_TOKENS


def _joined(run: Sequence[_DigitToken]) -> Iterator[str]:
    """The digits; "ninety eight" is 98 and not 908."""
    for token, following in zip(run, [*run[1:], None], strict=True):
        is_ten = token.is_word and token.digits in _TENS and following is not None
        is_whole = (
            is_ten
            and following is not None
            and following.is_word
            and len(following.digits) == 1
            and following.digits != "0"
        )
        yield token.digits[0] if is_whole else token.digits


def _last_word(copy: str, end: int) -> str:
    words = _TOKEN.findall(copy[max(end - 40, 0) : end])
    return words[-1].lower() if words else ""


@lru_cache(maxsize=1)
def _number_words() -> _NumberWords:
    place = resources.files("socialcell.listening") / "data" / "digit_words.yaml"
    # Every word is a string: "no" is a word here.
    lists = yaml.load(place.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
    by_word = {
        word: digits
        for kind in ("pairs", "digits")
        for digits, words in lists[kind].items()
        for word in words
    }
    repeated = {
        word: int(times) for times, words in lists["repeated"].items() for word in words
    }
    spellings = {
        _spelling(word): digits
        for word, digits in by_word.items()
        if len(word) >= _SHORTEST_SPELLING
    }
    spellings.pop("", None)
    return _NumberWords(by_word, spellings, repeated, frozenset(lists["telephone"]))


def _spelling(word: str) -> str:
    """A word of Latin letters without doubled ones; "" for a short one."""
    if len(word) < _SHORTEST_SPELLING or not word.isascii():
        return ""
    bare = re.sub(r"(?:t?th)+", "th", word.replace("w", "v"))
    return re.sub(r"(.)\1+", r"\1", re.sub("[eé]e", "i", bare.replace("oo", "u")))
