"""Words that stand for a protected subject, however they are spelt."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language.transliteration import key
from socialcell.language.words import key_of
from socialcell.listening.guard.spellings import compared
from socialcell.listening.people import civic_words, protected_topics
from socialcell.listening.people.protected_topics import ProtectedTopic

_SHORTEST_SOUND = 4
_SHORTEST_JOINED = 3
_SHORTEST_SLIP = 6  # letters of a word
_SHORTEST_WITH_ENDING = 5
_LONGEST_ENDING = 2
_MOST_JOINED = 12
_SHORTEST_IN_TAG = 6
_BEFORE_IN_TAG = 3
_WILD = {"*": ".*", "?": "."}


@dataclass(frozen=True)
class SubjectWord:
    """A word of a question: its spellings in index form, whether it stands for longer
    words as well, whether it is a #tag, and its pattern where it has a star inside."""

    forms: tuple[str, ...]
    is_prefix: bool = False
    is_tag: bool = False
    is_place: bool = False
    pattern: str | None = None

    @property
    def form(self) -> str:
        return self.forms[0]


def subject_in(words: Sequence[SubjectWord]) -> ProtectedTopic | None:
    """The first subject of which these words, which stand together, ask; or None.

    What names a place of the gazetteer asks of no subject, and what is also said of
    places and of public health asks of none beside a word of the city's work.
    """
    forms = [word.form for word in words]
    contexts = civic_words.contexts(forms)
    joined = frozenset[str]().union(*_joined(words))
    for by_sound in (False, True):
        parts = [_parts_matched(word, by_sound=by_sound) for word in words]
        all_parts = joined.union(*parts)
        # A place's own name asks of nothing: Pune bandh, not Modi Ganpati.
        of_no_place = joined.union(
            *(
                found
                for word, found in zip(words, parts, strict=True)
                if not word.is_place
            )
        )
        for entry in protected_topics.entries():
            if entry.of_texts or entry.context in contexts:
                continue
            is_asked = all_parts.issuperset(entry.parts)
            if is_asked and not of_no_place.isdisjoint(entry.parts):
                return ProtectedTopic(entry.subject, entry.written)
    illness = civic_words.illness_of_a_person(forms)
    return ProtectedTopic("health", illness) if illness else _in_tags(words)


def _parts_matched(word: SubjectWord, *, by_sound: bool) -> frozenset[str]:
    if word.pattern is not None:
        return _parts_of_pattern(word.pattern)
    forms = word.forms if by_sound else word.forms[:1]
    return frozenset[str]().union(
        *(_parts_of_form(form, word.is_prefix, by_sound=by_sound) for form in forms)
    )


@lru_cache(maxsize=50_000)
def _parts_of_form(
    form: str, is_prefix: bool, *, by_sound: bool = True
) -> frozenset[str]:
    """Parts of entries that a word finds as it is written; `by_sound` also as it
    sounds, unless it is a word of its own."""
    by_sound = by_sound and not is_prefix and not civic_words.is_known(form)
    spellings = compared(form) if by_sound else (key_of(form),)
    sound = key(form) if by_sound else ""
    found = {
        part
        for part, part_sound in _parts().items()
        if any(_matches(part, spelling, is_prefix) for spelling in spellings)
        or (sound and part_sound and _sounds_like(part_sound, sound))
    }
    for joined, parts in _joined_entries().items():
        if any(spelling.startswith(joined) for spelling in spellings):
            found.update(parts)
    if by_sound:
        swapped = _with_letters_swapped(spellings[0])
        found.update(part for part in _parts() if part.rstrip("*") in swapped)
    return frozenset(found)


def _with_letters_swapped(word: str) -> frozenset[str]:
    """The words that a slip of two letters may stand for: protset."""
    if len(word) < _SHORTEST_SLIP:
        return frozenset()
    return frozenset(
        f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
        for at in range(1, len(word) - 1)
    )


@lru_cache
def _joined_entries() -> dict[str, tuple[str, ...]]:
    """Entries of several parts as one word: rastaroko."""
    joined = {
        "".join(part.rstrip("*") for part in entry.parts): entry.parts
        for entry in protected_topics.entries()
        if len(entry.parts) > 1 and not entry.context
    }
    return {
        word: parts for word, parts in joined.items() if len(word) >= _SHORTEST_SLIP
    }


def _matches(part: str, word: str, is_prefix: bool) -> bool:
    stem = part.rstrip("*")
    if stem != part and word.startswith(stem):
        return True
    return stem.startswith(word) if is_prefix else stem == word


def _sounds_like(part_sound: str, sound: str) -> bool:
    """By its sound, and where that is long also without its breath: andholan."""
    stem = part_sound.rstrip("*")
    is_open = stem != part_sound
    if sound.startswith(stem) if is_open else sound == stem:
        return True
    stem, sound = stem.lower(), sound.lower()
    is_long = len(stem) > _SHORTEST_SOUND
    return is_long and (sound.startswith(stem) if is_open else sound == stem)


@lru_cache(maxsize=5_000)
def _parts_of_pattern(pattern: str) -> frozenset[str]:
    """Parts that a word with a star or a question mark inside stands for: pro*est."""
    wild = "".join(_WILD.get(sign, re.escape(sign)) for sign in pattern)
    return frozenset(
        part for part in _parts() if re.fullmatch(f"{wild}.*", part.rstrip("*"))
    )


def _joined(words: Sequence[SubjectWord]) -> Iterator[frozenset[str]]:
    """Parts that are written with spaces inside: p r o t e s t, mor cha."""
    forms = [word.form for word in words]
    for start in range(len(forms)):
        joined = forms[start]
        for end in range(start + 1, min(start + _MOST_JOINED, len(forms))):
            joined += forms[end]
            if len(joined) >= _SHORTEST_JOINED:
                yield _parts_joined(
                    joined,
                    len(forms[start]),
                    all(map(civic_words.is_known, forms[start : end + 1])),
                )


@lru_cache(maxsize=50_000)
def _parts_joined(joined: str, first: int, are_known: bool) -> frozenset[str]:
    longest = 0 if are_known else _LONGEST_ENDING
    return frozenset(
        part
        for part in _parts()
        for spelling in compared(joined)
        if (stem := part.rstrip("*"))
        and len(stem) > first
        and spelling.startswith(stem)
        and len(spelling) - len(stem)
        <= (longest if len(stem) >= _SHORTEST_WITH_ENDING and stem != part else 0)
    )


def _in_tags(words: Sequence[SubjectWord]) -> ProtectedTopic | None:
    """The first entry with which a #tag ends that is several words: #puneprotest."""
    tags = [key_of(form) for word in words if word.is_tag for form in word.forms]
    for entry in protected_topics.entries():
        stem = entry.parts[0].rstrip("*")
        if len(entry.parts) > 1 or len(stem) < _SHORTEST_IN_TAG or entry.context:
            continue
        if any(stem in tag[_BEFORE_IN_TAG:] or tag.startswith(stem) for tag in tags):
            return ProtectedTopic(entry.subject, entry.written)
    return None


@lru_cache
def _parts() -> dict[str, str]:
    """Every part of an entry, and its sound with its star; "" where that is short."""
    return {
        part: _sound(part)
        for entry in protected_topics.entries()
        for part in entry.parts
    }


def _sound(part: str) -> str:
    stem = part.rstrip("*")
    sound = key(stem)
    if stem != part and len(sound) > _SHORTEST_SOUND:
        sound = sound.removesuffix("a")
    if len(sound) < _SHORTEST_SOUND:
        return ""
    return sound + part[len(stem) :]
