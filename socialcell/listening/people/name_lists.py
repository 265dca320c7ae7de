"""The lists by which a name of a person is known in a text: words and what they may be.

The words stand in data/third_persons.yaml, person_names.yaml and everyday_words.txt.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from socialcell.language import lexicon
from socialcell.language.transliteration import key
from socialcell.language.words import key_of
from socialcell.listening.people import civic_words
from socialcell.listening.people.listed_names import is_any_name, is_person_name
from socialcell.text import index_form

Sounds = tuple[str, ...]
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SHORTEST = 3  # letters
_LONGEST_PUBLIC = 4  # words
MOST_FOLLOWING = 5
"""From the word of a place on these tell whose it is: "school madhe clerk aahe ka"."""


class WordKind(Enum):
    """What a word says of a name beside it, or that it is one."""

    GIVEN = auto()
    SURNAME = auto()
    EITHER = auto()  # a name that is a word or a place's as well
    TITLE = auto()
    ROLE = auto()
    KIN = auto()
    HONOUR = auto()
    OFFICE = auto()
    PLACE = auto()
    CASED = auto()  # a place's with an ending: in, before, near
    AT = auto()  # where people go by themselves, with an ending: in, on, to


Kinds = frozenset[WordKind]
NAMES = frozenset({WordKind.GIVEN, WordKind.SURNAME, WordKind.EITHER})
INTRODUCE = frozenset({WordKind.TITLE, WordKind.ROLE, WordKind.KIN})
PERSONAL = INTRODUCE | NAMES | {WordKind.HONOUR}
_NO_KINDS: Kinds = frozenset()
_CASED: Kinds = frozenset({WordKind.PLACE, WordKind.CASED})
_SIGNS = {
    WordKind.TITLE: "titles",
    WordKind.ROLE: "roles",
    WordKind.KIN: "kin",
    WordKind.HONOUR: "honours",
    WordKind.OFFICE: "offices",
    WordKind.PLACE: "places",
}


@lru_cache(maxsize=1)
def word_kinds() -> Mapping[str, Kinds]:
    """Words of the lists in small letters, names with every ending."""
    lists = _lists()
    kinds: dict[str, set[WordKind]] = {}
    either = _ambiguous()
    for name in either:
        kinds.setdefault(name, set()).add(WordKind.EITHER)
    for kind, names in _names().items():
        for name in names:
            kinds.setdefault(name, set()).add(kind)
            if name in either:
                continue
            endings = lists["endings_latn" if name.isascii() else "endings_deva"]
            # A short ending of a short word makes another word of it.
            if len(name) >= _SHORTEST and (not name.isascii() or len(name) > 4):
                for ending in endings:
                    if name + ending not in everyday_words():
                        kinds.setdefault(name + ending, set()).add(kind)
    for kind, list_name in _SIGNS.items():
        for word in lists[list_name]:
            # A word for a role or a place is never a name.
            kinds.setdefault(word.lower(), set()).add(kind)
            kinds[word.lower()] -= NAMES
    for word, cased in _cased_places():
        # A name that sounds so stays one: doubt hides.
        if kinds.get(word, _NO_KINDS) <= _CASED:
            kinds.setdefault(word, set()).update(cased)
    # Of the few sets there is one of each: a set takes more than its word does.
    shared: dict[Kinds, Kinds] = {}
    return {
        word: shared.setdefault(frozenset(of), frozenset(of))
        for word, of in kinds.items()
        if of
    }


def _cased_places() -> Iterator[tuple[str, Kinds]]:
    """Words of a place with the endings that say in, before or near it."""
    lists = _lists()
    for stems in ("areas", "sites"):
        for word in lists[stems]:
            script = "latn" if word.isascii() else "deva"
            if word not in everyday_words():
                yield word, _CASED  # mandira shejari
            for ending in lists[f"at_{script}"]:
                is_at = stems == "sites"
                yield word + ending, _CASED | ({WordKind.AT} if is_at else _NO_KINDS)
            for ending in lists[f"beside_{script}"]:
                yield word + ending, _CASED


def names_a_place(
    names: Sequence[Kinds], following: Sequence[str], *, begins: bool, introduced: bool
) -> bool:
    """Whether words that are names belong to the place that the next word says.

    With an ending, or a word for one behind it, the place may as well be where somebody
    is. So a whole name, a given name alone and one behind a title stay a person's:
    "राहुल शाळेत गेला"; and so does what begins a sentence of somebody who is there:
    "Patil marketla gele", "पवार शाळेत शिक्षक आहेत". `following` are up to
    MOST_FOLLOWING words, in small letters.
    """
    word, *behind = following
    kinds = word_kinds().get(word, _NO_KINDS)
    if WordKind.PLACE not in kinds:
        return False
    if WordKind.CASED not in kinds:
        if not behind or behind[0] not in _words("at_words"):
            return True
        is_at = word in _words("sites")
        del behind[0]
    else:
        is_at = WordKind.AT in kinds
    if is_whole_name(names):
        return False
    is_given = any(
        WordKind.GIVEN in kinds and WordKind.EITHER not in kinds for kinds in names
    )
    is_there = begins and _is_somebody_there(behind)
    if is_at:
        return not (is_given or introduced or is_there)
    return not (is_given and is_there)


def _is_somebody_there(behind: Sequence[str]) -> bool:
    """Whether words behind a place say that somebody goes, stands or works there."""
    if behind and behind[0] in _words("is_there"):
        return True
    # With a word more it is about the place: "शिक्षक आहेत का", "शिक्षक आहेत अडकलेले".
    if len(behind) != 2:
        return False
    job, verb = behind
    return job in _words("jobs") and verb in _words("is")


@lru_cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_lists()[name])


def is_whole_name(names: Sequence[Kinds]) -> bool:
    """Whether these are a given name and a surname."""
    first_names = [at for at, kinds in enumerate(names) if WordKind.GIVEN in kinds]
    return bool(first_names) and any(
        WordKind.SURNAME in kinds for kinds in names[first_names[0] + 1 :]
    )


@lru_cache(maxsize=1)
def listed_names() -> frozenset[str]:
    """Given names and surnames that are no words of the language."""
    return (
        frozenset(word for word, kinds in word_kinds().items() if kinds & NAMES)
        - _ambiguous()
    )


def stem(word: str) -> str:
    """A word without an ending that Marathi and Hindi write against a name."""
    lists = _lists()
    for ending in lists["endings_latn" if word.isascii() else "endings_deva"]:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=50_000)
def is_unknown(word: str) -> bool:
    """Whether a word in small letters is none of the language, nor of a place."""
    known = plain_words()
    return len(word) >= _SHORTEST and not {word, stem(word)} & known


@lru_cache(maxsize=50_000)
def is_common_word(word: str) -> bool:
    """Whether a word in small letters is one of a language, of danger, of the city's
    work, of the family or of a place, with any ending, and no listed name.

    Such a word is nobody's name, whatever a model of names reads.
    """
    kinds = word_kinds().get(word, _NO_KINDS)
    if kinds:
        return kinds.isdisjoint(NAMES)
    if word in _everyday_names():
        return False
    if word in everyday_words():
        return True
    if is_any_name(index_form(word)):
        return False
    form = key_of(word)
    if _is_plain(form):
        return True
    # A surname is known by its ending, and may begin as another word does.
    if is_person_name(word):
        return False
    return any(map(_is_plain, _stems(form)))


def _is_plain(form: str) -> bool:
    return form in _plain_forms() or civic_words.is_known(form)


@lru_cache(maxsize=1)
def _plain_forms() -> frozenset[str]:
    return frozenset(map(key_of, plain_words()))


def _stems(form: str) -> Iterator[str]:
    """Words that a word in comparison form may be a form of: खड्डा of खड्ड्याला."""
    endings = _endings(form.isascii())
    obliques, vowels = _OBLIQUES[form.isascii()]
    for cut in range(_SHORTEST + 1 if form.isascii() else 2, len(form)):
        stem = form[:cut]
        if form[cut:] not in endings:
            continue
        yield stem
        for oblique in obliques:
            if stem.endswith(oblique) and cut - len(oblique) >= _SHORTEST:
                bare = stem.removesuffix(oblique)
                yield bare
                yield from (bare + vowel for vowel in vowels)


# What stands before an ending, and with what the word itself may end there.
_OBLIQUES = {
    True: (("yan", "ya", "an", "a", "e"), ("a", "i")),
    False: (("्यां", "्या", "ां", "ा", "े", "ं"), ("ा", "ि", "े")),
}


@lru_cache(maxsize=2)
def _endings(is_latin: bool) -> frozenset[str]:
    lists = lexicon.data("endings")
    script = "latin" if is_latin else "devanagari"
    particles = {"", *lists[f"{script}_particles"]}
    return frozenset(
        key_of(ending + particle) for ending in lists[script] for particle in particles
    ) | frozenset(lists["latin_common"] if is_latin else ())


@lru_cache(maxsize=1)
def _everyday_names() -> frozenset[str]:
    return frozenset(_lists()["everyday_names"])


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Words that no name consists of: words of everyday, times, kinds of places, and
    single words of the gazetteer."""
    others = (word for words in lexicon.data("no_names").values() for word in words)
    named = (word for name in gazetteer_names() for word in name.lower().split())
    names = _names()
    common = {*_function_words(), *others, *named, *everyday_words()}
    listed = {*names[WordKind.GIVEN], *names[WordKind.SURNAME]} - _ambiguous()
    return frozenset({*common, *_lists()["relatives"]} - listed)


