"""Hide telephone numbers: mobiles, landlines, numbers abroad, in any spelling."""

import re
from dataclasses import dataclass

from socialcell.listening.people.masking_copy import (
    GAP,
    NO_DIGIT_AFTER,
    NO_DIGIT_BEFORE,
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    before,
    hide_matches,
    is_our_number,
)
from socialcell.listening.people.masking_figures import DATE, YEAR, looks_like_figures

# Indian mobiles, landlines with their 0, and numbers with a country's code.
_TELEPHONE = re.compile(
    rf"{NO_DIGIT_BEFORE}(?:(?:\+|00)?{GAP}91{GAP}|0{GAP})?"
    rf"[6-9](?:{GAP}\d){{9}}{NO_DIGIT_AFTER}[\ufe0e\ufe0f\u20e3]{{0,2}}"
    rf"|{NO_DIGIT_BEFORE}0(?:{GAP}\d){{10}}{NO_DIGIT_AFTER}"
    rf"|\+\d(?:{GAP}\d){{7,14}}{NO_DIGIT_AFTER}"
)
# Signs that dates, clock times and shares have as well: 98220/12345.
_SLASH = r"\s?[/|:;~=+\\'\"^&#]{1,2}\s?"
_SLASHED = re.compile(
    rf"{NO_DIGIT_BEFORE}(?<![/:.])(?:\+?91{_SLASH})?[6-9]\d{{1,8}}"
    rf"(?:{_SLASH}\d{{1,9}}){{1,9}}(?![/:.]?\d)"
)
# O and l in place of 0 and 1.
_LIKE_DIGIT = "[0-9OoQlI|]"
_LETTERED = re.compile(
    rf"(?<![^\W_])(?:\+?{GAP}91{GAP}|0{GAP})?"
    rf"[6-9](?:{GAP}{_LIKE_DIGIT}){{9}}(?![^\W_])"
)
_AS_DIGITS = str.maketrans("OoQlI|", "000111")
_FEWEST_DIGITS = 6  # of ten that are none of these letters
# A landline without its code is only one beside a word that says so.
_LOCAL = re.compile(
    rf"{NO_WORD_BEFORE}[2-7]\d(?:[\s\-]?\d){{6}}{NO_WORD_AFTER}(?![\s\-/.,]?\d)"
)
_BEFORE_LOCAL = re.compile(
    r"(?<![a-z])(?:phones?|ph|tel|telephone|mobile|mob|mo|landline|contact|whatsapp"
    r"|call(?: me)?(?: on| at)?|fone?|dial|फोन|फ़ोन|मोबाईल|मोबाइल|मो|दूरध्वनी|संपर्क|लँडलाईन"
    r"|कॉल)[\s.:#\-–]{0,3}(?:(?:numbers?|nos?|क्रमांक|क्र|नंबर|नं|kramank)[\s.:\-–]{0,3})?$",
    re.IGNORECASE,
)


def hide_telephones(text: str, copy: str, published: frozenset[str]) -> tuple[str, str]:
    """Text and copy without telephone numbers; those that the city has `published`
    stay."""
    numbers = _Published(published)
    text, copy = hide_matches(text, copy, _TELEPHONE, numbers.is_telephone, 8)
    text, copy = hide_matches(text, copy, _SLASHED, numbers.is_slashed, 10)
    text, copy = hide_matches(text, copy, _LETTERED, _is_lettered, _FEWEST_DIGITS)
    return hide_matches(text, copy, _LOCAL, numbers.is_local, 8)


def is_telephone(digits: str) -> bool:
    """Whether digits are a mobile's, with or without what is dialled before it."""
    return bool(re.fullmatch(r"(?:0{0,2}91|0)?[6-9]\d{9}|0\d{10}", digits))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


@dataclass(frozen=True, slots=True)
class _Published:
    """Judges numbers by those that the city has published."""

    numbers: frozenset[str]

    def is_telephone(self, hit: re.Match[str]) -> bool:
        if looks_like_figures(hit) or self._has(hit[0]):
            return False
        return not (hit[0].isdigit() and is_our_number(hit, by_number=True))

    def is_slashed(self, hit: re.Match[str]) -> bool:
        """Ten digits, in one group that is long or in pairs, and no date or clock
        time."""
        digits = _digits(hit[0])
        if not is_telephone(digits) or self._has(digits) or DATE.search(hit[0]):
            return False
        groups = re.findall(r"\d+", hit[0])
        if any(YEAR.fullmatch(group) for group in groups):
            return False
        lengths = set(map(len, groups))
        return (
            max(lengths) >= 4 or lengths == {2} or lengths == {1} or lengths == {3, 4}
        )

    def is_local(self, hit: re.Match[str]) -> bool:
        return bool(_BEFORE_LOCAL.search(before(hit))) and not self._has(hit[0])

    def _has(self, number: str) -> bool:
        digits = _digits(number)
        return digits in self.numbers or digits.removeprefix("91") in self.numbers


def _is_lettered(hit: re.Match[str]) -> bool:
    number = hit[0]
    if number.translate(_AS_DIGITS) == number:
        return False
    known = sum(sign.isdigit() for sign in number)
    return known >= _FEWEST_DIGITS and not is_our_number(hit)
