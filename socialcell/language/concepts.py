"""One concept, or one name of the gazetteer, and all its spellings for a search."""

from collections.abc import Iterable, Mapping
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


class SpellingIndex:
    """Finds the concept of a word or phrase; its very spelling wins over its sound, and
    of several that sound so the first counts."""

    def __init__(self, indexed: Iterable[Concept]) -> None:
        self._by_spelling: dict[str, Concept] = {}
        self._by_sound: dict[str, Concept] = {}
        for concept in indexed:
            for spelling in concept.spellings:
                self._by_spelling.setdefault(spelling, concept)
                if sound := _sound(spelling):
                    self._by_sound.setdefault(sound, concept)

    def find(self, phrase: str) -> Concept | None:
        """None for what nothing sounds like."""
        form = index_form(phrase)
        return self._by_spelling.get(form) or self._by_sound.get(_sound(form))


def find(phrase: str) -> Concept | None:
    """The package's concept of a word or phrase; civic ones come before names."""
    return _index().find(phrase)


def of_name(row: Mapping[str, str]) -> Concept:
    """A row of a gazetteer, with all its names."""
    names = (row[column] for column in ("name_en", "name_mr", "name_hi"))
    aliases = (alias.lstrip("=@") for alias in row["aliases"].split("|"))
    return _concept(row["id"], [*names, *aliases])


@lru_cache(maxsize=1)
def all_concepts() -> tuple[Concept, ...]:
    """The civic concepts, then the names of the gazetteer by their ids."""
    civic = (_concept(id_, words) for id_, words in lexicon.data("concepts").items())
    names = (of_name(row) for _, _, row in lexicon.gazetteer_rows())
    return (*civic, *names)


def _concept(id_: str, spellings: list[str]) -> Concept:
    forms = (index_form(spelling) for spelling in spellings)
    return Concept(id_, tuple(dict.fromkeys(filter(None, forms))))


@lru_cache(maxsize=1)
def _index() -> SpellingIndex:
    return SpellingIndex(all_concepts())


def _sound(form: str) -> str:
    return " ".join(filter(None, map(key, form.split())))