def is_function_word(word: str) -> bool:
    """Whether a word in small letters is one such as "me" or "from"."""
    return word in _function_words()


@lru_cache(maxsize=1)
def _function_words() -> frozenset[str]:
    return frozenset(
        word
        for by_weight in lexicon.data("function_words")["words"].values()
        for words in by_weight.values()
        for word in words
    )


@lru_cache(maxsize=1)
def gazetteer_names() -> tuple[str, ...]:
    """Every name of the gazetteer, in three languages, with its other spellings.

    The rows are read here by themselves: the gazetteer's own module needs spaCy, which
    takes longer to load than a command that masks one line may take.
    """
    return tuple(
        name.lstrip("=@")
        for _, _, row in lexicon.gazetteer_rows()
        for name in (
            *(row["name_en"], row["name_mr"], row["name_hi"]),
            *row["aliases"].split("|"),
        )
        if name
    )


@lru_cache(maxsize=1)
def kept_names() -> frozenset[Sounds]:
    """Names of places and of people of history, of two words and more, as they
    sound."""
    names = [*gazetteer_names(), *_lists()["history"]]
    sounds = (sounds_of(name.replace("-", " ")) for name in names)
    return frozenset(part for part in sounds if 1 < len(part) <= _LONGEST_PUBLIC)


