"""Hide in a text the addresses of posts: whoever follows one sees who wrote it."""

import re

from socialcell.listening.people.masking_copy import MASK
from socialcell.platforms import PLATFORMS

_MORE = r"[^\s\"'<>)\]।]*"
# Behind a hidden name the number of the post would still lead there.
_BEHIND_A_NAME = re.compile(
    r"(?P<kept>[\w-]\.[a-z]{2,24}(?::\d{1,5})?(?:/[^/\s]{1,100}){0,4}?"
    rf"/@?{MASK}(?:@{MASK})?)/{_MORE}|(?P<at>at://{MASK})/{_MORE}",
    re.IGNORECASE,
)
_SHAPES = "|".join(
    shape for platform in PLATFORMS.values() for shape in platform.post_addresses
)
_WITHOUT_A_NAME = re.compile(
    r"(?P<host>(?<![\w.-])(?:[\w-]{1,63}\.){0,3}"
    rf"(?=(?:{_SHAPES}))[\w.-]{{1,100}})/{_MORE}",
    re.IGNORECASE,
)


def hidden(text: str) -> str:
    """A text in which names are hidden, without what leads to a post that somebody
    wrote. The address of an account that is shown by name stays."""
    text = _BEHIND_A_NAME.sub(lambda hit: hit["kept"] or hit["at"], text)
    return _WITHOUT_A_NAME.sub(lambda hit: f"{hit['host']}/{MASK}", text)
