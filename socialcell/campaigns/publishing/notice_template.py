"""Templates of notices: words in Marathi, Hindi and English with named, typed slots.

`data/notices.yaml` holds those of the package; a workspace keeps its own as files.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticKnownError

from socialcell.errors import UnreadableValue
from socialcell.i18n import CODES
from socialcell.json_types import JsonObject, JsonValue
from socialcell.language import lexicon
from socialcell.message_catalog import Message
from socialcell.platforms import Trait, having

# {slot} or {slot.part}
REFERENCE = re.compile(r"\{([a-z][a-z_]*)(?:\.([a-z]+))?\}")
# How a moment may stand in a text: Thursday, 3 December 2026 | 3 December | 09:00
PARTS = ("day", "date", "clock")
# Letters of Devanagari; digits and signs that other scripts share are left out.
_DEVANAGARI = re.compile(r"[\u0904-\u0939\u0958-\u0961\u0972]")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SlotType = Literal[
    "area",  # areas of the city, several; the whole city when none is given
    "place",  # names of the gazetteer or own words by language, several
    "moment",  # a day and time in Pune
    "until",  # as moment; the day is left out when it is that of the slot `after`
    "number",  # a whole number, written as each language writes it
    "choice",  # one of `choices`
    "text",  # one of `choices`, or own words by language
    "line",  # one line that is the same in every language
    "phone",  # telephone numbers
    "link",  # an https address
]


class LocalisedText(BaseModel):
    """One text in each language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mr: Line
    hi: Line
    en: Line

    def of(self, code: str) -> str:
        """The text in a language of CODES."""
        text: str = getattr(self, code)
        return text


