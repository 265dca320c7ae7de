"""What more is said than the intent: a complaint was closed although nothing was done.

The detail is a rule of phrases (`data/intent_detail.yaml`), in every kind of text; it
stands beside the intent and changes neither its score nor its words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from socialcell.language import lexicon
from socialcell.language.analysis import Topic
from socialcell.language.notes import Notes
from socialcell.language.sound_phrases import Span, line_of, pattern, spans
from socialcell.language.transliteration import key

CLOSED = "closed_without_action"
DETAILS = (CLOSED,)
APP = "app"
_WITHIN = 6  # words between a complaint and what is said to be closed
_BEFORE = 2  # words before it in which it can be denied
_APART = 30  # words between the closing and that nothing was done
_WORD = re.compile("[,;.!?।॥\n]|[A-Za-z0-9'’À-ɏऀ-ॣ०-ॿ\u200c\u200d]+")
_PART = ","  # stands for whatever parts words


@lru_cache(maxsize=8)  # what is read again with the encoder
def detail_of(text: str) -> str | None:
    """`closed_without_action` where a text says that a complaint was closed or marked
    resolved and nothing was done; None elsewhere.

    It is said by a phrase of its own, or by three things near each other: a complaint,
    its closing, and that nothing came of it. A closing that is denied, asked for or
    still to come ("not closed", "बंद केली नाही", "do not close") is none.
    """
    sounds = _sounds(text)
    words = _words()
    if words.hint.search(line_of(sounds)) is None:
        return None
    for span in spans(words.alone, sounds):
        if not _is_denied(sounds, span):
            return CLOSED
    closings = list(_closings(sounds))
    for at, until in spans(words.nothing, sounds) if closings else ():
        for start, end in closings:
            if max(at, start) - min(until, end) < _APART and (
                at >= end or until <= start
            ):
                return CLOSED
    return None


def file_topics(notes: Notes, topics: Sequence[Topic]) -> list[Topic]:
    """The topics of a text with this detail: those of the matter. That complaints are
    entered in an app does not make it one about the app, unless a screen fails."""
    if notes.detail != CLOSED or _words().screen.search(line_of(_sounds(notes.text))):
        return list(topics)
    return [topic for topic in topics if topic.id != APP]


@dataclass(frozen=True, slots=True)
class _DetailWords:
    hint: re.Pattern[str]
    alone: re.Pattern[str]
    complaint: re.Pattern[str]
    closed: re.Pattern[str]
    status: re.Pattern[str]
    beside: re.Pattern[str]
    nothing: re.Pattern[str]
    about: re.Pattern[str]
    denied_before: re.Pattern[str]
    denied_behind: re.Pattern[str]
    screen: re.Pattern[str]


def _closings(sounds: Sequence[str]) -> Iterator[Span]:
    """Where it is said that a complaint was closed, from the one word to the other."""
    words = _words()
    complaints = list(spans(words.complaint, sounds))
    for span in spans(words.status, sounds):
        if not _is_denied(sounds, span):
            yield span
    for span in spans(words.beside, sounds):
        beside = any(end == span[0] for _, end in complaints)
        if beside and not _is_denied(sounds, (span[0], span[1] + 1)):
            yield span
    for span in spans(words.closed, sounds):
        if _is_denied(sounds, span):
            continue
        for start, end in complaints:
            between = sounds[end : span[0]]
            behind = sounds[span[1] : start]
            if end <= span[0] and _joins(between, _WITHIN):
                yield start, span[1]
            elif span[1] <= start and _joins(behind, _BEFORE):
                yield span[0], end


def _joins(between: Sequence[str], most: int) -> bool:
    return (
        len(between) <= most
        and _PART not in between
        and _words().about.search(line_of(between)) is None
    )


def _is_denied(sounds: Sequence[str], span: Span) -> bool:
    before = sounds[max(0, span[0] - _BEFORE) : span[0]]
    while _PART in before:
        before = before[before.index(_PART) + 1 :]
    behind = sounds[span[0] + 1 : span[1] + 1]
    words = _words()
    return (
        words.denied_behind.search(line_of(behind)) is not None
        or words.denied_before.search(line_of(before)) is not None
    )


def _sounds(text: str) -> list[str]:
    """The sounds of the words; a sign stands where punctuation parts them."""
    return [sound for word in _WORD.findall(text) if (sound := _sound(word))]


def _sound(word: str) -> str:
    return key(word) if word[0].isalnum() else _PART


@lru_cache(maxsize=1)
def _words() -> _DetailWords:
    phrases_by_role: dict[str, Any] = lexicon.data("intent_detail")[CLOSED]

    def every(name: str) -> list[str]:
        listed = phrases_by_role[name]
        if isinstance(listed, list):
            return listed
        return [phrase for phrases in listed.values() for phrase in phrases]

    return _DetailWords(
        # Most posts hold none of these and are looked at no further.
        hint=pattern(
            every("closed") + every("status") + every("beside") + every("alone")
        ),
        alone=pattern(every("alone")),
        complaint=pattern(every("complaint")),
        closed=pattern(every("closed")),
        status=pattern(every("status")),
        beside=pattern(every("beside")),
        nothing=pattern(every("nothing")),
        about=pattern(every("about")),
        denied_before=pattern(every("not")),
        denied_behind=pattern(every("not_behind")),
        screen=pattern(every("screen")),
    )
