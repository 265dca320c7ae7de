"""An entry of the registry of creators, checked as a person states it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from socialcell import phone_number, platforms
from socialcell.campaigns.creators.creator import CONNECTIONS, CONSENTS, FORMATS, KINDS
from socialcell.campaigns.links import utm_naming
from socialcell.errors import UsageError
from socialcell.platforms import Trait
from socialcell.text import clean_text, one_line

PLATFORMS = platforms.having(Trait.CREATORS)
LANGUAGES = ("mr", "hi", "en", "mr-Latn", "hi-Latn")
RATES = tuple(f"rate_{format_}" for format_ in FORMATS)
COLUMNS = (
    *("key", "name", "kind", "accounts", "languages", "wards"),
    *("contact", "email", "phone"),
    *("consent", "consent_on", "consent_evidence", "public_because"),
    *("connection", "connection_on", "connection_by", "cool_off_days"),
    *("rate_class", "rate_source", "rates_since", *RATES),
)
"""The columns of a file of creators."""

CURRENCY = "INR"
PERSON_KINDS = ("celebrity", "creator")
_MAX_LENGTH = 500
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,20}")
_HANDLE = re.compile(r"[^\s@;:,/]{1,100}")

_STATED_WITH = {
    "consent": ("consent_on", "consent_evidence"),
    "connection": ("connection_on", "connection_by"),
}

FindWard = Callable[[str], str]
"""The id of an area by id or name; ValueError when there is none."""


@dataclass(frozen=True, slots=True)
class CreatorRecord:
    """All facts that are stored of a creator, checked: equal records make equal rows.

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

    def values(self) -> dict[str, str | int | date | list[str] | None]:
        """Column → value of the creator's own row."""
        columns = asdict(self)
        for elsewhere in ("accounts", "rates", "rates_since"):
            del columns[elsewhere]
        return {**columns, "languages": list(self.languages), "wards": list(self.wards)}


def check_record(
    stated: Mapping[str, str | None], ward: FindWard, today: date, actor: str
) -> CreatorRecord:
    """Check the fields that a person states (COLUMNS). UsageError names what is wrong.

    A consent or connection without its day was stated `today`, the latter by `actor`.
    """
    fields = {key: text for key, text in stated.items() if text and text.strip()}
    for needed in ("key", "name", "kind"):
        if needed not in fields:
            raise UsageError("creators.missing_field", field=needed)
    consent = _choice(fields, "consent", CONSENTS) or "unknown"
    connection = _choice(fields, "connection", CONNECTIONS)
    record = CreatorRecord(
        key=utm_naming.normalise_name(fields["key"], "key"),
        name=_line(fields, "name") or "",
        kind=_choice(fields, "kind", KINDS) or "",
        accounts=_accounts(fields.get("accounts", "")),
        languages=_languages(fields.get("languages", "")),
        wards=_wards(fields.get("wards", ""), ward),
        contact=_line(fields, "contact"),
        email=_email(fields),
        phone=_phone(fields),
        rate_class=_line(fields, "rate_class"),
        rate_source=_line(fields, "rate_source"),
        consent=consent,
        consent_on=_stated_day(fields, "consent_on", today, consent != "unknown"),
        consent_evidence=_line(fields, "consent_evidence"),
        public_because=_line(fields, "public_because"),
        connection=connection,
        connection_on=_stated_day(
            fields, "connection_on", today, connection is not None
        ),
        connection_by=_line(fields, "connection_by") or (connection and actor),
        cool_off_days=_days(fields),
        rates=_rates(fields),
        rates_since=_day(fields, "rates_since") or today,
    )
    _require_reasons(record, today)
    return record


