"""The inputs of a calendar: days, assets, creators, pairs of both, and rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class CalendarRule:
    """One rule by its kind and what it is about: a ward, a language, an asset, days."""

    kind: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A message to be posted from `first` to `last` by `least` to `most` creators."""

    id: str
    first: date
    last: date
    least: int = 0
    most: int = 5


@dataclass(frozen=True, slots=True)
class CampaignSpeaker:
    """A creator in a plan: the people that only they add, and the share whom one tag
    reaches."""

    id: str
    gain: float
    reach_share: float
    wards: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pair:
    """An asset that a creator can carry: in which languages, for how many micros."""

    languages: tuple[str, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days on which nobody (None), or none of these creators, is tagged."""

    rule: CalendarRule
    days: frozenset[date]
    creators: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class BookedTag:
    """A tag of another plan. `ours`: for the same initiative."""

    creator: str
    day: date
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Caps:
    """The most tags of a creator on a day, in any 7 days and in any 30; of the city on
    a day and in any 7 days; and how many days apart two of a creator for one initiative
    are at least. None: no limit."""

    creator_day: int = 1
    creator_week: int = 2
    creator_month: int = 6
    city_day: int = 9
    city_week: int | None = None
    apart: int = 7


@dataclass(frozen=True)
class CalendarProblem:
    """The constraints of a calendar.

    `pairs` by (asset, creator). `budget` in micros. `shares`: the least per cent of all
    tags by language; `wards`: the least number of tags by creators of that ward.
    """

    days: tuple[date, ...]
    assets: tuple[Asset, ...]
    speakers: tuple[CampaignSpeaker, ...]
    pairs: Mapping[tuple[str, str], Pair]
    caps: Caps = Caps()
    budget: int | None = None
    shares: Mapping[str, int] = field(default_factory=dict)
    wards: Mapping[str, int] = field(default_factory=dict)
    closed: tuple[ClosedDays, ...] = ()
    booked: tuple[BookedTag, ...] = ()

    def most_tags(self, speaker: CampaignSpeaker) -> int:
        """No calendar has more tags of a creator than this."""
        carried = sum(creator == speaker.id for _, creator in self.pairs)
        n = len(self.days)
        spans = [(7, self.caps.creator_week), (30, self.caps.creator_month)]
        spans += [(1, self.caps.creator_day), (max(self.caps.apart, 1), 1)]
        if self.caps.apart < 1:
            spans.pop()
        return min(carried, *(most * -(-n // length) for length, most in spans))


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    """A creator is tagged on a day, for an asset, in a language."""

    day: date
    creator: str
    asset: str
    language: str


def reach_of(speaker: CampaignSpeaker, tags: int) -> float:
    """The people that so many tags of a creator reach: gain · (1 - (1 - seen)^tags).

    The gains of a choice in its order do not overlap, and each tag reaches a follower
    with the chance `seen` again. So the sum over creators is no more than all of them
    together can be expected to reach: who follows two is counted at the first only.
    """
    return float(speaker.gain * (1 - (1 - speaker.reach_share) ** tags))


def span(first: date, last: date) -> tuple[date, ...]:
    """All days from the first to the last."""
    return tuple(first + n * DAY for n in range((last - first).days + 1))
