"""A notice's words: a template whose slots are filled, in each language."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell.campaigns.publishing.notice_template import (
    REFERENCE,
    Slot,
    Template,
    Texts,
)
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.http import require_public_form
from socialcell.i18n import CODES, Language, language
from socialcell.listening.areas.area_table import names, read_areas
from socialcell.text import one_line

Given = Mapping[str, Sequence[str]]
"""What was given by slot: {"dam": ["khadakwasla"], "reason.mr": [words]}."""
Words = Mapping[str, str]
"""The same in each language; of own words, the languages that were given."""
Value = Words | datetime | int
Find = Callable[[Slot, str], Words]
"""The names of a place or area by language. ValueError: there is none."""

_PHONE = re.compile(r"[0-9+][0-9 +/,()-]{2,}")
_NEEDS = {
    "area": "an area of the city",
    "place": "a place",
    "moment": "a moment such as 2026-11-21T06:00",
    "until": "a moment such as 2026-11-21T06:00",
    "number": "a whole number",
    "line": "one line",
    "phone": "a telephone number",
    "link": "an https address",
}
_EXAMPLE_MOMENT = datetime(2026, 9, 23, 18, 30, tzinfo=IST)  # the longest day to write
_EXAMPLE_PLACE = {"mr": "सिंहगड रस्ता", "hi": "सिंहगढ़ रोड", "en": "Sinhagad Road"}
_EXAMPLES = {
    "line": "020-25501000",
    "phone": "020-25501000",
    "link": "https://city.example/notice",
}


@dataclass(frozen=True)
class Notice:
    """A template and the values of its slots; an optional one may be missing."""

    template: Template
    values: Mapping[str, Value]

    def moment(self, slot: str) -> datetime | None:
        """The value of a slot of type moment or until; None: there is none."""
        value = self.values.get(slot)
        return value if isinstance(value, datetime) else None


def fill(template: Template, given: Given, find: Find) -> Notice:
    """The notice of what was given. UsageError names every slot that is missing, or
    the first that is unknown or is not what it must be."""
    _require_known(template, given)
    values: dict[str, Value] = {}
    missing = []
    for name, slot in template.slots.items():
        own = {
            code: _lines(name, slot, given[f"{name}.{code}"])
            for code in CODES
            if f"{name}.{code}" in given
        }
        if own:
            if slot.type not in ("text", "place"):
                raise UsageError(
                    f"{name} is the same in every language: --set {name}=…"
                )
            values[name] = own
        elif name in given:
            values[name] = _value(name, slot, given[name], find)
        elif slot.type == "area" and not slot.optional:
            values[name] = find(slot, "")
        elif not slot.optional:
            missing.append(name)
    if missing:
        listed = ", ".join(
            f"{name} ({template.slots[name].about}: {needed(template.slots[name])})"
            for name in missing
        )
        raise UsageError(
            f"{template.id} lacks {listed}. Give "
            + " ".join(f"--set {name}=…" for name in missing)
        )
    notice = Notice(template, values)
    for name, slot in template.slots.items():
        start, end = notice.moment(slot.after or ""), notice.moment(name)
        if start is not None and end is not None and end <= start:
            raise UsageError(
                f"What the notice tells of ends before it begins ({name})."
            )
    return notice


def needed(slot: Slot) -> str:
    """What a slot takes, in words."""
    if slot.choices:
        known = ", ".join(slot.choices)
        own = "" if slot.type == "choice" else ", or own words for each language"
        return f"one of {known}{own}"
    return _NEEDS.get(slot.type, "own words for each language")


def words(notice: Notice, code: str) -> str:
    """The notice in a language. UsageError: own words are not given in it."""
    said = language(code)

    def filled(found: re.Match[str]) -> str:
        name, part = found[1], found[2]
        value = notice.values[name]
        if isinstance(value, datetime):
            begins = notice.moment(notice.template.slots[name].after or "")
            return _moment(said, value, part, begins)
        if isinstance(value, int):
            return said.number(value)
        if code not in value:
            raise UsageError(
                f"{name} is not given in {code}: --set {name}.{code}=… (or leave the "
                "language out: --lang)"
            )
        return value[code]

    lines = [
        REFERENCE.sub(filled, line)
        for line in notice.template.words.of(code).splitlines()
        if all(name in notice.values for name, _ in REFERENCE.findall(line))
    ]
    return "\n".join(lines)


def example(template: Template) -> Notice:
    """The template with an example in every slot, of choices and areas the longest."""
    return Notice(
        template,
        {name: _example(slot) for name, slot in template.slots.items()},
    )


def _require_known(template: Template, given: Given) -> None:
    for key in given:
        name, dot, code = key.partition(".")
        if name not in template.slots:
            near = difflib.get_close_matches(name, template.slots, n=1, cutoff=0.6)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"{template.id} has no slot {name!r}. It has: "
                f"{', '.join(template.slots)}.{hint}"
            )
        if dot and code not in CODES:
            raise UsageError(f"{key}: the languages are {', '.join(CODES)}.")
        if dot and name in given:
            raise UsageError(f"{name} is given as it is and by language: say one.")


def _value(name: str, slot: Slot, given: Sequence[str], find: Find) -> Value:
    if slot.type in ("area", "place"):
        return _places(name, slot, given, find)
    if len(given) > 1:
        raise UsageError(f"{name} takes one value, and {len(given)} were given.")
    (text,) = (one.strip() for one in given)
    if slot.type in ("choice", "text"):
        if not slot.choices:
            raise UsageError(f"{name} is written in each language.{_own_words(name)}")
        if text not in slot.choices:
            own = "" if slot.type == "choice" else _own_words(name)
            known = ", ".join(slot.choices)
            raise UsageError(f"{name}: there is no {text!r}. There are: {known}.{own}")
        return _texts(slot.choices[text])
    if slot.type in ("moment", "until"):
        return _parse_moment(name, text)
    if slot.type == "number":
        return _number(name, slot, text)
    line = _lines(name, slot, given)
    if slot.type == "phone" and not _PHONE.fullmatch(line):
        raise UsageError(f"{name}: {line!r} is no telephone number.")
    if slot.type == "link":
        _require_link(name, line)
    return dict.fromkeys(CODES, line)


def _places(name: str, slot: Slot, given: Sequence[str], find: Find) -> Words:
    try:
        found = [find(slot, text.strip()) for text in dict.fromkeys(given)]
    except ValueError as error:
        own = "" if slot.type == "area" else _own_words(name)
        raise UsageError(f"{name}: {error}.{own}") from None
    return {code: ", ".join(one[code] for one in found) for code in CODES}


def _own_words(name: str) -> str:
    options = " ".join(f"--set {name}.{code}=…" for code in CODES)
    return f" In own words: {options}"


def _lines(name: str, slot: Slot, given: Sequence[str]) -> str:
    """One line of what was given, a comma between several. UsageError."""
    text = ", ".join(one.strip() for one in given)
    if not text.strip(" ,"):
        raise UsageError(f"{name} is empty.")
    if one_line(text, slot.longest) != text or "{" in text:
        raise UsageError(
            f"{name} is one line of {slot.longest} characters at most, without {{."
        )
    return text


def _number(name: str, slot: Slot, text: str) -> int:
    try:
        value = int(text.replace(",", ""))
    except ValueError:
        raise UsageError(f"{name}: {text!r} is no whole number.") from None
    low, high = slot.min, slot.max
    if (low is not None and value < low) or (high is not None and value > high):
        limits = " and ".join(
            f"{what} {limit:,}"
            for what, limit in (("at least", low), ("at most", high))
            if limit is not None
        )
        raise UsageError(f"{name} is {value:,}, and must be {limits}.")
    return value


def _parse_moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) < len("2026-11-21T06:00"):
        raise UsageError(f"{name}: {text!r} is no moment such as 2026-11-21T06:00.")
    return moment.replace(tzinfo=IST) if moment.tzinfo is None else moment


def _require_link(name: str, text: str) -> None:
    try:
        require_public_form(text)
    except ValueError as error:
        raise UsageError(f"{name}: {text}: {error}.") from None
    if not text.startswith("https://"):
        raise UsageError(f"{name}: {text} is no https:// address.")


def _moment(
    said: Language, value: datetime, part: str | None, begins: datetime | None
) -> str:
    local = value.astimezone(IST)
    if part == "day":
        return said.day(local)
    if part == "date":
        return said.day_of_month(local)
    if part == "clock":
        return said.clock(local)
    if begins is not None and begins.astimezone(IST).date() == local.date():
        return said.clock(local)
    return f"{said.day(local)}, {said.clock(local)}"


def _texts(texts: Texts) -> dict[str, str]:
    return {code: texts.of(code) for code in CODES}


def _example(slot: Slot) -> Value:
    given = slot.example
    if isinstance(given, Texts):
        return _texts(given)
    if slot.choices:
        return _texts(max(slot.choices.values(), key=lambda one: len(one.mr)))
    if slot.type == "number":
        return given if isinstance(given, int) else slot.max or slot.min or 1000
    if slot.type == "moment":
        return _EXAMPLE_MOMENT
    if slot.type == "until":
        return _EXAMPLE_MOMENT + timedelta(days=1)
    if slot.type == "area":
        offices = [names(one) for one in read_areas() if one.kind == "ward_office"]
        return {code: max((one[code] for one in offices), key=len) for code in CODES}
    if slot.type == "place":
        return _EXAMPLE_PLACE
    return dict.fromkeys(CODES, str(given or _EXAMPLES[slot.type]))
