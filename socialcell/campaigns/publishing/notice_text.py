"""The text of a notice: a template whose slots are filled, in each language."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell.campaigns.publishing.notice_template import (
    REFERENCE,
    LocalisedText,
    NoticeSlot,
    NoticeTemplate,
)
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.http import require_public_form
from socialcell.i18n import CODES, Language, language
from socialcell.listening.areas.area_table import names, read_areas
from socialcell.text import one_line

SlotInputs = Mapping[str, Sequence[str]]
"""Inputs by slot: {"dam": ["khadakwasla"], "reason.mr": [words]}."""
Words = Mapping[str, str]
"""A text by language; of own words, the languages that were given."""
SlotValue = Words | datetime | int
FindNames = Callable[[NoticeSlot, str], Words]
"""The names of a place or area by language. ValueError: there is none."""

_PHONE = re.compile(r"[0-9+][0-9 +/,()-]{2,}")
_TYPE_DESCRIPTIONS = {
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

    template: NoticeTemplate
    values: Mapping[str, SlotValue]

    def moment(self, slot: str) -> datetime | None:
        """The value of a slot of type moment or until; None: there is none."""
        slot_value = self.values.get(slot)
        return slot_value if isinstance(slot_value, datetime) else None


def fill_template(
    template: NoticeTemplate, inputs: SlotInputs, find: FindNames
) -> Notice:
    """The notice with these inputs. UsageError names every slot that is missing, or
    the first that is unknown or is not what it must be."""
    _require_known(template, inputs)
    values: dict[str, SlotValue] = {}
    missing = []
    for name, slot in template.slots.items():
        own = {
            code: _joined_line(name, slot, inputs[f"{name}.{code}"])
            for code in CODES
            if f"{name}.{code}" in inputs
        }
        if own:
            if slot.type not in ("text", "place"):
                raise UsageError(
                    f"{name} is the same in every language: --set {name}=…"
                )
            values[name] = own
        elif name in inputs:
            values[name] = _slot_value(name, slot, inputs[name], find)
        elif slot.type == "area" and not slot.optional:
            values[name] = find(slot, "")
        elif not slot.optional:
            missing.append(name)
    if missing:
        listed = ", ".join(
            f"{name} ({slot.about}: {slot_description(slot)})"
            for name, slot in template.slots.items()
            if name in missing
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


def slot_description(slot: NoticeSlot) -> str:
    """A description of what a slot takes."""
    if slot.choices:
        choices = ", ".join(slot.choices)
        own = "" if slot.type == "choice" else ", or own words for each language"
        return f"one of {choices}{own}"
    return _TYPE_DESCRIPTIONS.get(slot.type, "own words for each language")


def notice_text(notice: Notice, code: str) -> str:
    """The notice in a language. UsageError: own words are not given in it."""
    lang = language(code)

    def filled(match: re.Match[str]) -> str:
        name, part = match[1], match[2]
        slot_value = notice.values[name]
        if isinstance(slot_value, datetime):
            begins = notice.moment(notice.template.slots[name].after or "")
            return _format_moment(lang, slot_value, part, begins)
        if isinstance(slot_value, int):
            return lang.number(slot_value)
        if code not in slot_value:
            raise UsageError(
                f"{name} is not given in {code}: --set {name}.{code}=… (or leave the "
                "language out: --lang)"
            )
        return slot_value[code]

    lines = [
        REFERENCE.sub(filled, line)
        for line in notice.template.words.of(code).splitlines()
        if all(name in notice.values for name, _ in REFERENCE.findall(line))
    ]
    return "\n".join(lines)


def example_notice(template: NoticeTemplate) -> Notice:
    """The template with an example in every slot, of choices and areas the longest."""
    return Notice(
        template,
        {name: _example_value(slot) for name, slot in template.slots.items()},
    )


def _require_known(template: NoticeTemplate, inputs: SlotInputs) -> None:
    for key in inputs:
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
        if dot and name in inputs:
            raise UsageError(f"{name} is given as it is and by language: say one.")


def _slot_value(
    name: str, slot: NoticeSlot, inputs: Sequence[str], find: FindNames
) -> SlotValue:
    if slot.type in ("area", "place"):
        return _place_names(name, slot, inputs, find)
    if len(inputs) > 1:
        raise UsageError(f"{name} takes one value, and {len(inputs)} were given.")
    (text,) = (entry.strip() for entry in inputs)
    if slot.type in ("choice", "text"):
        if not slot.choices:
            raise UsageError(f"{name} is written in each language.{_own_words(name)}")
        if text not in slot.choices:
            own = "" if slot.type == "choice" else _own_words(name)
            choices = ", ".join(slot.choices)
            raise UsageError(
                f"{name}: there is no {text!r}. There are: {choices}.{own}"
            )
        return _by_language(slot.choices[text])
    if slot.type in ("moment", "until"):
        return _parse_moment(name, text)
    if slot.type == "number":
        return _number(name, slot, text)
    line = _joined_line(name, slot, inputs)
    if slot.type == "phone" and not _PHONE.fullmatch(line):
        raise UsageError(f"{name}: {line!r} is no telephone number.")
    if slot.type == "link":
        _require_link(name, line)
    return dict.fromkeys(CODES, line)


def _place_names(
    name: str, slot: NoticeSlot, inputs: Sequence[str], find: FindNames
) -> Words:
    try:
        places = [find(slot, text.strip()) for text in dict.fromkeys(inputs)]
    except ValueError as error:
        own = "" if slot.type == "area" else _own_words(name)
        raise UsageError(f"{name}: {error}.{own}") from None
    return {code: ", ".join(place[code] for place in places) for code in CODES}


def _own_words(name: str) -> str:
    options = " ".join(f"--set {name}.{code}=…" for code in CODES)
    return f" In own words: {options}"


def _joined_line(name: str, slot: NoticeSlot, inputs: Sequence[str]) -> str:
    """One line of the inputs, separated by commas. UsageError."""
    text = ", ".join(entry.strip() for entry in inputs)
    if not text.strip(" ,"):
        raise UsageError(f"{name} is empty.")
    if one_line(text, slot.longest) != text or "{" in text:
        raise UsageError(
            f"{name} is one line of {slot.longest} characters at most, without {{."
        )
    return text


def _number(name: str, slot: NoticeSlot, text: str) -> int:
    try:
        number = int(text.replace(",", ""))
    except ValueError:
        raise UsageError(f"{name}: {text!r} is no whole number.") from None
    low, high = slot.min, slot.max
    if (low is not None and number < low) or (high is not None and number > high):
        limits = " and ".join(
            f"{what} {limit:,}"
            for what, limit in (("at least", low), ("at most", high))
            if limit is not None
        )
        raise UsageError(f"{name} is {number:,}, and must be {limits}.")
    return number


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


def _format_moment(
    lang: Language, moment: datetime, part: str | None, begins: datetime | None
) -> str:
    local = moment.astimezone(IST)
    if part == "day":
        return lang.day(local)
    if part == "date":
        return lang.day_of_month(local)
    if part == "clock":
        return lang.clock(local)
    if begins is not None and begins.astimezone(IST).date() == local.date():
        return lang.clock(local)
    return f"{lang.day(local)}, {lang.clock(local)}"


def _by_language(texts: LocalisedText) -> dict[str, str]:
    return {code: texts.of(code) for code in CODES}


def _example_value(slot: NoticeSlot) -> SlotValue:
    example_value = slot.example
    if isinstance(example_value, LocalisedText):
        return _by_language(example_value)
    if slot.choices:
        return _by_language(max(slot.choices.values(), key=lambda texts: len(texts.mr)))
    if slot.type == "number":
        return (
            example_value
            if isinstance(example_value, int)
            else slot.max or slot.min or 1000
        )
    if slot.type == "moment":
        return _EXAMPLE_MOMENT
    if slot.type == "until":
        return _EXAMPLE_MOMENT + timedelta(days=1)
    if slot.type == "area":
        offices = [names(area) for area in read_areas() if area.kind == "ward_office"]
        return {
            code: max((office[code] for office in offices), key=len) for code in CODES
        }
    if slot.type == "place":
        return _EXAMPLE_PLACE
    return dict.fromkeys(CODES, str(example_value or _EXAMPLES[slot.type]))
