"""Hide numbers of vehicles, of every state of India and of its common series."""

import re

from socialcell.listening.people.masking_copy import (
    NO_DIGIT_AFTER,
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    hide_matches,
)
from socialcell.listening.people.masking_figures import YEAR

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
_SIGN = r"[\s\-_.,*·\u2010-\u2015\u200b-\u200d]"
_BETWEEN = _SIGN + "{0,3}"
# Before one of its digits each of them has this; all else is looked for behind it.
_BEFORE_DIGIT = re.compile(
    r"\d(?:"
    + "|".join(rf"(?<=(?:{_STATES}|एच|BH){_SIGN * width}\d)" for width in range(4))
    + ")",
    re.IGNORECASE,
)
_VEHICLE = re.compile(
    rf"{NO_WORD_BEFORE}(?P<state>{_STATES}){_BETWEEN}\d{{1,2}}"
    rf"(?:{_BETWEEN}(?P<series>[A-Z]{{1,3}}){_BETWEEN}|[\s\-_.*]{{1,3}})"
    rf"(?P<number>\d{{1,4}}){NO_WORD_AFTER}"
    # Of the series for all of India: 22 BH 1234 AA.
    rf"|{NO_WORD_BEFORE}\d\d{_BETWEEN}BH{_BETWEEN}\d{{4}}{_BETWEEN}[A-Z]{{1,2}}"
    rf"{NO_WORD_AFTER}"
    # Maharashtra's in Devanagari: एमएच १२ एबी १२३४.
    rf"|एम{_BETWEEN}एच{_BETWEEN}\d{{1,2}}{_BETWEEN}"
    rf"(?:(?:{_LETTERS}){_BETWEEN}){{1,3}}\d{{1,4}}{NO_DIGIT_AFTER}",
    re.IGNORECASE,
)


def hide_vehicles(text: str, copy: str) -> tuple[str, str]:
    """Text and copy without numbers of vehicles."""
    if not _BEFORE_DIGIT.search(copy):
        return text, copy
    return hide_matches(text, copy, _VEHICLE, _is_vehicle, 2)


def _is_vehicle(hit: re.Match[str]) -> bool:
    """Whether a hit is a vehicle's number and not a part of a sentence.

    Codes of states are words too: "as 20 to 2000", "up 12 in 1500". In small letters
    and apart from what follows they take a whole number, and letters that are no word;
    mh is no word of a language.
    """
    if hit["state"] is None:
        return True
    number, series = hit["number"], hit["series"]
    is_whole = len(number) == 4 and not YEAR.fullmatch(number)
    if series is None:
        return is_whole and hit["state"].upper() == "MH"
    if hit[0].isalnum() or hit["state"].isupper() or hit["state"].upper() == "MH":
        return True
    return is_whole and not _NOT_A_SERIES.fullmatch(series)
