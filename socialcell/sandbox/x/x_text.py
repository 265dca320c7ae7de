"""The text of a post as X writes it: escaped, shortened, with offsets of entities."""

import re
from collections.abc import Callable

from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.post import Person, SandboxPost

LONGEST = 280
_LONGEST_REPOST = 140
_BEGINNING = 273  # signs of a long post before the three points and its address
_ADDRESS = re.compile(r"https?://\S+[^\s.,;:!?)]")
_HASHTAG = re.compile(r"(?<![\w/&])#([\w\u0900-\u0963\u0966-\u097f\u200c\u200d]+)")
_HANDLE = re.compile(r"(?<![\w/])@(\w{1,15})")


def escape_text(text: str) -> str:
    """The text with &, < and > escaped, as X does; nothing else is escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def is_too_long(text: str) -> bool:
    """A t.co address is 23 long; signs beyond U+10FF count twice."""
    bare = _ADDRESS.sub("x" * 23, text)
    return sum(1 if ord(sign) <= 0x10FF else 2 for sign in bare) > LONGEST


def is_note(post: SandboxPost) -> bool:
    """Whether a post is too long for `text`: its whole is in `note_tweet`."""
    return post.reposts is None and is_too_long(post.text)


def display_text(post: SandboxPost) -> str:
    """The field `text`: of a repost 140 characters, of a long post its beginning."""
    if is_note(post):
        return f"{escape_text(post.text[:_BEGINNING].rstrip())}… {_own_address(post)}"
    if post.reposts is not None and len(post.text) > _LONGEST_REPOST:
        return f"{escape_text(post.text[: _LONGEST_REPOST - 1].rstrip())}…"
    return escape_text(post.text)


def handles(text: str) -> set[str]:
    """The accounts that a text mentions, in lower case."""
    return {handle.lower() for handle in _HANDLE.findall(text)}


def entities(
    city: City, post: SandboxPost, text: str, ids: Callable[[Person], str]
) -> JsonObject | None:
    """Hashtags, accounts and addresses of a text as X writes it, with offsets
    in code points, end exclusive. `ids` gives an account's number."""
    tags: list[JsonObject] = [
        {"start": m.start(), "end": m.end(), "tag": m[1]}
        for m in _HASHTAG.finditer(text)
    ]
    mentions: list[JsonObject] = [
        {"start": m.start(), "end": m.end(), "username": person.handle, "id": ids(person)}
        for m in _HANDLE.finditer(text)
        if (person := city.person(m[1])) is not None
    ]  # fmt: skip
    pages = [(link.short, link.page) for link in post.links]
    if is_note(post):
        pages.append(
            (_own_address(post), f"https://twitter.com/i/web/status/{post.id}")
        )
    urls: list[JsonObject] = [
        {
            "start": text.index(short),
            "end": text.index(short) + len(short),
            "url": short,
            "expanded_url": page,
            "display_url": _display(page),
        }
        for short, page in pages
        if short in text
    ]
    lists = {"hashtags": tags, "mentions": mentions, "urls": urls}
    return {name: entries for name, entries in lists.items() if entries} or None


def _own_address(post: SandboxPost) -> str:
    return f"https://t.co/{int(post.id):x}"[:23]


def _display(page: str) -> str:
    bare = page.split("://", 1)[1].removeprefix("www.")
    return bare if len(bare) <= 27 else bare[:26] + "…"
