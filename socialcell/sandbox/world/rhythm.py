"""When people post: quiet nights, two commuter peaks, slow Sundays, festival days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from socialcell.clock import IST, as_utc

# Weight of each hour of the day in India, midnight first.
HOURS = (2, 1, 1, 1, 1, 2, 5, 9, 13, 14, 11, 9, 8, 8, 7, 8, 9, 11, 14, 15, 13, 11, 8, 5)
WEEKDAYS = (1.0, 1.0, 1.0, 1.05, 1.05, 0.95, 0.8)

# First day, last day, name, how much livelier than usual.
FESTIVALS = (
    (date(2025, 8, 27), date(2025, 9, 6), "ganesh", 1.35),
    (date(2025, 10, 20), date(2025, 10, 23), "diwali", 1.3),
    (date(2026, 3, 19), date(2026, 3, 19), "gudi_padwa", 1.2),
    (date(2026, 9, 14), date(2026, 9, 25), "ganesh", 1.35),
    (date(2026, 11, 6), date(2026, 11, 11), "diwali", 1.3),
    (date(2027, 9, 4), date(2027, 9, 14), "ganesh", 1.35),
    (date(2027, 10, 27), date(2027, 10, 31), "diwali", 1.3),
)


def moments(
    start: datetime, end: datetime, per_day: float, rng: Random
) -> Iterator[datetime]:
    """Moments in [start, end) in UTC, about `per_day` on an ordinary weekday."""
    hour = as_utc(start).replace(minute=0, second=0, microsecond=0)
    while hour < end:
        expected = per_day * weight(hour)
        count = int(expected) + (rng.random() < expected % 1)
        for offset in sorted(rng.randrange(3_600_000) for _ in range(count)):
            moment = hour + timedelta(milliseconds=offset)
            if start <= moment < end:
                yield moment
        hour += timedelta(hours=1)


def weight(hour: datetime) -> float:
    """The share of an ordinary day's posts that falls into the hour starting there."""
    # Indian time is half an hour off: the middle of the hour decides.
    local = (hour + timedelta(minutes=30)).astimezone(IST)
    livelier = next((by for a, b, _, by in FESTIVALS if a <= local.date() <= b), 1.0)
    return HOURS[local.hour] / sum(HOURS) * WEEKDAYS[local.weekday()] * livelier


def festival(moment: datetime) -> str | None:
    """The festival on the day of a moment, in Indian time."""
    day = moment.astimezone(IST).date()
    return next((name for a, b, name, _ in FESTIVALS if a <= day <= b), None)
