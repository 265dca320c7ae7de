"""Dates and times as people write them in a table: numbers in an order, or names.

2026-11-28, 28-11-2026, 28/11/26 9:05 pm, 28 Nov 2026, २८ नोव्हेंबर २०२६ दु. २:३०. The
order of day and month is seen from a whole column, or stated. Names of months are
those of CLDR, and usual spellings beside them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from itertools import chain

from socialcell.clock import IST
from socialcell.connectors.timestamps import is_date_only, moment
from socialcell.text import fold

ORDERS = ("dmy", "mdy", "ymd")
_GUESSED = ("dmy", "mdy")  # those that a column can show; a year first is never unclear
_CENTURY, _PIVOT = 2000, 70  # two digits: 70 to 99 are of the century before
_LONGEST = 80  # characters; no date is longer

_NUMBERS = re.compile(
    r"(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{1,2})(?=\D|$)", re.ASCII
)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s,./-]*([^\d\s,./-]\D*?)[\s,./-]*(\d{4}|\d{2})(?=\D|$)",
    re.ASCII,
)
_MONTH_FIRST = re.compile(
    r"(\D+?)[\s./-]*(\d{1,2})(?:st|nd|rd|th)?[\s,./-]+(\d{4})(?=\D|$)", re.ASCII
)
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?(?!\d)", re.ASCII
)
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{2}):?(\d{2})$", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_MARKS = dict.fromkeys(
    map(ord, "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
)
_EDGES = " ,|-–—T."
_HINDI_STOP = "\u0970"

# Spellings beside those of CLDR, by month; as `fold` leaves them.
_SPELLINGS = {
    1: ("जाने", "जन"),
    2: ("फेब्रुवरी", "फेब्रु", "फरवरी", "फर"),
    4: ("एप्रिल", "अप्रेल"),
    5: ("मे",),
    8: ("आॅगस्ट", "ओगस्ट", "आगस्ट", "अग"),
    9: ("sept", "सप्टेम्बर", "सितम्बर", "सित"),
    10: ("आॅक्टोबर", "अक्तूबर", "अक्टुबर", "ऑक्टो"),
    11: ("नोव्हेम्बर", "नवम्बर", "नोव्हे", "नव"),
    12: ("डिसेम्बर", "दिसम्बर", "डिसें", "दिस"),
}
_MORNING, _AFTERNOON, _NIGHT = "morning", "afternoon", "night"
# Words beside a time, with their vowel signs and stops as `_marker` leaves them.
_MARKERS = {
    _MORNING: (
        *("am", "मपू", "सकाळी", "सकाळ", "स", "पहाटे", "पहाट", "पूर्वाह्न", "सुबह", "प्रातः"),
        "प्रात",
    ),
    _AFTERNOON: (
        *("pm", "मउ", "दुपारी", "दुपार", "दु", "सायंकाळी", "सायंकाळ", "सायं", "सांय"),
        *("संध्याकाळी", "संध्याकाळ", "संध्या", "अपराह्न", "दोपहर", "शाम", "सायंकाल"),
    ),
    _NIGHT: ("रात्री", "रात्र", "रात"),
}


class UnclearDate(ValueError):  # noqa: N818 - named for what is wrong
    """A date that is another day in another order; says both readings."""

    def __init__(self, text: str, readings: tuple[date, date]) -> None:
        first, second = (f"{day.day} {day:%B %Y}" for day in readings)
        self.explanation = (
            f"it is {first} as day-month-year (dmy) or {second} as month-day-year "
            "(mdy); say which with --date-order, or in a mapping file"
        )
        super().__init__(f"the time {text[:40]!r} is not clear: {self.explanation}")
        self.text = text
        self.readings = readings


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A moment as it was written: aware only where an offset stands beside it."""

    at: datetime
    has_clock: bool


