"""Sums of daily figures, with the days that they do not cover.

A number that is missing is None, never 0. A store keeps small numbers back: such a day
is withheld, which is another thing than not reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over days, and the number of days without a figure.

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
    reported = [figure for figure in figures if figure is not None]
    return Total(
        value=sum(reported) if reported else None,
        days=len(figures) + withheld + absent,
        withheld=withheld,
        not_reported=len(figures) - len(reported) + absent,
    )


def last_value(
    days: Iterable[tuple[date, float | None]],
) -> tuple[date | None, float | None]:
    """The newest day with a known figure, and the figure: the value of a stock for a
    span of days, whose days are never added up. (None, None) when none is known."""
    figures = [(day, figure) for day, figure in days if figure is not None]
    return max(figures, key=lambda pair: pair[0]) if figures else (None, None)


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """The days that are stored of a span, and the first day that may be restated."""

    through: date | None
    missing: tuple[date, ...]
    moving_from: date | None


def day_coverage(days: Iterable[date], since: date, restated_days: int) -> DayCoverage:
    """What is covered from `since` on, of figures that move for `moves` days.

    Days after the last one that is held are not missing: they have not come yet.
    """
    stored_days = {day for day in days if day >= since}
    if not stored_days:
        return DayCoverage(None, (), None)
    through = max(stored_days)
    span = ((through - since).days + 1) if stored_days else 0
    missing = [since + timedelta(days=n) for n in range(span)]
    return DayCoverage(
        through,
        tuple(day for day in missing if day not in stored_days),
        through - timedelta(days=restated_days - 1) if restated_days else None,
    )


def ratio(part: float | None, whole: float | None) -> float | None:
    """A rate worked out from sums; None when there is nothing to divide by."""
    return part / whole if part is not None and whole else None


def weighted_mean(pairs: Sequence[tuple[float | None, int | None]]) -> float | None:
    """The mean of values by weights; pairs without either count for nothing."""
    complete = [(v, w) for v, w in pairs if v is not None and w]
    weight = sum(w for _v, w in complete)
    return sum(v * w for v, w in complete) / weight if weight else None
