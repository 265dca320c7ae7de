"""Whether two cases of one topic may be one, by where they are and what they name.

A wrong join silences somebody: two points that are far apart, two problems of the same
topic or two landmarks outweigh a common locality, and what is not known is no reason.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from socialcell.desk.spot_words import SpotWords, read_spot
from socialcell.json_types import JsonObject

NEAR_METRES = 250
_EARTH_METRES = 6_371_000
_OWN_WORDS = 10  # of a text that two people seldom find by themselves


@dataclass(frozen=True, slots=True)
class CaseTraits:
    """What is known of a case: its point (latitude and longitude in degrees), the ids
    of the places that it names, and its texts, the first first."""

    point: tuple[float, float] | None
    places: frozenset[str]
    texts: Sequence[str]
    asks: bool = False

    def spot(self, topic: str) -> SpotWords:
        """What its texts name of a topic."""
        return read_spot(topic, self.texts)


def reasons_to_join(
    topic: str, own: CaseTraits, other: CaseTraits, nearness: float | None
) -> JsonObject:
    """Why two cases of a topic may be one; empty: nothing says so.

    `nearness` is how near their first words are where these are nearly the same.
    """
    own_spot, other_spot = own.spot(topic), other.spot(topic)
    if are_apart(own_spot.problems, other_spot.problems):
        return {}
    is_question = own.asks or other.asks
    if is_question and not own_spot.problems & other_spot.problems:
        return {}  # many ask the same, each for an own answer
    metres = metres_between(own.point, other.point)
    if metres is not None:
        return {"metres": round(metres)} if metres <= NEAR_METRES else {}
    of_locality = own_spot.is_whole and other_spot.is_whole
    if are_apart(own_spot.landmarks, other_spot.landmarks) and not of_locality:
        return {}
    if common := own.places & other.places:
        return {"places": sorted(common)}
    if own.places and other.places:
        return {}
    if nearness is None or not own_spot.landmarks & other_spot.landmarks:
        return {}
    return {"words": nearness} if _is_own(own.texts) and _is_own(other.texts) else {}


def are_apart(own: Collection[str], other: Collection[str]) -> bool:
    """Whether both name something, and nothing in common."""
    return bool(own and other) and not set(own) & set(other)


def _is_own(texts: Sequence[str]) -> bool:
    """Whether a text is long enough that another like it is a copy."""
    return bool(texts) and len(texts[0].split()) >= _OWN_WORDS


def metres_between(
    point: tuple[float, float] | None, other: tuple[float, float] | None
) -> float | None:
    """The distance of two points on the ground; None where one of them is missing."""
    if point is None or other is None:
        return None
    latitude, longitude = map(math.radians, point)
    to_latitude, to_longitude = map(math.radians, other)
    x = (to_longitude - longitude) * math.cos((latitude + to_latitude) / 2)
    return _EARTH_METRES * math.hypot(x, to_latitude - latitude)
