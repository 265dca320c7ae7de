"""Is a life in danger, now and in earnest? Words of accidents, violence, crowds,
collapse, gas and electricity, and what makes a story, a joke or an exercise of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import chain, pairwise
from operator import attrgetter
from typing import Any

from socialcell.language import lexicon
from socialcell.language.sound_phrases import (
    PhraseBook,
    PhraseList,
    PhrasePair,
    SoundLine,
    sound_of,
    sounds_of,
)
from socialcell.recent_texts import remembered

WEIGHT = 0.8
_SHORT = 40  # words of a post up to which one story covers all of it
SENTENCE_END = re.compile("[.!?।॥\n]+")
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
_LAUGHTER = re.compile(
    r"\b(?:(?:ha){2,}h?|(?:he){2,}|lo+l|lmao|rofl|xd)\b|हा(?:हा)+|[😂🤣😆😹😜😝🤪🥳😍🥰]",
    re.I,
)
# A year that is over, but no round number (litres, rupees, 1800 of a free call), and
# that it goes on since then.
_LONG_AGO = re.compile(
    r"(?<!\d)(?:[1१][89८९]|[2२][0०](?=[01०१]))(?!00|००)\d\d(?!\d)"
    r"(?!\s*(?:pasun|se\b|पासून|से(?!\S)))"
)
_SINCE = re.compile(r"\b(?:since|from)\s+\d{4}\b", re.I)


class Danger(IntEnum):
    """What the words of a text say."""

    NONE = 0
    SERIOUS = 1
    CRITICAL = 2  # a life is at stake now


def danger_of(text: str) -> Danger:
    """What danger a text tells of in earnest.

    Words are compared by sound, so that spelling hardly matters. In a post of up to 40
    words one sign of a story, a joke or an exercise covers all of it, in a longer one
    its own sentence; words that say that it is meant in earnest undo it.
    """
    parsed = _parsed(text)
    laughs = _LAUGHTER.search(text) is not None
    dangers_by_line = chain(
        ((sentence, _danger_in(sentence)) for sentence in parsed.sentences),
        _across_sentences(parsed),
    )
    return max(
        (
            danger
            for line, danger in dangers_by_line
            if danger and not _is_unreal(parsed.around(line), laughs=laughs)
        ),
        default=Danger.NONE,
    )


def is_story(text: str) -> bool:
    """Whether a short text is told as a story, a joke or a figure of speech; of a
    longer one, whether its first sentence says that it is long ago or of a film."""
    parsed = _parsed(text)
    first = next((line for line in parsed.sentences if line.sounds), None)
    if first is None:
        return False
    if _LONG_AGO.search(text) and not _SINCE.search(text):
        # Who complained then, or asks for help, tells of what is now.
        return not _lists().present.is_in(parsed.whole)
    if parsed.is_short:
        return _is_unreal(parsed.whole, laughs=_LAUGHTER.search(text) is not None)
    return _is_unreal(first, laughs=False)


def is_exercise(text: str) -> bool:
    """Whether a text speaks of a drill in which danger is practised."""
    lists = _lists()
    return lists.exercise.is_told_in(lists.book.line(sounds_of(text)))


def is_of_hurt(text: str) -> bool:
    """Whether a text says outright, and in earnest, that somebody was hurt."""
    return _lists().hurt.is_in(_parsed(text).whole) and not is_story(text)


def is_hazard(text: str) -> bool:
    """Whether a text tells in earnest of what can hurt whoever passes next: an open
    chamber, a wire within reach, a tree about to fall."""
    return any(
        not _lists().mended.is_told_in(around)
        for around in _in_earnest(_lists().hazards, text)
    )


def is_of_own_life(text: str) -> bool:
    """Whether a text says of somebody, in earnest or not, that they mean to die."""
    return _lists().own_life.is_in(_parsed(text).whole)


def is_bare_cry(text: str) -> bool:
    """Whether a text calls for help from a place, in earnest, and may say no more."""
    return any(_in_earnest([_lists().cry], text))


def is_of_bite(text: str) -> bool:
    """Whether a text says in earnest that an animal bit a person."""
    return any(_in_earnest([_lists().bitten], text))


def is_without_water(text: str) -> bool:
    """Whether a text says that no water comes; how long may stand in between."""
    lists = _lists()
    sounds = [
        sound
        for sound in _parsed(text).whole.sounds
        if sound not in _durations() and not sound.isdigit()
    ]
    return lists.without_water.is_in(lists.book.line(sounds))


@dataclass(frozen=True, slots=True)
class _Story:
    words: PhraseList
    unless: PhraseList

    def is_told_in(self, line: SoundLine) -> bool:
        return self.words.is_in(line) and not self.unless.is_in(line)


@dataclass(frozen=True, slots=True)
class _Lists:
    book: PhraseBook
    alone: PhraseList
    critical: PhraseList
    own_life: PhraseList
    without_water: PhraseList
    hurt: PhraseList
    pairs: tuple[tuple[PhrasePair, Danger], ...]
    across: tuple[tuple[PhrasePair, Danger], ...]
    hazards: tuple[PhrasePair, ...]
    cry: PhrasePair
    bitten: PhrasePair
    mended: _Story
    stories: tuple[_Story, ...]
    exercise: _Story
    earnest: PhraseList
    present: PhraseList


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A text as lines of sounds, sentence by sentence and as a whole."""

    sentences: tuple[SoundLine, ...]
    whole: SoundLine

    @property
    def is_short(self) -> bool:
        return len(self.whole.sounds) <= _SHORT

    def around(self, sentence: SoundLine) -> SoundLine:
        """What shows whether a sentence is meant in earnest: all of a short text."""
        return self.whole if self.is_short else sentence


