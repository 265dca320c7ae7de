"""An entry of the registry of creators as somebody states it: checked, in and out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from socialcell import platforms
from socialcell.campaigns.creators.creator import CONNECTIONS, CONSENTS, FORMATS, KINDS
from socialcell.campaigns.links import utm_naming
from socialcell.errors import UsageError
from socialcell.platforms import Trait
from socialcell.text import clean_text, one_line

PLATFORMS = platforms.having(Trait.CREATORS)
LANGUAGES = ("mr", "hi", "en", "mr-Latn", "hi-Latn")
RATES = tuple(f"rate_{one}" for one in FORMATS)
COLUMNS = (
    *("key", "name", "kind", "accounts", "languages", "wards"),
    *("contact", "email", "phone"),
    *("consent", "consent_on", "consent_evidence", "public_because"),
    *("connection", "connection_on", "connection_by", "cool_off_days"),
    *("rate_class", "rate_source", "rates_since", *RATES),
)
"""What a person says of a creator; the columns of a file of creators."""

CURRENCY = "INR"
_PEOPLE = ("celebrity", "creator")
_LONGEST = 500
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,20}")
_HANDLE = re.compile(r"[^\s@;:,/]{1,100}")

_STATED = {
    "consent": ("consent_on", "consent_evidence"),
    "connection": ("connection_on", "connection_by"),
}

FindWard = Callable[[str], str]
"""The id of an area by id or name; ValueError when there is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is held of a creator, checked: the same entry makes the same row.

    `accounts` are (platform, handle); `rates` micros by format, from `rates_since` on.
    """

    key: str
    name: str
    kind: str
    accounts: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    wards: tuple[str, ...]
    contact: str | None
    email: str | None
    phone: str | None
    rate_class: str | None
    rate_source: str | None
    consent: str
    consent_on: date | None
    consent_evidence: str | None
    public_because: str | None
    connection: str | None
    connection_on: date | None
    connection_by: str | None
    cool_off_days: int | None
    rates: Mapping[str, int]
    rates_since: date

    def values(self) -> dict[str, Any]:
        """Column → value of the creator's own row."""
        said = asdict(self)
        for elsewhere in ("accounts", "rates", "rates_since"):
            del said[elsewhere]
        return {**said, "languages": list(self.languages), "wards": list(self.wards)}


def entry(
    given: Mapping[str, str | None], ward: FindWard, today: date, actor: str
) -> Entry:
    """An entry from what a person says (COLUMNS). UsageError names what is wrong.

    A consent or connection without its day was stated `today`, the latter by `actor`.
    """
    said = {key: value for key, value in given.items() if value and value.strip()}
    for needed in ("key", "name", "kind"):
        if needed not in said:
            raise UsageError(f"A creator needs {needed}.")
    consent = _word(said, "consent", CONSENTS) or "unknown"
    connection = _word(said, "connection", CONNECTIONS)
    made = Entry(
        key=utm_naming.name(said["key"], "The key"),
        name=_line(said, "name") or "",
        kind=_word(said, "kind", KINDS) or "",
        accounts=_accounts(said.get("accounts", "")),
        languages=_languages(said.get("languages", "")),
        wards=_wards(said.get("wards", ""), ward),
        contact=_line(said, "contact"),
        email=_shaped(said, "email", _EMAIL, "an address such as desk@paper.example"),
        phone=_shaped(said, "phone", _PHONE, "a number such as +91 20 0000 0000"),
        rate_class=_line(said, "rate_class"),
        rate_source=_line(said, "rate_source"),
        consent=consent,
        consent_on=_stated(said, "consent_on", today, consent != "unknown"),
        consent_evidence=_line(said, "consent_evidence"),
        public_because=_line(said, "public_because"),
        connection=connection,
        connection_on=_stated(said, "connection_on", today, connection is not None),
        connection_by=_line(said, "connection_by") or (connection and actor),
        cool_off_days=_days(said),
        rates=_rates(said),
        rates_since=_day(said, "rates_since") or today,
    )
    _require_reasons(made, today)
    return made


