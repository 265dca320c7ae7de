"""Limits of a feed before it is parsed: the parser takes minutes over what is built to
hold it up, and builds all of it in memory.

The bytes are counted, not read: a feed that is refused costs milliseconds. The limits
are far above what newspapers send: 100 articles in full come to a tenth of them.
"""

import codecs
import re

from socialcell.connectors.base import ConnectorError, Kind

ENTRIES = 2_000
TAGS = 40_000
_REFERENCES = 100_000  # with which tags within texts are written, among others
_ATTRIBUTES = 60_000
_ATTRIBUTES_OF_TAG = 1_000  # between one tag and the next
_LINES = 500_000

_ENTRY = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)\b")
_DECLARED = re.compile(rb"^\s*<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_WIDE = ("utf-16", "utf-32")  # a zero byte lies between the characters: counted alike
# Other bytes may stand for "<" there.
_SHIFTED = ("utf-7", "hz", "iso2022")
_EBCDIC = b"\x4c\x6f\xa7\x94"  # "<?xm"
_PLAIN = "<&=\n"


def require_bounded(body: bytes, content_type: str) -> None:
    """ConnectorError DRIFT when a feed has more parts than any newspaper's, or is
    written in characters in which they cannot be counted."""
    if len(_ENTRY.findall(body)) > ENTRIES:
        raise ConnectorError(Kind.DRIFT, "feeds.many_entries", limit=f"{ENTRIES:,}")
    is_bounded = (
        body.count(b"<") <= TAGS
        and body.count(b"&") <= _REFERENCES
        and body.count(b"\n") <= _LINES
        and body.count(b"=") <= _ATTRIBUTES
        and all(tag.count(b"=") <= _ATTRIBUTES_OF_TAG for tag in body.split(b"<"))
    )
    if not is_bounded:
        raise ConnectorError(Kind.DRIFT, "feeds.many_tags", limit=f"{TAGS:,}")
    if b"<!ENTITY" in body:
        raise ConnectorError(Kind.DRIFT, "feeds.entities")
    for name in _charsets(body, content_type):
        if not _is_countable(name):
            raise ConnectorError(Kind.DRIFT, "feeds.odd_characters", name=name)


def _charsets(body: bytes, content_type: str) -> list[str]:
    """The names of the characters that a feed claims to be written in."""
    names = _CHARSET.findall(content_type)
    if declared := _DECLARED.match(body):
        names.append(declared[1].decode("ascii", "replace"))
    return [*names, *(["EBCDIC"] if body.startswith(_EBCDIC) else [])]


def _is_countable(name: str) -> bool:
    try:
        codec = codecs.lookup(name).name
        if codec.startswith(_WIDE):
            return True
        return not codec.startswith(_SHIFTED) and _PLAIN.encode(codec) == b"<&=\n"
    except (LookupError, ValueError):
        # The parser does not know it either, and reads UTF-8 or Latin letters.
        return name != "EBCDIC"