def _danger_in(sentence: SoundLine) -> Danger:
    """What the words of a sentence say, in earnest or not."""
    lists = _lists()
    if lists.critical.is_in(sentence):
        return Danger.CRITICAL
    return max(
        (danger for pair, danger in lists.pairs if pair.is_told_in(sentence)),
        default=Danger.SERIOUS if lists.alone.is_in(sentence) else Danger.NONE,
    )


def _across_sentences(parsed: _Parsed) -> Iterator[tuple[SoundLine, Danger]]:
    """Two sentences beside each other that say together what neither does alone, and
    what they say: the water is at the door, the people on the roof."""
    lists = _lists()
    possible = [pair for pair in lists.across if pair[0].may_be_in(parsed.whole)]
    if not possible:
        return
    for sentence, following in pairwise(filter(attrgetter("sounds"), parsed.sentences)):
        line = lists.book.line([*sentence.sounds, *following.sounds])
        yield from (
            (line, danger)
            for pair, danger in possible
            if pair.is_told_in(line) and not pair.is_harmless(line)
        )


def _is_unreal(line: SoundLine, *, laughs: bool) -> bool:
    if laughs and not _lists().earnest.is_in(line):
        return True
    return any(story.is_told_in(line) for story in _lists().stories)


def _in_earnest(pairs: Iterable[PhrasePair], text: str) -> Iterator[SoundLine]:
    """What stands around each sentence in which one of the pairs is told in earnest."""
    parsed = _parsed(text)
    for sentence in parsed.sentences:
        around = parsed.around(sentence)
        is_told = any(pair.is_told_in(sentence) for pair in pairs)
        if is_told and not _is_unreal(around, laughs=False):
            yield around


@remembered
def _parsed(text: str) -> _Parsed:
    parts = SENTENCE_END.split(_CAMEL.sub(" ", text))
    sentences = [sounds_of(part) for part in parts]
    whole = [sound for sounds in sentences for sound in sounds]
    line = _lists().book.line
    return _Parsed(tuple(map(line, sentences)), line(whole))


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    """The phrases of danger.yaml as patterns."""
    danger_lists: Mapping[str, Any] = lexicon.data("danger")
    book = PhraseBook()
    stories = {
        name: _story(book, story) for name, story in danger_lists["unreal"].items()
    }
    alone, critical, own_life, without_water, hurt = (
        [phrase for phrases in danger_lists[name].values() for phrase in phrases]
        for name in ("alone", "critical", "own_life", "without_water", "hurt")
    )
    pairs = {
        name: (
            book.pair(phrases),
            Danger.CRITICAL if "critical" in phrases else Danger.SERIOUS,
        )
        for name, phrases in danger_lists["together"].items()
    }
    across = (
        pairs[name] for name in pairs if "across" in danger_lists["together"][name]
    )
    return _Lists(
        book=book,
        alone=book.phrases(alone),
        critical=book.phrases([*critical, *own_life]),
        own_life=book.phrases(own_life),
        without_water=book.phrases(without_water),
        hurt=book.phrases(hurt),
        pairs=tuple(pairs.values()),
        across=tuple(across),
        hazards=tuple(map(book.pair, danger_lists["hazards"].values())),
        cry=pairs["a cry for help from a place"][0],
        bitten=book.pair(danger_lists["bitten"]),
        mended=_story(book, danger_lists["mended"]),
        stories=tuple(stories.values()),
        exercise=stories["an exercise"],
        earnest=stories["a way of speaking"].unless,
        present=stories["so many years ago"].unless,
    )


def _story(book: PhraseBook, phrases: Mapping[str, Any]) -> _Story:
    return _Story(
        book.phrases(phrases["words"]), book.phrases(_flat(phrases["unless"]))
    )


def _flat(phrases: Iterable[str | list[str]]) -> list[str]:
    """A list that may hold lists which others share."""
    lists = ([phrase] if isinstance(phrase, str) else phrase for phrase in phrases)
    return [phrase for part in lists for phrase in part]


@lru_cache(maxsize=1)
def _durations() -> frozenset[str]:
    """The sounds of numbers and of units of time."""
    haste = lexicon.data("urgency")
    return frozenset(
        sound_of(word)
        for part in ("units", "numbers")
        for words in haste[part].values()
        for word in words
    )
