"""Days and moments as people write them, in options and in queries."""

import re
from datetime import date, datetime, time, timedelta

from socialcell.clock import IST
from socialcell.errors import UsageError

_BEFORE_NOW = re.compile(r"(\d{1,4})([mhdw])")
# Outside of these a day after, or the same moment in UTC, may have no name.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def day_start(text: str, name: str, now: datetime | None = None) -> datetime:
    """The moment that a person writes: a day (YYYY-MM-DD, from 00:00 IST), a moment
    (ISO 8601, in Indian time without an offset) or, where `now` is given, so long
    before it (24h, 7d, 2w).

    UsageError says which forms `name` takes.
    """
    if now is not None and (before := before_now(text, now)):
        return before
    try:
        if len(text) == 10:
            moment = datetime.combine(date.fromisoformat(text), time(), IST)
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        raise _no_moment(text, name, now) from None
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise _no_moment(text, name, now)
    return moment if moment.tzinfo else moment.replace(tzinfo=IST)


def day_end(text: str, name: str, now: datetime | None = None) -> datetime:
    """The same; a day ends with its last hour, so until:2026-11-23 includes it."""
    start = day_start(text, name, now)
    return start + timedelta(days=1) if len(text) == 10 else start


def require_order(start: datetime, end: datetime, since: str, until: str) -> None:
    """UsageError when a span ends before it begins, with both as they are written."""
    if start >= end:
        raise UsageError("query.reversed_span", first=since, last=until)


def read_day(text: str, name: str, now: datetime | None = None) -> date:
    """A day in Pune: YYYY-MM-DD or, where `now` is given, the day of a time before it
    (24h, 7d, 2w).

    UsageError says which forms `name` takes.
    """
    if now is not None and (before := before_now(text, now)):
        return before.astimezone(IST).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _no_day(text, name, now) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise _no_day(text, name, now)
    return day


def before_now(text: str, now: datetime) -> datetime | None:
    """The moment that is 30m, 24h, 7d or 2w before now; None for any other text."""
    written = _BEFORE_NOW.fullmatch(text)
    return now - int(written[1]) * _UNITS[written[2]] if written else None


def _no_moment(text: str, name: str, now: datetime | None) -> UsageError:
    if now is None:
        return UsageError("query.no_fixed_moment", name=name, text=text)
    return UsageError("query.no_moment", name=name, text=text)


def _no_day(text: str, name: str, now: datetime | None) -> UsageError:
    if now is None:
        return UsageError("query.no_fixed_day", name=name, text=text)
    return UsageError("query.no_day", name=name, text=text)
