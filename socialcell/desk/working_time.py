"""Working time: hours by weekday less holidays and closed days, added and counted
exactly."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from socialcell.clock import IST, as_utc

DAY = timedelta(days=1)
_NOTHING = timedelta()
WEEKDAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Hours of one day in Pune, in minutes since midnight: 585 to 1095 is 09:45 to
    18:15; 1440 is the day's end."""

    start: int
    end: int

    @property
    def span(self) -> timedelta:
        return timedelta(minutes=self.end - self.start)


@dataclass(frozen=True)
class WorkingTime:
    """When the offices work. `hours` are the shifts of each weekday from Monday on, in
    order and apart; on a day of `closed` nobody works.

    ValueError: not seven weekdays, a shift that is none, shifts that touch, or no
    working hour in the week.
    """

    hours: tuple[tuple[Shift, ...], ...]
    closed: Collection[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        shifts = [shift for day in self.hours for shift in day]
        if len(self.hours) != WEEKDAYS or not shifts:
            raise ValueError("a week has seven weekdays and at least one shift")
        if any(not 0 <= shift.start < shift.end <= 24 * 60 for shift in shifts):
            raise ValueError("a shift begins before it ends, within one day")
        if any(
            later.start <= earlier.end
            for day in self.hours
            for earlier, later in pairwise(day)
        ):
            raise ValueError("shifts of a day are apart and in order")

    @property
    def day(self) -> timedelta:
        """What one working day counts: the longest weekday's hours."""
        return max(_total(shifts) for shifts in self.hours)

    def shifts_on(self, day: date) -> Sequence[Shift]:
        """The shifts of a day in Pune; none on a closed one."""
        return () if day in self.closed else self.hours[day.weekday()]

    def is_open(self, moment: datetime) -> bool:
        """Whether the offices work at a moment (aware)."""
        return any(start <= moment < end for start, end in self._spans(_day(moment)))

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The first moment (UTC) at which so much working time has passed since
        `start` (aware). ValueError: a negative span."""
        if span < _NOTHING:
            raise ValueError("working time is added forward")
        if not span:
            return as_utc(start)
        left, day = span, _day(start)
        while True:
            for begins, ends in self._spans(day):
                begins = max(begins, start)
                if begins >= ends:
                    continue
                if left <= ends - begins:
                    return as_utc(begins) + left
                left -= ends - begins
            day += DAY

    def between(self, first: datetime, last: datetime) -> timedelta:
        """The working time from one moment (aware) to another; negative where `last` is
        the earlier one."""
        if last < first:
            return -self.between(last, first)
        total, day, last_day = _NOTHING, _day(first), _day(last)
        while day <= last_day:
            for begins, ends in self._spans(day):
                total += max(min(ends, last) - max(begins, first), _NOTHING)
            day += DAY
        return total

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        midnight = as_utc(datetime.combine(day, time(), IST))
        for shift in self.shifts_on(day):
            yield (
                midnight + timedelta(minutes=shift.start),
                midnight + timedelta(minutes=shift.end),
            )


def _day(moment: datetime) -> date:
    return as_utc(moment).astimezone(IST).date()


def _total(shifts: Sequence[Shift]) -> timedelta:
    return sum((shift.span for shift in shifts), _NOTHING)
