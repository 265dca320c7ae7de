"""A chat that somebody exported from WhatsApp: a .txt file, or the .zip around it.

Android writes `28/11/26, 9:05 pm - Name: text`, iPhone `[28/11/26, 9:05:12 PM] Name:
text`, with the digits, the order of dates and the words of the phone's language. What
was written to a chat is private, like every message: its author is shown by pseudonym,
and it is never quoted.
"""

import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, ClassVar

from socialcell.clock import IST
from socialcell.connectors.base import (
    Capability,
    ConnectorError,
    Filtered,
    Item,
    Kind,
    Record,
    RecordAuthor,
    Reject,
)
from socialcell.connectors.checked_records import check_record
from socialcell.connectors.file_limits import open_zip, require_plain
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.connectors.files.text_lines import lines
from socialcell.connectors.files.written_dates import (
    UnclearDate,
    column_order,
    parse_written,
    plain_digits,
    written_moment,
)
from socialcell.text import clean_text, web_addresses

# What stands in the chat beside what people wrote.
OWN_LINE = "a line of WhatsApp itself"
DELETED = "a message that was deleted"
MEDIA = "a file without words"

_DATE = r"(?P<date>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})"
_TIME = r"(?P<time>[^\[\]\n]{0,14}?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[^\[\]\n\d]{0,14}?)"
_ANDROID = re.compile(rf"{_DATE},?\s+{_TIME}\s+[-–]\s(?P<rest>.*)", re.DOTALL)
_IPHONE = re.compile(rf"\[{_DATE},?\s+{_TIME}\]\s(?P<rest>.*)", re.DOTALL)
_SENDER = re.compile(r"(?P<sender>[^:\n]{1,100}):(?:\s(?P<text>.*))?", re.DOTALL)
# Marks of direction that WhatsApp puts around names, numbers and its own words.
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PHONE = re.compile(r"\+?[\d\s()\u00a0\u2011-]{8,25}")
# A sentence about the chat in which a colon stands, such as its new subject.
_ABOUT_CHAT = re.compile(
    '[“”"]| changed (?:the|this|to|their) | added | created group | pinned '
    "| बदल[ालेी] |यांनी .*(?:जोडले|बदलले)|ने .*(?:जोड़ा|बदला|बदल दिया)"
)
_DELETED = re.compile(
    r"(?:this message was deleted|you deleted this message)\b.*"
    r"|(?:तुम्ही )?(?:हा|हे) (?:मेसेज|संदेश|मॅसेज).*(?:हटव|डिलीट|काढ).*"
    r"|(?:आपने )?(?:यह|इस) (?:मैसेज|संदेश|मेसेज).*(?:डिलीट|मिटा|हटा).*",
    re.IGNORECASE,
)
_LONGEST_NOTE = 100  # characters of WhatsApp's own words in place of a text
_EDITED = re.compile(
    r"\s*<[^<>\n]*(?:edited|एडिट|संपादित|बदल)[^<>\n]*>\s*$", re.IGNORECASE
)
_ATTACHED = re.compile(r"<attached: [^<>\n]+>|^\S[^\n]*\.\w{2,5} \([^()\n]+\)$", re.M)
_OMITTED = re.compile(
    r"<[^<>\n]{3,60}>|(?:image|video|audio|sticker|gif|contact card|video note)"
    r" omitted|.{0,80}\bdocument omitted",
    re.IGNORECASE,
)
_OWN_WORDS = re.compile(
    r"(?:missed )?(?:voice|video) call\b.*|waiting for this message\b.*|null",
    re.IGNORECASE,
)
_POLL = "POLL:"  # what a phone writes before a question that a person put
_BACKWARDS = timedelta(days=1)  # a message that came late is no sign of another order


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A message or a line of the chat itself, with the lines that follow it."""

    number: int  # of its first line, from 1
    date: str
    time: str
    sender: str | None  # None: WhatsApp's own line
    text: str
    is_note: bool = False  # WhatsApp wrote it in place of what the sender did

    @property
    def moment(self) -> str:
        """Date and time as they are written."""
        return f"{self.date} {self.time}"


class ChatExport(FileConnector):
    """Messages of one chat; the id of each is a digest of its time, author and text."""

    platform: ClassVar[str] = "whatsapp"
    format: ClassVar[str] = "whatsapp-chat"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.MESSAGES})

    def __init__(
        self, path: Path, sha256: str, options: TableOptions = AS_IT_IS
    ) -> None:
        super().__init__(path, sha256)
        self.table_options = options

    def open_content(self) -> BinaryIO:
        """The text of the chat."""
        if not zipfile.is_zipfile(self.path):
            return self.path.open("rb")
        with open_zip(self.path) as archive:
            content = archive.read(chat_in(archive) or "")
        require_plain(self.path.name, content)
        return io.BytesIO(content)

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        chat = list(_chat_lines(file))
        messages = [line for line in chat if isinstance(line, ChatLine)]
        order = self.table_options.date_order or _order(messages)
        repeats: Counter[str] = Counter()
        for line in chat:
            if isinstance(line, Reject):
                yield line.row or 0, [line]
            else:
                yield line.number, [_item(line, order, repeats)]


def looks_like_chat(first_lines: Iterable[str]) -> bool:
    """Whether a text begins as an exported chat does."""
    first = next((line for line in first_lines if line.strip()), "")
    return _header(first) is not None


def chat_in(archive: zipfile.ZipFile) -> str | None:
    """The name of the chat in a .zip that an iPhone exported, if it is one."""
    texts = [name for name in archive.namelist() if name.lower().endswith(".txt")]
    named = [n for n in texts if n == "_chat.txt" or n.startswith("WhatsApp Chat")]
    return named[0] if len(named) == 1 else None


def _header(line: str) -> re.Match[str] | None:
    bare = _MARKS.sub("", line)
    match = _IPHONE.match(bare) or _ANDROID.match(bare)
    if match is None:
        return None
    try:
        parse_written(f"{match['date']} {match['time']}", "dmy")
    except ValueError:
        try:
            parse_written(f"{match['date']} {match['time']}", "mdy")
        except ValueError:
            return None
    return match


def _chat_lines(file: BinaryIO) -> Iterator[ChatLine | Reject]:
    """The messages of a chat, and lines that belong to none."""
    number, header, parts = 0, None, list[str]()
    for line in lines(file):
        if line.damage:
            yield Reject(line.text, line.damage, line.number)
            continue
        match = _header(line.text)
        if match is None and header is not None:
            parts.append(_MARKS.sub("", line.text))
        elif match is None:
            if line.text.strip():
                yield Reject(line.text, "a line before the first message", line.number)
        else:
            if header is not None:
                yield _message(number, header, parts)
            number, header, parts = line.number, match, [_after_header(line.text)]
    if header is not None:
        yield _message(number, header, parts)


def _after_header(line: str) -> str:
    """What follows date and time, with the marks that show WhatsApp's own words."""
    marked = re.search(r"(?:\]|\s[-–])\s(.*)", line, re.DOTALL)
    return marked[1] if marked else line


