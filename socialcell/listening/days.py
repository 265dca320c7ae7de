"""Days and moments as people write them, in options and in queries."""

from datetime import date, datetime, time, timedelta

from socialcell.clock import IST
from socialcell.errors import UsageError


def day_start(value: str, name: str) -> datetime:
    """A day (YYYY-MM-DD, from 00:00 IST) or a moment (ISO 8601 with offset) in UTC."""
    try:
        if len(value) == 10:
            return datetime.combine(date.fromisoformat(value), time(), IST)
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"{name} takes a day such as 2026-11-23 or a moment such as "
            f"2026-11-23T09:00+05:30, not {value!r}."
        )
    return moment


def day_end(value: str, name: str) -> datetime:
    """The end of a day, so that until:2026-11-23 includes that day."""
    start = day_start(value, name)
    return start + timedelta(days=1) if len(value) == 10 else start
