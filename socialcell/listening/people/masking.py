"""Hide in a text what tells who somebody is: handles, profiles, mail, numbers, names.

The one place of the law: every way out asks `masked`. What is hidden by its kind stands
in files of their own beside this one (masking_*.py).

Written so that doubt hides: a hidden word costs a reader little, a shown one cannot be
taken back. Length and place of what is hidden are not kept.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from socialcell.listening.people import post_addresses
from socialcell.listening.people.masking_accounts import hide_payment_addresses
from socialcell.listening.people.masking_author import hide_author, is_common
from socialcell.listening.people.masking_copy import MASK
from socialcell.listening.people.masking_homes import hide_maps
from socialcell.listening.people.masking_number_words import hide_number_words
from socialcell.listening.people.masking_numbers import hide_numbers
from socialcell.listening.people.masking_persons import (
    NO_NAMES,
    PublicNames,
    hide_persons,
)
from socialcell.listening.people.masking_platforms import (
    hide_named_handles,
    mentions_platform,
)
from socialcell.listening.people.masking_words import WordCue, text_words
from socialcell.platforms import PLATFORMS

# (platform that the link's host stands for, or None for the text's own; handle).
Registered = Callable[[str | None, str], bool]
OwnNames = tuple[str | None, str | None]  # handle and name of a text's author
NOBODY: OwnNames = (None, None)

# Python's \w lacks the vowel signs of Devanagari, so a name is all that is neither
# space nor punctuation; `_`, `.` and `-` are part of names on most platforms.
_NAME = r"[^\s!-,/:-@\[-\^`{-~।॥‘’“”«»…•＠﹫]"
_LOCAL = r"[^\s!-$&-*,/:-@\[-\^`{-~।॥‘’“”«»…•＠﹫]"  # of an e-mail: + and % as well
_AT = r"(?:[@＠﹫]|%40|&#64;)"
# Without a full stop in it the part behind the sign may be that of a payment address.
_EMAIL = re.compile(rf"(?<!{_LOCAL})(?<![@＠﹫])(?:{_LOCAL})+{_AT}(?P<host>{_NAME}+)")
_HANDLE = re.compile(rf"{_AT}(?P<who>{_NAME}+(?:{_AT}{_NAME}+)?)")
_TAG = re.compile(rf"(?P<sign>[#＃])(?P<who>{_NAME}+)")
_ASCII_NAME = re.compile(rf"(?P<name>[A-Za-z0-9_.-]+)(?=[^\x00-\x7f])(?:(?!{_AT}).)+")
_DID = re.compile(r"did:(?:plc|web):[\w.:%-]+", re.IGNORECASE)

# Hosts whose first path segment is somebody, by the platform that they stand for.
_HOSTS = {
    host: platform.id
    for platform in PLATFORMS.values()
    for host in platform.profile_hosts
}
_SEGMENT_END = r"/\s?#&\"'<>)\]"
_PROFILE = re.compile(
    r"(?P<before>(?<![\w-])(?:[\w-]{1,63}\.){0,3}"
    rf"(?P<host>{'|'.join(map(re.escape, _HOSTS))})/"
    r"(?:#!/|(?:c|channel|add|s)/)?)"
    rf"(?P<who>[^{_SEGMENT_END}]+(?:/\d+)?)",
    re.IGNORECASE,
)
# First segments that are pages of a platform, not people.
_PAGE_NAMES = """
    i hashtag hashtags search home intent share sharer sharer.php p reel reels tv
    stories explore watch shorts playlist results feed live groups events pages
    story.php photo photo.php permalink.php profile.php media login settings
    notifications messages joinchat user users u in people profile topics
