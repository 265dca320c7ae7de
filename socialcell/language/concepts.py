"""One concept, or one name of the gazetteer, and all its spellings for a search."""

from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.transliteration import key
from socialcell.text import index_form


@dataclass(frozen=True, slots=True)
class Concept:
    """`spellings` are in the form of the search index, each once."""

    id: str
    spellings: tuple[str, ...]


def find(phrase: str) -> Concept | None:
    """The concept of a word or phrase; its very spelling wins over its sound.

    Civic concepts come before names. By sound the first in the table counts; a word
    that nothing sounds like gives None.
    """
    by_spelling, by_sound = _index()
    form = index_form(phrase)
    return by_spelling.get(form) or by_sound.get(_sound(form))


@lru_cache(maxsize=1)
def all_concepts() -> tuple[Concept, ...]:
    """The civic concepts, then the names of the gazetteer by their ids."""
    civic = (_concept(id_, words) for id_, words in lexicon.data("concepts").items())
    names = (
        _concept(
            row["id"],
            [
                *(row[column] for column in ("name_en", "name_mr", "name_hi")),
                *(alias.lstrip("=@") for alias in row["aliases"].split("|")),
            ],
        )
        for _, _, row in lexicon.gazetteer_rows()
    )
    return (*civic, *names)


def _concept(id_: str, spellings: list[str]) -> Concept:
    forms = (index_form(spelling) for spelling in spellings)
    return Concept(id_, tuple(dict.fromkeys(filter(None, forms))))


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, Concept], dict[str, Concept]]:
    by_spelling: dict[str, Concept] = {}
    by_sound: dict[str, Concept] = {}
    for concept in all_concepts():
        for spelling in concept.spellings:
            by_spelling.setdefault(spelling, concept)
            if sound := _sound(spelling):
                by_sound.setdefault(sound, concept)
    return by_spelling, by_sound


def _sound(form: str) -> str:
    return " ".join(filter(None, map(key, form.split())))
