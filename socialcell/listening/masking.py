"""Hide in a text what tells who somebody is: handles, profiles, mail, telephones.

Written so that doubt hides: a hidden word costs a reader little, a shown one cannot be
taken back. Length and place of what is hidden are not kept.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

MASK = "•••"

# (platform that the link's host stands for, or None for the text's own; handle).
Registered = Callable[[str | None, str], bool]

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
    "x.com": "x",
    "twitter.com": "x",
    "instagram.com": "instagram",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "m.me": "facebook",
    "threads.net": "threads",
    "threads.com": "threads",
    "t.me": "telegram",
    "telegram.me": "telegram",
    "wa.me": "whatsapp",
    "youtube.com": "youtube",
    "tiktok.com": "tiktok",
    "pinterest.com": "pinterest",
    "snapchat.com": "snapchat",
    "linktr.ee": "linktree",
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

_GAP = r"[\s().\-–—\u200b-\u200f\u2060]{0,2}"
# Indian mobiles, landlines with their 0, and numbers with a country's code.
_TELEPHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?{_GAP}91{_GAP}|0{_GAP})?[6-9](?:{_GAP}\d){{9}}(?!\d)"
    rf"|(?<!\d)0(?:{_GAP}\d){{10}}(?!\d)"
    rf"|\+\d(?:{_GAP}\d){{7,14}}(?!\d)",
    re.ASCII,
)


def masked(text: str, registered: Registered, hidden: Sequence[str] = ()) -> str:
    """The text with everybody hidden but those whom `registered` knows.

    `hidden` are words that are hidden wherever they stand, as own_marks gives them.
    A handle that stands in the text with @ is hidden as a #tag too.
    """
    found: set[str] = set()
    text = _without_telephones(text)
    text = _EMAIL.sub(lambda hit: _email(hit, registered), text)
    text = _DID.sub(MASK, text)
    text = _PROFILE.sub(lambda hit: _profile(hit, registered, found), text)
    text = _SEGMENT.sub(lambda hit: _named(hit, registered, found), text)
    text = _PARAMETER.sub(lambda hit: _named(hit, registered, found), text)
    text = _HANDLE.sub(lambda hit: _handle(hit, registered, found), text)
    text = _TAG.sub(lambda hit: _tag(hit, found), text)
    return without(text, hidden)


def without(text: str, marks: Sequence[str]) -> str:
    """The text with these words hidden, however they are written."""
    for mark in sorted(marks, key=len, reverse=True):
        text = _however_written(mark).sub(MASK, text)
    return text


def _however_written(mark: str) -> re.Pattern[str]:
    """asha_kale as Asha Kale, asha.kale and AshaKale too."""
    words = [re.escape(word) for word in re.split(r"[\s._-]+", mark) if word]
    return re.compile(r"[\s._-]{0,2}".join(words) or re.escape(mark), re.IGNORECASE)


def is_distinct(term: str) -> bool:
    """Whether a handle or number can be no word of a language."""
    return term.startswith("@") or (
        len(term) >= 6 and not term.replace("-", "").isalpha()
    )


def own_marks(uid: str | None, handle: str | None, name: str | None) -> tuple[str, ...]:
    """What an author's own text must not say: handle, number and name.

    Short handles and names of one word are words of the language too often, and are
    hidden only where a sign such as @ says that they are names.
    """
    marks = []
    if handle and len(handle.lstrip("@")) >= 5:
        marks.append(handle.lstrip("@"))
    if uid and len(uid.lstrip("@")) >= 5:
        marks.append(uid.lstrip("@"))
    if name and len(name.split()) >= 2:
        marks.append(name.strip())
    return tuple(dict.fromkeys(marks))


def _without_telephones(text: str) -> str:
    plain = _ascii_digits(text)
    parts, done = [], 0
    for hit in _TELEPHONE.finditer(plain):
        parts += [text[done : hit.start()], MASK]
        done = hit.end()
    return "".join(parts) + text[done:] if parts else text


def _ascii_digits(text: str) -> str:
    """The same length, with the digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text
    )


def _email(hit: re.Match[str], registered: Registered) -> str:
    host = hit["host"].rstrip(".-")
    # A word written against a handle that may be shown is no address.
    if "." not in host and _is_shown(host, registered):
        return hit[0]
    return f"{MASK}@{MASK}{hit['host'][len(host) :]}"


def _profile(hit: re.Match[str], registered: Registered, found: set[str]) -> str:
    who = hit["who"].lstrip("@＠")
    if who.lower() in _PAGES or registered(_HOSTS[hit["host"].lower()], who):
        return hit[0]
    found.add(who.lower())
    return hit["before"] + MASK


def _named(hit: re.Match[str], registered: Registered, found: set[str]) -> str:
    who = hit["who"]
    if who.startswith(MASK) or registered(None, who):
        return hit[0]
    found.add(who.lower())
    return hit["before"] + MASK


def _handle(hit: re.Match[str], registered: Registered, found: set[str]) -> str:
    # A full stop at the end belongs to the sentence, not to the name.
    who = hit["who"].rstrip(".-")
    if not who or _is_shown(who, registered):
        return hit[0]
    found.add(who.lower())
    return "@" + MASK + hit["who"][len(who) :]


def _is_shown(who: str, registered: Registered) -> bool:
    """Marathi endings and emoji are written against a handle: @PMCPuneने, @PMCPune🙏."""
    start = _ASCII_NAME.fullmatch(who)
    shown = start is not None and registered(None, start["name"])
    return shown or registered(None, who)


def _tag(hit: re.Match[str], found: set[str]) -> str:
    who = hit["who"].rstrip(".-")
    return hit["sign"] + MASK if who.lower() in found else hit[0]


def unnamed(text: str) -> str:
    """Text of ours about something that failed, with everybody hidden in it."""
    return masked(text, lambda _platform, _handle: False)
