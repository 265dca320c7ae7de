"""Read times as people's files hold them: ISO 8601, epoch numbers, given forms."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

_EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}", re.ASCII)
_TIME_OF_DAY = re.compile(r"\d:\d|\dT\d|\d{10}", re.ASCII)
_MONTH_NAME = re.compile(r"[A-Za-z]{3}")
_X_ARCHIVE = "%a %b %d %H:%M:%S %z %Y"


def moment(text: str, zone: tzinfo, forms: Sequence[str] = ()) -> datetime:
    """The moment that a text names, in UTC; `zone` holds where it names none.

    With `forms` (as strptime has them) only these are tried. Without: ISO 8601, an
    epoch number (10 digits are seconds, 13 milliseconds), and dates with the English
    name of a month. 03/04/2026 is refused: it may be March or April. ValueError.
    """
    time = _parse_by_form(text, forms) if forms else _parse_by_appearance(text)
    try:
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"the time {text[:60]!r} is out of range") from None


def _parse_by_form(text: str, forms: Sequence[str]) -> datetime:
    for form in forms:
        try:
            # A form may hold a zone; where it does not, `moment` adds it.
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"the time {text[:60]!r} is not of the form {' or '.join(forms)}")


def _parse_by_appearance(text: str) -> datetime:
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if _MONTH_NAME.search(text):
        for read in (parse_x_date, parsedate_to_datetime):
            try:
                return read(text)
            except (ValueError, TypeError, IndexError):
                continue
    raise ValueError(
        f"the time {text[:60]!r} is not clear: say in a mapping file how dates are "
        "written"
    )


def parse_x_date(text: str) -> datetime:
    """X's old form, as in Wed Nov 25 05:00:00 +0000 2026. ValueError."""
    return datetime.strptime(text, _X_ARCHIVE).astimezone(UTC)


def is_date_only(text: str) -> bool:
    """Whether a time that could be read is a day without a time of day."""
    return not _TIME_OF_DAY.search(text)
