"""The component that finds the gazetteer's entries in a text, by name."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from socialcell.language import lexicon, transliteration
from socialcell.language.analysis import Entity
from socialcell.language.names.places import Place, places, words_of
from socialcell.language.notes import Fact, notes_of
from socialcell.language.words import key_of

_LONGEST_NAME = 4  # words of a person's name
_FEWEST_SOUNDS = 6  # letters of its key: mohan savant is mhn svnt
_FULL_STOPS = ".।?!…"


class Gazetteer:
    """Component: longest match first, endings left out of the entity."""

    def __init__(self, nlp: Language) -> None:
        self._loose = PhraseMatcher(nlp.vocab, attr="NORM")
        self._exact = PhraseMatcher(nlp.vocab, attr="ORTH")
        self._places: dict[int, Place] = {}
        self._sounds: dict[tuple[str, ...], Place] = {}
        self.add(nlp, places())

    def add(self, nlp: Language, entries: Iterable[Place]) -> None:
        """From now on these are found too."""
        for place in entries:
            self._places[nlp.vocab.strings.add(place.id)] = place
            if place.label == "PERSON":
                self._sounds |= dict.fromkeys(_sounds(place), place)
            # The matchers keep numbers of words: the words themselves are forgotten.
            with nlp.memory_zone():
                self._add_phrases(nlp, place)

    def _add_phrases(self, nlp: Language, place: Place) -> None:
        names = dict.fromkeys(place.names())  # a fifth of them come twice
        self._loose.add(place.id, [nlp.make_doc(name) for name in names])
        if exact := place.exact():
            self._exact.add(place.id, [nlp.make_doc(name) for name in exact])
        if place.handles:
            accounts = [nlp.make_doc(f"@{handle}") for handle in place.handles]
            self._loose.add(place.id, accounts)

    def __call__(self, doc: Doc) -> Doc:
        matches = self._loose(doc) + self._exact(doc)
        if not matches and not self._sounds:
            return doc
        notes = notes_of(doc)
        spans = [(start, end, self._places[match]) for match, start, end in matches]
        if self._sounds:
            spans += self._by_sound(notes.facts)
        chosen = _longest(
            span for span in spans if not _is_excluded(span[2], notes.facts)
        )
        for start, end, place in chosen:
            if place.needs_context and not (
                end - start > place.own_length
                or _in_context(start, end, chosen, notes.facts)
            ):
                continue
            last = doc[end - 1].idx + notes.facts[end - 1].stem_length
            first = doc[start].idx
            # spaCy joins a text anew on every look: ask for no more than the name.
            name_text = doc[start:end].text[: last - first]
            notes.entities.append(Entity(first, last, name_text, place.label, place.id))
            notes.named.update(range(start, end))
            if place.label == "PLACE":
                notes.placed.update(range(start, end))
        return doc

    def _by_sound(self, facts: list[Fact]) -> Iterator["_Span"]:
        """Names of people in whatever spelling: each word sounds as in the register."""
        for start, fact in enumerate(facts):
            if not fact.word.script:
                continue
            sounds: tuple[str, ...] = ()
            for end in range(start, min(start + _LONGEST_NAME, len(facts))):
                last = facts[end]
                for word in (last.word.key, last.stem):
                    place = self._sounds.get((*sounds, _sound(word)))
                    if place is not None:
                        yield start, end + 1, place
                        break
                sounds = (*sounds, _sound(last.word.key))


_Span = tuple[int, int, Place]


def _sounds(place: Place) -> Iterator[tuple[str, ...]]:
    """How the names of a person sound, by word. A name of one word, or of few sounds,
    would be found in everything."""
    for name in (place.name_en, place.name_mr, place.name_hi, *place.aliases):
        sounds = tuple(_sound(key_of(word)) for word in words_of(name))
        if 1 < len(sounds) <= _LONGEST_NAME and len("".join(sounds)) >= _FEWEST_SOUNDS:
            yield sounds


@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    return transliteration.key(word)


def _longest(spans: Iterator[_Span]) -> list[_Span]:
    """No overlaps: the longer match wins, then the earlier, then the smaller id."""
    used_tokens: set[int] = set()
    chosen: list[_Span] = []
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0], s[2].id)):
        tokens = range(span[0], span[1])
        if used_tokens.isdisjoint(tokens):
            used_tokens.update(tokens)
            chosen.append(span)
    return sorted(chosen, key=lambda span: span[0])


def _is_excluded(place: Place, facts: list[Fact]) -> bool:
    return bool(place.unless) and any(
        fact.word.key in place.unless or fact.stem in place.unless for fact in facts
    )


def _in_context(start: int, end: int, spans: list[_Span], facts: list[Fact]) -> bool:
    if any(not other.needs_context for _, _, other in spans):
        return True
    if _stands_alone(start, end, facts):
        return True
    return is_used_as_place(start, end, facts)


def is_used_as_place(start: int, end: int, facts: list[Fact]) -> bool:
    """Is there a word beside these, or an ending of theirs, that a place has?"""
    neighbours = facts[max(0, start - 1) : start] + facts[end : end + 1]
    if any({fact.word.key, fact.stem} & _words("beside_place") for fact in neighbours):
        return True
    if any(fact.word.key in _words("after_place") for fact in facts[end : end + 1]):
        return True
    if start and facts[start - 1].word.key in _words("before_place"):
        return facts[start].word.raw[0].isupper()
    last = facts[end - 1].word.key
    return last != facts[end - 1].stem and last.endswith(tuple(_words("in_place")))


def _stands_alone(start: int, end: int, facts: list[Fact]) -> bool:
    """Is it a sentence of its own at the end of a text, as an address is?"""
    if not start or any(fact.word.script for fact in facts[end:]):
        return False
    return facts[start - 1].word.raw[-1:] in _FULL_STOPS


@lru_cache
def _words(part: str) -> frozenset[str]:
    return frozenset(map(key_of, lexicon.data("place_signs")[part]))
