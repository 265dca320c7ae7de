"""The copy of a text in which numbers are looked for, and how a hit is hidden.

The copy has the text's length, and the digits of every script are 0 to 9 in it: where
something is found in the copy, it stands in the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

MASK = "•••"

# What people put between the digits of a number, also so that it is not found. The
# last two make a digit a key: 9️⃣.
_SEPARATOR = (
    r"[\s().,_*\-·\u2010-\u2015\u2212\u00ad\u034f\u061c\u200b-\u200f\u2060-\u2064"
    r"\ufeff\ufe0e\ufe0f\u20e3]"
)
GAP = _SEPARATOR + "{0,6}"
NO_DIGIT_BEFORE, NO_DIGIT_AFTER = r"(?<!\d)", r"(?!\d)"
NO_WORD_BEFORE, NO_WORD_AFTER = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
WINDOW = 40  # characters on each side in which a word says what a number is

# What a number of the city's own is called. It stands right before the number.
_OURS = (
    r"(?:tokens?|tickets?|complaints?|compl|grievance|request|reference|ref|takrar"
    r"|takrari|shikayat|application|docket|receipt|order|tender|file|outward|inward|bill"
    r"|invoice|post|टोकन|तिकीट|तक्रार|तक्रारी|शिकायत|अर्ज|अर्जाचा|अर्जी|आवेदन|पावती|रसीद|संदर्भ"
    r"|निविदा|जावक|आवक|आदेश)"
)
NUMBER_WORD = (
    r"(?:numbers?|nos?|num|nr|ids?|code|क्रमांक|क्र|नंबर|नंबरचा|नम्बर|नं|न|संख्या|सं|आयडी"
    r"|आईडी|kramank|kr|nambar|nambr|nmbr|nmbar|sankhya|aay ?dee)"
)
_OUR_NUMBER = re.compile(
    rf"(?<![^\W\d_]){_OURS}[\s.:#\-–]{{0,3}}(?:{NUMBER_WORD}[\s.:#=\-–]{{0,3}}){{0,2}}"
    r"(?:is|hai|ahe|आहे|है)?[\s.:#=\-–]{0,3}(?:[A-Za-z]{1,5}[\-/]?)?$",
    re.IGNORECASE,
)

_OUR_NAMED_NUMBER = re.compile(
    rf"(?<![^\W\d_]){_OURS}[\s.:#\-–]{{0,3}}(?:{NUMBER_WORD}[\s.:#=\-–]{{0,3}}){{1,2}}"
    r"(?:is|hai|ahe|आहे|है)?[\s.:#=\-–]{0,3}$",
    re.IGNORECASE,
)

Judge = Callable[[re.Match[str]], bool]


class _Digits(dict[int, int | str]):
    """A translation table that is filled as characters occur."""

    def __missing__(self, code: int) -> int | str:
        digit = unicodedata.digit(chr(code), None)
        self[code] = code if digit is None else str(digit)
        return self[code]


_DIGITS = _Digits()


def has_digit(text: str) -> bool:
    """Whether a text has a digit of any script, or a sign for one such as ²."""
    return _DIGIT.search(text) is not None


# \d lacks what is written high, low or in a circle.
_DIGIT = re.compile(
    r"[\d²³¹\u1369-\u1371\u19da⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒"
    r"\U00010a40-\U00010a43\U00010e60-\U00010e68\U00011052-\U0001105a"
    r"\U0001f100-\U0001f10a]"
)


def ascii_digits(text: str) -> str:
    """The same length, with the digits of every script as 0 to 9."""
    return text if text.isascii() else text.translate(_DIGITS)


@lru_cache(maxsize=8)
def digit_count(copy: str) -> int:
    """How many digits a copy has: most texts have too few for most numbers."""
    return sum(map(copy.count, "0123456789"))


@lru_cache(maxsize=8)
def small_letters(copy: str) -> str:
    """In small letters as expressions compare them that ignore case: what such an
    expression finds stands in it, perhaps at another place."""
    for letter, small in _SMALL if not copy.isascii() else ():
        copy = copy.replace(letter, small)
    return copy.lower()


# To an expression these are i, i and s; small letters of Unicode tell them apart.
_SMALL = (("İ", "i"), ("ı", "i"), ("ſ", "s"))


def has_any(small: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in a text in small letters, or within others."""
    return any(map(small.__contains__, words))


def hide(text: str, hits: Iterable[tuple[int, int]]) -> str:
    """The text with these spans, in their order and apart, as •••."""
    parts, copied_to = [], 0
    for start, end in hits:
        parts += [text[copied_to:start], MASK]
        copied_to = end
    return "".join(parts) + text[copied_to:] if parts else text


def hide_matches(
    text: str,
    copy: str,
    pattern: re.Pattern[str],
    is_personal: Judge,
    fewest_digits: int,
) -> tuple[str, str]:
    """Text and copy with every hit in the copy hidden that is personal.

    What is personal has `fewest_digits`; a copy with fewer is not looked through.
    """
    if digit_count(copy) < fewest_digits:
        return text, copy
    spans = [hit.span() for hit in pattern.finditer(copy) if is_personal(hit)]
    return (hide(text, spans), hide(copy, spans)) if spans else (text, copy)


def before(hit: re.Match[str], window: int = WINDOW) -> str:
    """What stands right before a hit."""
    return hit.string[max(hit.start() - window, 0) : hit.start()]


def behind(hit: re.Match[str], window: int = WINDOW) -> str:
    """What stands right behind a hit."""
    return hit.string[hit.end() : hit.end() + window]


def is_beside(hit: re.Match[str], words: re.Pattern[str]) -> bool:
    """Whether one of the words stands near a hit, before or behind it."""
    return bool(words.search(before(hit)) or words.search(behind(hit)))


def is_our_number(hit: re.Match[str], by_number: bool = False) -> bool:
    """Whether the words right before a hit say that it is a token, a complaint or
    another number that the city gives; `by_number`: with a word for "number"."""
    pattern = _OUR_NAMED_NUMBER if by_number else _OUR_NUMBER
    return bool(pattern.search(before(hit)))
