"""Marathi, Hindi and English: messages from .po files, numbers, dates and times.

Messages are written in English in the code; locale/<language>/LC_MESSAGES/ holds the
others: socialcell.po those of letters and reports, console_*.po those of pages.
Numbers are grouped as in India, with the digits that are usual for the language
(Unicode CLDR): Devanagari in Marathi, Latin in Hindi and English.
"""

import gettext
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent

from socialcell import message_catalog
from socialcell.clock import IST
from socialcell.errors import UsageError

CODES = ("mr", "hi", "en")
_DOMAIN = "socialcell"
_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
# Digits that do not belong to a word in Latin letters.
_NUMERAL = re.compile(r"(?<![A-Za-z0-9])[0-9]+(?![A-Za-z0-9])")


class Language:
    """Messages, numbers and dates in one language; missing messages are in English."""

    def __init__(self, code: str, messages: gettext.NullTranslations) -> None:
        self.code = code
        self._messages = messages
        self._locale = Locale(code, "IN")
        # Short forms of months (CLDR: नोव्हें, नव॰) are not usual in Marathi and Hindi.
        self._month = "MMM" if code == "en" else "MMMM"

    def gettext(self, message: str, /, **values: str | float) -> str:
        """The message in this language, with its %(name)s filled."""
        return self._messages.gettext(message) % values

    def ngettext(
        self, singular: str, plural: str, n: int, /, **values: str | float
    ) -> str:
        """The message for n things; %(n)s becomes the number as it is written here."""
        values = {"n": self.number(n), **values}
        return self._messages.ngettext(singular, plural, n) % values

    def number(self, number: float) -> str:
        """12,34,567 or १२,३४,५६७."""
        return self.digits(format_decimal(number, locale=self._locale))

    def change(self, before: int, now: int) -> str:
        """The relative change as +18% or −4%; `before` is not 0."""
        share = format_percent(abs(now - before) / before, locale=self._locale)
        sign = "+" if now > before else "\N{MINUS SIGN}" if now < before else "±"
        return self.digits(sign + share)

    def percent(self, part: int, whole: int) -> str:
        """A share as a whole percentage; only all is 100 and only none is 0."""
        share = part / whole
        rounded = min(max(round(share * 100), 0 if part == 0 else 1), 100)
        if part < whole:
            rounded = min(rounded, 99)
        return self.digits(format_percent(rounded / 100, locale=self._locale))

    def day(self, moment: date | datetime) -> str:
        """Monday, 16 November 2026, in Indian time."""
        return self._date(moment, "EEEE, d MMMM y")

    def day_of_month(self, moment: date | datetime) -> str:
        """16 November, in Indian time."""
        return self._date(moment, "d MMMM")

    def weekday_of_month(self, moment: date | datetime) -> str:
        """Sat 21 Nov, in Indian time."""
        return self._date(moment, f"EEE d {self._month}")

    def long_day(self, moment: date | datetime) -> str:
        """16 November 2026, in Indian time."""
        return self._date(moment, "d MMMM y")

    def short_day(self, moment: date | datetime) -> str:
        """Mon 16."""
        return self._date(moment, "EEE d")

    def month_day(self, moment: date | datetime) -> str:
        """16 Nov, १६ नोव्हेंबर; in Indian time."""
        return self._date(moment, f"d {self._month}")

    def month_year(self, day: date) -> str:
        """Nov 2026, नोव्हेंबर २०२६."""
        return self._date(day, f"{self._month} y")

    def weekday(self, day: date) -> str:
        """Mon."""
        return self._date(day, "EEE")

    def moment(self, moment: datetime) -> str:
        """16 Nov 2026, 14:30, in Indian time; 16 नवंबर 2026, 14:30."""
        return self._date(moment, f"d {self._month} y") + ", " + self.clock(moment)

    def when(self, moment: datetime) -> str:
        """Sat 21 Nov, 04:05, in Indian time."""
        return f"{self.weekday_of_month(moment)}, {self.clock(moment)}"

    def clock(self, moment: datetime) -> str:
        """14:30, in Indian time."""
        return self.digits(moment.astimezone(IST).strftime("%H:%M"))

    def lasted(self, span: timedelta) -> str:
        """90 minutes, 27 hours, 3 days: the largest unit of which there are two."""
        return self.digits(
            format_timedelta(
                span, granularity="minute", threshold=2, locale=self._locale
            )
        )

    def duration(self, span: timedelta) -> str:
        """40 min, 4 h, 4 h 40 min, 2 days, 2 days 3 h: a span, cut to a minute."""
        _, minutes = self.gettext, max(int(span.total_seconds()) // 60, 0)
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days and hours:
            return self.ngettext(
                "%(n)s day %(h)s h", "%(n)s days %(h)s h", days, h=self.number(hours)
            )
        if days:
            return self.ngettext("%(n)s day", "%(n)s days", days)
        if hours and rest:
            return _("%(h)s h %(m)s min", h=self.number(hours), m=self.number(rest))
        if hours:
            return _("%(h)s h", h=self.number(hours))
        return _("%(m)s min", m=self.number(rest))

    def digits(self, text: str) -> str:
        """The text with the digits of this language; codes such as K10 keep theirs."""
        deva = self._locale.default_numbering_system == "deva"
        return _NUMERAL.sub(_in_devanagari, text) if deva else text

    def _date(self, moment: date | datetime, pattern: str) -> str:
        local = moment.astimezone(IST) if isinstance(moment, datetime) else moment
        return self.digits(format_date(local, pattern, locale=self._locale))


@lru_cache(maxsize=len(CODES))
def language(code: str, option: str = "--lang") -> Language:
    """The language of a code. UsageError names the codes there are, and the option that
    takes them."""
    if code not in CODES:
        raise UsageError(
            "commands.no_such_language", option=option, languages=CODES, code=code
        )
    if code == "en":
        return Language(code, gettext.NullTranslations())
    first, *others = _catalogs(code)
    return Language(code, message_catalog.compiled(first, code, *others))


def _in_devanagari(numeral: re.Match[str]) -> str:
    return numeral[0].translate(_DEVANAGARI)


def _catalogs(code: str) -> Iterator[bytes]:
    """The .po files of a language, that of letters and reports first."""
    folder = resources.files("socialcell") / "locale" / code / "LC_MESSAGES"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".po"))
    for name in sorted(names, key=lambda name: name != f"{_DOMAIN}.po"):
        yield (folder / name).read_bytes()
