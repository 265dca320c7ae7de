"""The one place that asks what time it is; everything else is handed a Clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")


class Clock(Protocol):
    """Whatever can say what time it is now, as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The computer's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: for demo, sandbox and tests."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Move to a moment (aware); earlier moments are allowed."""
        self._at = as_utc(at)

    def advance(self, by: timedelta) -> None:
        self._at += by


def in_pune(moment: datetime) -> str:
    """A moment (aware) as a message names it, in minutes: 2026-11-23 09:05 IST."""
    return f"{as_utc(moment).astimezone(IST):%Y-%m-%d %H:%M} IST"


def local_iso(moment: datetime) -> str:
    """A moment (aware) in Pune as documents have it: 2026-11-23T09:05:00+05:30."""
    return moment.astimezone(IST).isoformat()


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Naive input raises ValueError: it names no moment."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def week_of(moment: datetime) -> tuple[datetime, datetime]:
    """The week that holds a moment: Monday 00:00 IST to Monday 00:00 IST, in UTC."""
    local = moment.astimezone(IST)
    monday = local.date() - timedelta(days=local.weekday())
    start = start_of_day(monday)
    return as_utc(start), as_utc(start + timedelta(days=7))


def start_of_day(day: date) -> datetime:
    """The first moment of a day in Pune, in Indian time."""
    return datetime.combine(day, time(), IST)
