"""Limits of an imported file, and of what it contains.

A file of a few kilobytes can unpack to more than any machine holds. The limits are far
above what the platforms give: the largest archives of X that we know have some ten
thousand members, 100 MB of posts, and are packed to a tenth.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from socialcell.connectors.base import ConnectorError, Kind

MEMBERS = 200_000  # of a .zip: an X archive holds each picture and film
UNPACKED = 2 << 30  # bytes, of all that is read of a packed file
RATIO = 200  # how often larger than packed; text comes to 5 to 30
SMALL_FILE = 16 << 20  # bytes; so little may be packed as tightly as it likes
TABLE = 64 << 20  # bytes of one table in a .zip
COLUMNS = 1_000  # of a table
CELL = 1 << 20  # characters of one cell of a table
ROW = 4 << 20  # characters of one line of a table
PLAIN_TABLE = 4 << 20  # bytes of a table of names, offices or areas; ours have 50,000

_PACKED = (b"PK\x03\x04", b"\x1f\x8b")
_PIECE = 1 << 20


def require_members(archive: zipfile.ZipFile) -> None:
    """ConnectorError CONFIG when a .zip has more members than any that we read."""
    members = len(archive.infolist())
    if members > MEMBERS:
        raise ConnectorError(
            Kind.CONFIG,
            "connectors.zip_of_many_files",
            files=f"{members:,}",
            limit=f"{MEMBERS:,}",
        )


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
