"""Hide numbers that stand for one person: telephone, Aadhaar, PAN, account, vehicle.

Numbers are looked for in a copy of the text, of the same length, in which the digits of
every script are 0 to 9. All expressions are bounded: time grows with the text's length.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

MASK = "•••"

# What people put between the digits of a number, also so that it is not found.
_SEPARATOR = (
    r"[\s().,_*\-\u2010-\u2015\u2212\u00ad\u034f\u061c\u200b-\u200f\u2060-\u2064\ufeff]"
)
_GAP = _SEPARATOR + "{0,4}"
_NO_DIGIT_BEFORE, _NO_DIGIT_AFTER = r"(?<!\d)", r"(?!\d)"
_NO_WORD_BEFORE, _NO_WORD_AFTER = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"

# Indian mobiles, landlines with their 0, and numbers with a country's code.
_TELEPHONE = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?:(?:\+|00)?{_GAP}91{_GAP}|0{_GAP})?"
    rf"[6-9](?:{_GAP}\d){{9}}{_NO_DIGIT_AFTER}"
    rf"|{_NO_DIGIT_BEFORE}0(?:{_GAP}\d){{10}}{_NO_DIGIT_AFTER}"
    rf"|\+\d(?:{_GAP}\d){{7,14}}{_NO_DIGIT_AFTER}"
)
_AADHAAR = re.compile(rf"{_NO_DIGIT_BEFORE}[2-9](?:{_GAP}\d){{11}}{_NO_DIGIT_AFTER}")
_ACCOUNT = re.compile(rf"{_NO_DIGIT_BEFORE}\d(?:[\s\-_.*]?\d){{8,17}}{_NO_DIGIT_AFTER}")
_PAN = re.compile(
    rf"{_NO_WORD_BEFORE}[A-Za-z]{{5}}(?P<gap>[\s\-_.*]?)\d{{4}}(?P=gap)[A-Za-z]"
    rf"{_NO_WORD_AFTER}"
)
_STATES = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD"
    "|OR|PB|PY|RJ|SK|TG|TN|TR|TS|UK|UP|UT|WB"
)
_LETTERS = (  # the names of A to Z in Marathi and Hindi
    "ए|बी|सी|डी|ई|एफ|जी|एच|आय|आई|जे|के|एल|एम|एन|ओ|पी|क्यू|आर|एस|टी|यू|व्ही|वी|डब्ल्यू|एक्स"
    "|वाय|वाई|झेड|ज़ेड"
)
_NOT_A_SERIES = re.compile(
    "to|in|on|at|am|pm|of|by|and|the|for|hrs|min|me|se|ki|ka|ko|ke", re.IGNORECASE
)
_BETWEEN = r"[\s\-_.,*·\u2010-\u2015\u200b-\u200d]{0,3}"
_VEHICLE = re.compile(
    rf"{_NO_WORD_BEFORE}(?P<state>{_STATES}){_BETWEEN}\d{{1,2}}"
    rf"(?:{_BETWEEN}(?P<series>[A-Z]{{1,3}}){_BETWEEN}|[\s\-_.*]{{1,3}})"
    rf"(?P<number>\d{{1,4}}){_NO_WORD_AFTER}"
    # Of the series for all of India: 22 BH 1234 AA.
    rf"|{_NO_WORD_BEFORE}\d\d{_BETWEEN}BH{_BETWEEN}\d{{4}}{_BETWEEN}[A-Z]{{1,2}}"
    rf"{_NO_WORD_AFTER}"
    # Maharashtra's in Devanagari: एमएच १२ एबी १२३४.
    rf"|एम{_BETWEEN}एच{_BETWEEN}\d{{1,2}}{_BETWEEN}"
    rf"(?:(?:{_LETTERS}){_BETWEEN}){{1,3}}\d{{1,4}}{_NO_DIGIT_AFTER}",
    re.IGNORECASE,
)

_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([.\-\s])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d"
    r"|(?:19|20)\d\d([.\-])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
_TIMES = re.compile(r"[0-2]?\d\.[0-5]\d(?:[\s\-–—,.]{1,3}[0-2]?\d\.[0-5]\d)*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{2})*,\d{3}|(?:,\d{3})+)")  # ₹ 7,50,00,000
_OF_AMOUNTS = "0123456789,"
_YEAR = re.compile(r"(?:19|20)\d\d")
_ABOUT_AADHAAR = re.compile(r"a+dh+a+r|uidai|आधार", re.IGNORECASE)
_ABOUT_PAN = re.compile(r"(?<![a-z])pan(?![a-z])|पॅन|पैन", re.IGNORECASE)
_ABOUT_ACCOUNTS = re.compile(
    r"(?<![a-z])(?:a/c|a\.c|ac|acc|acct|accounts?|bank|ifsc|kh?ata|kh?ate)(?![a-z])"
    r"|खात[ेा]|खात्या|बँक|बॅंक|बैंक|बैङ्क|(?<![a-z0-9])[a-z]{4}0[a-z0-9]{6}(?![a-z0-9])",
    re.IGNORECASE,
)
_WINDOW = 40  # characters on each side in which a word says what a number is

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


def hide_numbers(text: str) -> str:
    """The text with every number of a person as •••; what looks alike stays.

    Dates, times, money, lists and numbers of posts stay. A number of twelve digits is
    an Aadhaar when its check digit is right or the text says so; nine to eighteen
    digits are an account only where a word or an IFSC code beside them says so.
    """
    for pattern, is_personal in (
        (_TELEPHONE, _is_telephone),
        (_AADHAAR, _is_aadhaar),
        (_ACCOUNT, _is_account),
        (_VEHICLE, _is_vehicle),
        (_PAN, _is_pan),
    ):
        text = _hidden(text, pattern, is_personal)
    return text


def ascii_digits(text: str) -> str:
    """The same length, with the digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text
    )


