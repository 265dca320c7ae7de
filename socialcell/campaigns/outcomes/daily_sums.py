"""Sums of daily figures that say what they do not cover.

A number that is missing is None, never 0. A store keeps small numbers back: such a day
is withheld, which is another thing than not reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over days, and of how many days it knows nothing.

    `value` is the sum of what was reported; None when nothing was.
    """

    value: float | None
    days: int
    withheld: int = 0
    not_reported: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every day of it was reported."""
        return not (self.withheld or self.not_reported)


def total(
    values: Iterable[float | None], *, withheld: int = 0, absent: int = 0
) -> Total:
    """The sum of figures; `withheld` and `absent` are days beside them."""
    figures = list(values)
    known = [value for value in figures if value is not None]
    return Total(
        value=sum(known) if known else None,
        days=len(figures) + withheld + absent,
        withheld=withheld,
        not_reported=len(figures) - len(known) + absent,
    )


def last_value(
    days: Iterable[tuple[date, float | None]],
) -> tuple[date | None, float | None]:
    """The newest day of which a figure is known, and the figure: what a span of days
    has of a stock, whose days are never added up. (None, None) when none is."""
    known = [(day, value) for day, value in days if value is not None]
    return max(known, key=lambda one: one[0]) if known else (None, None)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which days are held of what was asked for, and from which day figures move."""

    through: date | None
    missing: tuple[date, ...]
    moving_from: date | None


def coverage(days: Iterable[date], since: date, moves: int) -> Coverage:
    """What is covered from `since` on, of figures that move for `moves` days.

    Days after the last one that is held are not missing: they have not come yet.
    """
    held = {day for day in days if day >= since}
    if not held:
        return Coverage(None, (), None)
    through = max(held)
    span = ((through - since).days + 1) if held else 0
    missing = [since + timedelta(days=n) for n in range(span)]
    return Coverage(
        through,
        tuple(day for day in missing if day not in held),
        through - timedelta(days=moves - 1) if moves else None,
    )


def ratio(part: float | None, whole: float | None) -> float | None:
    """A rate worked out from sums; None when there is nothing to divide by."""
    return part / whole if part is not None and whole else None


def weighted_mean(pairs: Sequence[tuple[float | None, int | None]]) -> float | None:
    """The mean of values by weights; pairs without either count for nothing."""
    known = [(v, w) for v, w in pairs if v is not None and w]
    weight = sum(w for _v, w in known)
    return sum(v * w for v, w in known) / weight if weight else None
