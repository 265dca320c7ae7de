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
from socialcell.language.sound_phrases import PhraseBook, PhraseList, SoundLine, Span
from socialcell.language.transliteration import key
from socialcell.recent_texts import remembered

CLOSED = "closed_without_action"
DETAILS = (CLOSED,)
APP = "app"
_WITHIN = 6  # words between a complaint and what is said to be closed
_BEFORE = 2  # words before it in which it can be denied
_APART = 30  # words between the closing and that nothing was done
_WORD = re.compile("[,;.!?।॥\n]|[A-Za-z0-9'’À-ɏऀ-ॣ०-ॿ\u200c\u200d]+")
_PART = ","  # stands for whatever parts words


@remembered  # what is read again with the encoder
def detail_of(text: str) -> str | None:
    """`closed_without_action` where a text says that a complaint was closed or marked
    resolved and nothing was done; None elsewhere.

    It is said by a phrase of its own, or by three things near each other: a complaint,
    its closing, and that nothing came of it. A closing that is denied, asked for or
    still to come ("not closed", "बंद केली नाही", "do not close") is none.
    """
    line = _line(text)
    words = _words()
    if not words.hint.is_in(line):
        return None
    for span in words.alone.spans(line):
        if not _is_denied(line, span):
            return CLOSED
    closings = list(_closings(line))
    for at, until in words.nothing.spans(line) if closings else ():
        for start, end in closings:
            if max(at, start) - min(until, end) < _APART and (
                at >= end or until <= start
            ):
                return CLOSED
    return None


def file_topics(notes: Notes, topics: Sequence[Topic]) -> list[Topic]:
    """The topics of a text with this detail: those of the matter. That complaints are
    entered in an app does not make it one about the app, unless a screen fails."""
    if notes.detail != CLOSED or _words().screen.is_in(_line(notes.text)):
        return list(topics)
    return [topic for topic in topics if topic.id != APP]


@dataclass(frozen=True, slots=True)
class _DetailWords:
    book: PhraseBook
    hint: PhraseList
    alone: PhraseList
    complaint: PhraseList
    closed: PhraseList
    status: PhraseList
    beside: PhraseList
    nothing: PhraseList
    about: PhraseList
    denied_before: PhraseList
    denied_behind: PhraseList
    screen: PhraseList


def _closings(line: SoundLine) -> Iterator[Span]:
    """Where it is said that a complaint was closed, from the one word to the other."""
    words = _words()
    complaints = list(words.complaint.spans(line))
    for span in words.status.spans(line):
        if not _is_denied(line, span):
            yield span
    for span in words.beside.spans(line):
        beside = any(end == span[0] for _, end in complaints)
        if beside and not _is_denied(line, (span[0], span[1] + 1)):
            yield span
    for span in words.closed.spans(line):
        if _is_denied(line, span):
            continue
        for start, end in complaints:
            if end <= span[0] and _joins(line.part(end, span[0]), _WITHIN):
                yield start, span[1]
            elif span[1] <= start and _joins(line.part(span[1], start), _BEFORE):
                yield span[0], end


def _joins(between: SoundLine, most: int) -> bool:
    return (
        len(between.sounds) <= most
        and _PART not in between.sounds
        and not _words().about.is_in(between)
    )


def _is_denied(line: SoundLine, span: Span) -> bool:
    start = max(0, span[0] - _BEFORE)
    while _PART in line.sounds[start : span[0]]:
        start = line.sounds.index(_PART, start) + 1
    words = _words()
    return words.denied_behind.is_in(
        line.part(span[0] + 1, span[1] + 1)
    ) or words.denied_before.is_in(line.part(start, span[0]))


def _line(text: str) -> SoundLine:
    """The sounds of the words; a sign stands where punctuation parts them."""
    words = _WORD.findall(text)
    return _words().book.line([sound for word in words if (sound := _sound(word))])


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

    book = PhraseBook()
    return _DetailWords(
        book=book,
        # Most posts hold none of these and are looked at no further.
        hint=book.phrases(
            every("closed") + every("status") + every("beside") + every("alone")
        ),
        alone=book.phrases(every("alone")),
        complaint=book.phrases(every("complaint")),
        closed=book.phrases(every("closed")),
        status=book.phrases(every("status")),
        beside=book.phrases(every("beside")),
        nothing=book.phrases(every("nothing")),
        about=book.phrases(every("about")),
        denied_before=book.phrases(every("not")),
        denied_behind=book.phrases(every("not_behind")),
        screen=book.phrases(every("screen")),
    )
