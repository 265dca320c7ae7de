"""Hide names of third persons in a text; whoever is public stays named.

Public are accounts of the registry, office holders of the workspace's list, whoever is
named with a public office, and people of history after whom places are called. Names
are known by lists, titles, roles and words of respect, and by the tagger of names where
such a word stands in the text.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from socialcell.language.transliteration import key
from socialcell.listening.people.masking_copy import hide
from socialcell.listening.people.masking_words import TextWords, WordCue
from socialcell.listening.people.name_lists import (
    INTRODUCE,
    NAMES,
    Kinds,
    Sounds,
    WordKind,
    is_common_word,
    is_function_word,
    is_unknown,
    kept_names,
    names_a_place,
    sounds_of,
    stem,
    word_kinds,
)
from socialcell.settings.language import NcModels

Signs = Mapping[int, Kinds]  # words of the lists by their place in the text
WordSpan = tuple[int, int]  # first word, word after the last

_NONE: Kinds = frozenset()
_LONGEST_NAME = 3  # words
_NEAR_OFFICE = 3  # words between an office and the name of its holder
_FEW_CAPITALS = 1 / 2  # where more of the words have a capital, capitals say nothing


@dataclass(frozen=True, slots=True)
class PublicNames:
    """Names that stay, by how their words sound, the taggers that may read, and the
    telephone numbers that the city has published; None: those of the package."""

    sounds: frozenset[Sounds]
    taggers: NcModels
    numbers: frozenset[str] | None = None

    def has(self, name: str) -> bool:
        """Whether a whole name is among them, in either script."""
        return sounds_of(name) in self.sounds


NO_NAMES = PublicNames(frozenset(), NcModels.NONE)


def public_names(
    names: Collection[str],
    taggers: NcModels = NcModels.NONE,
    numbers: frozenset[str] | None = None,
) -> PublicNames:
    """Names as they are compared; one of a single word would show everybody's."""
    sounds = frozenset(part for part in map(sounds_of, names) if len(part) > 1)
    return PublicNames(sounds, taggers, numbers)


def hide_persons(text: str, words: TextWords, public: PublicNames) -> str:
    """The text without names of private persons; `words` are its words."""
    if not words.all_cues & WordCue.NAME:
        return text
    kinds = word_kinds()
    signs = {
        at: kinds[words.lower[at]]
        for at, cue in enumerate(words.cues)
        if cue & WordCue.LISTED
    }
    spans = list(_capital_names(words, signs))
    if words.all_cues & WordCue.PERSON:
        spans += _names(words, signs)
        spans += _tagged(words, signs, public.taggers)
    if not spans:
        return text
    hidden = [span for span in spans if not _stays(words, signs, span, public)]
    return hide(text, list(words.joined(hidden)))


def _names(words: TextWords, signs: Signs) -> Iterator[WordSpan]:
    for at, kind in signs.items():
        if kind & INTRODUCE:
            yield from _introduced(words, signs, at)
        if WordKind.HONOUR in kind:
            yield from _honoured(words, signs, at)
        if kind & NAMES:
            yield from _listed(words, signs, at)


def _introduced(words: TextWords, signs: Signs, at: int) -> Iterator[WordSpan]:
    """Mr Zagade, engineer Rakesh Kulkarni, श्री झगडे यांनी."""
    end = at + 1
    if WordKind.TITLE not in signs[at] and words.ends_sentence(at):
        return  # "cannot find my son. They say"
    while end < at + 1 + _LONGEST_NAME and words.is_next(end):
        if not (_kind(signs, end) & NAMES or _is_capital_or_new(words, signs, end)):
            break
        end += 1
    names = range(at + 1, end)
    if not names:
        return
    is_sure = (
        len(names) > 1
        or WordKind.TITLE in signs[at]
        or bool(_kind(signs, at + 1) & NAMES)
        or (words.written(at + 1).istitle() and words.written(at + 1).isascii())
        or (
            words.is_next(end)
            and (
                words.cues[end] & WordCue.ACTOR or WordKind.HONOUR in _kind(signs, end)
            )
        )
    )
    if is_sure:
        yield at + 1, end


