"""Hide handles that stand beside the name of a platform, without a sign of their own.

"insta: asha_k", "my telegram id is ashak", "asha.k9 on twitter", "ट्विटर हँडल asha_k".
"""

import re
from collections.abc import Callable, Sequence

from socialcell.listening.people.masking_copy import MASK, has_any
from socialcell.listening.people.name_lists import word_lists

_LISTS = word_lists("platform_names")
_PLATFORMS = _LISTS["names"]


def _either(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_NAMES = _either(_PLATFORMS)
_CALLED = _either(_LISTS["called"])
_LINK_WORDS = _either(_LISTS["between"])
_SIGNS = r"[\s:=\-–>→|/,()\[\]\"'“”‘’]"
_NAMED = re.compile(
    rf"(?<![^\W\d_])(?:(?:{_NAMES})(?:वर|वरील|चा|चे|ची|च्या|पर)?"
    rf"|x(?=\s(?:id|handle|account|profile)(?![a-z])))"
    rf"(?P<between>(?:{_SIGNS}{{1,4}}(?:{_CALLED}|{_LINK_WORDS})(?![^\W\d_])){{0,5}})"
    rf"(?P<sign>{_SIGNS}{{1,5}})(?P<who>[A-Za-z0-9][A-Za-z0-9_.]{{2,39}})"
    r"(?![A-Za-z0-9@/])",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?<![A-Za-z0-9_.@/:])(?P<who>[A-Za-z][A-Za-z0-9_.]{2,39})"
    r"(?P<between>\s{0,2}[\s(\[\-–,]{1,3}(?:(?:on|at|is my|is the|my"
    rf"|our|hi|he|ha|ही|हे|हा|ye|yeh)\s){{0,3}})(?:{_NAMES}|x(?=\s(?:id|handle)))(?![^\W\d_])",
    re.IGNORECASE,
)
_HAS_CALL = re.compile(rf"(?<![^\W\d_])(?:{_CALLED})(?![^\W\d_])", re.IGNORECASE)
_HOST = re.compile(
    r"\.(?:com|in|org|net|gov|co|edu|nic|info|me|app|html?|pdf|jpe?g|png|php)\.?$",
    re.IGNORECASE,
)
_WORDS = frozenset(_LISTS["words"])
_FEWEST_LETTERS = 4


def may_name_platform(word: str) -> bool:
    """Whether a text with this word in small letters may name a platform."""
    return (
        word in _SHORT_NAMES or word == _LONE_X.strip() or bool(_LONG_NAME.search(word))
    )


def mentions_platform(lower: str, words: Sequence[str]) -> bool:
    """Whether a text in small letters, and with these words, names a platform."""
    if not _SHORT_NAMES.isdisjoint(words):
        return True
    return _LONE_X in f" {lower}" or has_any(lower, _LONG_NAMES)


_SHORTEST_WITHIN = 4  # letters of a name that is looked for within words, too
_SHORT_NAMES = frozenset(name for name in _PLATFORMS if len(name) < _SHORTEST_WITHIN)
_LONG_NAMES = tuple(name for name in _PLATFORMS if len(name) >= _SHORTEST_WITHIN)
_LONG_NAME = re.compile("|".join(map(re.escape, _LONG_NAMES)))


_LONE_X = " x "  # before "id" or "handle"


def hide_named_handles(text: str, is_shown: Callable[[str], bool]) -> str:
    """The text without handles beside a platform's name; `is_shown` knows the rest."""

    def hidden(hit: re.Match[str]) -> str:
        who = hit["who"].rstrip(".")
        if not _is_handle(who, hit) or is_shown(who):
            return hit[0]
        start = hit.start("who") - hit.start()
        return hit[0][:start] + MASK + hit[0][start + len(who) :]

    text = _NAMED.sub(hidden, text)
    return _BEHIND.sub(hidden, text)


def _is_handle(who: str, hit: re.Match[str]) -> bool:
    """Signs and digits within make a handle of a word; without them a word such as
    "id" before it, or a colon."""
    if _HOST.search(who) or who.isdigit():
        return False
    letters = sum(sign.isalpha() for sign in who)
    if letters >= 3 and ("_" in who or "." in who or _has_digit_within(who)):
        return True
    if who.lower() in _WORDS or letters < _FEWEST_LETTERS or not who.isascii():
        return False
    groups = hit.groupdict()
    if "sign" not in groups:
        return False
    is_called = bool(_HAS_CALL.search(hit["between"]))
    return (is_called and not who.istitle()) or any(
        sign in (hit["between"] + hit["sign"]) for sign in ":=→"
    )


def _has_digit_within(who: str) -> bool:
    return any(sign.isdigit() for sign in who) and who[0].isalpha() and len(who) >= 5
