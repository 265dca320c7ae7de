"""A plan as an iCalendar file (RFC 5545) that any calendar opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry

_ENTRY_LENGTH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Event:
    """A tag; `uid` is the same in each version of the plan; `version` rises."""

    uid: str
    starts: datetime
    title: str
    text: str
    link: str
    version: int


def calendar(name: str, events: Iterable[Event], made_at: datetime) -> bytes:
    """The file: UTF-8, lines folded at 75 octets, times in UTC."""
    ical_calendar = Calendar()
    ical_calendar.add("prodid", "-//socialcell//plan of a campaign//EN")
    ical_calendar.add("version", "2.0")
    ical_calendar.add("method", "PUBLISH")
    ical_calendar.add("x-wr-calname", name)
    for event in events:
        entry = Entry()
        entry.add("uid", event.uid)
        entry.add("sequence", event.version)
        entry.add("dtstamp", made_at.astimezone(UTC))
        entry.add("dtstart", event.starts.astimezone(UTC))
        entry.add("dtend", (event.starts + _ENTRY_LENGTH).astimezone(UTC))
        entry.add("summary", event.title)
        entry.add("description", event.text)
        if event.link.startswith("http"):
            entry.add("url", event.link)
        ical_calendar.add_component(entry)
    encoded: bytes = ical_calendar.to_ical()
    return encoded
