"""How long words are as each platform counts them, and how long they may be.

X: the weights of twitter-text's third configuration (docs.x.com, counting characters);
an address counts 23 whatever its length, an emoji 2. Facebook and Instagram count
characters; Telegram counts UTF-16 units (core.telegram.org/bots/api).
"""

import re
import unicodedata
from dataclasses import dataclass

from socialcell.message_catalog import Message

_X_LIMIT, _X_ADDRESS = 280, 23
# Code points that weigh one; all others weigh two. Devanagari is among them.
_SINGLE_WEIGHT_RANGES = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_PICTOGRAPH = (
    r"[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\u231A-\u23FF\u2190-\u21FF]"
)
_EMOJI = re.compile(
    r"[0-9#*]\uFE0F?\u20E3|[\U0001F1E6-\U0001F1FF]{2}|"
    rf"{_PICTOGRAPH}[\uFE0F\U0001F3FB-\U0001F3FF]*"
    rf"(?:\u200D{_PICTOGRAPH}[\uFE0F\U0001F3FB-\U0001F3FF]*)*"
)
# X makes a link of a bare domain, too. Its own list of endings is longer.
_ENDINGS = "com|org|net|in|gov|edu|info|app|dev|io|co|me|ly|be|news|city"
_WEB = re.compile(
    r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]|"
    rf"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_ENDINGS})\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)])?",
    re.IGNORECASE,
)
_FACEBOOK, _TELEGRAM, _TELEGRAM_CAPTION = 63_206, 4096, 1024
_INSTAGRAM, _INSTAGRAM_TAGS, _INSTAGRAM_NAMED = 2200, 30, 20

MESSAGE_LIMITS = {"whatsapp": 4096, "messenger": 2000, "instagram": 1000}


@dataclass(frozen=True, slots=True)
class PostLength:
    """A post's length and its limit as the platform counts; `fault` says what else
    the platform refuses."""

    used: int
    limit: int
    fault: Message | None = None

    @property
    def fits(self) -> bool:
        return self.used <= self.limit and self.fault is None


def length(
    platform: str, words: str, media: str | None = None, *, reply: bool = False
) -> PostLength:
    """The length of the words of a post or a reply. KeyError for a platform that we do
    not post on."""
    if reply and media:
        return PostLength(len(words), len(words), Message("posts.reply_with_picture"))
    if platform == "x":
        fault = Message("posts.picture_on_x") if media else None
        return PostLength(x_length(words), _X_LIMIT, fault)
    if platform == "facebook":
        return PostLength(len(words), _FACEBOOK)
    if platform == "instagram":
        fault = _instagram_fault(words, reply or media is not None)
        return PostLength(len(words), _INSTAGRAM, fault)
    if platform == "telegram":
        limit = _TELEGRAM_CAPTION if media else _TELEGRAM
        return PostLength(len(words.encode("utf-16-le")) // 2, limit)
    raise KeyError(platform)


def message_length(platform: str, words: str) -> PostLength:
    """The length of a private answer. KeyError for a platform on which we write to
    nobody privately.

    WhatsApp and Messenger count characters, Instagram bytes of UTF-8.
    """
    limit = MESSAGE_LIMITS[platform]
    used = len(words.encode()) if platform == "instagram" else len(words)
    return PostLength(used, limit)


def x_length(words: str) -> int:
    """What X counts of 280."""
    text = unicodedata.normalize("NFC", words)
    bare, addresses = _WEB.subn("", text)
    bare, emoji = _EMOJI.subn("", bare)
    return addresses * _X_ADDRESS + 2 * emoji + sum(map(_weight, bare))


def has_address(words: str) -> bool:
    """Whether X recognises an address in the text, which costs more."""
    return _WEB.search(words) is not None


def _weight(character: str) -> int:
    code = ord(character)
    return 1 if any(low <= code <= high for low, high in _SINGLE_WEIGHT_RANGES) else 2


def _instagram_fault(words: str, is_complete: bool) -> Message | None:
    if not is_complete:
        return Message("posts.instagram_without_picture")
    if len(re.findall(r"#\w", words)) > _INSTAGRAM_TAGS:
        return Message("posts.many_hashtags", {"limit": _INSTAGRAM_TAGS})
    if len(re.findall(r"(?<!\w)@\w", words)) > _INSTAGRAM_NAMED:
        return Message("posts.many_accounts", {"limit": _INSTAGRAM_NAMED})
    return None
