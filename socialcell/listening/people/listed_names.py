"""Names of persons: which words are one, and which name a road or a hospital."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from socialcell.language.transliteration import key, romanised
from socialcell.language.words import key_of
from socialcell.listening.people import civic_words
from socialcell.text import index_form

SHORTEST_PREFIX = 4
"""A shorter beginning of a word finds too much else to ask for a name."""
_SHORTEST_SOUND = 4  # a shorter one stands for too many words
_SHORTEST_STEM = 4  # letters of a name before an ending
_SHORTEST_SURNAME = 6
_SHORTEST_APART = 6  # letters of a name that is written with a space inside
_SAME_SOUND = (("w", "v"), ("sh", "s"), ("ee", "i"), ("oo", "u"), ("ph", "f"))
_WILD = {"*": ".*", "?": "."}
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class NameWord:
    """A word of a question: its spellings in index form, whether what it names is a
    place, and whether it stands for longer words as well."""

    forms: tuple[str, ...]
    is_place: bool = False
    is_prefix: bool = False

    @property
    def form(self) -> str:
        return self.forms[0]


def is_person_name(word: str) -> bool:
    """Whether a word is one of the listed given names and surnames."""
    return is_strong(index_form(word))


@lru_cache(maxsize=50_000)
def is_strong(form: str) -> bool:
    """Whether a word in index form is a name, and no word of a language besides."""
    return _is_surname(form) or is_listed(form)


@lru_cache(maxsize=50_000)
def is_listed(form: str) -> bool:
    """Whether a word in index form is a listed name, with an ending or without."""
    strong = _strong()
    if key_of(form) in strong.written:
        return True
    if civic_words.is_known(form):
        return False
    return any(
        spelt_out(stem) in strong.spelt or key(stem) in strong.sounds
        for stem in _stems(form)
    )


def is_written_name(form: str) -> bool:
    """Whether a word as it is written is a listed name, and no word besides."""
    return key_of(form) in _strong().written


def is_any_name(form: str) -> bool:
    """Whether a word is a listed name, also one that is a word of a language."""
    return is_written_name(form) or _is_weak(form)


def is_given_name(form: str) -> bool:
    """Whether a word is a listed name, or a given name that is also a word."""
    return is_listed(form) or spelt_out(form) in _lists()["also_words"]


def begins_name(form: str) -> bool:
    """Whether a listed name begins so."""
    if len(form) < SHORTEST_PREFIX:
        return False
    start = key_of(form)
    return any(name.startswith(start) for name in _strong().written)


@lru_cache(maxsize=5_000)
def fits_pattern(pattern: str) -> bool:
    """Whether a listed name is one that a word with a star inside stands for: rah*l."""
    if sum(map(str.isalpha, pattern)) < SHORTEST_PREFIX:
        return False
    wild = "".join(_WILD.get(sign, re.escape(sign)) for sign in pattern)
    return any(re.fullmatch(wild, name) for name in _strong().written)


def spelt_out(form: str) -> str:
    """How a word sounds with every vowel said: पवार and pawar are `pavar`."""
    sound = romanised(form)
    for written, simple in _SAME_SOUND:
        sound = sound.replace(written, simple)
    return _DOUBLED.sub(r"\1", sound)


def person_in(words: Sequence[NameWord]) -> str | None:
    """The words of a person among those that stand together; None when there is none.

    A name before a word such as road is that of the road: one name, or one of history.
    """
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and _strength(words[end]):
            end += 1
        run, at = words[at:end], max(end, at + 1)
        if run and not _names_a_place(run, words[end:]) and _is_person(run):
            return " ".join(word.form for word in run)
    return _titled(words) or _spelt_apart(words)


def _spelt_apart(words: Sequence[NameWord]) -> str | None:
    """A name that is written with a space inside: kul karni."""
    forms = [word.form for word in words]
    for start in range(len(forms)):
        for end in (start + 2, start + 3):
            pieces = forms[start:end]
            joined = "".join(pieces)
            is_whole = len(pieces) == end - start and len(joined) >= _SHORTEST_APART
            if not is_whole or any(map(civic_words.is_known, pieces)):
                continue
            if is_written_name(joined) or spelt_out(joined) in _strong().spelt:
                return joined
    return None


def _strength(word: NameWord) -> int:
    """2 a name, 1 a word that is also one, 0 neither."""
    if word.is_place:
        return 0
    if spelt_out(word.form) in _lists()["places_bear"]:
        return 1
    if any(map(is_strong, word.forms)):
        return 2
    if word.is_prefix and begins_name(word.form):
        return 2
    return 1 if any(map(_is_weak, word.forms)) else 0


def _names_a_place(run: Sequence[NameWord], following: Sequence[NameWord]) -> bool:
    if not following or not civic_words.names_a_place(following[0].form):
        return False
    strong = [word for word in run if _strength(word) == 2]
    historic = any(spelt_out(word.form) in _lists()["places_bear"] for word in run)
    return (len(strong) <= 1 and len(run) <= 1) or historic or not strong


def _is_person(run: Sequence[NameWord]) -> bool:
    if any(_strength(word) == 2 for word in run):
        return True
    kinds = [_weak_kinds(word) for word in run]
    return any(
        ("given" in kind and "surname" in other)
        or ("surname" in kind and "given" in other)
        for kind, other in itertools.pairwise(kinds)
    )


def _weak_kinds(word: NameWord) -> set[str]:
    sounds = set(map(spelt_out, word.forms))
    lists = _lists()
    kinds = {"given": lists["also_words"], "surname": lists["surnames_also_words"]}
    return {kind for kind, listed in kinds.items() if not sounds.isdisjoint(listed)}


def _titled(words: Sequence[NameWord]) -> str | None:
    titles = _titles()
    for at, (word, following) in enumerate(itertools.pairwise(words)):
        form = following.form
        is_named = not (following.is_place or civic_words.is_known(form))
        behind = words[at + 2 : at + 3]
        is_place = bool(behind) and civic_words.names_a_place(behind[0].form)
        is_letters = form.isalpha() or not form.isascii()
        is_historic = (
            spelt_out(form) in _lists()["places_bear"] or _strength(following) == 1
        )
        is_title = key_of(word.form) in titles
        if is_title and is_named and is_letters and not (is_place or is_historic):
            return f"{word.form} {form}"
    return None


def _is_weak(form: str) -> bool:
    lists = _lists()
    sound = spelt_out(form)
    listed = (lists["also_words"], lists["surnames_also_words"])
    return any(sound in words for words in listed)


def _stems(form: str) -> list[str]:
    """A word, and without an ending that is written against a name."""
    endings = civic_words.guard_words("name_endings")
    return [
        form,
        *(
            form.removesuffix(ending)
            for ending in endings
            if form.endswith(ending) and len(form) - len(ending) >= _SHORTEST_STEM
        ),
    ]


def _is_surname(form: str) -> bool:
    """Whether a word that no list has ends as surnames do: Bramhapurkar."""
    if len(form) < _SHORTEST_SURNAME or civic_words.is_known(form):
        return False
    ends = form.endswith(civic_words.guard_words("surname_endings"))
    return ends and key_of(form) not in _no_surnames()


@dataclass(frozen=True)
class _StrongNames:
    """The names that are no words besides: as they are written, spelt out, and those
    that are long enough by their sound."""

    written: frozenset[str]
    spelt: frozenset[str]
    sounds: frozenset[str]


@lru_cache
def _strong() -> _StrongNames:
    lists = _data()
    weak = {
        spelt_out(word)
        for name in ("also_words", "surnames_also_words", "places_bear")
        for word in lists[name]
    }
    words = {*lists["given"], *lists["surname"]}
    strong = {word for word in words if spelt_out(word) not in weak}
    sounds = map(key, strong)
    return _StrongNames(
        frozenset(map(key_of, strong)),
        frozenset(map(spelt_out, strong)),
        frozenset(sound for sound in sounds if len(sound) >= _SHORTEST_SOUND),
    )


@lru_cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(map(spelt_out, words)) for name, words in _data().items()}


@lru_cache
def _no_surnames() -> frozenset[str]:
    return frozenset(map(key_of, civic_words.guard_words("no_surnames")))


@lru_cache
def _titles() -> frozenset[str]:
    return frozenset(map(key_of, civic_words.guard_words("titles")))


@lru_cache
def _data() -> dict[str, list[str]]:
    place = resources.files("socialcell.listening") / "data" / "person_names.yaml"
    # Every word is a string: "no" is a word here.
    lists: Any = yaml.load(place.read_bytes(), Loader=_LOADER)  # noqa: S506
    return {kind: names["latn"] for kind, names in lists.items()}
