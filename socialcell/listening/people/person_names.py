"""Hide people's names in a text that is passed on to others.

Written so that doubt hides, as in masking: a hidden word costs a reader little. Places
stay, since help has to find them.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

import yaml

from socialcell.language import lexicon
from socialcell.listening.people.listed_names import is_person_name
from socialcell.listening.people.masking_numbers import MASK
from socialcell.listening.people.name_lists import (
    INTRODUCE,
    MOST_FOLLOWING,
    Kinds,
    WordKind,
    is_common_word,
    is_whole_name,
    names_a_place,
    word_kinds,
)

# Python's \w lacks the vowel signs of Devanagari: a word is what stands between spaces
# and punctuation.
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~।॥‘’“”«»…•–—]+")
_SENTENCE_END = re.compile(r"(?:^|[.!?।:\n])[\s\W]*$")
_NONE: Kinds = frozenset()
_LONGEST_NAME = 3  # words
_SHORTEST = 3  # letters of a word that may be a name by itself
# Where more of the words have a capital, capitals say nothing.
_FEW_CAPITALS = 1 / 3


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    is_place: bool

    @property
    def form(self) -> str:
        return self.text.casefold()

    @property
    def is_common(self) -> bool:
        """Whether it is a word of a language or the name of a place, and nobody's."""
        return is_common_word(self.text.lower())

    @property
    def is_lower_latin(self) -> bool:
        return self.text.isascii() and self.text.islower()

    @property
    def is_capital(self) -> bool:
        return len(self.text) >= _SHORTEST and self.text.istitle()


def without_names(
    text: str,
    people: Collection[str] = (),
    places: Collection[str] = (),
    profile: str | None = None,
) -> str:
    """The text with people's names hidden.

    `people` and `places` are names as they stand in the text, as they were read;
    `profile` is the name under which its author writes.
    """
    words = _words(text, places)
    own = {*_own_name(words, text), *_profile(words, profile or "")}
    tagged = {*_name_positions(words, text, people)}
    titled = {*_titled(words, text)}
    names = {*_listed(words), *titled, *tagged, *_capitals(words, text)}
    shown_names = {*_place_names(words, text, names, tagged)}
    sure = own | {at for at in titled - shown_names if not words[at].is_lower_latin}
    hidden = {at for at in names - shown_names if not words[at].is_common} | sure
    shown = text
    for at in sorted(hidden, reverse=True):
        word = words[at]
        if not word.is_place:
            shown = shown[: word.start] + MASK + shown[word.end :]
    return re.sub(rf"{MASK}(?:\s+{MASK})+", MASK, shown)


def _words(text: str, places: Collection[str]) -> list[_Word]:
    spans = [span for place in places for span in _occurrences(text, place)]
    return [
        _Word(
            hit.start(),
            hit.end(),
            hit[0],
            any(start < hit.end() and hit.start() < end for start, end in spans),
        )
        for hit in _WORD.finditer(text)
    ]


def _occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    for hit in re.finditer(re.escape(name), text) if name else ():
        yield hit.start(), hit.end()


def _listed(words: Sequence[_Word]) -> Iterator[int]:
    """Given names and surnames of the list, with and without an ending."""
    endings = tuple(_signs()["endings"])
    for at, word in enumerate(words):
        stems = [word.text.removesuffix(end) for end in endings]
        if any(map(is_person_name, {word.text, *stems})):
            yield at


def _name_positions(
    words: Sequence[_Word], text: str, people: Collection[str]
) -> Iterator[int]:
    """Words of what was read as a person's name."""
    spans = [span for name in people for span in _occurrences(text, name)]
    for at, word in enumerate(words):
        if any(start < word.end and word.start < end for start, end in spans):
            yield at


def _place_names(
    words: Sequence[_Word], text: str, hidden: set[int], tagged: set[int]
) -> Iterator[int]:
    """Words of a place, and those before each that are the place's name."""
    kinds = word_kinds()
    word_kind = [kinds.get(word.text.lower(), _NONE) for word in words]
    for at in range(len(words)):
        if WordKind.PLACE not in word_kind[at]:
            continue
        yield at
        first = at
        while first and _is_spaced(words, first, text):
            if first - 1 not in hidden or at - first == _LONGEST_NAME:
                break
            first -= 1
        names = word_kind[first:at]
        begins = not (first and _is_spaced(words, first, text))
        is_read_whole = len(names) > 1 and not tagged.isdisjoint(range(first, at))
        if is_read_whole or is_whole_name(names):
            continue
        if names_a_place(
            names,
            [word.text.lower() for word in _following(words, at, text)],
            begins=begins,
            introduced=bool(not begins and word_kind[first - 1] & INTRODUCE),
        ):
            yield from range(first, at)