def merge_fields(
    stored: Mapping[str, str | None], stated: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Stored fields overwritten by stated ones; an empty text removes a field.

    A consent or connection that changes leaves its old day, and who stated it, behind;
    one that is stated again keeps them.
    """
    fields = {**stored, **stated}
    for word, follow in _STATED_WITH.items():
        is_new = word in stated and (stated[word] or None) != stored.get(word)
        for name in follow:
            if not stated.get(name):
                fields[name] = None if is_new else stored.get(name)
    return fields


def format_amount(micros: int) -> str:
    """Micros as a person writes an amount: 25000 or 25000.5."""
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _require_reasons(record: CreatorRecord, today: date) -> None:
    if record.consent == "agreed" and not record.consent_evidence:
        raise UsageError("creators.consent_without_evidence")
    person = record.kind in PERSON_KINDS and record.consent != "agreed"
    if person and not record.public_because:
        raise UsageError("creators.not_public", kind=record.kind)
    if record.rates and not record.rate_source:
        raise UsageError("creators.rate_without_source")
    for name in ("consent_on", "connection_on"):
        day = getattr(record, name)
        if day is not None and day > today:
            raise UsageError("creators.future_day", field=name, day=day)


def _accounts(text: str) -> tuple[tuple[str, str], ...]:
    accounts = []
    for part in _parts(text):
        platform, colon, handle = part.partition(":")
        platform, handle = platform.strip().lower(), handle.strip().lstrip("@").lower()
        if not colon or not _HANDLE.fullmatch(handle):
            raise UsageError(
                "creators.unreadable_account", text=part, platforms=PLATFORMS
            )
        if platform not in PLATFORMS:
            raise UsageError(
                "creators.no_platform", platform=platform, platforms=PLATFORMS
            )
        accounts.append((platform, handle))
    return tuple(sorted(set(accounts)))


def _languages(text: str) -> tuple[str, ...]:
    codes = {part.strip() for part in _parts(text)}
    if unknown := sorted(codes - set(LANGUAGES)):
        raise UsageError(
            "creators.no_choice",
            field="languages",
            text=unknown[0],
            choices=LANGUAGES,
        )
    return tuple(code for code in LANGUAGES if code in codes)


def _wards(text: str, ward: FindWard) -> tuple[str, ...]:
    try:
        return tuple(sorted({ward(part) for part in _parts(text)}))
    except ValueError as error:
        raise UsageError(
            "creators.unreadable_area", field="wards", reason=error
        ) from None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _rates(fields: Mapping[str, str]) -> dict[str, int]:
    rates = {}
    for column in RATES:
        if column not in fields:
            continue
        plain = fields[column].replace(",", "").strip()
        if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", plain):
            raise UsageError(
                "creators.unreadable_amount", field=column, text=fields[column]
            )
        rates[column.removeprefix("rate_")] = int(Decimal(plain) * 1_000_000)
    return rates


def _choice(
    fields: Mapping[str, str], name: str, choices: tuple[str, ...]
) -> str | None:
    if name not in fields:
        return None
    word = fields[name].strip().lower()
    if word not in choices:
        raise UsageError(
            "creators.no_choice", field=name, text=fields[name], choices=choices
        )
    return word


def _line(fields: Mapping[str, str], name: str) -> str | None:
    return one_line(clean_text(fields[name]), _MAX_LENGTH) if name in fields else None


def _email(fields: Mapping[str, str]) -> str | None:
    text = _line(fields, "email")
    if text is not None and not _EMAIL.fullmatch(text):
        raise UsageError("creators.unreadable_email", text=text)
    return text


def _phone(fields: Mapping[str, str]) -> str | None:
    text = _line(fields, "phone")
    if text is not None and not _PHONE.fullmatch(text):
        raise UsageError("creators.unreadable_phone", text=text)
    return text and (phone_number.indian(text) or text)


def _stated_day(
    fields: Mapping[str, str], name: str, today: date, needed: bool
) -> date | None:
    day = _day(fields, name)
    if day is not None and not needed:
        word = name.removesuffix("_on")
        raise UsageError("creators.day_without_statement", field=name, statement=word)
    return day or (today if needed else None)


def _day(fields: Mapping[str, str], name: str) -> date | None:
    if name not in fields:
        return None
    try:
        return date.fromisoformat(fields[name].strip())
    except ValueError:
        raise UsageError(
            "creators.unreadable_day", field=name, text=fields[name]
        ) from None


def _days(fields: Mapping[str, str]) -> int | None:
    text = fields.get("cool_off_days")
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text.strip(), re.ASCII):
        raise UsageError("creators.unreadable_cool_off", text=text)
    return int(text)
