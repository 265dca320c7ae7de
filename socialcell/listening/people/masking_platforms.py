"""Hide handles that stand beside the name of a platform, without a sign of their own.

"insta: asha_k", "my telegram id is ashak", "asha.k9 on twitter", "ट्विटर हँडल asha_k".
"""

import re
from collections.abc import Callable

from socialcell.listening.people.masking_copy import MASK

_PLATFORMS = (
    "instagram insta ig facebook fb twitter telegram tg snapchat snap linkedin youtube yt"
    " threads bluesky koo sharechat discord reddit quora pinterest tiktok mastodon skype"
    " whatsapp signal moj josh इन्स्टाग्राम इंस्टाग्राम इन्स्टा इंस्टा फेसबुक ट्विटर टेलिग्राम"
    " टेलीग्राम स्नॅपचॅट स्नैपचैट लिंक्डइन लिंक्डिन यूट्यूब यूट्युब युट्यूब थ्रेड्स ब्लूस्काय शेअरचॅट शेयरचैट"
    " रेडिट कू मॅस्टोडॉन मॅस्टडॉन"
).split()
_NAMES = "|".join(sorted(map(re.escape, _PLATFORMS), key=len, reverse=True))
_CALLED = (
    r"id|i\.d\.|handle|username|user name|userid|user|profile|account|acc|a/c|channel|page"
    r"|आयडी|आईडी|हँडल|हैंडल|हॅंडल|युजरनेम|यूजरनेम|यूज़रनेम|अकाउंट|अकाऊंट|खाते|खाता|प्रोफाइल|प्रोफाईल"
    r"|चॅनेल|चैनल|पेज"
)
_LINK_WORDS = (
    r"is|as|on|at|with|name|naav|nav|var|vr|pe|par|la|wala|chya|cha|chi|che|ka|ki|ke|mera|maza"
    r"|maze|majha|my|me|hai|ahe|आहे|है|वर|पर|का|की|चा|ची|चे|च्या|ला|नाव|नाम|माझा|माझे|माझं|मेरा|मेरी"
)
_SIGNS = r"[\s:=\-–>→|/,()\[\]\"'“”‘’]"
_NAMED = re.compile(
    rf"(?<![^\W\d_])(?:(?:{_NAMES})(?:वर|वरील|चा|चे|ची|च्या|पर)?"
    rf"|x(?=\s(?:id|handle|account|profile)(?![a-z])))"
    rf"(?P<between>(?:{_SIGNS}{{1,4}}(?:{_CALLED}|{_LINK_WORDS})(?![^\W\d_])){{0,5}})"
    rf"(?P<sign>{_SIGNS}{{1,5}})(?P<who>[A-Za-z0-9][A-Za-z0-9_.]{{2,39}})(?![A-Za-z0-9@/])",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?<![A-Za-z0-9_.@/:])(?P<who>[A-Za-z][A-Za-z0-9_.]{2,39})"
    r"(?P<between>\s{0,2}[\s(\[\-–,]{1,3}(?:(?:on|at|is my|is the|my|our|hi|he|ha|ही|हे|हा|ye|yeh)"
    rf"\s){{0,3}})(?:{_NAMES}|x(?=\s(?:id|handle)))(?![^\W\d_])",
    re.IGNORECASE,
)
_HAS_CALL = re.compile(rf"(?<![^\W\d_])(?:{_CALLED})(?![^\W\d_])", re.IGNORECASE)
_HOST = re.compile(
    r"\.(?:com|in|org|net|gov|co|edu|nic|info|me|app|html?|pdf|jpe?g|png|php)\.?$",
    re.IGNORECASE,
)
# English, Marathi and Hindi words that follow a platform's name, in Latin letters.
_WORDS = frozenset(
    "and or the of for from has have had was were are is not no page pages post posts posted"
    " group groups video videos reel reels story stories live link links share shared forward"
    " forwards message messages chat chats also too but this that these they there who please"
    " where when what which why how update updates city pune pmc account accounts handle handles"
    " team admin complaint complaints number numbers only even still then than like likes follow"
    " followers following profile channel status comment comments photo photos trending today"
    " active already down app application media news var varun sathi madhe madhye kar kara karo"
    " karna dya taka takla pathva bhejo dekha dekho bagha aahe ahet hote hota hoti pan ani kiva"
    " varti hai hain tha thi the nahi nako marathi hindi english official fake blocked deleted"
    " suspended closed open opened replied reply answer answered every anyone everyone someone"
    " people citizens users user university school your our his her their".split()
)
_FEWEST_LETTERS = 4


def mentions_platform(lower: str) -> bool:
    """Whether a text in small letters has the name of a platform."""
    return any(name in lower for name in _SHORT_NAMES)


_SHORT_NAMES = (
    *("insta", "facebook", "fb", "twitter", "telegram", "tg", "snap", "linkedin", "yt"),
    *("youtube", "threads", "bluesky", "koo", "chat", "discord", "reddit", "quora", "ig"),
    *("pinterest", "tiktok", "mastodon", "skype", "whatsapp", "signal", "moj", "josh"),
    *("x id", "x handle", "x account", "x profile", "इन्स्टा", "इंस्टा", "फेसबुक", "ट्विटर"),
    *("टेलि", "टेली", "स्नॅप", "स्नैप", "लिंक्ड", "यूट्यु", "यूट्यू", "युट्यू", "थ्रेड", "ब्लू", "चॅट"),
    *("चैट", "रेडिट", "कू", "मॅस्ट"),
)


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
