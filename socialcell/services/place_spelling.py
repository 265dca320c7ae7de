"""Whether the place that a person typed is known by its name, and which are near it."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from socialcell import db
from socialcell.language import lexicon
from socialcell.listening.store import areas as area_store
from socialcell.message_catalog import Message
from socialcell.services import gazetteer_places
from socialcell.services.context import Context
from socialcell.services.desk import case_reading
from socialcell.text import clean_text

_MAX_NEAREST = 3
_LIKENESS = 0.7  # of difflib: kothurd and kothrud have 0.86


@dataclass(frozen=True, slots=True)
class UnknownPlace:
    """A place that no area and no place of the gazetteer bears as its name or id, and
    the names that are spelled like it, the most like first."""

    words: str
    nearest: tuple[str, ...]

    @property
    def message(self) -> Message:
        """What it means for the case, and what to write instead."""
        if not self.nearest:
            return Message("deskcases.place_not_known", {"place": self.words})
        return Message(
            "deskcases.place_not_known_nearest",
            {"place": self.words, "nearest": self.nearest},
        )


def find_unknown(context: Context, words: str) -> UnknownPlace | None:
    """The place that is not known by this name or id; None where it is, or where none
    is given."""
    place = clean_text(words).strip()
    if not place:
        return None
    with db.reading(context.engine) as session:
        now = context.clock.now()
        if any(case_reading.place_of(context, session, place, now)):
            return None
        areas = area_store.all_areas(session)
    names = [
        name for area in areas for name in (area.name_en, area.name_mr, area.name_hi)
    ]
    names_of_places = _names_of_places(context)
    spellings = {name.casefold(): name for name in (*names_of_places, *names)}
    near = get_close_matches(place.casefold(), spellings, _MAX_NEAREST, _LIKENESS)
    return UnknownPlace(place, tuple(spellings[name] for name in near))


def _names_of_places(context: Context) -> Iterator[str]:
    """Of the gazetteer of the package, and of the workspace's own."""
    rows = [row for _file, _line, row in lexicon.gazetteer_rows()]
    for row in (*rows, *gazetteer_places.own_places(context)):
        if row["id"].startswith("place:"):
            yield from (row["name_en"], row["name_mr"], row["name_hi"])
