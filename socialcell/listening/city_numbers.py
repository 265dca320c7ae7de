"""Telephone numbers that the city publishes: the package's and a workspace's."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources

import yaml

from socialcell.language import lexicon
from socialcell.settings.privacy import CityNumber

# Two digits behind the 0 are the code of Delhi, Pune, Mumbai, Kolkata, Hyderabad,
# Chennai, Ahmedabad, Bengaluru. Of other places we do not know where the code ends.
_CITY_CODES = ("011", "020", "022", "033", "040", "044", "079", "080")
_COUNTRY, _MOBILE = "91", 10  # digits; a landline has as many with its code


@lru_cache(maxsize=1)
def package_numbers() -> tuple[CityNumber, ...]:
    """The package's own list, numbers that nobody has looked up among them."""
    file = resources.files("socialcell.listening") / "data" / "city_numbers.yaml"
    rows = yaml.safe_load(file.read_text("utf-8"))["numbers"]
    return tuple(CityNumber(**row) for row in rows)


@lru_cache(maxsize=1)
def certain_numbers() -> frozenset[str]:
    """Numbers of the package that somebody has looked up, as they may be written."""
    names = (
        alias
        for _, _, row in lexicon.gazetteer_rows()
        for alias in row["aliases"].split("|")
    )
    digits = (re.sub(r"[\s\-]", "", name.lstrip("=@")) for name in names)
    return _checked(package_numbers()) | frozenset(
        number for number in digits if re.fullmatch(r"\d{6,}", number)
    )


def numbers_in_force(
    own: Sequence[CityNumber], hidden: Iterable[str]
) -> frozenset[str]:
    """Numbers that are not masked, as they may be written: the package's certain ones
    and those that a workspace has looked up, but for those that it has masked."""
    masked = (form for number in hidden for form in written_forms(number))
    return (certain_numbers() | _checked(own)).difference(masked)


def unverified_numbers(
    own: Sequence[CityNumber], hidden: Iterable[str]
) -> tuple[CityNumber, ...]:
    """Numbers that are masked because nobody has looked them up, though somebody has
    listed them: the package's and the workspace's."""
    settled = {*map(_longest_form, (*(row.number for row in own), *hidden))}
    rows = (r for r in package_numbers() if _longest_form(r.number) not in settled)
    return tuple(row for row in (*rows, *own) if row.checked is None)


def written_forms(number: str) -> frozenset[str]:
    """The digits by which a number may be written: a mobile with a 0 and without, a
    landline with its code, without the 0, and that of a city without its code."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == len(_COUNTRY) + _MOBILE and digits.startswith(_COUNTRY):
        digits = f"0{digits.removeprefix(_COUNTRY)}"
    elif len(digits) == _MOBILE and digits[0] in "6789":
        digits = f"0{digits}"
    if len(digits) != _MOBILE + 1 or not digits.startswith("0"):
        return frozenset({digits})
    forms = {digits, digits[1:]}
    if digits.startswith(_CITY_CODES):
        forms.add(digits[3:])
    return frozenset(forms)


def _longest_form(number: str) -> str:
    """By which two spellings of a number are the same."""
    return max(written_forms(number), key=len)


def _checked(rows: Iterable[CityNumber]) -> frozenset[str]:
    return frozenset(
        form
        for row in rows
        if row.checked is not None
        for form in written_forms(row.number)
    )