def sounds_of(name: str) -> Sounds:
    """The words of a name as they sound."""
    return tuple(sound for word in name.split() if (sound := key(word)))


@lru_cache(maxsize=1)
def _names() -> Mapping[WordKind, list[str]]:
    """Given names and surnames, also those that are words of the language."""
    lists, names = _lists(), _data("person_names")
    return {
        WordKind.GIVEN: [
            *lists["given"],
            *names["given"]["latn"],
            *names["also_words"]["latn"],
        ],
        WordKind.SURNAME: [
            *lists["surnames"],
            *names["surname"]["latn"],
            *names["surnames_also_words"]["latn"],
        ],
    }


@lru_cache(maxsize=1)
def _ambiguous() -> frozenset[str]:
    """Names that are words of the language, or that places bear."""
    lists, names = _lists(), _data("person_names")
    kinds = ("also_words", "surnames_also_words", "places_bear")
    every = (*names["given"]["latn"], *names["surname"]["latn"])
    return frozenset(
        (
            *lists["either"],
            *(name for kind in kinds for name in names[kind]["latn"]),
            *({*every, *lists["given"], *lists["surnames"]} & everyday_words()),
        )
    )


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Words that people write of the city, Latin names among them that are words."""
    folder = resources.files("socialcell.listening") / "data"
    return frozenset((folder / "everyday_words.txt").read_text("utf-8").split())


@lru_cache
def word_lists(name: str) -> Mapping[str, list[str]]:
    """Lists of words by their names, of `listening/data/NAME.yaml`."""
    lists: Mapping[str, list[str]] = _data(name)
    return lists


def _lists() -> Mapping[str, list[str]]:
    return word_lists("third_persons")


@lru_cache
def _data(name: str) -> Any:
    place = resources.files("socialcell.listening") / "data" / f"{name}.yaml"
    # Every word is a string: "no" is a word here.
    return yaml.load(place.read_bytes(), Loader=_LOADER)  # noqa: S506
