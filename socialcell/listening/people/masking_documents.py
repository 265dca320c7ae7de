"""Hide numbers of a person's papers: Aadhaar, PAN, voter id, passport, licence."""

import re
from collections.abc import Sequence

from socialcell.listening.people.masking_copy import (
    GAP,
    NO_DIGIT_AFTER,
    NO_DIGIT_BEFORE,
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    hide_matches,
    is_beside,
    is_our_number,
)
from socialcell.listening.people.masking_figures import YEAR, looks_like_figures

_AADHAAR = re.compile(
    rf"{NO_DIGIT_BEFORE}[2-9](?:{GAP}\d){{11}}{NO_DIGIT_AFTER}"
    rf"|{NO_DIGIT_BEFORE}(?<!/)[2-9]\d{{3}}(?:\s?[/|:~]\s?\d{{4}}){{2}}(?![/|:]?\d)"
)
_VIRTUAL_ID = re.compile(rf"{NO_DIGIT_BEFORE}\d(?:{GAP}\d){{15}}{NO_DIGIT_AFTER}")
_PAN = re.compile(
    rf"{NO_WORD_BEFORE}[A-Za-z]{{5}}(?P<gap>[\s\-_.*/]?)\d{{4}}(?P=gap)[A-Za-z]"
    rf"{NO_WORD_AFTER}"
)
# The number of a tax payer has the PAN within; the fourth letter P is a person's.
_GSTIN = re.compile(
    rf"{NO_WORD_BEFORE}\d\d[A-Za-z]{{3}}[Pp][A-Za-z]\d{{4}}[A-Za-z]\d[Zz][A-Za-z0-9]"
    rf"{NO_WORD_AFTER}"
)
_VOTER_ID = re.compile(
    rf"{NO_WORD_BEFORE}(?:(?P<letters>[A-Za-z]{{3}})(?P<gap>[\s\-/_.]{{0,2}})\d{{7}}"
    rf"|[A-Za-z]{{2}}/\d{{1,3}}/\d{{1,3}}/\d{{6,7}}){NO_WORD_AFTER}"
)
_PASSPORT = re.compile(
    rf"{NO_WORD_BEFORE}(?P<letter>[A-Za-z])(?P<gap>[\s\-]?)\d\d[\s\-]?\d{{5}}"
    rf"{NO_WORD_AFTER}"
    rf"|{NO_WORD_BEFORE}[A-Za-z][\s\-]\d{{4}}[\s\-]?\d{{3}}{NO_WORD_AFTER}"
)
_LICENCE = re.compile(
    rf"{NO_WORD_BEFORE}[A-Za-z]{{2}}[\s\-]?\d{{2}}[\s\-/]?(?:19|20)\d\d[\s\-]?\d{{7}}"
    rf"{NO_WORD_AFTER}"
)
_ABOUT_AADHAAR = re.compile(
    r"a+dh+a+r|uidai|आधार|virtual id|(?<![a-z])vid(?![a-z])", re.IGNORECASE
)
_ABOUT_PAN = re.compile(r"(?<![a-z])pan(?![a-z])|पॅन|पैन", re.IGNORECASE)
_ABOUT_VOTERS = re.compile(
    r"(?<![a-z])epic(?![a-z])|voter|matdar|matdata|मतदार|मतदाता|मतदान|एपिक|वोटर|व्होटर",
    re.IGNORECASE,
)
_ABOUT_PASSPORTS = re.compile(
    r"pass ?port|pasport|पासपोर्ट|पारपत्र|पार पत्र", re.IGNORECASE
)

# Three letters with which numbers of the city's own begin.
_CITY_LETTERS = re.compile(
    "PMC|TKT|TKN|TOK|REF|INC|CMP|COM|GRV|REQ|SRN|APP|BIN|RTI|DOC|PTX|PMP|SER"
)

# The dihedral group of order 10 and its permutations: en.wikipedia.org/wiki/Verhoeff
# _algorithm, after J. Verhoeff, Error Detecting Decimal Codes, 1969.
_PRODUCT = tuple(
    tuple(
        (a + b) % 5 + 5 * (b >= 5) if a < 5 else (a - b) % 5 + 5 * (b < 5)
        for b in range(10)
    )
    for a in range(10)
)
_PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def hide_documents(text: str, copy: str) -> tuple[str, str]:
    """Text and copy without the numbers of a person's papers.

    Twelve digits are an Aadhaar when the check digit is right or the text says so.
    Letters with digits are a paper's number in capitals or beside its name, unless a
    word before them says that the city gave them.
    """
    for pattern, is_personal, fewest_digits in (
        (_VIRTUAL_ID, _is_virtual_id, 16),
        (_AADHAAR, _is_aadhaar, 12),
        (_GSTIN, _is_whole, 7),
        (_LICENCE, _is_whole, 13),
        (_PAN, _is_pan, 4),
        (_VOTER_ID, _is_voter_id, 7),
        (_PASSPORT, _is_passport, 7),
    ):
        text, copy = hide_matches(text, copy, pattern, is_personal, fewest_digits)
    return text, copy


def is_verhoeff(digits: Sequence[int]) -> bool:
    """Whether the last digit is the right check digit of those before it."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _PERMUTED[digit]
        check = _PRODUCT[check][digit]
    return check == 0


def _is_whole(hit: re.Match[str]) -> bool:
    return True


def _is_virtual_id(hit: re.Match[str]) -> bool:
    return is_beside(hit, _ABOUT_AADHAAR) and not looks_like_figures(hit)


def _is_aadhaar(hit: re.Match[str]) -> bool:
    if looks_like_figures(hit):
        return False
    if is_beside(hit, _ABOUT_AADHAAR) and not is_our_number(hit):
        return True
    if hit.string[max(hit.start() - 1, 0)] in "/=":  # a number in a web address
        return False
    return is_verhoeff([int(sign) for sign in hit[0] if sign.isdecimal()])


def _is_pan(hit: re.Match[str]) -> bool:
    """Written apart, a word, a year and "a" look the same: it takes capitals then."""
    if not hit["gap"] or is_beside(hit, _ABOUT_PAN):
        return True
    return hit[0].isupper() and not YEAR.search(hit[0])


def _is_voter_id(hit: re.Match[str]) -> bool:
    if is_beside(hit, _ABOUT_VOTERS):
        return True
    if hit["letters"] is None:
        return not is_our_number(hit)
    letters = hit["letters"]
    return (
        letters.isupper()
        and not hit["gap"]
        and not _CITY_LETTERS.fullmatch(letters)
        and not is_our_number(hit)
    )


def _is_passport(hit: re.Match[str]) -> bool:
    if is_beside(hit, _ABOUT_PASSPORTS):
        return True
    letter = hit["letter"]
    return (
        bool(letter)
        and letter.isupper()
        and not hit["gap"]
        and hit[0][1:].isdecimal()
        and not is_our_number(hit)
    )
