"""iCalendar files, read back by a reader of their own."""

from datetime import UTC, datetime

from socialcell.clock import IST
from socialcell.reports.plans.plan_calendar import Event, calendar

MADE = datetime(2026, 11, 23, 9, 0, tzinfo=IST)


def read(content: bytes) -> list[dict[str, str]]:
    """Events by RFC 5545: lines end in CRLF, a blank goes on, a backslash escapes."""
    assert content.endswith(b"\r\n")
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")
    events: list[dict[str, str]] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and ":" in line:
            name, _, value = line.partition(":")
            events[-1].setdefault(name.partition(";")[0], unescaped(value))
    return events


def unescaped(value: str) -> str:
    made, place = "", 0
    while place < len(value):
        if value[place] == "\\":
            place += 1
            made += "\n" if value[place] in "nN" else value[place]
        else:
            made += value[place]
        place += 1
    return made


def event(**changes: object) -> Event:
    made = {
        "uid": "a@socialcell",
        "starts": datetime(2026, 11, 30, 18, 30, tzinfo=IST),
        "title": "asha: install",
        "text": "words",
        "link": "https://go.city.example/r/abc",
        "version": 2,
    }
    return Event(**(made | changes))


def test_an_event_says_when_in_utc_and_which_version_it_is() -> None:
    (found,) = read(calendar("monsoon26", [event()], MADE))

    assert found["DTSTART"] == "20261130T130000Z"
    assert found["DTEND"] == "20261130T133000Z"
    assert found["DTSTAMP"] == MADE.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    assert (found["UID"], found["SEQUENCE"]) == ("a@socialcell", "2")
    assert found["URL"] == "https://go.city.example/r/abc"


def test_words_come_back_as_they_were() -> None:
    text = "a, b; c: \\ d\nBEGIN:VEVENT\n" + "तक्रार नोंदवा " * 30 + "👨‍👩‍👧‍👦" * 20
    (found,) = read(calendar("x", [event(text=text)], MADE))

    assert found["DESCRIPTION"] == text


def test_no_line_has_more_than_75_octets() -> None:
    content = calendar("x", [event(text="खड्डा दिसला? " * 60, title="é" * 200)], MADE)

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    for line in content.split(b"\r\n"):
        line.decode()  # no character is cut in two


def test_a_link_without_a_host_is_no_address() -> None:
    (found,) = read(calendar("x", [event(link="/r/abc")], MADE))

    assert "URL" not in found
