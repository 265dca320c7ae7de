"""Hide names of third persons in a text; whoever is public stays named.

Public are accounts of the registry, office holders of the workspace's list, whoever is
named with a public office, and people of history after whom places are called. Names
are known by lists, titles, roles and words of respect, and by the tagger of names where
such a word stands in the text.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from socialcell.language import lexicon
from socialcell.language.names import name_tagger
from socialcell.language.names.places import places
from socialcell.language.transliteration import key
from socialcell.listening.people.masking_copy import hide
from socialcell.listening.people.masking_words import TextWords

Sounds = tuple[str, ...]
_GIVEN, _SURNAME, _EITHER, _TITLE, _ROLE, _HONOUR, _OFFICE, _PLACE = range(1, 9)
_LONGEST_NAME = 4  # words
_SHORTEST = 3  # letters
_NEAR_OFFICE = 3  # words between an office and the name of its holder


@dataclass(frozen=True, slots=True)
class PublicNames:
    """Names that stay, by how their words sound."""

    sounds: frozenset[Sounds]

    def has(self, sounds: Sounds) -> bool:
        return sounds in self.sounds


NO_NAMES = PublicNames(frozenset())


def public_names(names: Collection[str]) -> PublicNames:
    """Names as they are compared; one of a single word would show everybody's."""
    sounds = (_sounds(name.split()) for name in names)
    return PublicNames(frozenset(part for part in sounds if len(part) > 1))


def hide_persons(text: str, words: TextWords, public: PublicNames) -> str:
    """The text without names of private persons; `words` are its words."""
    kinds = _kinds()
    found = {
        at: kind for at, word in enumerate(words.lower) if (kind := kinds.get(word))
    }
    if not found.keys() or found.keys().isdisjoint(
        at for at, kind in found.items() if not kind <= {_PLACE, _OFFICE}
    ):
        return text
    spans = list(_names(words, found))
    spans += _tagged(words, found)
    kept = [span for span in spans if not _stays(words, found, span, public)]
    return hide(text, list(_joined(words, kept)))


def _names(
    words: TextWords, found: Mapping[int, frozenset[int]]
) -> Iterator[tuple[int, int]]:
    """Spans of words that are a name, by lists and by words beside them."""
    for at, kind in found.items():
        if kind & {_TITLE, _ROLE}:
            yield from _introduced(words, found, at, bool(kind & {_TITLE}))
        if kind & {_HONOUR}:
            yield from _honoured(words, found, at)
        if kind & {_GIVEN, _SURNAME}:
            yield from _listed(words, found, at)


def _introduced(
    words: TextWords, found: Mapping[int, frozenset[int]], at: int, is_title: bool
) -> Iterator[tuple[int, int]]:
    """Mr Zagade, engineer Rakesh Kulkarni, श्री झगडे यांनी."""
    end = at + 1
    while end < min(at + _LONGEST_NAME, len(words.lower)) and words.is_next(end):
        kind = found.get(end, frozenset())
        if kind & {_TITLE, _ROLE} and end == at + 1:
            end += 1  # "engineer Mr Kale" begins anew at the title
            return
        if not _may_be_name(words, end, kind, is_title):
            break
        end += 1
    if end > at + 1:
        yield at + 1, end


def _may_be_name(
    words: TextWords, at: int, kind: frozenset[int], is_title: bool
) -> bool:
    written = words.written(at)
    if kind & {_GIVEN, _SURNAME, _EITHER}:
        return True
    if kind or len(written) < _SHORTEST or words.lower[at] in _plain_words():
        return False
    if written.isascii():
        return written.istitle()
    return is_title and written.endswith(_DEVA_SURNAMES)


# With these most surnames of Maharashtra end.
_DEVA_SURNAMES = ("कर", "डे", "ळे", "णे", "ले", "रे", "के", "टे", "ते", "वे", "गे", "से", "पे", "ये")


