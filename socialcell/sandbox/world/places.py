"""The places that the sandbox's people write about, as they write them."""

from dataclasses import dataclass
from functools import cache
from random import Random

from socialcell.sandbox.words import table


@dataclass(frozen=True, slots=True)
class CityPlace:
    """One place: its spellings, its locative forms, and a point (degrees)."""

    spellings: tuple[str, ...]
    marathi: str
    marathi_in: str
    latin_in: str
    hindi: str
    longitude: float
    latitude: float

    @property
    def name(self) -> str:
        return self.spellings[0]

    def written(self, language: str, rng: Random) -> str:
        """The bare name as it is written in that language."""
        if language == "mr":
            return self.marathi
        if language == "hi":
            return self.hindi
        spelling = rng.choices(self.spellings, [6] + [2] * (len(self.spellings) - 1))[0]
        return spelling if language == "en" or rng.random() < 0.5 else spelling.lower()

    def inside(self, language: str, rng: Random) -> str:
        """The locative ("in Kothrud") where the language has one."""
        if language == "mr":
            return self.marathi_in
        if language == "mr-Latn":
            form = self.latin_in
            return form if rng.random() < 0.5 else form.capitalize()
        return self.written(language, rng)


@cache
def places() -> tuple[CityPlace, ...]:
    """Every place of words/places.txt, in its order."""
    return tuple(_place(*columns) for columns in table("places.txt"))


def place(name: str) -> CityPlace:
    """The place with that English name. KeyError when there is none."""
    return {p.name: p for p in places()}[name]


def _place(
    latin: str, mr: str, mr_in: str, latin_in: str, hindi: str, point: str
) -> CityPlace:
    longitude, latitude = point.split()
    spellings = tuple(name.strip() for name in latin.split(","))
    return CityPlace(
        spellings, mr, mr_in, latin_in, hindi, float(longitude), float(latitude)
    )
