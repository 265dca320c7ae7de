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
from socialcell.message_catalog import Message, Parameter
from socialcell.text import fold, one_line

SlotInputs = Mapping[str, Sequence[str]]
"""Inputs by slot: {"dam": ["khadakwasla"], "reason.mr": [words]}."""
Words = Mapping[str, str]
"""A text by language; of own words, the languages that were given."""
SlotValue = Words | datetime | int
FindNames = Callable[[NoticeSlot, str], Words]
"""The names of a place or area by language. ValueError: there is none."""

_PHONE = re.compile(r"[0-9+][0-9 +/,()-]{2,}")
_TYPE_DESCRIPTIONS = {
    "area": Message("posts.takes_area"),
    "place": Message("posts.takes_place"),
    "moment": Message("posts.takes_moment"),
    "until": Message("posts.takes_moment"),
    "number": Message("posts.takes_number"),
    "line": Message("posts.takes_line"),
    "phone": Message("posts.takes_phone"),
    "link": Message("posts.takes_link"),
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
            if not slot.takes_own_words:
                raise UsageError("posts.slot_without_languages", slot=name)
            values[name] = own
        elif name in inputs:
            values[name] = _slot_value(name, slot, inputs[name], find)
        elif slot.type == "area" and not slot.optional:
            values[name] = find(slot, "")
        elif not slot.optional:
            missing.append(name)
    if missing:
        raise UsageError(
            "posts.missing_slots",
            template=template.id,
            slots=[_slot_message(name, template.slots[name]) for name in missing],
            options=" ".join(f"--set {name}=…" for name in missing),
        )
    notice = Notice(template, values)
    for name, slot in template.slots.items():
        start, end = notice.moment(slot.after or ""), notice.moment(name)
        if start is not None and end is not None and end <= start:
            raise UsageError("posts.end_before_start", slot=name)
    return notice


def require_coming(notice: Notice, at: datetime) -> None:
    """UsageError: a moment of the notice is over when it goes out, at `at`; one that
    says since when something holds may lie some hours back."""
    for name, slot in notice.template.slots.items():
        moment = notice.moment(name)
        hours = slot.hours_back if slot.type == "moment" else 0
        if moment is None or moment > at - timedelta(hours=hours):
            continue
        if hours:
            raise UsageError(
                "posts.moment_long_over", slot=name, moment=moment, hours=hours
            )
        raise UsageError("posts.moment_over", slot=name, moment=moment)


def require_apart(notice: Notice) -> None:
    """UsageError: two slots name one place, as the localities to leave and the shelter
    they are sent to."""
    slots_by_place: dict[str, str] = {}
    for name, slot in notice.template.slots.items():
        slot_value = notice.values.get(name)
        if slot.type != "place" or not isinstance(slot_value, Mapping):
            continue
        places = {
            fold(place.strip()): place.strip()
            for words in slot_value.values()
            for place in words.split(",")
        }
        for folded, place in places.items():
            if other := slots_by_place.get(folded):
                raise UsageError(
                    "posts.place_in_two_slots", slot=name, other=other, place=place
                )
        slots_by_place |= dict.fromkeys(places, name)


def slot_description(slot: NoticeSlot) -> Message:
    """A description of what a slot takes."""
    choices = list(slot.choices)
    if not choices:
        return _TYPE_DESCRIPTIONS.get(slot.type) or Message("posts.takes_own_words")
    if slot.type == "choice":
        return Message("posts.takes_choice", {"choices": choices})
    return Message("posts.takes_choice_or_own_words", {"choices": choices})


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
                "posts.slot_without_language",
                slot=name,
                language=code,
                options=f"--set {name}.{code}=…",
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


def _slot_message(name: str, slot: NoticeSlot) -> Message:
    parameters: dict[str, Parameter] = {
        "slot": name,
        "about": slot.about,
        "takes": slot_description(slot),
    }
    return Message("posts.slot", parameters)


def _require_known(template: NoticeTemplate, inputs: SlotInputs) -> None:
    for key in inputs:
        name, dot, code = key.partition(".")
        if name not in template.slots:
            raise _no_such_slot(template, name)
        if dot and code not in CODES:
            raise UsageError("posts.no_language_of_slot", key=key, languages=CODES)
        if dot and name in inputs:
            raise UsageError("posts.slot_given_twice", slot=name)


def _no_such_slot(template: NoticeTemplate, name: str) -> UsageError:
    slots = list(template.slots)
    if near := difflib.get_close_matches(name, slots, n=1, cutoff=0.6):
        return UsageError(
            "posts.misspelt_slot",
            template=template.id,
            slot=name,
            slots=slots,
            near=near[0],
        )
    return UsageError(
        "posts.no_such_slot", template=template.id, slot=name, slots=slots
    )


def _slot_value(
    name: str, slot: NoticeSlot, inputs: Sequence[str], find: FindNames
) -> SlotValue:
    if slot.takes_several:
        return _place_names(name, slot, inputs, find)
    if len(inputs) > 1:
        raise UsageError("posts.several_values", slot=name, count=len(inputs))
    (text,) = (entry.strip() for entry in inputs)
    if slot.type in ("choice", "text"):
        return _chosen_words(name, slot, text)
    if slot.type in ("moment", "until"):
        return _parse_moment(name, text)
    if slot.type == "number":
        return _number(name, slot, text)
    line = _joined_line(name, slot, inputs)
    if slot.type == "phone" and not _PHONE.fullmatch(line):
        raise UsageError("posts.no_phone", slot=name, text=line)
    if slot.type == "link":
        _require_link(name, line)
    return dict.fromkeys(CODES, line)


def _chosen_words(name: str, slot: NoticeSlot, text: str) -> Words:
    choices = list(slot.choices)
    if text in choices:
        return _by_language(slot.choices[text])
    options = _own_words(name)
    if not choices:
        raise UsageError("posts.only_own_words", slot=name, options=options)
    if slot.type == "choice":
        raise UsageError("posts.no_choice", slot=name, text=text, choices=choices)
    raise UsageError(
        "posts.no_choice_or_own_words",
        slot=name,
        text=text,
        choices=choices,
        options=options,
    )


def _place_names(
    name: str, slot: NoticeSlot, inputs: Sequence[str], find: FindNames
) -> Words:
    try:
        places = [find(slot, text.strip()) for text in dict.fromkeys(inputs)]
    except ValueError as error:
        if slot.type == "area":
            raise UsageError("posts.no_area", slot=name, reason=error) from None
        options = _own_words(name)
        raise UsageError(
            "posts.no_place_or_own_words", slot=name, reason=error, options=options
        ) from None
    return {code: ", ".join(place[code] for place in places) for code in CODES}


def _own_words(name: str) -> str:
    """The options that give a slot's own words."""
    return " ".join(f"--set {name}.{code}=…" for code in CODES)


def _joined_line(name: str, slot: NoticeSlot, inputs: Sequence[str]) -> str:
    """One line of the inputs, separated by commas. UsageError."""
    text = ", ".join(entry.strip() for entry in inputs)
    if not text.strip(" ,"):
        raise UsageError("posts.empty_slot", slot=name)
    if one_line(text, slot.longest) != text or "{" in text:
        raise UsageError("posts.no_line", slot=name, limit=slot.longest)
    return text


def _number(name: str, slot: NoticeSlot, text: str) -> int:
    try:
        number = int(text.replace(",", ""))
    except ValueError:
        raise UsageError("posts.no_number", slot=name, text=text) from None
    low, high = slot.min, slot.max
    if (low is not None and number < low) or (high is not None and number > high):
        raise _out_of_range(name, number, low, high)
    return number


def _out_of_range(
    name: str, number: int, low: int | None, high: int | None
) -> UsageError:
    least = "" if low is None else f"{low:,}"
    most = "" if high is None else f"{high:,}"
    written = f"{number:,}"
    if not most:
        return UsageError("posts.low_number", slot=name, number=written, least=least)
    if not least:
        return UsageError("posts.high_number", slot=name, number=written, most=most)
    return UsageError(
        "posts.number_out_of_range", slot=name, number=written, least=least, most=most
    )


def _parse_moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) < len("2026-11-21T06:00"):
        raise UsageError("posts.no_moment", slot=name, text=text)
    return moment.replace(tzinfo=IST) if moment.tzinfo is None else moment


def _require_link(name: str, text: str) -> None:
    try:
        require_public_form(text)
    except ValueError as error:
        raise UsageError(
            "posts.no_public_address", slot=name, address=text, reason=error
        ) from None
    if not text.startswith("https://"):
        raise UsageError("posts.no_https_address", slot=name, address=text)


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
