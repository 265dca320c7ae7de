"""Notices that the cell gives again and again: templates with named blanks.

`data/notices.yaml` holds them in Marathi, Hindi and English, and the usual reasons.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import yaml

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import CODES, language
from socialcell.text import one_line

BLANKS = ("ward", "date", "from", "to", "reason", "contact")
_BLANK = re.compile(r"\{(\w*)\}")
_LONGEST = 120  # characters of a reason or a contact


@dataclass(frozen=True)
class Template:
    """A notice: its words by language, and the topic of the closure that it announces
    (None: nothing is closed)."""

    id: str
    about: str
    closes: str | None
    words: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]

    @property
    def blanks(self) -> tuple[str, ...]:
        """What has to be given."""
        found = set(_BLANK.findall("".join(self.words.values())))
        return tuple(name for name in BLANKS if name in found)


@dataclass(frozen=True)
class Notice:
    """What a template is filled with: names of places and the reason by language."""

    template: Template
    places: Sequence[Mapping[str, str]]
    start: datetime
    end: datetime
    reason: Mapping[str, str]
    contact: str


@cache
def templates() -> Mapping[str, Template]:
    """The templates by id. ValueError when the file is not as it must be."""
    place = resources.files("socialcell.campaigns") / "data" / "notices.yaml"
    return read(yaml.safe_load(place.read_bytes()))


def read(given: Mapping[str, Any]) -> Mapping[str, Template]:
    """Templates of a document. ValueError: a language lacks, or a blank is unknown or
    not in every language."""
    made = {}
    for id_, one in given.items():
        words, reasons = one["words"], one["reasons"]
        for said in (words, *reasons.values()):
            if set(said) != set(CODES):
                raise ValueError(f"{id_}: each text is in {', '.join(CODES)}")
        blanks = {code: sorted(_BLANK.findall(words[code])) for code in CODES}
        first = blanks[CODES[0]]
        for code, names in blanks.items():
            if strange := set(names) - set(BLANKS):
                raise ValueError(f"{id_}.{code}: no blank {sorted(strange)[0]!r}")
            if names != first or len(set(names)) != len(names):
                raise ValueError(f"{id_}.{code}: each language has each blank once")
        made[id_] = Template(id_, one["about"], one.get("closes"), words, reasons)
    return made


def template(id_: str) -> Template:
    """UsageError when there is none of that name."""
    known = templates()
    if id_ not in known:
        raise UsageError(
            f"There is no notice {id_!r}. There are: {', '.join(sorted(known))}."
        )
    return known[id_]


def reason(of: Template, given: Mapping[str, str]) -> Mapping[str, str]:
    """A usual reason by its name, or words by language. UsageError.

    `given` is {"": name}, or {"mr": words, …} for each language that is written.
    """
    if "" in given:
        if given[""] not in of.reasons:
            known = ", ".join(sorted(of.reasons))
            raise UsageError(
                f"{of.id} has no usual reason {given['']!r}. There are: {known}. In "
                "your own words: --reason mr=… --reason hi=… --reason en=…"
            )
        return of.reasons[given[""]]
    for code, words in given.items():
        if code not in CODES:
            raise UsageError(f"--reason {code}=…: the languages are {', '.join(CODES)}")
        _require_line("The reason", words)
    return given


def words(notice: Notice, code: str) -> str:
    """The notice in a language. UsageError: the reason is not given in it, or a blank
    is empty or too long."""
    if code not in notice.reason:
        raise UsageError(f"The reason is not given in {code}: --reason {code}=…")
    if "contact" in notice.template.blanks:
        _require_line("The contact", notice.contact)
    said = language(code)
    start, end = notice.start.astimezone(IST), notice.end.astimezone(IST)
    last = f" {said.day(end)}," if end.date() != start.date() else ""
    filled = {
        "ward": ", ".join(names[code] for names in notice.places),
        "date": said.day(start),
        "from": said.clock(start),
        "to": f"{last} {said.clock(end)}".strip(),
        "reason": notice.reason[code],
        "contact": notice.contact.strip(),
    }
    return _BLANK.sub(lambda found: filled[found[1]], notice.template.words[code])


def _require_line(what: str, text: str) -> None:
    if not text.strip():
        raise UsageError(f"{what} is empty.")
    if one_line(text, _LONGEST) != text.strip() or "{" in text:
        raise UsageError(f"{what} is one line of {_LONGEST} signs at most, without {{.")
