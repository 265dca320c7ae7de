"""A time in Pune as a field of a form holds it, and a day as an address does."""

from datetime import date, datetime

from socialcell.errors import UsageError
from socialcell.listening.day_ranges import FIRST_DAY, LAST_DAY, day_start
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused


def read_moment(request: PageRequest, name: str, text: str) -> datetime:
    """The moment that a field holds. FormRefused: it is none."""
    try:
        return day_start(text, name)
    except UsageError:
        problem = request.lang.gettext("Write the time as 2026-11-25T10:00.")
        raise FormRefused((name, problem)) from None


def maybe_moment(request: PageRequest, name: str, text: str | None) -> datetime | None:
    """The same of a field that may be empty: None then."""
    return None if text is None else read_moment(request, name, text)


def day_or_none(text: str) -> date | None:
    """A day as the query of an address has it (YYYY-MM-DD); None: it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