def is_verhoeff(digits: Sequence[int]) -> bool:
    """Whether the last digit is the right check digit of those before it."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _PERMUTED[digit]
        check = _PRODUCT[check][digit]
    return check == 0


def _hidden(
    text: str, pattern: re.Pattern[str], is_personal: Callable[[re.Match[str]], bool]
) -> str:
    parts, copied_to = [], 0
    for hit in pattern.finditer(ascii_digits(text)):
        if is_personal(hit):
            parts += [text[copied_to : hit.start()], MASK]
            copied_to = hit.end()
    return "".join(parts) + text[copied_to:] if parts else text


def _is_telephone(hit: re.Match[str]) -> bool:
    return not _looks_like_figures(hit)


def _is_aadhaar(hit: re.Match[str]) -> bool:
    if _looks_like_figures(hit):
        return False
    if _says(hit, _ABOUT_AADHAAR):
        return True
    if hit.string[max(hit.start() - 1, 0)] in "/=":  # a number in a web address
        return False
    return is_verhoeff([int(sign) for sign in hit[0] if sign.isdecimal()])


def _is_account(hit: re.Match[str]) -> bool:
    return _says(hit, _ABOUT_ACCOUNTS) and not _looks_like_figures(hit)


def _is_pan(hit: re.Match[str]) -> bool:
    """Written apart, a word, a year and "a" look the same: it takes capitals then."""
    if not hit["gap"] or _says(hit, _ABOUT_PAN):
        return True
    return hit[0].isupper() and not _YEAR.search(hit[0])


def _is_vehicle(hit: re.Match[str]) -> bool:
    """Whether a hit is a vehicle's number and not a part of a sentence.

    Codes of states are words too: "as 20 to 2000", "up 12 in 1500". In small letters
    and apart from what follows they take a whole number, and letters that are no word;
    mh is no word of a language.
    """
    if hit["state"] is None:
        return True
    number, series = hit["number"], hit["series"]
    is_whole = len(number) == 4 and not _YEAR.fullmatch(number)
    if series is None:
        return is_whole and hit["state"].upper() == "MH"
    if hit[0].isalnum() or hit["state"].isupper() or hit["state"].upper() == "MH":
        return True
    return is_whole and not _NOT_A_SERIES.fullmatch(series)


def _says(hit: re.Match[str], words: re.Pattern[str]) -> bool:
    """Whether one of the words stands near a hit, before or behind it."""
    before = hit.string[max(hit.start() - _WINDOW, 0) : hit.start()]
    behind = hit.string[hit.end() : hit.end() + _WINDOW]
    return bool(words.search(before) or words.search(behind))


def _looks_like_figures(hit: re.Match[str]) -> bool:
    """Dates, times of day, money with its commas, and lists such as 6, 7, 8, 10, 11."""
    number = hit[0]
    if _DATE.search(number) or _TIMES.fullmatch(number):
        return True
    # A hit may be the middle of an amount: "0,00,00,00,000" of one crore crore.
    before = hit.string[max(hit.start() - _WINDOW, 0) : hit.start()]
    behind = hit.string[hit.end() : hit.end() + _WINDOW]
    amounts = (
        before[len(before.rstrip(_OF_AMOUNTS)) :]
        + number
        + behind[: len(behind) - len(behind.lstrip(_OF_AMOUNTS))]
    )
    if all(_GROUPED.fullmatch(amount.strip(",.")) for amount in amounts.split()):
        return True
    pieces = re.findall(r"\d+", number)
    if len(pieces) < 4 or any(len(piece) > 2 for piece in pieces):
        return False
    values = [int(piece) for piece in pieces]
    spaced = number.count(", ") == len(pieces) - 1 and max(map(len, pieces)) == 2
    return spaced or all(a < b for a, b in pairwise(values))