"""
_PAGES = frozenset(_PAGE_NAMES.split())
# Later segments, on any host: /users/asha, /in/asha, /people/Asha/1; and Reddit's u/.
_SEGMENT = re.compile(
    r"(?P<before>(?:(?<=/)(?:users|profiles?|people|in|authors?|members?|accounts?)"
    rf"|(?<![\w-])(?:u|user))/)(?P<who>[^{_SEGMENT_END},;]+(?:/\d+)?)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"(?P<before>(?:[?&](?:screen_name|user_id|username|user|handle|author|uid|phone)"
    rf"|profile\.php\?(?:[^{_SEGMENT_END}]{{0,200}}&)?id)=)"
    rf"(?P<who>[^{_SEGMENT_END}]+)",
    re.IGNORECASE,
)

# Addresses that are spelt out: name[at]host, name (at) host dot com.
_DOT = r"(?:\s{0,3}[\[({<]\s?(?:dot|\.|डॉट)\s?[\])}>]\s{0,3}|\s{1,3}(?:dot|डॉट)\s{1,3})"
_SPELT_EMAIL = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}+(?:"
    r"\s{0,3}[\[({<]\s?(?:at|@|अॅट|अ‍ॅट|ॲट|ऍट|एट|ऐट)\s?[\])}>]\s{0,3}"
    rf"{_NAME}{{1,253}}(?:{_DOT}{_NAME}{{1,63}}){{0,4}}"
    rf"|\s{{1,3}}(?:at|ॲट|ऍट|एट|ऐट)\s{{1,3}}(?:{_NAME}{{1,253}}(?:{_DOT}{_NAME}{{2,63}}){{1,4}}"
    r"|(?:gmail|googlemail|yahoo|ymail|outlook|hotmail|live|rediffmail|icloud|proton"
    r"|protonmail|zoho)\.[a-z.]{2,10}(?![a-z])))",
    re.IGNORECASE,
)
# name @ gmail . com
_SPACED_EMAIL = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}+(?:"
    r"\s{0,2}[@＠﹫]\s{0,2}[A-Za-z][A-Za-z0-9\-]{1,62}"
    r"(?:\s{0,2}\.\s{0,2}(?:com|in|org|net|co|edu|gov|info|me))+(?![A-Za-z0-9])"
    r"|\s{1,2}[@＠﹫]\s{1,2}(?:gmail|yahoo|outlook|hotmail|rediff\w{0,4})(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_KELVIN = "\u212a"  # in small letters a k, but no letter of a word as they are split
# Every case is written out: an expression that ignores case is slower to find nothing.
_IS_SPELT = re.compile(r"(?:at|At|AT|aT|@|अॅट|अ‍ॅट|ॲट|ऍट|एट|ऐट)\s?[\s\])}>]")


def masked(
    text: str,
    registered: Registered,
    hidden: Sequence[str] = (),
    author: OwnNames = NOBODY,
    public: PublicNames | None = None,
) -> str:
    """The text with everybody hidden but those whom `registered` knows.

    `hidden` are words that are hidden wherever they stand, as own_marks gives them, and
    `author` is whose text it is, by handle and name. Names of third persons are hidden
    but for the `public` ones; None: no name is looked for. Telephone numbers that the
    city has published stay; of a workspace's own `public` knows. A handle that stands
    in the text with @ is hidden as a #tag too.
    """
    hidden_handles: set[str] = set()
    text = without(text, hidden)
    words = text_words(text)
    text = hide_author(text, words, *author)
    if text != words.text:
        words = text_words(text)
    numbers = None if public is None else public.numbers
    if words.all_cues & WordCue.NUMBER:
        text = hide_number_words(text, words.lower, numbers)
    text = hide_maps(text)
    text = hide_numbers(text, numbers)
    # What an expression needs is looked for first: most texts have none of it.
    is_spelt = _IS_SPELT.search(text) is not None
    if is_spelt or _has_sign(text):
        text = hide_payment_addresses(text)
    if is_spelt:
        text = _SPELT_EMAIL.sub(f"{MASK}@{MASK}", text)
    has_sign = _has_sign(text)
    if has_sign:
        text = _SPACED_EMAIL.sub(f"{MASK}@{MASK}", text)
        text = _EMAIL.sub(lambda hit: _email(hit, registered), text)
    if ":" in text:
        text = _DID.sub(MASK, text)
    if "/" in text:
        text = _PROFILE.sub(lambda hit: _profile(hit, registered, hidden_handles), text)
        text = _SEGMENT.sub(lambda hit: _named(hit, registered, hidden_handles), text)
    if "=" in text:
        text = _PARAMETER.sub(lambda hit: _named(hit, registered, hidden_handles), text)
    if has_sign:
        text = _HANDLE.sub(lambda hit: _handle(hit, registered, hidden_handles), text)
    if hidden_handles:
        text = _TAG.sub(lambda hit: _tag(hit, hidden_handles), text)
    may_name_platform = words.all_cues & WordCue.PLATFORM or _KELVIN in text
    if may_name_platform and mentions_platform(text.lower(), words.lower):
        text = hide_named_handles(text, lambda who: _is_shown(who, registered))
    if "/" in text:
        text = post_addresses.hidden(text)
    if public is None:
        return text
    if text != words.text:
        words = text_words(text)
    return hide_persons(text, words, public)


def _has_sign(text: str) -> bool:
    return (
        "@" in text or "＠" in text or "﹫" in text or "%40" in text or "&#64;" in text
    )


def without(text: str, marks: Sequence[str]) -> str:
    """The text with these words hidden, however they are written."""
    lower = text.casefold()
    for mark, pieces in _with_pieces(tuple(marks)):
        # To write an expression takes longer than to see that it can find nothing.
        if all(map(lower.__contains__, pieces)):
            text = _spelling_pattern(mark).sub(MASK, text)
    return text


_SPELLING_GAP = re.compile(r"[\s._-]+")


@lru_cache(maxsize=4096)
def _with_pieces(marks: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Words to hide, the longest first, each with the pieces that a text must have."""
    return tuple(
        (mark, tuple(_SPELLING_GAP.split(mark.casefold())))
        for mark in sorted(marks, key=len, reverse=True)
    )


