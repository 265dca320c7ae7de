"""Everyday matters of short texts, which read like danger or like a message to the city
and are neither."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from socialcell.language import lexicon
from socialcell.language.sound_phrases import (
    PhraseBook,
    PhraseList,
    PhrasePair,
    SoundLine,
    sounds_of,
)
from socialcell.recent_texts import remembered

_SURE = 0.75  # chance of danger from which more is told than such a matter
_SHORT = 40  # words of a text up to which one matter is all that it is about


class _Matters(NamedTuple):
    of_the_city: tuple[PhrasePair, ...]
    between_people: tuple[PhrasePair, ...]
    ordinary: tuple[PhrasePair, ...]
    planned: tuple[PhrasePair, ...]
    in_traffic: tuple[PhrasePair, ...]
    unless_urgent: PhraseList
    unless_an_office: PhraseList
    book: PhraseBook


def is_ordinary(text: str, danger: float) -> bool:
    """Whether a text is about an everyday matter that is no danger at this chance of
    one, and of nobody who is hurt or in haste, or stuck but in traffic."""
    lists = _lists()
    if danger >= _SURE:
        return _is_about(text, lists.ordinary, lists.unless_urgent)
    matters = lists.ordinary + lists.of_the_city + lists.between_people
    return _is_about(text, lists.in_traffic) or _is_about(
        text, matters, lists.unless_urgent
    )


def is_planned(text: str) -> bool:
    """Whether a text is about what is wanted on a day that is set, as blood for an
    operation next week, and of nobody who is hurt or in haste."""
    return _is_about(text, _lists().planned, _lists().unless_urgent)


def is_between_people(text: str) -> bool:
    """Whether people write to each other of what no office has to do with: a room to
    let, a purse that was lost, a question about traffic."""
    lists = _lists()
    office, urgent = lists.unless_an_office, lists.unless_urgent
    return _is_about(text, lists.between_people, office, urgent)


def _is_about(text: str, matters: Iterable[PhrasePair], *unless: PhraseList) -> bool:
    line = _line(text)
    return (
        len(line.sounds) <= _SHORT
        and not any(words.is_in(line) for words in unless)
        and any(matter.is_told_in(line) for matter in matters)
    )


@remembered
def _line(text: str) -> SoundLine:
    return _lists().book.line(sounds_of(text))


@lru_cache(maxsize=1)
def _lists() -> _Matters:
    """The phrases of everyday.yaml."""
    everyday = lexicon.data("everyday")
    book = PhraseBook()

    def pairs(name: str) -> tuple[PhrasePair, ...]:
        return tuple(map(book.pair, everyday[name].values()))

    return _Matters(
        of_the_city=pairs("of_the_city"),
        between_people=pairs("between_people"),
        ordinary=pairs("ordinary"),
        planned=pairs("planned"),
        in_traffic=pairs("in_traffic"),
        unless_urgent=book.phrases(everyday["unless_urgent"]),
        unless_an_office=book.phrases(everyday["unless_an_office"]),
        book=book,
    )
