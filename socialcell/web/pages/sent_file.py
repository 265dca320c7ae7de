"""A file that came with a form, which is read when an action asks for it."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile

from socialcell.text import clean_text, one_line

_LONGEST_NAME = 100


@dataclass(frozen=True)
class SentFile:
    """A file of a form, and its name without a folder, as the browser gave it. It lies
    on the disk or in memory as long as the request lasts."""

    name: str
    stream: BinaryIO = field(repr=False)

    def read(self) -> bytes:
        """All of it."""
        self.stream.seek(0)
        return self.stream.read()


def file_of(data: FormData) -> SentFile | None:
    """The file of a form; None: none was chosen. Of several, the last counts."""
    chosen = [
        part for part in data.values() if isinstance(part, UploadFile) and part.size
    ]
    if not chosen:
        return None
    name = PurePath((chosen[-1].filename or "").replace("\\", "/")).name
    return SentFile(one_line(clean_text(name), _LONGEST_NAME), chosen[-1].file)
