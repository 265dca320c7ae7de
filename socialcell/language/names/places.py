"""The gazetteer: places, wards, departments, services and bodies, found by name."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import lru_cache

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from socialcell.errors import SocialcellError
from socialcell.language import lexicon, transliteration
from socialcell.language.analysis import Entity
from socialcell.language.notes import Fact, notes_of
from socialcell.language.words import key_of
from socialcell.message_catalog import Message

_LONGEST_NAME = 4  # words of a person's name
_FEWEST_SOUNDS = 6  # letters of its key: mohan savant is mhn svnt
_FULL_STOPS = ".।?!…"
_WORDS = re.compile(r"[^\s,.()\-–]+")
# What Hindi makes of a Marathi letter, and Latin letters of one sound.
_OTHER_LETTERS = (
    ("ळ", "ल"),
    ("ठ्ठ", "ट्ठ"),
    ("गाव", "गांव"),
    ("w", "v"),
    ("v", "w"),
    ("agari", "agri"),
)
_TOWN = re.compile(r"(?<=\S)(नगर)$")  # written apart as often as together


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the gazetteer. `aliases` that begin with "=" are case-sensitive.

    `handles` are accounts of social media, without @: whoever names one means the row.
    A name that also means something else `needs_context`: another name of the city,
    a word such as road beside it, or an ending that says "in". It is never taken
    where a word of `unless` is in the same text.
    """

    id: str
    label: str
    name_en: str
    name_mr: str
    name_hi: str
    aliases: tuple[str, ...]
    ward: str | None
    needs_context: bool
    unless: frozenset[str]
    source: str
    handles: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        """Every spelling but the case-sensitive ones, words also written together."""
        plain = [alias for alias in self.aliases if not alias.startswith("=")]
        for name in (self.name_en, self.name_mr, self.name_hi, *plain):
            yield from _other_kinds(name)
            forms = [name]
            if 1 < len(name.split()) < 3 and "-" not in name:
                # Not EktaNagari: a capital begins a word of its own in a text.
                forms.append(name.replace(" ", "").capitalize())
            for form in forms:
                yield form
                for here, there in _OTHER_LETTERS:
                    if here in form:
                        yield form.replace(here, there)
            if _TOWN.search(name):
                yield _TOWN.sub(r" \1", name)

    @property
    def own_length(self) -> int:
        """Words of the shortest way to say it; a longer one leaves no doubt."""
        return len(_WORDS.findall(self.name_en))

    def exact(self) -> list[str]:
        """Spellings that count only in this very case."""
        return [alias[1:] for alias in self.aliases if alias.startswith("=")]


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """The package's gazetteer, checked; SocialcellError names file and line."""
    return check_places(
        (f"gazetteer/{file}", line, row) for file, line, row in lexicon.gazetteer_rows()
    )


def check_places(
    rows: Iterable[tuple[str, int, dict[str, str]]], beside: Iterable[Place] = ()
) -> tuple[Place, ...]:
    """Entries from (file, line, row), with ids and wards that fit those `beside` them.

    SocialcellError names file and line.
    """
    places_beside = {place.id: place for place in beside}
    checked_places: dict[str, Place] = {}
    labels = lexicon.vocabulary("entity")
    for file, line, row in rows:
        where = Message("files.line", {"file": file, "line": line})
        place = _place(row, where)
        if place.label not in labels:
            raise SocialcellError(
                "language.unknown_label", where=where, label=place.label
            )
        if place.id in checked_places or place.id in places_beside:
            raise SocialcellError("language.id_there_twice", where=where, id=place.id)
        checked_places[place.id] = place
    for place in checked_places.values():
        if place.ward is not None and place.ward not in places_beside | checked_places:
            raise SocialcellError(
                "language.place_in_unknown_ward", id=place.id, ward=place.ward
            )
    return tuple(checked_places.values())


def name_words(entries: Iterable[Place]) -> set[str]:
    """Single words of all their names, as comparison keys."""
    return {
        key_of(word)
        for place in entries
        for name in place.names()
        for word in _WORDS.findall(name)
    }


def fingerprint(entries: Iterable[Place]) -> str:
    """Eight hexadecimal digits that change when any of these entries changes."""
    rows = (
        (*astuple(place)[:8], sorted(place.unless), *place.handles) for place in entries
    )
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:8]


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
        self._loose.add(place.id, [nlp.make_doc(name) for name in place.names()])
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
        sounds = tuple(_sound(key_of(word)) for word in _WORDS.findall(name))
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


def _other_kinds(name: str) -> Iterator[str]:
    """The name with other words for what it is: नायडू रुग्णालय, Naidu aspatal."""
    head, _, kind = name.rpartition(" ")
    for words in lexicon.data("place_signs")["kinds"] if head else ():
        if kind.lower() in words:
            yield from (f"{head} {word}" for word in words if word != kind.lower())


def _stands_alone(start: int, end: int, facts: list[Fact]) -> bool:
    """Is it a sentence of its own at the end of a text, as an address is?"""
    if not start or any(fact.word.script for fact in facts[end:]):
        return False
    return facts[start - 1].word.raw[-1:] in _FULL_STOPS


def _place(row: dict[str, str], where: Message) -> Place:
    try:
        return Place(
            id=row["id"],
            label=row["label"],
            name_en=row["name_en"],
            name_mr=row["name_mr"],
            name_hi=row["name_hi"] or row["name_mr"],
            aliases=tuple(filter(None, row["aliases"].split("|"))),
            ward=row["ward"] or None,
            needs_context=row["needs_context"] == "yes",
            unless=frozenset(map(key_of, filter(None, row["unless"].split("|")))),
            source=row["source"],
        )
    except (KeyError, AttributeError) as error:
        raise SocialcellError(
            "language.column_missing", where=where, reason=str(error)
        ) from error


@lru_cache
def _words(part: str) -> frozenset[str]:
    return frozenset(map(key_of, lexicon.data("place_signs")[part]))
