"""Words of the city's work and words that make a name that of a place."""

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from socialcell.language import lexicon
from socialcell.language.transliteration import key
from socialcell.language.words import key_of
from socialcell.listening.people import protected_topics
from socialcell.text import index_form

# Of these topics the words say nothing of a place or of the city's work there.
_NOT_OF_A_PLACE = frozenset({"politics", "noise", "conduct", "other"})
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SHORTEST = 3
_SHORTEST_STEM = 3  # letters of a sound with which a longer word may begin


def is_civic(form: str) -> bool:
    """Whether a word in index form is one of the city's work: water, pothole, fogging,
    hospital; with an ending of its language, too."""
    return key_of(form) in _civic() or _begins(key(form), _civic_sounds())


def is_known(form: str) -> bool:
    """Whether a word in index form is one of a language or of the city's work as it is
    written, so that its sound may not stand for another."""
    return key_of(form) in _known()


def names_a_place(form: str) -> bool:
    """Whether a word makes the name before it that of a road, a bridge, a hospital."""
    sound = key(form)
    return sound in _place_sounds() or _begins(sound, _place_sounds())


def contexts(forms: Sequence[str]) -> frozenset[str]:
    """Of which work words that stand together speak: civic, service, both or none."""
    spoken = set()
    if any(map(is_civic, forms)):
        spoken.add("civic")
    keys = {key_of(form) for form in forms}
    if not keys.isdisjoint(_keys("service")):
        spoken.add("service")
    return frozenset(spoken)


def illness_of_a_person(forms: Sequence[str]) -> str | None:
    """The illness that one person, whom a pronoun stands for, is said to have."""
    keys = [key_of(form) for form in forms]
    if _keys("pronouns").isdisjoint(keys):
        return None
    illnesses = _keys("illnesses")
    return next((form for form in forms if key_of(form) in illnesses), None)


def campaign_words(forms: Sequence[str]) -> frozenset[int]:
    """Where the words of the government's own campaigns stand, beside civic ones."""
    places: set[int] = set()
    for name in guard_words("campaigns"):
        words = name.split()
        for at in range(len(forms) - len(words) + 1):
            rest = [*forms[:at], *forms[at + len(words) :]]
            if list(forms[at : at + len(words)]) == words and any(map(is_civic, rest)):
                places.update(range(at, at + len(words)))
    return frozenset(places)


def facility_at(forms: Sequence[str], at: int) -> bool:
    """Whether what the city keeps for a community stands there: burial ground."""
    following = " ".join(forms[at : at + 2])
    return any(
        following == name or following.startswith(f"{name} ")
        for name in guard_words("facilities")
    )


@lru_cache
def _keys(name: str) -> frozenset[str]:
    words = (form for word in guard_words(name) for form in index_form(word).split())
    return frozenset(map(key_of, words))


def gazetteer_phrases() -> frozenset[tuple[str, ...]]:
    """The names of places and bodies as the sounds of their words."""
    return _gazetteer()[0]


def longest_phrase() -> int:
    """The words of the longest of these."""
    return _gazetteer()[1]


@lru_cache
def _gazetteer() -> tuple[frozenset[tuple[str, ...]], int]:
    phrases: set[tuple[str, ...]] = set()
    for _, _, row in lexicon.gazetteer_rows():
        spelt = (row[column] for column in ("name_en", "name_mr", "name_hi"))
        for name in (*spelt, *row["aliases"].split("|")):
            phrases.add(sounds(name.lstrip("=@")))
    phrases.discard(())
    return frozenset(phrases), max(map(len, phrases))


def sounds(text: str) -> tuple[str, ...]:
    """The sounds of the words of a text."""
    return tuple(key(word) or word for word in index_form(text).split())


@lru_cache
def _known() -> frozenset[str]:
    words = {*_civic_words()}
    for cue in lexicon.cues():
        if (cue.kind, cue.value) != ("topic", "politics"):
            words.update(index_form(cue.phrase).split())
    for group in lexicon.data("function_words")["words"].values():
        for listed in group.values():
            words.update(listed)
    for name in ("no_names", "hashtag_words"):
        for listed in lexicon.data(name).values():
            words.update(listed)
    return frozenset(
        key_of(form) for word in words for form in index_form(word).split()
    )


@lru_cache
def _civic() -> frozenset[str]:
    return frozenset(map(key_of, _civic_words()))


@lru_cache
def _civic_sounds() -> frozenset[str]:
    long = (key(word) for word in _civic_words() if len(word) > _SHORTEST)
    return frozenset(sound for sound in long if len(sound) > _SHORTEST_STEM)


@lru_cache
def _civic_words() -> frozenset[str]:
    phrases = [
        *(w for spelt in lexicon.data("concepts").values() for w in spelt),
        *(
            cue.phrase
            for cue in lexicon.cues()
            if cue.kind == "topic" and cue.value not in _NOT_OF_A_PLACE
        ),
        *guard_words("civic"),
    ]
    function = {
        word
        for group in lexicon.data("function_words")["words"].values()
        for listed in group.values()
        for word in listed
    }
    none = {*guard_words("not_civic"), *function}
    return frozenset(
        word
        for phrase in phrases
        for word in index_form(phrase).split()
        if len(word) >= _SHORTEST and word not in none and not _is_listed(word)
    )


def _is_listed(word: str) -> bool:
    """Whether a word stands for a protected subject by itself: auto strike."""
    return protected_topics.protected_topic_in(word) is not None


@lru_cache
def _place_sounds() -> frozenset[str]:
    signs = lexicon.data("place_signs")
    words = [
        *signs["beside_place"],
        *(word for kind in signs["kinds"] for word in kind),
        *guard_words("names_a_place"),
    ]
    return frozenset(filter(None, map(key, words)))


def _begins(sound: str, stems: frozenset[str]) -> bool:
    return any(sound[:length] in stems for length in range(_SHORTEST_STEM, len(sound)))


def guard_words(name: str) -> tuple[str, ...]:
    """A list of data/guard_words.yaml."""
    return _guard_lists()[name]


@lru_cache
def _guard_lists() -> dict[str, tuple[str, ...]]:
    place = resources.files("socialcell.listening") / "data" / "guard_words.yaml"
    # Every word is a string: "no" is a word here.
    lists: dict[str, Any] = yaml.load(place.read_bytes(), Loader=_LOADER)  # noqa: S506
    return {name: tuple(words) for name, words in lists.items()}