def merged(
    held: Mapping[str, str | None], given: Mapping[str, str | None]
) -> dict[str, str | None]:
    """What is held with what is given put over it; an empty text takes a value away.

    A consent or connection that changes leaves its old day, and who stated it, behind;
    one that is stated again keeps them.
    """
    made = {**held, **given}
    for word, follow in _STATED.items():
        is_new = word in given and (given[word] or None) != held.get(word)
        for name in follow:
            if not given.get(name):
                made[name] = None if is_new else held.get(name)
    return made


def amount(micros: int) -> str:
    """Micros as a person writes an amount: 25000 or 25000.5."""
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _require_reasons(made: Entry, today: date) -> None:
    if made.consent == "agreed" and not made.consent_evidence:
        raise UsageError(
            "consent agreed needs consent_evidence: where it is written that they did."
        )
    person = made.kind in _PEOPLE and made.consent != "agreed"
    if person and not made.public_because:
        raise UsageError(
            f"A {made.kind} who has not agreed is here only as a public person: say in "
            "public_because what makes them one, or bring their consent."
        )
    if made.rates and not made.rate_source:
        raise UsageError(
            "A rate needs rate_source: a rate card, an order, a quotation."
        )
    for name in ("consent_on", "connection_on"):
        day = getattr(made, name)
        if day is not None and day > today:
            raise UsageError(f"{name} {day} has not come yet.")


def _accounts(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in _parts(text):
        platform, colon, handle = part.partition(":")
        platform, handle = platform.strip().lower(), handle.strip().lstrip("@").lower()
        if not colon or not _HANDLE.fullmatch(handle):
            raise UsageError(f"An account is written x:asha_creates, not {part!r}.")
        if platform not in PLATFORMS:
            known = ", ".join(PLATFORMS)
            raise UsageError(f"{platform!r} is no platform. There are: {known}.")
        found.append((platform, handle))
    return tuple(sorted(set(found)))


def _languages(text: str) -> tuple[str, ...]:
    found = {part.strip() for part in _parts(text)}
    if unknown := sorted(found - set(LANGUAGES)):
        known = ", ".join(LANGUAGES)
        raise UsageError(f"languages: {unknown[0]!r} is none of {known}.")
    return tuple(one for one in LANGUAGES if one in found)


def _wards(text: str, ward: FindWard) -> tuple[str, ...]:
    try:
        return tuple(sorted({ward(part) for part in _parts(text)}))
    except ValueError as error:
        raise UsageError(f"wards: {error}.") from None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _rates(said: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for column in RATES:
        if column not in said:
            continue
        plain = said[column].replace(",", "").strip()
        if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", plain):
            raise UsageError(
                f"{column} {said[column]!r} is no amount such as 25000 or 25000.50."
            )
        found[column.removeprefix("rate_")] = int(Decimal(plain) * 1_000_000)
    return found


def _word(said: Mapping[str, str], name: str, known: tuple[str, ...]) -> str | None:
    if name not in said:
        return None
    word = said[name].strip().lower()
    if word not in known:
        raise UsageError(f"{name} {said[name]!r} is none of {', '.join(known)}.")
    return word


def _line(said: Mapping[str, str], name: str) -> str | None:
    return one_line(clean_text(said[name]), _LONGEST) if name in said else None


def _shaped(
    said: Mapping[str, str], name: str, shape: re.Pattern[str], like: str
) -> str | None:
    text = _line(said, name)
    if text is not None and not shape.fullmatch(text):
        raise UsageError(f"{name} {text!r} is not {like}.")
    return text


def _stated(
    said: Mapping[str, str], name: str, today: date, needed: bool
) -> date | None:
    day = _day(said, name)
    if day is not None and not needed:
        word = name.removesuffix("_on")
        raise UsageError(f"{name} is given and {word} is not: what was stated then?")
    return day or (today if needed else None)


def _day(said: Mapping[str, str], name: str) -> date | None:
    if name not in said:
        return None
    try:
        return date.fromisoformat(said[name].strip())
    except ValueError:
        raise UsageError(
            f"{name} takes a day such as 2026-12-31, not {said[name]!r}."
        ) from None


def _days(said: Mapping[str, str]) -> int | None:
    text = said.get("cool_off_days")
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text.strip(), re.ASCII):
        raise UsageError(f"cool_off_days {text!r} is no number of days such as 90.")
    return int(text)
