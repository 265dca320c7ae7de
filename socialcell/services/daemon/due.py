"""When a job is due: at an interval, or at times of the day and the week in Pune."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from socialcell.clock import IST

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class IntervalSlots:
    """Slots so far apart, at whole multiples since a fixed moment.

    `offset` moves them, so that many jobs of one length are not due together.
    """

    length: timedelta
    offset: timedelta = timedelta(0)

    def before(self, moment: datetime) -> Iterator[datetime]:
        """Slots at or before a moment, newest first, without end."""
        first = _EPOCH + self.offset
        number = (moment - first) // self.length
        for back in count():
            yield first + (number - back) * self.length

    def after(self, moment: datetime) -> datetime:
        """The first slot after a moment."""
        return next(self.before(moment)) + self.length


@dataclass(frozen=True)
class DailySlots:
    """Slots at a time of day in Pune, every day or on one day of the week."""

    time: time
    day: str | None = None  # one of DAYS

    def before(self, moment: datetime) -> Iterator[datetime]:
        """Slots at or before a moment, newest first, without end."""
        day: date = moment.astimezone(IST).date()
        while True:
            slot = datetime.combine(day, self.time, IST).astimezone(UTC)
            if slot <= moment and (self.day is None or DAYS[day.weekday()] == self.day):
                yield slot
            day -= _DAY

    def after(self, moment: datetime) -> datetime:
        """The first slot after a moment."""
        length = _DAY if self.day is None else 7 * _DAY
        return next(self.before(moment)) + length  # Pune has no summer time


@dataclass(frozen=True)
class DueSlot:
    """A slot whose time has come, and for how many due moments it stands."""

    slot_at: datetime
    covers: int = 1


def due_slots(
    when: IntervalSlots | DailySlots,
    last: datetime | None,
    now: datetime,
    *,
    each: bool = False,
    most: int = 8,
    since: datetime | None = None,
) -> list[DueSlot]:
    """The slots due at `now` when `last` was the newest slot that was run.

    Of slots that passed without a daemon the newest stands for all; with `each`
    every one is due, oldest first, at most the newest `most`. A job that never ran
    has its newest slot due, unless it is before `since`. A clock that went back finds
    nothing due until it has caught up: a slot is taken once.
    """
    missed: list[datetime] = []
    for slot in when.before(now):
        if last is None:
            if since is None or slot >= since:
                missed.append(slot)
            break
        if slot <= last:
            break
        missed.append(slot)
        if each and len(missed) >= most:
            break
    if not missed:
        return []
    if each:
        return [DueSlot(slot) for slot in reversed(missed)]
    return [DueSlot(missed[0], len(missed))]
