"""Is a life in danger, now and in earnest? Words of accidents, violence, crowds,
collapse, gas and electricity, and what makes a story, a joke or an exercise of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from socialcell.language import lexicon
from socialcell.language.sound_phrases import (
    PhrasePair,
    line_of,
    pair_of,
    pattern,
    sound_of,
    sounds_of,
    spans,
)

REASON = "danger to life"  # as in urgency.yaml
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
    sentences = _sentences(text)
    whole = _whole(sentences)
    dangers = [(_danger_in(sounds), sounds) for sounds in sentences]
    laughs = _LAUGHTER.search(text) is not None
    return max(
        (
            danger
            for danger, sounds in dangers
            if danger and not _is_unreal(_around(sounds, whole), laughs=laughs)
        ),
        default=Danger.NONE,
    )


def is_story(text: str) -> bool:
    """Whether a short text is told as a story, a joke or a figure of speech; of a
    longer one, whether its first sentence says that it is long ago or of a film."""
    sentences = [sounds for sounds in _sentences(text) if sounds]
    if not sentences:
        return False
    whole = _whole(sentences)
    if _LONG_AGO.search(text) and not _SINCE.search(text):
        # Who complained then, or asks for help, tells of what is now.
        return _lists().present.search(line_of(whole)) is None
    if len(whole) <= _SHORT:
        return _is_unreal(whole, laughs=_LAUGHTER.search(text) is not None)
    return _is_unreal(sentences[0], laughs=False)


def is_exercise(text: str) -> bool:
    """Whether a text speaks of a drill in which danger is practised."""
    return _lists().exercise.is_told_in(line_of(sounds_of(text)))


def is_of_hurt(text: str) -> bool:
    """Whether a text says outright, and in earnest, that somebody was hurt."""
    line = line_of(_whole(_sentences(text)))
    return _lists().hurt.search(line) is not None and not is_story(text)


def is_hazard(text: str) -> bool:
    """Whether a text tells in earnest of what can hurt whoever passes next: an open
    chamber, a wire within reach, a tree about to fall."""
    return any(
        not _lists().mended.is_told_in(line_of(around))
        for around in _in_earnest(_lists().hazards, text)
    )


def is_of_own_life(text: str) -> bool:
    """Whether a text says of somebody, in earnest or not, that they mean to die."""
    sounds = _whole(_sentences(text))
    return _lists().own_life.search(line_of(sounds)) is not None


def is_of_bite(text: str) -> bool:
    """Whether a text says in earnest that an animal bit a person."""
    return any(_in_earnest([_lists().bitten], text))


def is_without_water(text: str) -> bool:
    """Whether a text says that no water comes; how long may stand in between."""
    sounds = [
        sound
        for sound in _whole(_sentences(text))
        if sound not in _durations() and not sound.isdigit()
    ]
    return _lists().without_water.search(line_of(sounds)) is not None


@dataclass(frozen=True, slots=True)
class _Story:
    words: re.Pattern[str]
    unless: re.Pattern[str]

    def is_told_in(self, line: str) -> bool:
        return self.words.search(line) is not None and not self.unless.search(line)


@dataclass(frozen=True, slots=True)
class _Lists:
    telling: re.Pattern[str]  # the longest words of what is alone or completes a pair
    alone: re.Pattern[str]
    critical: re.Pattern[str]
    own_life: re.Pattern[str]
    without_water: re.Pattern[str]
    hurt: re.Pattern[str]
    pairs: tuple[tuple[PhrasePair, Danger], ...]
    hazards: tuple[PhrasePair, ...]
    bitten: PhrasePair
    mended: _Story
    stories: tuple[_Story, ...]
    exercise: _Story
    earnest: re.Pattern[str]
    present: re.Pattern[str]


def _danger_in(sounds: Sequence[str]) -> Danger:
    """What the words of a sentence say, in earnest or not."""
    if not any(map(_is_telling, sounds)):
        return Danger.NONE
    if next(spans(_lists().critical, sounds), None) is not None:
        return Danger.CRITICAL
    alone = next(spans(_lists().alone, sounds), None) is not None
    return max(
        (danger for pair, danger in _lists().pairs if pair.is_told_in(sounds)),
        default=Danger.SERIOUS if alone else Danger.NONE,
    )


@lru_cache(maxsize=10_000)
def _is_telling(sound: str) -> bool:
    """Whether it is the longest word of a phrase of danger; most posts have none."""
    return _lists().telling.search(f" {sound} ") is not None


def _is_unreal(sounds: Sequence[str], *, laughs: bool) -> bool:
    line = line_of(sounds)
    if laughs and not _lists().earnest.search(line):
        return True
    return any(story.is_told_in(line) for story in _lists().stories)


def _in_earnest(pairs: Iterable[PhrasePair], text: str) -> Iterator[Sequence[str]]:
    """What stands around each sentence in which one of the pairs is told in earnest."""
    sentences = _sentences(text)
    whole = _whole(sentences)
    for sounds in sentences:
        around = _around(sounds, whole)
        is_told = any(pair.is_told_in(sounds) for pair in pairs)
        if is_told and not _is_unreal(around, laughs=False):
            yield around


def _sentences(text: str) -> list[list[str]]:
    return [sounds_of(part) for part in SENTENCE_END.split(_CAMEL.sub(" ", text))]


def _around(sounds: Sequence[str], whole: Sequence[str]) -> Sequence[str]:
    """What shows whether a sentence is meant in earnest: all of a short text."""
    return whole if len(whole) <= _SHORT else sounds


def _whole(sentences: Iterable[Sequence[str]]) -> list[str]:
    return [sound for sounds in sentences for sound in sounds]


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    """The phrases of danger.yaml as patterns."""
    danger_lists: Mapping[str, Any] = lexicon.data("danger")
    stories = {name: _story(story) for name, story in danger_lists["unreal"].items()}
    alone, critical, own_life, without_water, hurt = (
        [phrase for phrases in danger_lists[name].values() for phrase in phrases]
        for name in ("alone", "critical", "own_life", "without_water", "hurt")
    )
    ends = [
        phrase
        for pair in danger_lists["together"].values()
        for phrase in pair.get("second", pair["first"])
    ]
    return _Lists(
        telling=pattern(
            max(phrase.split(), key=len)
            for phrase in [*alone, *critical, *own_life, *ends]
        ),
        alone=pattern(alone),
        critical=pattern([*critical, *own_life]),
        own_life=pattern(own_life),
        without_water=pattern(without_water),
        hurt=pattern(hurt),
        pairs=tuple(
            (
                pair_of(phrases),
                Danger.CRITICAL if "critical" in phrases else Danger.SERIOUS,
            )
            for phrases in danger_lists["together"].values()
        ),
        hazards=tuple(map(pair_of, danger_lists["hazards"].values())),
        bitten=pair_of(danger_lists["bitten"]),
        mended=_story(danger_lists["mended"]),
        stories=tuple(stories.values()),
        exercise=stories["an exercise"],
        earnest=stories["a way of speaking"].unless,
        present=stories["so many years ago"].unless,
    )


def _story(phrases: Mapping[str, Any]) -> _Story:
    return _Story(pattern(phrases["words"]), pattern(_flat(phrases["unless"])))


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
