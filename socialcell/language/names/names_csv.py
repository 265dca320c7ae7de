"""Entries of a file of names as CSV text, and how a workspace's file is replaced."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files


def csv_text(entries: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    """CSV with the heading, the entries in their order."""
    buffer = io.StringIO()
    table = csv.DictWriter(buffer, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(entries)
    return buffer.getvalue()


def save(path: Path, text: str) -> None:
    """Put a whole new file in place of the old one, or leave that as it is."""
    try:
        with unfinished_files.writing(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=path, reason=error.strerror
        ) from None
