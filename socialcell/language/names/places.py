"""The gazetteer's entries: places, wards, departments, services and bodies."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import lru_cache

from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.words import key_of
from socialcell.message_catalog import Message

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
        return len(words_of(self.name_en))

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


def words_of(name: str) -> list[str]:
    """The words of a name, without the marks between them."""
    return _WORDS.findall(name)


def name_words(entries: Iterable[Place]) -> set[str]:
    """Single words of all their names, as comparison keys."""
    return {
        key_of(word)
        for place in entries
        for name in place.names()
        for word in words_of(name)
    }


def fingerprint(entries: Iterable[Place]) -> str:
    """Eight hexadecimal digits that change when any of these entries changes."""
    rows = (
        (*astuple(place)[:8], sorted(place.unless), *place.handles) for place in entries
    )
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:8]


def _other_kinds(name: str) -> Iterator[str]:
    """The name with other words for what it is: नायडू रुग्णालय, Naidu aspatal."""
    head, _, kind = name.rpartition(" ")
    for words in lexicon.data("place_signs")["kinds"] if head else ():
        if kind.lower() in words:
            yield from (f"{head} {word}" for word in words if word != kind.lower())


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
