"""Long posts in X's archive: note-tweet.js has their whole text under other ids.

The archive does not link a note to its post. A post is a note's when both were written
in the same minute and the post's text is the note's beginning.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from socialcell.connectors.file_limits import open_zip
from socialcell.connectors.json_values import object_at, optional_list, text_at
from socialcell.connectors.x.x_post import unescape_text
from socialcell.json_types import JsonObject, JsonValue, as_object

_FILES = re.compile(r"(?:^|/)data/note-tweet(?:-part\d+)?\.js$")
_LARGEST = 64 << 20  # bytes: notes are read whole
_APART = timedelta(minutes=1)
# A shorter beginning could be that of another post.
_SHORTEST = 100
# Where X cuts a text it sets three points, and the address of the post itself.
_CUT = re.compile(r"(?:\s*…)?(?:\s*https://t\.co/\w+)?\s*$")
_ADDRESSEES = re.compile(r"(?:@\w{1,15}\s+)+")


@dataclass(frozen=True)
class Note:
    """The whole text of a long post as X escapes it, its addresses, and its time."""

    at: datetime
    text: str
    urls: tuple[str, ...]


def notes(archive: Path) -> Sequence[Note]:
    """The notes in an archive's .zip or folder; unreadable ones are passed over."""
    return [
        note
        for text in _texts(archive)
        for element in _elements(text)
        if (note := _note(element)) is not None
    ]


def note_of(post: JsonObject, notes: Sequence[Note]) -> JsonObject | None:
    """The note whose beginning a post in the API's words is, as the API has it."""
    text, at = post.get("text"), post.get("created_at")
    if not notes or not isinstance(text, str) or not isinstance(at, str):
        return None
    addressees, start = _split_addressees(_CUT.sub("", unescape_text(text)))
    written = datetime.fromisoformat(at)
    for note in notes:
        if abs(note.at - written) > _APART:
            continue
        note_addressees, whole = _split_addressees(unescape_text(note.text))
        if _SHORTEST <= len(start) < len(whole) and whole.startswith(start):
            return {
                "text": note.text if note_addressees else addressees + note.text,
                "entities": {"urls": [{"expanded_url": url} for url in note.urls]},
            }
    return None


def _split_addressees(text: str) -> tuple[str, str]:
    """The handles at the beginning of an answer, which its note may leave out; the
    rest."""
    addressees = _ADDRESSEES.match(text)
    return (addressees[0], text[addressees.end() :]) if addressees else ("", text)


def _note(element: JsonValue) -> Note | None:
    try:
        note = object_at(as_object(element), "noteTweet")
        core = object_at(note, "core")
        return Note(
            at=datetime.fromisoformat(text_at(note, "createdAt")).astimezone(UTC),
            text=str(core["text"]),
            urls=tuple(
                str(as_object(url)["expandedUrl"])
                for url in optional_list(core, "urls")
            ),
        )
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _elements(text: str) -> Sequence[JsonValue]:
    try:
        elements: JsonValue = json.loads(text[text.index("=") + 1 :])
    except (ValueError, RecursionError):
        return []
    return elements if isinstance(elements, list) else []


def _texts(archive: Path) -> Iterator[str]:
    try:
        if zipfile.is_zipfile(archive):
            with open_zip(archive) as opened:
                for name in sorted(filter(_FILES.search, opened.namelist())):
                    with opened.open(name) as file:
                        yield file.read(_LARGEST).decode("utf-8-sig")
        else:
            yield archive.with_name("note-tweet.js").read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError, zipfile.BadZipFile):
        return