def plain_digits(text: str) -> str:
    """The text with the digits of every script (Devanagari's among them) as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    )


def column_order(texts: Iterable[str]) -> str | None:
    """The order that the dates of a column are written in; None where they do not say.

    A date says it when it is a day in one order only. Where some say one order and
    some the other, the column says none.
    """
    fitting = {order for text in texts if (order := _only_order(text)) is not None}
    return fitting.pop() if len(fitting) == 1 else None


def table_orders(columns: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """The order of each column of dates: its own, else that of the table's others.

    Whoever keeps a table writes all its dates in one order.
    """
    common = column_order(chain.from_iterable(columns.values()))
    return {name: column_order(texts) or common for name, texts in columns.items()}


def parse_written(text: str, order: str | None = None) -> WrittenTime:
    """The date, and the time if there is one. ValueError when it is none.

    Without an `order` a date of numbers is read where only one order fits, or both
    give the same day; else UnclearDate.
    """
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST:
        raise _no_time(text)
    day, rest = _day_of(text, plain, order)
    clock, zone = _clock_of(text, rest)
    try:
        at = datetime.combine(day, clock or time(), zone)
        if not 1 < at.year < 9999:
            raise _no_time(text)
    except (ValueError, OverflowError):
        raise _no_time(text) from None
    return WrittenTime(at, clock is not None)


def written_moment(text: str, zone: tzinfo, order: str | None = None) -> datetime:
    """The moment in UTC that a cell names; `zone` holds where it names none.

    All forms of `timestamps.moment` are read beside dates as people write them.
    ValueError; UnclearDate where it may be two days.
    """
    try:
        at = _iso(text) or parse_written(text, order).at
    except UnclearDate:
        raise
    except ValueError as error:
        try:
            return moment(plain_digits(text), zone)
        except ValueError:
            raise error from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _iso(text: str) -> datetime | None:
    """A moment in ISO 8601, which most files have; None for any other text."""
    if text[4:5] != "-" or not text.isascii():
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if 1 < at.year < 9999 else None  # it has to have a time in every zone


def has_clock(text: str) -> bool:
    """Whether a time that could be read has a time of day."""
    if _iso(text) is not None:
        return not is_date_only(text)
    try:
        return parse_written(text, "dmy").has_clock
    except ValueError:
        return not is_date_only(text)


def written_day(text: str, order: str | None = None) -> date:
    """The day that a cell names, whatever time stands beside it. ValueError."""
    written = parse_written(text, order).at
    return (written.astimezone(IST) if written.tzinfo else written).date()


def _plain(text: str) -> str:
    plain = plain_digits(_SPACES.sub(" ", text.translate(_MARKS)).strip())
    head, comma, rest = plain.partition(",")
    is_weekday = bool(comma) and not any(char.isdigit() for char in head)
    is_month = is_weekday and _month(head.strip()) is not None
    return rest.strip() if is_weekday and not is_month else plain


def _day_of(text: str, plain: str, order: str | None) -> tuple[date, str]:
    match = _NUMBERS.match(plain)
    if match:
        return _by_numbers(text, match, order), plain[match.end() :]
    if match := _DAY_FIRST.match(plain):
        day, name, year = match.groups()
    elif match := _MONTH_FIRST.match(plain):
        name, day, year = match.groups()
    else:
        raise _no_time(text)
    month = _month(name)
    named = None if month is None else _date(_year(year), month, int(day))
    if named is None:
        raise _no_time(text)
    return named, plain[match.end() :]


def _by_numbers(text: str, match: re.Match[str], order: str | None) -> date:
    readings = _readings(match)
    if order is not None:
        day = readings.get("ymd") if _has_year_first(match) else readings.get(order)
        if day is None:
            raise ValueError(f"the time {text[:60]!r} is not written as {order}")
        return day
    days = {o: readings[o] for o in ("ymd", *_GUESSED) if o in readings}
    if not _has_year_first(match):
        days.pop("ymd", None)
    if not days:
        raise _no_time(text)
    if len(set(days.values())) > 1:
        raise UnclearDate(text, (days["dmy"], days["mdy"]))
    return next(iter(days.values()))


def _readings(match: re.Match[str]) -> dict[str, date]:
    """The days that a date of numbers is, by order."""
    first, _mark, middle, last = match.groups()
    orders = {"ymd": (first, middle, last)}
    if not _has_year_first(match):
        orders |= {"dmy": (last, middle, first), "mdy": (last, first, middle)}
    days = {
        order: _date(_year(year), int(month), int(day))
        for order, (year, month, day) in orders.items()
        if len(year) in (2, 4) and len(day) <= 2
    }
    return {order: day for order, day in days.items() if day is not None}


def _has_year_first(match: re.Match[str]) -> bool:
    return len(match[1]) > 2


def _only_order(text: str) -> str | None:
    match = _NUMBERS.match(_plain(text[:_LONGEST]))
    if match is None or _has_year_first(match):
        return None
    fitting = [order for order in _readings(match) if order in _GUESSED]
    return fitting[0] if len(fitting) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(digits: str) -> int:
    if len(digits) > 2:
        return int(digits)
    return int(digits) + _CENTURY - (100 if int(digits) >= _PIVOT else 0)


def _clock_of(text: str, rest: str) -> tuple[time | None, tzinfo | None]:
    rest, zone = _without_zone(rest.strip(_EDGES))
    if not rest:
        if zone is not None:
            raise _no_time(text)
        return None, None
    match = _CLOCK.search(rest)
    if match is None:
        raise _no_time(text)
    marker = _marker(rest[: match.start()] + rest[match.end() :])
    if match[2] is None and not marker:
        raise _no_time(text)
    hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return time(_hour(text, hour, marker), minute, second), zone
    except ValueError:
        raise _no_time(text) from None


def _without_zone(rest: str) -> tuple[str, tzinfo | None]:
    folded = rest.casefold()
    for name, offset in (("ist", timedelta(hours=5, minutes=30)), ("z", timedelta())):
        if folded.endswith(name) and folded[: -len(name)].rstrip()[-1:].isdigit():
            return rest[: -len(name)].rstrip(), timezone(offset)
    match = _OFFSET.search(folded)
    if match is None:
        utc = folded.endswith(("utc", "gmt"))
        return (rest[:-3].rstrip(), UTC) if utc else (rest, None)
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if offset >= timedelta(hours=24):
        return rest, None
    shift = -offset if match[1] == "-" else offset
    return rest[: match.start()].rstrip(), timezone(shift)


def _marker(words: str) -> str:
    """The word beside a time, without case, stops and spaces; "hrs" is none."""
    marker = "".join(char for char in fold(words) if char not in f" .,{_HINDI_STOP}-")
    return (
        "" if marker in ("hrs", "hr", "h", "वाजता", "बजे", "वा") else _no_hours(marker)
    )


def _no_hours(marker: str) -> str:
    return marker.removesuffix("वाजता").removesuffix("वा").removesuffix("बजे")


def _hour(text: str, hour: int, marker: str) -> int:
    if not marker:
        return hour
    span = next((s for s, words in _folded_markers().items() if marker in words), None)
    if span is None:
        raise _no_time(text)
    if hour > 12:
        return hour
    if span == _NIGHT:
        return hour % 12 + (12 if 6 <= hour < 12 else 0)
    return hour % 12 + (12 if span == _AFTERNOON else 0)


@cache
def _folded_markers() -> dict[str, frozenset[str]]:
    return {span: frozenset(map(fold, words)) for span, words in _MARKERS.items()}


def _month(name: str) -> int | None:
    return _months().get(_month_key(name))


def _month_key(name: str) -> str:
    return fold(name).strip(f" .,{_HINDI_STOP}'’")


@cache
def _months() -> dict[str, int]:
    """Month by name in English, Marathi and Hindi."""
    from babel import Locale

    months: dict[str, int] = {}
    for language in ("en", "mr", "hi"):
        forms = Locale.parse(language).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = forms[use][width]
                months |= {_month_key(name): n for n, name in names.items()}
    for month, names in _SPELLINGS.items():
        months |= {_month_key(name): month for name in names}
    return months


def _no_time(text: str) -> ValueError:
    return ValueError(
        f"the time {text[:60]!r} is not clear: say in a mapping file how dates are "
        "written"
    )
