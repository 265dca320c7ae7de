"""Split a file of any common encoding into lines, with the damage of each."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import IO, BinaryIO

SAVE_AS_UTF8 = "Save the file as UTF-8 (in a spreadsheet: CSV UTF-8)."
LONGEST = 16 << 20  # characters or bytes of one line; API pages have a few million

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end, its number from 1, and what is wrong with its bytes.

    In a damaged line each byte that is not UTF-8 stands as a lone surrogate.
    """

    number: int
    text: str
    damage: str | None = None


def lines(file: BinaryIO) -> Iterator[Line]:
    """The lines of a UTF-8 or UTF-16 file, one in memory at a time.

    A byte order mark is taken off; without one, UTF-16 is known by its zero bytes.
    """
    encoding = skip_mark(file)
    return _utf8(file) if encoding == "utf-8" else _utf16(file, encoding)


def skip_mark(file: IO[bytes]) -> str:
    """The file's encoding; the file then stands behind its byte order mark."""
    head = file.read(4)
    encoding, length = _encoding(head)
    file.seek(length)
    return encoding


def _encoding(head: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if len(head) == 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le", 0
    if len(head) == 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be", 0
    return "utf-8", 0


def _utf8(file: BinaryIO) -> Iterator[Line]:
    for number in count(1):
        raw = file.readline(LONGEST)
        if not raw:
            return
        if len(raw) == LONGEST and not raw.endswith(b"\n"):
            while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                pass
            start = raw[:1000].decode("utf-8", "surrogateescape")
            yield Line(number, start, f"longer than {LONGEST >> 20} MB")
            continue
        try:
            yield Line(number, raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            yield Line(
                number,
                raw.decode("utf-8", "surrogateescape"),
                f"it is not UTF-8 text: its byte {error.start + 1} is "
                f"{raw[error.start]:#04x}. {SAVE_AS_UTF8}",
            )


def _utf16(file: BinaryIO, encoding: str) -> Iterator[Line]:
    # Halves of a surrogate pair pass here; text.clean_text mends or marks them.
    text = io.TextIOWrapper(file, encoding, errors="surrogatepass", newline="\n")
    try:
        for number in count(1):
            try:
                line = text.readline(LONGEST)
            except UnicodeDecodeError:
                yield Line(number, "", "the file ends in the middle of a character")
                return
            if not line:
                return
            if len(line) == LONGEST and not line.endswith("\n"):
                while (rest := text.readline(LONGEST)) and not rest.endswith("\n"):
                    pass
                yield Line(number, line[:1000], f"longer than {LONGEST >> 20} MB")
                continue
            yield Line(number, line)
    finally:
        text.detach()
