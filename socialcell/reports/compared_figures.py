"""Counts become figures: a number, its unit, its coverage, and a fair comparison."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from socialcell.listening import coverage
from socialcell.listening.store.mentions.mention_counts import Cells

WEEK = 168
"""Hours of a week; cells hold two: the week before from 0, this week from 168."""


class PlatformHours(TypedDict):
    """Platform-hours: covered, of those due."""

    covered: int
    due: int


class SameHours(TypedDict):
    """Both weeks' counts over the platform-hours that both covered."""

    hours: int
    now: int
    before: int


class Figure(TypedDict):
    """A count of this week, as the frozen numbers keep it; see `figure`."""

    n: int | None
    unit: str
    coverage: PlatformHours
    same_hours: SameHours | None


class IdFigure(Figure):
    """A figure of an id of a vocabulary, a platform or a source."""

    id: str


class AreaFigure(IdFigure):
    """A figure of an area, with its names by language; None where it is not known."""

    name: Mapping[str, str] | None


class TopicFigure(IdFigure):
    """A figure of a topic: those that ask, and mentions by sentiment."""

    asking: Figure
    sentiment: dict[str, int]


class PeakHour(TypedDict):
    """The busiest hour: its begin as an ISO time of Pune, and its mentions."""

    at: str
    n: int
    unit: str


class Measure(TypedDict):
    """A measure as the frozen numbers keep it; see `measure`."""

    now: float | None
    before: float | None
    rests: list[str | float] | None
    why: str | None
    of: str | None


class IdMeasure(Measure):
    """A measure with its id, a key of `strategy.MEASURES`."""

    id: str


@dataclass(frozen=True)
class CoveredHours:
    """The hours of both weeks, from 0, that each watched platform covered."""

    now: Mapping[str, frozenset[int]]
    before: Mapping[str, frozenset[int]]

    def common(self, platform: str) -> frozenset[int]:
        """Hours of the week that may be compared: both weeks covered them."""
        no_hours: frozenset[int] = frozenset()
        return self.now.get(platform, no_hours) & self.before.get(platform, no_hours)

    def for_platform(self, platform: str) -> "CoveredHours":
        """The same for one platform; empty when it is not watched."""
        return CoveredHours(
            {name: hours for name, hours in self.now.items() if name == platform},
            {name: hours for name, hours in self.before.items() if name == platform},
        )


def figure(
    cells: Cells,
    covered_hours: CoveredHours,
    hours: Collection[int] = range(WEEK),
    *,
    unit: str,
    apart: int = WEEK,
) -> Figure:
    """What the cells come to within some hours of this week, or of another span.

    The span that it is compared with began `apart` hours earlier: its hours are cells
    from 0, those of this one cells from `apart`. `n` is None, not 0, when nothing was
    counted and no hour was covered. `coverage` is in platform-hours. `same_hours`
    compares both weeks over the platform-hours that both covered; None when there are
    none.
    """
    hours_within = frozenset(hours)
    count = sum(v for (_, hour), v in cells.items() if hour - apart in hours_within)
    covered = sum(
        len(platform_hours & hours_within)
        for platform_hours in covered_hours.now.values()
    )
    return {
        "n": count if count or covered else None,
        "unit": unit,
        "coverage": {
            "covered": covered,
            "due": len(hours_within) * len(covered_hours.now),
        },
        "same_hours": _same_hours(cells, covered_hours, hours_within, apart),
    }


def hourly_counts(cells: Cells, covered_hours: CoveredHours) -> list[int | None]:
    """Mentions of each hour of this week; None for none in an hour with gaps."""
    totals = [0] * WEEK
    for (_, hour), count in cells.items():
        if hour >= WEEK:
            totals[hour - WEEK] += count
    is_whole = coverage.whole_hours(covered_hours.now, WEEK)
    return [
        count if count or is_whole[hour] else None for hour, count in enumerate(totals)
    ]


def cells_of_platform(cells: Cells, platform: str) -> Cells:
    return {key: count for key, count in cells.items() if key[0] == platform}


def measure(
    now: float | None = None,
    before: float | None = None,
    basis: Sequence[str | float] | None = None,
    *,
    reason: str | None = None,
    topic: str | None = None,
) -> Measure:
    """A measure as plain JSON: this week, the week before, on what it rests.

    Figures are shares from 0 to 1, minutes or counts; None is not known, and
    `reason` says why. `basis` is a kind and its numbers. `topic` is what it is about.
    """
    return {
        "now": now,
        "before": before,
        "rests": list(basis) if basis is not None and reason is None else None,
        "why": reason,
        "of": topic,
    }


def share(part: int, whole: int) -> float | None:
    """Part of whole from 0 to 1; None of nothing."""
    return part / whole if whole else None


def _same_hours(
    cells: Cells,
    covered_hours: CoveredHours,
    hours_within: frozenset[int],
    apart: int,
) -> SameHours | None:
    common_hours = {
        platform: covered_hours.common(platform) & hours_within
        for platform in covered_hours.now
    }
    hours = sum(map(len, common_hours.values()))
    if not hours:
        return None
    now = before = 0
    for (platform, hour), count in cells.items():
        if hour % apart not in common_hours.get(platform, ()):
            continue
        if hour >= apart:
            now += count
        else:
            before += count
    return {"hours": hours, "now": now, "before": before}