class NoticeSlot(BaseModel):
    """A slot to fill. `about` describes it to the person who fills it.

    A line of the text whose `optional` slot is not given is left out. `longest` limits
    the characters of text, place, line and phone; `example` stands in when the template
    is shown and its length is checked. A moment may lie `hours_back` at most when the
    notice goes out, so that what has begun can be announced; an `until` is to come.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: SlotType
    about: Line
    optional: bool = False
    longest: int = Field(default=80, ge=1, le=1000)
    min: int | None = None
    max: int | None = None
    after: str | None = None
    hours_back: int = Field(default=6, ge=0, le=24 * 7)
    choices: dict[str, LocalisedText] = Field(default_factory=dict)
    example: LocalisedText | Line | int | None = None

    @property
    def takes_own_words(self) -> bool:
        """Whether own words may be given in each language."""
        return self.type in ("text", "place")

    @property
    def takes_several(self) -> bool:
        """Whether several names may be given."""
        return self.type in ("area", "place")

    @model_validator(mode="after")
    def _fits_type(self) -> "NoticeSlot":
        for name, types in (
            ("choices", ("choice", "text")),
            ("after", ("until",)),
            ("hours_back", ("moment",)),
            ("min", ("number",)),
            ("max", ("number",)),
        ):
            if name in self.model_fields_set and self.type not in types:
                raise UnreadableValue("posts.key_of_other_type", key=name, types=types)
        if self.type == "until" and self.after is None:
            raise UnreadableValue("posts.until_without_start")
        if self.type == "choice" and not self.choices:
            raise UnreadableValue("posts.choice_without_choices")
        if self.type == "text" and not (
            self.choices or isinstance(self.example, LocalisedText)
        ):
            raise UnreadableValue("posts.text_without_example")
        if isinstance(self.example, LocalisedText) and not self.takes_own_words:
            raise UnreadableValue("posts.example_by_language")
        return self


def _posted_on(platform: JsonValue) -> str:
    names = having(Trait.POSTS)
    if platform not in names:
        raise PydanticKnownError("literal_error", {"expected": _alternatives(names)})
    return str(platform)


def _alternatives(names: Sequence[str]) -> str:
    """'x', 'facebook' or 'telegram'."""
    *first, last = map(repr, names)
    return f"{', '.join(first)} or {last}"


def _known_topic(topic: str | None) -> str | None:
    if topic is not None and topic not in lexicon.vocabulary("topic"):
        raise UnreadableValue("posts.no_such_topic", topic=topic)
    return topic


class NoticeTemplate(BaseModel):
    """A notice. `closes` is the topic of the closure that it announces (None: nothing
    is closed); `safety`: it is about life or limb, so no mode holds it; `platforms` are
    those for which it is short enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    about: Line
    closes: Annotated[str | None, AfterValidator(_known_topic)] = None
    safety: bool = False
    platforms: tuple[Annotated[str, BeforeValidator(_posted_on)], ...] = having(
        Trait.POSTS
    )
    slots: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], NoticeSlot]
    words: LocalisedText

    @model_validator(mode="after")
    def _whole(self) -> "NoticeTemplate":
        faults = list(self._faults())
        if faults:
            raise UnreadableValue("posts.template_faults", lines=faults)
        return self

    def _faults(self) -> Iterator[Message]:
        for code in CODES:
            yield from self._faults_of(code, self.words.of(code))
        for name, slot in self.slots.items():
            if slot.after is not None and (
                slot.after not in self.slots
                or self.slots[slot.after].type != "moment"
                or self.slots[slot.after].optional
            ):
                yield Message("posts.after_without_moment", {"slot": name})
            for id_, texts in slot.choices.items():
                yield from _script_faults(f"{name}.{id_}", texts)
            if isinstance(slot.example, LocalisedText):
                yield from _script_faults(f"{name}.example", slot.example)
        yield from _script_faults("words", self.words)
        if self.closes is not None:
            needed = {"ward": "area", "from": "moment", "to": "until"}
            for name, type_ in needed.items():
                if name not in self.slots or self.slots[name].type != type_:
                    parameters = {"slot": name, "type": type_}
                    yield Message("posts.closure_without_slot", parameters)

    def _faults_of(self, code: str, text: str) -> Iterator[Message]:
        used = {name for name, _ in REFERENCE.findall(text)}
        for name in sorted(used - self.slots.keys()):
            yield Message("posts.unknown_slot", {"language": code, "slot": name})
        for name in sorted(self.slots.keys() - used):
            yield Message("posts.unused_slot", {"language": code, "slot": name})
        if bare := re.search(r"[{}]\S*", REFERENCE.sub("", text)):
            yield Message("posts.stray_brace", {"language": code, "text": bare[0]})
        for name, part in REFERENCE.findall(text):
            if name not in self.slots:
                continue
            slot = {"language": code, "slot": name}
            is_moment = self.slots[name].type == "moment"
            if is_moment and part not in PARTS:
                yield Message("posts.moment_without_part", slot)
            elif not is_moment and part in PARTS:
                yield Message("posts.part_without_moment", slot)
        for line in text.splitlines():
            slots = {name for name, _ in REFERENCE.findall(line) if name in self.slots}
            needed = {name for name in slots if not self.slots[name].optional}
            if needed and needed != slots:
                slot = {"language": code, "slot": sorted(needed)[0]}
                yield Message("posts.slot_beside_optional", slot)


def _script_faults(where: str, texts: LocalisedText) -> Iterator[Message]:
    """Marathi and Hindi are in Devanagari, English is not."""
    for code in ("mr", "hi"):
        if not _DEVANAGARI.search(texts.of(code)):
            parameters = {"where": where, "language": code}
            yield Message("posts.not_in_devanagari", parameters)
    if _DEVANAGARI.search(texts.en):
        yield Message("posts.english_in_devanagari", {"where": where})


@cache
def builtin_templates() -> Mapping[str, NoticeTemplate]:
    """The package's templates by id. ValueError when the file is not as it must be."""
    place = resources.files("socialcell.campaigns") / "data" / "notices.yaml"
    return read_templates(yaml.safe_load(place.read_bytes()))


def read_templates(document: Mapping[str, JsonObject]) -> Mapping[str, NoticeTemplate]:
    """Templates of a document by id. ValueError says what is wrong with one."""
    return {
        id_: NoticeTemplate.model_validate({**fields, "id": id_})
        for id_, fields in document.items()
    }
