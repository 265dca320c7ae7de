"""What tells one person without a name: a handle, a number, an address, an id."""

import itertools
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import unquote

from socialcell.language import concepts
from socialcell.language.words import key_of
from socialcell.listening.guard.spellings import plain, readings
from socialcell.listening.people import civic_words, listed_names, masking
from socialcell.listening.people.visibility import PSEUDONYM
from socialcell.platforms import PLATFORMS

# A shorter word is one of a language, even where somebody has it for a handle.
_SHORTEST_HANDLE = 6
_SHORTEST_NAME = 4
_HANDLE = re.compile(r"[a-z][a-z0-9_.-]{2,}")
_STARRED_HANDLE = re.compile(r"[@＠﹫]\s*[\w.]*[*?%]")
_DOTTED = re.compile(r"[a-z][a-z0-9-]{2,}(?:\.[a-z][a-z0-9-]{2,})+")
_LETTERS_AND_DIGITS = re.compile(r"(?P<letters>[a-z]{5,})\d{2,}")
_PERSONAL_SITES = (
    *("bsky.social", "wordpress.com", "blogspot.com", "substack.com", "tumblr.com"),
    *("medium.com", "mastodon.social", "github.io", "linktr.ee", "brid.gy"),
)
_SITE_ENDINGS = ("in", "com", "org", "net", "gov", "nic", "edu", "info", "city", "news")
_ACCOUNT_ID = re.compile(
    r"(?<![\w/])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{16,}(?![\w/])"
)
# Nine digits and more, apart or not, in any script; years and days are none.
_LONG_NUMBER = re.compile(
    r"(?<![\w.-])(?!18[06]0)\+?\d(?:[\s().,*_-]{0,2}\d){8,}(?!\w)"
)
_DAYS = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:\s?[-/–]\s?\d{1,4}){0,2}(?!\d)|(?<!\d)\d{1,2}[-/]\d{1,2}[-/](?:19|20)\d\d(?!\d)"
)
_POINT = re.compile(r"(?<![\d.])\d{1,2}\.\d{3,}\W{1,3}\d{2,3}\.\d{3,}")
# Addresses that let into somebody's own group.
_INVITATION = re.compile(
    r"chat\.whatsapp\.com/|t\.me/(?:\+|joinchat/)|discord\.gg/|m\.me/j/", re.IGNORECASE
)
_PSEUDONYM = re.compile(re.escape(PSEUDONYM.rstrip("-")) + r"[\s-]?[A-Z2-7]{4,8}(?!\w)")
_DIGIT_ALIKE = str.maketrans("oilOIL", "011011")
_SPELT_NUMBER = 7  # words
_PLATFORM_HOSTS = frozenset(
    host for platform in PLATFORMS.values() for host in platform.profile_hosts
)


@dataclass(frozen=True)
class Accounts:
    """Whom a query may name: `handles` of the registry without @, in lower case,
    and the `names` of its accounts and of people in public office in index form.

    `is_held` says whether a handle, or with True any that begins so, is that of an
    account whose posts are held and that is not in the registry.
    """

    handles: Collection[str]
    names: Collection[str] = ()
    is_held: Callable[[str, bool], bool] = lambda _handle, _prefix: False


def has_address(text: str, accounts: Accounts) -> bool:
    """Whether a text has a handle, the address or the number of somebody whom the
    registry does not know."""
    handles = {handle.lower() for handle in accounts.handles}
    if _INVITATION.search(text):
        return True
    for spelling in dict.fromkeys((text, plain(text), unquote(text))):
        # A star makes of a registered handle the beginning of many.
        if _STARRED_HANDLE.search(spelling):
            return True
        shown = masking.masked(spelling, lambda _host, who: who.lower() in handles)
        if shown != spelling or _has_number(spelling):
            return True
        if _POINT.search(spelling) or _PSEUDONYM.search(spelling):
            return True
        if any(hit[0].lower() not in handles for hit in _ACCOUNT_ID.finditer(spelling)):
            return True
    return False


