"""Limits of an imported file, and of what it contains.

A file of a few kilobytes can unpack to more than any machine holds. The limits are far
above what the platforms give: the largest archives of X that we know have some ten
thousand members, 100 MB of posts, and are packed to a tenth.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.errors import SocialcellError

MEMBERS = 50_000  # of a .zip: an X archive holds each picture and film
UNPACKED = 2 << 30  # bytes, of all that is read of a packed file
RATIO = 200  # how often larger than packed; text comes to 5 to 30
SMALL_FILE = 16 << 20  # bytes; so little may be packed as tightly as it likes
TABLE = 64 << 20  # bytes of one table in a .zip
COLUMNS = 1_000  # of a table
CELL = 1 << 20  # characters of one cell of a table
ROW = 4 << 20  # characters of one line of a table
PLAIN_TABLE = 4 << 20  # bytes of a table of names, offices or areas; ours have 50,000

_DIRECTORY = 16 << 20  # bytes of a .zip's list of its members
_END = b"PK\x05\x06"  # of that list: 22 bytes, and a comment of at most 64 KB
_END_BYTES, _COMMENT_BYTES = 22, 1 << 16
_LARGE_END = b"PK\x06\x06"  # of a list of more than 4 GB or 65,535 members
_LARGE_END_BYTES = 56 + 20  # with what says where it is
_MEMBER = b"PK\x01\x02"
_PACKED = (b"PK\x03\x04", b"\x1f\x8b")
_PIECE = 1 << 20


def open_zip(place: Path | BinaryIO, most: int | None = None) -> zipfile.ZipFile:
    """A .zip, opened to be read. BadZipFile where it is none; OSError.

    ConnectorError CONFIG when it has more members than `most` (None: MEMBERS), of a
    path SocialcellError with it: they are counted before its list of them is read,
    which makes an object of each.
    """
    if isinstance(place, Path):
        with place.open("rb") as file:
            members = _count_members(file)
    else:
        members = _count_members(place)
        place.seek(0)
    limit = MEMBERS if most is None else most
    if members > limit:
        refusal = ConnectorError(
            Kind.CONFIG,
            "connectors.zip_of_many_files",
            files=f"{members:,}",
            limit=f"{limit:,}",
        )
        if isinstance(place, Path):
            raise SocialcellError("connectors.refused_file", path=place, reason=refusal)
        raise refusal
    return zipfile.ZipFile(place)


def _count_members(file: BinaryIO) -> int:
    """How many members the list of a .zip names, whatever its end claims; 0 where there
    is no end, which its reader says. Of a list that is too large at least as many as
    would fit."""
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - _END_BYTES - _COMMENT_BYTES))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        return 0
    end = length - len(tail) + at
    (size,) = struct.unpack_from("<L", tail, at + 12)
    if (large := tail[max(0, at - _LARGE_END_BYTES) : at]).startswith(_LARGE_END):
        end -= _LARGE_END_BYTES
        (size,) = struct.unpack_from("<Q", large, 40)
    if size > _DIRECTORY:
        return int(size) // len(_MEMBER)
    file.seek(max(0, end - size))
    return file.read(size).count(_MEMBER)


def require_unpacked_size(archive: zipfile.ZipFile, names: Iterable[str]) -> None:
    """ConnectorError CONFIG when these members unpack to too much.

    The sizes are those that the .zip states; its reader returns no byte more.
    """
    members = [archive.getinfo(name) for name in names]
    for member in members:
        _require_ratio(member.filename, member.file_size, member.compress_size)
    if sum(member.file_size for member in members) > UNPACKED:
        raise ConnectorError(
            Kind.CONFIG, "connectors.large_unpacked_zip", limit=UNPACKED >> 30
        )


def require_gzip_size(path: Path) -> None:
    """ConnectorError CONFIG when a compressed file unpacks to too much. Nothing states
    its size, so it is unpacked once, to nowhere. Damage is left to whoever reads it."""
    packed, size = path.stat().st_size, 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                _require_ratio(path.name, size, packed)
                _require_size(path, size)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return


def require_plain(name: str, content: bytes) -> None:
    """ConnectorError CONFIG when what was unpacked is packed once more."""
    if content.startswith(_PACKED):
        raise ConnectorError(Kind.CONFIG, "connectors.packed_member", file=name)


def _require_ratio(name: str, size: int, packed: int) -> None:
    if size > SMALL_FILE and size > RATIO * packed:
        raise ConnectorError(
            Kind.CONFIG, "connectors.tightly_packed", file=name, limit=RATIO
        )


def _require_size(path: Path, size: int) -> None:
    if size > UNPACKED:
        raise ConnectorError(
            Kind.CONFIG,
            "connectors.large_unpacked",
            file=path.name,
            limit=UNPACKED >> 30,
        )