def _spelling_pattern(mark: str) -> re.Pattern[str]:
    """asha_kale as Asha Kale, asha.kale and AshaKale too."""
    words = [re.escape(word) for word in _SPELLING_GAP.split(mark) if word]
    return re.compile(r"[\s._-]{0,2}".join(words) or re.escape(mark), re.IGNORECASE)


def is_distinct(term: str) -> bool:
    """Whether a handle or number can be no word of a language."""
    return term.startswith("@") or (
        len(term) >= 6 and not term.replace("-", "").isalpha()
    )


def own_marks(uid: str | None, handle: str | None, name: str | None) -> tuple[str, ...]:
    """What an author's own text must not say: handle, number and name.

    Short handles, names of one word and what is made of common words ("manhole",
    "Katraj Lake") are words of the language too often, and are hidden only where a
    sign such as @ says that they are names.
    """
    marks = []
    for mark in filter(None, (handle, uid)):
        plain = mark.lstrip("@")
        if len(plain) >= 5 and not (plain.isalpha() and is_common(plain)):
            marks.append(plain)
    if name and len(name.split()) >= 2 and not is_common(name):
        marks.append(name.strip())
    return tuple(dict.fromkeys(marks))


def _email(hit: re.Match[str], registered: Registered) -> str:
    host = hit["host"].rstrip(".-")
    # A word written against a handle that may be shown is no address.
    if "." not in host and _is_shown(host, registered):
        return hit[0]
    return f"{MASK}@{MASK}{hit['host'][len(host) :]}"


def _profile(
    hit: re.Match[str], registered: Registered, hidden_handles: set[str]
) -> str:
    who = hit["who"].lstrip("@＠")
    if who.lower() in _PAGES or registered(_HOSTS[hit["host"].lower()], who):
        return hit[0]
    hidden_handles.add(who.lower())
    return hit["before"] + MASK


def _named(hit: re.Match[str], registered: Registered, hidden_handles: set[str]) -> str:
    who = hit["who"]
    if who.startswith(MASK) or registered(None, who):
        return hit[0]
    hidden_handles.add(who.lower())
    return hit["before"] + MASK


def _handle(
    hit: re.Match[str], registered: Registered, hidden_handles: set[str]
) -> str:
    # A full stop at the end belongs to the sentence, not to the name.
    who = hit["who"].rstrip(".-")
    if not who or _is_shown(who, registered):
        return hit[0]
    hidden_handles.add(who.lower())
    return "@" + MASK + hit["who"][len(who) :]


def _is_shown(who: str, registered: Registered) -> bool:
    """Marathi endings and emoji are written against a handle: @PMCPuneने, @PMCPune🙏."""
    start = _ASCII_NAME.fullmatch(who)
    shown = start is not None and registered(None, start["name"])
    return shown or registered(None, who)


def _tag(hit: re.Match[str], hidden_handles: set[str]) -> str:
    who = hit["who"].rstrip(".-")
    return hit["sign"] + MASK if who.lower() in hidden_handles else hit[0]


def unnamed(text: str) -> str:
    """Text of ours about something that failed, with everybody hidden in it."""
    return masked(text, lambda _platform, _handle: False, public=NO_NAMES)
