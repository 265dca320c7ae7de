"""A plan as an iCalendar file (RFC 5545) that any calendar opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry

_LENGTH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Event:
    """A tag; `uid` stays when the plan is made again, `version` then rises."""

    uid: str
    starts: datetime
    title: str
    text: str
    link: str
    version: int


def calendar(name: str, events: Iterable[Event], made_at: datetime) -> bytes:
    """The file: UTF-8, lines folded at 75 octets, times in UTC."""
    page = Calendar()
    page.add("prodid", "-//socialcell//plan of a campaign//EN")
    page.add("version", "2.0")
    page.add("method", "PUBLISH")
    page.add("x-wr-calname", name)
    for one in events:
        entry = Entry()
        entry.add("uid", one.uid)
        entry.add("sequence", one.version)
        entry.add("dtstamp", made_at.astimezone(UTC))
        entry.add("dtstart", one.starts.astimezone(UTC))
        entry.add("dtend", (one.starts + _LENGTH).astimezone(UTC))
        entry.add("summary", one.title)
        entry.add("description", one.text)
        if one.link.startswith("http"):
            entry.add("url", one.link)
        page.add_component(entry)
    made: bytes = page.to_ical()
    return made