def _honoured(
    words: TextWords, found: Mapping[int, frozenset[int]], at: int
) -> Iterator[tuple[int, int]]:
    """Zagade saheb, झगडे साहेबांनी, चंदू काका."""
    start = at
    while start > max(at - 3, 0) and words.is_next(start):
        kind = found.get(start - 1, frozenset())
        written = words.written(start - 1)
        if kind & {_GIVEN, _SURNAME, _EITHER}:
            start -= 1
            continue
        if kind or words.lower[start - 1] in _plain_words() or len(written) < 3:
            break
        is_name = (
            written.istitle() and start - 1 > 0
            if written.isascii()
            else written.endswith(_DEVA_SURNAMES) and start == at
        )
        if not is_name:
            break
        start -= 1
    if start < at:
        yield start, at


def _listed(
    words: TextWords, found: Mapping[int, frozenset[int]], at: int
) -> Iterator[tuple[int, int]]:
    """Given names and surnames of the lists, and what belongs to them."""
    kind = found[at]
    start, end = at, at + 1
    while end < min(at + _LONGEST_NAME, len(words.lower)) and words.is_next(end):
        following = found.get(end, frozenset())
        is_named = bool(following & {_GIVEN, _SURNAME, _EITHER})
        if not is_named and not _looks_like_surname(words, end, following, kind):
            break
        end += 1
    if kind & {_SURNAME} and words.is_next(start):
        before, written = found.get(start - 1, frozenset()), words.written(start - 1)
        is_given = bool(before & {_GIVEN, _EITHER})
        is_unlisted = (
            not before
            and written.isascii()
            and written.istitle()
            and words.lower[start - 1] not in _plain_words()
        )
        if is_given or is_unlisted:
            start -= 1
    is_alone = end - start == 1
    if is_alone and kind & {_EITHER}:
        return  # a word of the language as well
    if is_alone and words.written(at).isascii() and words.lower[at] in _plain_words():
        return
    yield start, end


def _looks_like_surname(
    words: TextWords, at: int, kind: frozenset[int], before: frozenset[int]
) -> bool:
    written = words.written(at)
    if kind or not before & {_GIVEN} or words.lower[at] in _plain_words():
        return False
    if written.isascii():
        return written.istitle() and len(written) > 1 or len(written) == 1
    return len(written) > 3 and written.endswith(_DEVA_SURNAMES[:4])


def _tagged(
    words: TextWords, found: Mapping[int, frozenset[int]]
) -> Iterator[tuple[int, int]]:
    """What the tagger of names reads as a person, where a sign of one stands."""
    if not any(kind & {_TITLE, _ROLE, _HONOUR} for kind in found.values()):
        return
    if sum("\u0900" <= word[0] <= "\u097f" for word in words.lower) * 2 < len(words.lower):
        return
    for language in name_tagger.LANGUAGES:
        tagger = name_tagger.tagger(language, True)
        if tagger is None:
            continue
        written = [words.text[start:end] for start, end in words.spans]
        for start, end, label in tagger.spans([written])[0]:
            span = [at for at in range(start, end) if _is_name_word(words, found, at)]
            if label == "PERSON" and span:
                yield span[0], span[-1] + 1


def _is_name_word(
    words: TextWords, found: Mapping[int, frozenset[int]], at: int
) -> bool:
    kind = found.get(at, frozenset())
    if kind and not kind & {_GIVEN, _SURNAME, _EITHER}:
        return False
    return words.lower[at] not in _plain_words() and len(words.lower[at]) > 1


def _stays(
    words: TextWords,
    found: Mapping[int, frozenset[int]],
    span: tuple[int, int],
    public: PublicNames,
) -> bool:
    """Whether a name is a place's, or of somebody public."""
    start, end = span
    for at in range(end, min(end + 2, len(words.lower))):
        if _PLACE in found.get(at, frozenset()) and words.is_next(at):
            return True
        if not words.is_next(at):
            break
    if any(_PLACE in found.get(at, frozenset()) for at in range(start + 1, end)):
        return True
    for at in range(start - 1, max(start - 1 - _NEAR_OFFICE, -1), -1):
        if not words.is_next(at + 1):
            break
        if _OFFICE in found.get(at, frozenset()):
            return True
    return _is_among(words, span, public)


