"""Hide an author in the own text: handle, number and name, in any order and script.

A name that is a word of the language as well ("विकास", development) is hidden where the
author signs with it or gives it, and stays elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.transliteration import key
from socialcell.language.words import key_of
from socialcell.listening.people.masking_copy import MASK, hide
from socialcell.listening.people.masking_words import TextWords
from socialcell.listening.people.name_lists import (
    gazetteer_names,
    is_common_word,
    word_lists,
)

_SPLIT = re.compile(r"[\s._\-\d@|,/()]+|(?<=[a-z])(?=[A-Z])")
_SHORTEST = 3  # letters of a part of a name
_SHORTEST_REVERSED = 5
_SIGNED = re.compile(
    r"(?:(?:^|[\n\-–—,.!।(:])\s{0,3}|(?<![^\W\d_])(?:by|from|regards|thanks|yours|mi|main"
    r"|me|i am|i'm|im|this is|name is|name|naav|nav|nao|naam|nam"
    r"|मी|मैं|नाव|नाम|आपला|आपली|आपका|आपकी|धन्यवाद)[\s,:.\-–]{1,3})$",
    re.IGNORECASE,
)
_ENDINGS = (
    *(
        "ला",
        "ने",
        "नी",
        "ना",
        "चा",
        "ची",
        "चे",
        "च्या",
        "शी",
        "साठी",
        "कडे",
        "को",
        "का",
        "की",
        "के",
    ),
    *(
        "la",
        "ne",
        "ni",
        "na",
        "cha",
        "chi",
        "che",
        "chya",
        "sathi",
        "kade",
        "ko",
        "ka",
        "ki",
    ),
    *("ke", "'s", "’s"),
)


@dataclass(frozen=True, slots=True)
class _OwnName:
    """Sounds of the parts of a name, and of those that are words as well; parts that
    are written from behind."""

    sounds: frozenset[str]
    common: frozenset[str]
    first_letters: frozenset[str]
    reversed: tuple[str, ...]


def hide_author(
    text: str, words: TextWords, handle: str | None, name: str | None
) -> str:
    """The text without the parts of its author's name; `words` are its words."""
    own = _own_name(handle, name)
    if own is None:
        return text
    spans = list(_own_words(words, own))
    if spans:
        text = hide(text, spans)
    lower = text.lower() if own.reversed else ""
    for part in own.reversed:
        if part in lower:
            text = re.sub(re.escape(part), MASK, text, flags=re.IGNORECASE)
    return text


def _own_words(words: TextWords, own: _OwnName) -> Iterator[tuple[int, int]]:
    last_own = -2
    first_letters = own.first_letters
    like_own = [at for at, word in enumerate(words.lower) if word[0] in first_letters]
    for at in like_own:
        sounds = _sounds(words.lower[at])
        is_own = not sounds.isdisjoint(own.sounds)
        if not is_own and not sounds.isdisjoint(own.common):
            is_own = last_own == at - 1 or _is_signed(words, at, own)
        if is_own:
            last_own = at
            yield words.spans[at]


def _sound(word: str) -> str:
    """How a part of a name sounds; c that is no ch is a k in Devanagari."""
    return key(_LAST_Y.sub("i", _HARD_C.sub("k", word)).replace("ॅ", "ा"))


_HARD_C = re.compile("c(?!h)")
_LAST_Y = re.compile("(?<=[a-z])y$")


@lru_cache(maxsize=50_000)
def _sounds(word: str) -> frozenset[str]:
    """How a word sounds, with its ending and without."""
    return frozenset((_sound(word), *map(_sound, _stems(word))))


def _stems(word: str) -> Iterator[str]:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            yield word.removesuffix(ending)


def _is_signed(words: TextWords, at: int, own: _OwnName) -> bool:
    """Whether the author signs here: behind a dash or "I am", at the end, or with the
    other part of the name beside it."""
    start, end = words.spans[at]
    following = words.lower[at + 1 : at + 2]
    if following and words.is_next(at + 1):
        parts = own.sounds | own.common
        if _sound(following[0]) in parts and following[0][0] in own.first_letters:
            return True
    is_last = not words.text[end:].strip(" .!।🙏\n")
    before = words.text[max(start - 24, 0) : start]
    signed = _SIGNED.search(before)
    if signed is None:
        return False
    return is_last or signed[0].strip(" ,:.-–—\n!।(").lower() not in ("",)


@lru_cache(maxsize=4096)
def _own_name(handle: str | None, name: str | None) -> _OwnName | None:
    # Of a handle such as warje_rider a word or a place names nobody.
    parts = [part for part in _parts(handle) if not is_common_word(part)]
    if not is_common(name):
        parts = [*_parts(name), *parts]
    parts = list(dict.fromkeys(parts))
    if not parts:
        return None
    common = {part for part in parts if _is_word(part)}
    sounds = frozenset(_sound(part) for part in parts if part not in common) - {""}
    common_sounds = frozenset(map(_sound, common)) - {""}
    backwards = tuple(
        part[::-1]
        for part in parts
        if len(part) >= _SHORTEST_REVERSED and part not in common and part.isascii()
    )
    return _OwnName(sounds, common_sounds, frozenset(_first_letters(parts)), backwards)


def _parts(source: str | None) -> list[str]:
    pieces = _SPLIT.split(source or "")
    return [piece.lower() for piece in pieces if len(piece) >= _SHORTEST]


def is_common(source: str | None) -> bool:
    """Whether a handle or name is of common words alone: manhole, Warje Residents."""
    parts = _parts(source)
    return bool(parts) and all(map(is_common_word, parts))


# Letters with which one sound may begin, in either script.
_LIKE = (
    "aअआऍॲ", "iइईe", "uउऊ", "eएऐॲai", "oओऔऑ", "kcqxकखक्", "gगघ", "cचछ", "jzजझ",
    "tटठतथ", "dडढदध", "nनणञङ", "pफपf", "bबभ", "fफp", "mम", "yय", "rरऋ", "lलळ", "vwव",
    "sशषस", "hह", "xक",
)  # fmt: skip


def _first_letters(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        yield part[0]
        for letters in _LIKE:
            if part[0] in letters:
                yield from letters


@lru_cache(maxsize=50_000)
def _is_word(part: str) -> bool:
    """Whether a part of a name is a word of the city's texts or of a place too."""
    return key_of(part) in _words() or key(part) in _word_sounds()


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    function_words = (
        word
        for by_weight in lexicon.data("function_words")["words"].values()
        for words in by_weight.values()
        for word in words
    )
    cues = (word for cue in lexicon.cues() for word in cue.phrase.split())
    others = (word for words in lexicon.data("no_names").values() for word in words)
    named = (word for name in gazetteer_names() for word in _SPLIT.split(name))
    return frozenset(map(key_of, (*function_words, *cues, *others, *named)))


@lru_cache(maxsize=1)
def _word_sounds() -> frozenset[str]:
    return frozenset(map(key, word_lists("third_persons")["everyday_names"]))