def is_handle(written: str, accounts: Accounts) -> bool:
    """Whether a word is somebody's handle that is written without its @."""
    written = plain(written)
    is_tag, is_prefix = written.startswith("#"), written.endswith("*")
    word = written.strip("#*.,-").lower()
    if not _HANDLE.fullmatch(word) or (word in accounts.handles and not is_prefix):
        return False
    pieces = [piece for piece in re.split(r"[_.\d-]+", word) if piece]
    if "_" in word and not is_tag:
        return True  # words of a language are not written so
    if _is_dotted_handle(word):
        return True
    has_digits = pieces[:1] != [word] and "-" not in word
    if has_digits and any(map(listed_names.is_given_name, pieces)):
        return True  # rahul1987
    if (hit := _LETTERS_AND_DIGITS.fullmatch(word)) and not is_tag:
        return not _is_word(hit["letters"])
    if any(map(_is_joined, pieces)):
        return True
    is_word = len(word) < _SHORTEST_HANDLE or concepts.find(word) is not None
    return not is_word and accounts.is_held(word, is_prefix)


def is_dwelling(words: Collection[str]) -> bool:
    """Whether words in index form are the number of a flat or a house."""
    dwellings = {key_of(word) for word in civic_words.guard_words("dwellings")}
    forms = [word for word in words if word not in ("no", "number", "क्र", "नं", "नंबर")]
    return any(
        key_of(word) in dwellings and any(sign.isdigit() for sign in following)
        for word, following in itertools.pairwise(forms)
    )


def is_spelt_number(words: Collection[str]) -> bool:
    """Whether so many digits stand there as words that they are a telephone number."""
    digits = {key_of(word) for word in civic_words.guard_words("digit_words")}
    length = 0
    for word in words:
        length = length + 1 if key_of(word) in digits or word.isdigit() else 0
        if length >= _SPELT_NUMBER:
            return True
    return False


def _has_number(text: str) -> bool:
    """Whether a number is one person's; letters may stand for some of its digits."""
    bare = _DAYS.sub("—", text)
    alike = re.sub(
        r"(?<!\w)[\doilOIL]{8,}(?!\w)",
        lambda hit: (
            hit[0].translate(_DIGIT_ALIKE)
            if sum(map(str.isdigit, hit[0])) > len(hit[0]) / 2
            else hit[0]
        ),
        bare,
    )
    return any(_LONG_NUMBER.search(spelling) for spelling in (bare, alike))


def _is_dotted_handle(word: str) -> bool:
    if not _DOTTED.fullmatch(word):
        return False
    if any(word.endswith(f".{site}") for site in _PERSONAL_SITES):
        return True
    pieces = word.split(".")
    is_site = pieces[-1] in _SITE_ENDINGS or word in _PLATFORM_HOSTS
    return not is_site and not all(map(_is_word, pieces))


def _is_word(word: str) -> bool:
    if civic_words.is_known(word) or civic_words.is_civic(word):
        return True
    return concepts.find(word) is not None or word in civic_words.guard_words(
        "numbered"
    )


def _is_joined(word: str) -> bool:
    """Whether a word is two names without a space: rahulpatil."""
    if civic_words.is_known(word):
        return False
    return any(
        (listed_names.is_any_name(word[:cut]) and listed_names.is_strong(word[cut:]))
        or (listed_names.is_strong(word[:cut]) and listed_names.is_any_name(word[cut:]))
        for cut in range(_SHORTEST_NAME, len(word) - _SHORTEST_NAME + 1)
    )


def is_named_in_tag(written: str) -> bool:
    """Whether a #tag ends with somebody's name: #justiceforrahul."""
    if not written.startswith("#"):
        return False
    return any(
        len(form) > cut >= _SHORTEST_NAME and listed_names.is_written_name(form[-cut:])
        for form in readings(written)
        for cut in range(5, min(len(form) - 3, 14))
        if not civic_words.is_known(form)
    )
