"""Counts become figures: a number, its unit, its coverage, and a fair comparison."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from socialcell.listening.store.mentions.mention_counts import Cells

WEEK = 168
"""Hours of a week; cells hold two: the week before from 0, this week from 168."""

Figure: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """The hours (0 to 167) of both weeks that each watched platform covered."""

    now: Mapping[str, frozenset[int]]
    before: Mapping[str, frozenset[int]]

    def common(self, platform: str) -> frozenset[int]:
        """Hours of the week that may be compared: both weeks covered them."""
        none: frozenset[int] = frozenset()
        return self.now.get(platform, none) & self.before.get(platform, none)

    def only(self, platform: str) -> "Held":
        """The same for one platform; empty when it is not watched."""
        return Held(
            {name: hours for name, hours in self.now.items() if name == platform},
            {name: hours for name, hours in self.before.items() if name == platform},
        )


def figure(
    cells: Cells, held: Held, hours: Collection[int] = range(WEEK), *, unit: str
) -> Figure:
    """What the cells come to within some hours of this week.

    `n` is None, not 0, when nothing was counted and no hour was covered. `coverage`
    is in platform-hours. `same_hours` compares both weeks over the platform-hours
    that both covered; None when there are none.
    """
    within = frozenset(hours)
    n = sum(v for (_, hour), v in cells.items() if hour - WEEK in within)
    covered = sum(len(own & within) for own in held.now.values())
    return {
        "n": n if n or covered else None,
        "unit": unit,
        "coverage": {"covered": covered, "due": len(within) * len(held.now)},
        "same_hours": _same_hours(cells, held, within),
    }


def hourly(cells: Cells, held: Held) -> list[int | None]:
    """Mentions of each hour of this week; None for none in an hour with holes."""
    totals = [0] * WEEK
    for (_, hour), n in cells.items():
        if hour >= WEEK:
            totals[hour - WEEK] += n
    whole = whole_hours(held)
    return [n if n or whole[hour] else None for hour, n in enumerate(totals)]


def whole_hours(held: Held) -> list[bool]:
    """For each hour of this week, whether all watched platforms covered it."""
    watched = held.now.values()
    return [
        bool(watched) and all(hour in own for own in watched) for hour in range(WEEK)
    ]


def of_platform(cells: Cells, platform: str) -> Cells:
    return {key: n for key, n in cells.items() if key[0] == platform}


def measure(
    now: float | None = None,
    before: float | None = None,
    rests: Sequence[Any] | None = None,
    *,
    why: str | None = None,
    of: str | None = None,
) -> dict[str, Any]:
    """A measure as plain JSON: this week, the week before, on what it rests.

    Figures are shares from 0 to 1, minutes or counts; None is not known, and `why` says
    why. `rests` are a kind and its numbers. `of` is the topic that it is about.
    """
    return {
        "now": now,
        "before": before,
        "rests": list(rests) if rests is not None and why is None else None,
        "why": why,
        "of": of,
    }


def share(part: int, whole: int) -> float | None:
    """Part of whole from 0 to 1; None of nothing."""
    return part / whole if whole else None


def _same_hours(
    cells: Cells, held: Held, within: frozenset[int]
) -> dict[str, int] | None:
    common = {platform: held.common(platform) & within for platform in held.now}
    hours = sum(map(len, common.values()))
    if not hours:
        return None
    now = before = 0
    for (platform, hour), n in cells.items():
        if hour % WEEK not in common.get(platform, ()):
            continue
        if hour >= WEEK:
            now += n
        else:
            before += n
    return {"hours": hours, "now": now, "before": before}