def _message(number: int, header: re.Match[str], parts: Sequence[str]) -> ChatLine:
    written = "".join(parts).replace("\r\n", "\n").rstrip("\n")
    bare = _MARKS.sub("", written)
    day, time = header["date"], header["time"].strip()
    match = _SENDER.fullmatch(bare)
    if match is None or _ABOUT_CHAT.search(match["sender"]):
        return ChatLine(number, day, time, None, bare)
    _sender, _colon, marked = written.partition(":")
    is_note = marked.strip(" ").startswith("\u200e")
    sender = match["sender"].strip().removeprefix("~").strip()
    return ChatLine(number, day, time, sender, (match["text"] or "").strip(), is_note)


def _order(messages: Sequence[ChatLine]) -> str | None:
    """The order of a chat's dates: as they show, else the one in which they go on.

    ConnectorError CONFIG: they may be read either way.
    """
    if order := column_order(line.date for line in messages):
        return order
    unclear = next(filter(None, map(_unclear, messages)), None)
    if unclear is None:
        return None
    in_order = [order for order in ("dmy", "mdy") if _goes_on(messages, order)]
    if len(in_order) == 1:
        return in_order[0]
    dmy, mdy = unclear.readings
    raise ConnectorError(
        Kind.CONFIG, "files.unclear_chat_dates", text=unclear.text, dmy=dmy, mdy=mdy
    )


def _unclear(line: ChatLine) -> UnclearDate | None:
    try:
        parse_written(line.date)
    except UnclearDate as error:
        return error
    except ValueError:
        return None
    return None


def _goes_on(messages: Sequence[ChatLine], order: str) -> bool:
    """Whether the messages stand one after another in time, as WhatsApp writes them."""
    days: list[date] = []
    for line in messages:
        try:
            days.append(parse_written(line.date, order).at.date())
        except ValueError:
            return False
    return all(later - day >= -_BACKWARDS for day, later in pairwise(days))


def _item(line: ChatLine, order: str | None, repeats: Counter[str]) -> Item:
    text = _EDITED.sub("", line.text)
    if line.sender is None:
        return Filtered(OWN_LINE, line.number)
    if len(text) <= _LONGEST_NOTE and _DELETED.fullmatch(text):
        return Filtered(DELETED, line.number)
    words = _ATTACHED.sub("", text).strip()
    if not words or _OMITTED.fullmatch(words):
        return Filtered(MEDIA, line.number)
    is_shared = bool(web_addresses(words)) or words.startswith(_POLL)  # a place, a poll
    if (line.is_note and not is_shared) or _OWN_WORDS.fullmatch(words):
        return Filtered(OWN_LINE, line.number)
    try:
        at = written_moment(line.moment, IST, order)
        author = _author(line.sender)
        id_ = _digest(at, author.uid, words, repeats)
        return check_record(_record(line, id_, at, author, words))
    except ValueError as error:
        raw = {"at": line.moment, "author": line.sender, "text": line.text}
        return Reject(raw, str(error), line.number)


def _record(
    line: ChatLine, id_: str, at: datetime, author: RecordAuthor, words: str
) -> Record:
    is_edited = _EDITED.search(line.text) is not None
    return Record(
        platform=ChatExport.platform,
        external_id=id_,
        text=words,
        raw={"at": line.moment, "author": line.sender, "text": line.text},
        authored_at=at,
        kind="message",
        author=author,
        links=web_addresses(words),
        missing=("edited_at",) if is_edited else (),
        via="export",
    )


def _author(sender: str) -> RecordAuthor:
    """Whoever wrote: by number, as WhatsApp's own messages have it, else by name."""
    digits = "".join(char for char in plain_digits(sender) if char.isdecimal())
    if _PHONE.fullmatch(sender) and len(digits) >= 8:
        return RecordAuthor(uid=digits)
    return RecordAuthor(uid=clean_text(sender).casefold(), name=sender)


def _digest(at: datetime, uid: str, words: str, repeats: Counter[str]) -> str:
    """The id of a message; the same words in the same minute are numbered."""
    content = json.dumps([at.isoformat(), uid, clean_text(words)])
    repeats[content] += 1
    numbered = content if repeats[content] == 1 else f"{content}{repeats[content]}"
    return "chat." + hashlib.sha256(numbered.encode()).hexdigest()[:38]
