"""The calendar: four weeks, and the days on which tags, posts or holidays stand."""

from datetime import date, timedelta

from socialcell.clock import IST
from socialcell.roles import Permission
from socialcell.services.planning import content_calendar, day_calendar
from socialcell.web.console import words
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.console.typed_moment import day_or_none
from socialcell.web.pages.answers import Answer, Download, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

_WEEK = timedelta(days=7)
_WEEKS = 4
_YEARS = timedelta(days=3660)  # as far as the calendar is turned, each way


def show_calendar(request: PageRequest) -> Answer:
    """Four weeks from a Monday on; this week's without a day in the address."""
    today = request.context.clock.now().astimezone(IST).date()
    first = _monday(_read_day(request.query.get("from", ""), today))
    calendar = day_calendar.read_calendar(request.context, first, 7 * _WEEKS)
    return WebPage(
        "calendar.html",
        {
            "weeks": [calendar.days[7 * n : 7 * n + 7] for n in range(_WEEKS)],
            "days_shown": lambda week: [
                entry
                for entry in week
                if entry.tags or entry.posts or entry.is_quiet or entry.day == today
            ],
            "mode": calendar.mode,
            "mode_words": words.outbox_mode(calendar.mode, request.lang),
            "today": today,
            "earlier": first - _WEEKS * _WEEK,
            "later": first + _WEEKS * _WEEK,
            "this_week": _monday(today),
            "first": first,
            "c": CampaignWords(request.lang),
            "w": PublishingWords(request.lang),
        },
    )


def _read_day(text: str, today: date) -> date:
    """A day that was asked for; today instead of what is none, or is years away."""
    day = day_or_none(text)
    return day if day is not None and abs(day - today) <= _YEARS else today


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def show_file(request: PageRequest) -> Answer:
    """Own posts to come as a file for calendar programs."""
    content = content_calendar.calendar_file(request.context)
    return Download("posts.ics", "text/calendar", [content])


ROWS: tuple[Row, ...] = (
    Screen("/calendar", Permission.READ, show_calendar),
    Screen("/calendar/posts", Permission.READ, show_file),
)
