"""Draft letters about a breach, to persons, Board and CERT-In, in three languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import yaml

from socialcell import i18n
from socialcell.registers.breach_rules import DUTIES
from socialcell.services.context import Context
from socialcell.services.privacy import breaches
from socialcell.services.privacy.breaches import BreachLine

_Drafts: TypeAlias = Mapping[str, Mapping[str, Mapping[str, str]]]
LANGUAGES = ("mr", "hi", "en")


@dataclass(frozen=True)
class BreachLetter:
    """A draft: to whom (a duty of `breach_rules`), in which language."""

    to: str
    language: str
    subject: str
    text: str


def draft_letters(context: Context, number: str) -> list[BreachLetter]:
    """The drafts of a breach, filled in from the register; what is not known says so.

    Nothing is sent: a person reads, corrects and signs them. UsageError: there is no
    such breach.
    """
    line = breaches.show_breach(context, number)
    officer = "\n".join(context.workspace.config.privacy.officer)
    letters = []
    for language in LANGUAGES:
        values = _values(line, officer, language)
        for duty in DUTIES:
            draft = _drafts()[duty][language]
            letters.append(
                BreachLetter(
                    duty,
                    language,
                    draft["subject"].format_map(values),
                    draft["text"].format_map(values),
                )
            )
    return letters


def _values(line: BreachLine, officer: str, language: str) -> Mapping[str, str]:
    lang = i18n.language(language)
    unknown = _drafts()["unknown"][language]["text"]

    def moment(at: datetime | None) -> str:
        return f"{lang.day(at)}, {lang.clock(at)}" if at is not None else unknown

    duties = {duty.duty: duty for duty in line.duties}
    return {
        "number": line.number,
        "noticed": moment(line.noticed_at),
        "what": line.what,
        "since": moment(line.since),
        "until": moment(line.until),
        "kinds": ", ".join(line.kinds),
        "persons": lang.number(line.persons) if line.persons is not None else unknown,
        "measures": line.measures or unknown,
        "officer": officer or unknown,
        "details_due": moment(duties["board_details"].due_at),
        "told_persons": moment(duties["persons"].told_at),
        "told_cert_in": moment(duties["cert_in"].told_at),
    }


@cache
def _drafts() -> _Drafts:
    path = files("socialcell.registers") / "data" / "breach_letters.yaml"
    drafts: _Drafts = yaml.safe_load(path.read_text(encoding="utf-8"))
    return drafts