def _honoured(words: TextWords, signs: Signs, at: int) -> Iterator[WordSpan]:
    """Zagade saheb, झगडे साहेबांनी, चंदू काका."""
    start = at
    while start > max(at - _LONGEST_NAME, 0) and words.is_next(start):
        if not (_kind(signs, start - 1) & NAMES or _is_new(words, signs, start - 1)):
            break
        start -= 1
    if start < at:
        yield start, at


def _listed(words: TextWords, signs: Signs, at: int) -> Iterator[WordSpan]:
    """Given names and surnames of the lists, and what belongs to them."""
    kind, start, end = signs[at], at, at + 1
    if is_function_word(words.lower[at]) and not words.written(at)[0].isupper():
        return  # mala: me, and a name
    while end <= at + _LONGEST_NAME and words.is_next(end):
        is_name = bool(_kind(signs, end) & NAMES)
        if not is_name and not (WordKind.GIVEN in kind and _is_new(words, signs, end)):
            break
        end += 1
    if WordKind.SURNAME in kind and words.is_next(start):
        is_given = bool(_kind(signs, start - 1) & {WordKind.GIVEN, WordKind.EITHER})
        is_capital = words.written(start - 1).istitle()
        if is_given or (is_capital and _is_new(words, signs, start - 1)):
            start -= 1
    if all(WordKind.EITHER in _kind(signs, word) for word in range(start, end)):
        # Words of the language as well: one alone is no name, two are a whole one.
        is_whole = (
            end - start > 1
            and WordKind.GIVEN in _kind(signs, start)
            and WordKind.SURNAME in _kind(signs, end - 1)
        )
        if not is_whole:
            return
    yield start, end


def _capital_names(words: TextWords, signs: Signs) -> Iterator[WordSpan]:
    """Two new words with capitals in a text where capitals are few, the last of them
    with the ending of a surname; or two new words that act."""
    surnames = [
        at
        for at, cue in enumerate(words.cues)
        if cue & WordCue.SURNAME and _is_surname(words, signs, at)
    ]
    if surnames and _are_capitals_few(words):
        yield from ((at - 1, at + 1) for at in surnames)
    if not words.all_cues & WordCue.ACTOR:
        return
    for at, word in enumerate(words.lower):
        if at < 2 or not words.cues[at] & WordCue.ACTOR or not words.is_next(at):
            continue
        if _is_new(words, signs, at - 1) and words.is_next(at - 1):
            is_name = _kind(signs, at - 2) & NAMES or _is_new(words, signs, at - 2)
            if is_name and (not word.isascii() or words.written(at - 1).istitle()):
                yield at - 2, at


def _are_capitals_few(words: TextWords) -> bool:
    capitals = sum(words.text[start].isupper() for start, _ in words.spans)
    return capitals <= max(len(words.lower) * _FEW_CAPITALS, 4)


def _is_surname(words: TextWords, signs: Signs, at: int) -> bool:
    """Whether a new word with a capital follows another that has one."""
    first, word = at - 1, words.lower[at]
    if first < 0 or _kind(signs, first) - NAMES:
        return False
    # Where each word stands is found out late: this says no to most.
    if word.isascii() and word.isalpha() and word.capitalize() not in words.text:
        return False
    if not (first or _kind(signs, first) & NAMES or _is_new(words, signs, first)):
        return False
    return (
        words.is_next(at)
        and words.written(at).istitle()
        and words.written(first)[0].isupper()
    )