def _following(words: Sequence[_Word], at: int, text: str) -> Iterator[_Word]:
    """A word and those behind it, as far as only space is between them."""
    yield words[at]
    for behind in range(at + 1, min(at + MOST_FOLLOWING, len(words))):
        if not _is_spaced(words, behind, text):
            return
        yield words[behind]


def _is_spaced(words: Sequence[_Word], at: int, text: str) -> bool:
    return text[words[at - 1].end : words[at].start].isspace()


def _profile(words: Sequence[_Word], name: str) -> Iterator[int]:
    """Words of the name under which the author writes."""
    parts = {part.casefold() for part in name.split() if len(part) >= _SHORTEST}
    return (at for at, word in enumerate(words) if word.form in parts)


def _titled(words: Sequence[_Word], text: str) -> Iterator[int]:
    """What follows a title such as Mr."""
    for at, word in enumerate(words[:-1]):
        if word.form in _signs()["titles"] and not _is_hidden(text, word.end):
            yield at + 1


def _own_name(words: Sequence[_Word], text: str) -> Iterator[int]:
    """What follows "my name is"."""
    signs = _signs()
    for at, (word, following) in enumerate(pairwise(words)):
        is_name_next = word.form in signs["my"] and following.form in signs["name"]
        if is_name_next and not _is_hidden(text, following.end):
            yield from _name_from(words, at + 2, text)


def _is_hidden(text: str, end: int) -> bool:
    """Whether the name that would stand here is hidden already."""
    return text[end:].lstrip(" .:,-").startswith(MASK)


def _name_from(words: Sequence[_Word], first: int, text: str) -> Iterator[int]:
    signs = _signs()
    is_said = first < len(words) and words[first].form in signs["is"]
    first += is_said
    end = first
    while end < min(first + _LONGEST_NAME, len(words)):
        if words[end].form in signs["is"] | signs["ends"]:
            break
        between = text[words[end - 1].end : words[end].start]
        if end > first and not (between.isspace() or between in ("'", "’")):
            break
        end += 1
    is_said = is_said or (end < len(words) and words[end].form in signs["is"])
    # Not of "she forgot my name last week".
    if is_said or any(
        not word.is_common or word.is_capital for word in words[first:end]
    ):
        yield from range(first, end)


def _capitals(words: Sequence[_Word], text: str) -> Iterator[int]:
    """Words with a capital inside a sentence, where capitals are few; a day, a month, a
    festival is none, nor what one is in, at or near."""
    latin = sum(word.text.isascii() and word.text.isalpha() for word in words)
    inside = [
        at
        for at, word in enumerate(words)
        if word.is_capital
        and not word.is_place
        and word.form not in _no_names()
        and not _is_where(words, at, text)
        and not _SENTENCE_END.search(text[: word.start])
    ]
    if latin and len(inside) / latin <= _FEW_CAPITALS:
        yield from inside


def _is_where(words: Sequence[_Word], at: int, text: str) -> bool:
    """Whether a word such as "near" says that the next is a place, and nobody's."""
    signs, end = lexicon.data("place_signs"), words[at].end
    if text[end : end + 1] in ("'", "’"):
        return False
    is_behind = at > 0 and _is_spaced(words, at, text)
    if is_behind and words[at - 1].form in signs["before_place"]:
        return True
    is_next = at + 1 < len(words) and _is_spaced(words, at + 1, text)
    return is_next and words[at + 1].form in signs["after_place"]


@lru_cache
def _no_names() -> frozenset[str]:
    return frozenset(lexicon.data("no_names")["english"])


@lru_cache
def _signs() -> Mapping[str, frozenset[str]]:
    place = resources.files("socialcell.listening") / "data" / "name_signs.yaml"
    # Every word is a string: "no" is a word here.
    signs = yaml.load(place.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
    return {kind: frozenset(words) for kind, words in signs.items()}