def _is_among(words: TextWords, span: tuple[int, int], public: PublicNames) -> bool:
    """Whether the span overlaps a longer name of a place, or is a public one."""
    start, end = span
    first, last = max(start - 2, 0), min(end + 3, len(words.lower))
    sounds = [key(word) for word in words.lower[first:last]]
    stems = [key(_stem(word)) for word in words.lower[first:last]]
    names = _kept_names()
    for begin in range(last - first):
        for length in range(2, 5):
            stop = begin + length
            if stop > last - first or first + begin >= end or first + stop <= start:
                continue
            head = tuple(sounds[begin : stop - 1])
            for tail in {sounds[stop - 1], stems[stop - 1]}:
                if (*head, tail) in names or public.has((*head, tail)):
                    return True
    return False


def _joined(
    words: TextWords, spans: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Places in the text of spans of words, those that touch as one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if last is not None and start <= last[1] and (
            start < last[1] or words.is_next(start)
        ):
            last = last[0], max(last[1], end)
            continue
        if last is not None:
            yield words.spans[last[0]][0], words.spans[last[1] - 1][1]
        last = start, end
    if last is not None:
        yield words.spans[last[0]][0], words.spans[last[1] - 1][1]


def _sounds(words: list[str]) -> Sounds:
    return tuple(sound for word in words if (sound := key(word)))


def _stem(word: str) -> str:
    lists = _lists()
    endings = lists["endings_latn"] if word.isascii() else lists["endings_deva"]
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, frozenset[int]]:
    """Words of the lists, names with every ending, and what each may be."""
    lists, names = _lists(), _data("person_names")
    kinds: dict[str, set[int]] = {}
    either = frozenset(lists["either"])

    def add(word: str, kind: int) -> None:
        kinds.setdefault(word.lower(), set()).add(kind)

    for kind, entries in (
        (_GIVEN, [*lists["given"], *names["given"]["latn"], *names["given"]["deva"]]),
        (
            _SURNAME,
            [*lists["surnames"], *names["surname"]["latn"], *names["surname"]["deva"]],
        ),
        (_EITHER, lists["either"]),
    ):
        for name in entries:
            add(name, kind)
            if name in either:
                add(name, _EITHER)
                continue
            endings = lists["endings_latn" if name.isascii() else "endings_deva"]
            for ending in endings:
                # A short ending of a short word makes another word of it.
                if len(name) >= _SHORTEST and (not name.isascii() or len(name) > 4):
                    add(name + ending, kind)
    for kind, list_name in (
        (_TITLE, "titles"),
        (_ROLE, "roles"),
        (_HONOUR, "honours"),
        (_OFFICE, "offices"),
        (_PLACE, "places"),
    ):
        for word in lists[list_name]:
            # A word for a role or a place is never a name.
            word_kinds = kinds.setdefault(word.lower(), set())
            word_kinds -= {_GIVEN, _SURNAME, _EITHER}
            word_kinds.add(kind)
    return {word: frozenset(word_kinds) for word, word_kinds in kinds.items()}


@lru_cache(maxsize=1)
def _kept_names() -> frozenset[Sounds]:
    """Names of places and of people of history, of two words and more."""
    names = [name for place in places() for name in place.names()]
    names += _lists()["history"]
    sounds = (_sounds(name.replace("-", " ").split()) for name in names)
    return frozenset(part for part in sounds if 1 < len(part) <= _LONGEST_NAME)


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    """Words that no name consists of: function words, times, kinds of places, and
    single words of the gazetteer."""
    function_words = (
        word
        for by_weight in lexicon.data("function_words")["words"].values()
        for words in by_weight.values()
        for word in words
    )
    others = (word for words in lexicon.data("no_names").values() for word in words)
    named = (
        word
        for place in places()
        for name in place.names()
        for word in name.lower().split()
    )
    lists = _lists()
    kinds = {*lists["given"], *lists["surnames"]}
    return frozenset({*function_words, *others, *named} - kinds)


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, list[str]]:
    lists: Mapping[str, list[str]] = _data("third_persons")
    return lists


def _data(name: str) -> Mapping[str, list[str]] | Mapping[str, Mapping[str, list[str]]]:
    place = resources.files("socialcell.listening") / "data" / f"{name}.yaml"
    # Every word is a string: "no" is a word here.
    content: Mapping[str, list[str]] = yaml.load(  # noqa: S506
        place.read_bytes(), Loader=yaml.BaseLoader
    )
    return content