def _tagged(words: TextWords, signs: Signs, taggers: NcModels) -> Iterator[WordSpan]:
    """What the tagger of names reads as a person, where a sign of one stands."""
    near = {
        by
        for at, kind in signs.items()
        if kind & INTRODUCE or WordKind.HONOUR in kind
        for by in range(max(at - _LONGEST_NAME, 0), at + _LONGEST_NAME + 1)
    }
    if not any(
        words.lower[at][0] >= "\u0900" and _is_new(words, signs, at)
        for at in near
        if at < len(words.lower)
    ):
        return
    if taggers is NcModels.NONE:
        return
    # Loads numpy, which most commands do without.
    from socialcell.language.names import name_tagger

    written = [words.text[start:end] for start, end in words.spans]
    for language in name_tagger.LANGUAGES:
        tagger = name_tagger.tagger(language, taggers)
        if tagger is None:
            continue
        for start, end, label in tagger.spans([written])[0]:
            span = [at for at in range(start, end) if _may_be_tagged(words, signs, at)]
            if label == "PERSON" and span:
                yield span[0], span[-1] + 1


def _may_be_tagged(words: TextWords, signs: Signs, at: int) -> bool:
    return bool(_kind(signs, at) & NAMES) or _is_new(words, signs, at)


def _is_new(words: TextWords, signs: Signs, at: int) -> bool:
    """Whether a word is neither one of the lists nor one of the language."""
    word = words.lower[at]
    return not _kind(signs, at) and is_unknown(word) and not is_common_word(word)


def _is_capital_or_new(words: TextWords, signs: Signs, at: int) -> bool:
    """Also a word of the language ("Akash", sky) that has a capital behind a role."""
    written = words.written(at)
    is_capital = written.istitle() and written.isascii() and len(written) > 1
    return _is_new(words, signs, at) or (is_capital and not _kind(signs, at))


def _kind(signs: Signs, at: int) -> Kinds:
    return signs.get(at, _NONE)


def _stays(words: TextWords, signs: Signs, span: WordSpan, public: PublicNames) -> bool:
    """Whether a name is a place's, or of somebody public."""
    if _is_of_place(words, signs, span):
        return True
    for at in range(span[0] - 1, max(span[0] - 1 - _NEAR_OFFICE, -1), -1):
        if not words.is_next(at + 1):
            break
        if WordKind.OFFICE in _kind(signs, at):
            return True
    return _is_among(words, span, public.sounds)


def _is_of_place(words: TextWords, signs: Signs, span: WordSpan) -> bool:
    """Whether the words are the name of a road, a hospital, a quarter."""
    start, end = span
    names = [_kind(signs, at) for at in range(start, end)]
    if any(WordKind.PLACE in kind for kind in names[1:]):
        return True
    if not words.is_next(end):
        return False
    if names_a_place(
        names,
        words.following(end),
        begins=not words.is_next(start),
        introduced=bool(_kind(signs, start - 1) & INTRODUCE),
    ):
        return True
    # Joshi Netra hospital; but not "Joshi ne hospital", "जोशी यांचा रस्ता".
    if words.cues[end] & WordCue.ACTOR or WordKind.HONOUR in _kind(signs, end):
        return False
    behind = _kind(signs, end + 1) if words.is_next(end + 1) else _NONE
    return WordKind.PLACE in behind and WordKind.CASED not in behind


def _is_among(words: TextWords, span: WordSpan, public: frozenset[Sounds]) -> bool:
    """Whether a longer name that stays overlaps the span."""
    start, end = span
    first, last = max(start - 2, 0), min(end + 3, len(words.lower))
    sounds = [key(word) for word in words.lower[first:last]]
    stems = [key(stem(word)) for word in words.lower[first:last]]
    for begin in range(min(end, last) - first):
        for stop in range(begin + 2, min(begin + 5, last - first + 1)):
            if first + stop <= start:
                continue
            head = tuple(sounds[begin : stop - 1])
            for name in ((*head, sounds[stop - 1]), (*head, stems[stop - 1])):
                if name in kept_names() or name in public:
                    return True
    return False
