"""What is known about one word by itself: its comparison key, script and kind."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from socialcell.text import fold

# Long and short i and u, and the two nasal signs, are mixed freely in posts.
_SOUND = str.maketrans(
    {"ी": "ि", "ू": "ु", "ँ": "ं", "’": "'", "‘": "'", "ई": "इ", "ऊ": "उ"}
)
_MODIFIERS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_HANDLE = re.compile(r"@\w|https?://|www\.", re.IGNORECASE)
_DIGITS = re.compile(r"\d+$")
_SCRIPTS = (
    (0x0041, 0x024F, "Latn"),
    (0x0370, 0x03FF, "Grek"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0530, 0x058F, "Armn"),
    (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x077F, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x0D80, 0x0DFF, "Sinh"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x3040, 0x30FF, "Jpan"),
    (0x4E00, 0x9FFF, "Hani"),
    (0xA8E0, 0xA8FF, "Deva"),
    (0xAC00, 0xD7AF, "Hang"),
)


class Word(NamedTuple):
    """A word as compared: `key`, its ISO 15924 `script` ("" for none), its kind."""

    raw: str
    key: str
    script: str
    letters: int
    is_address: bool  # a handle or a link: no language, no cue
    number: int | None


def analyse_word(raw: str) -> Word:
    """The facts about one token; pure."""
    if _HANDLE.match(raw):
        return Word(raw, raw.lower(), "", 0, True, None)
    key = key_of(raw)
    script = script_of(raw)
    number = int(key) if _DIGITS.match(key) and len(key) < 7 else None
    return Word(raw, key, script, len(raw) if script else 0, False, number)


@lru_cache(maxsize=10_000)
def key_of(raw: str) -> str:
    """The form in which words are compared: folded, long vowels short, not stretched.

    कोथरूड and कोथरुड, paani and pani, sooo and so give one key each.
    """
    if raw.isascii():
        key = raw.lower()
    else:
        key = _MODIFIERS.sub("", fold(raw).translate(_SOUND))
    key = _STRETCHED.sub(r"\1", key)
    return key.replace("aa", "a") if key.isascii() else key


def script_of(raw: str) -> str:
    """ISO 15924 code of the first letter, "Zzzz" if it is none we name, "" without."""
    for character in raw:
        if unicodedata.category(character)[0] == "L":
            return _script_of_letter(ord(character))
    return ""


def _script_of_letter(point: int) -> str:
    for first, last, code in _SCRIPTS:
        if first <= point <= last:
            return code
    return "Zzzz"
