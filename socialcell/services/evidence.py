"""Evidence of a step: a link, or a file that is stored under its hash."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from socialcell.errors import SocialcellError, UsageError
from socialcell.files import unfinished_files
from socialcell.services.context import Context
from socialcell.text import clean_text

FOLDER = "evidence"
MOST_BYTES = 25_000_000
_LONGEST = 2000


def check_link(text: str) -> str:
    """An address as evidence. UsageError: it is none."""
    address = clean_text(text).strip()
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in address:
        raise UsageError("evidence.no_address", address=text)
    if len(address) > _LONGEST:
        raise UsageError("evidence.long_address", limit=_LONGEST)
    return address


def store_file(context: Context, path: Path) -> str:
    """Copy a file into the workspace's folder of evidence; its SHA-256, hexadecimal.

    SocialcellError: it cannot be read, is empty or has more than 25 MB.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            megabytes = MOST_BYTES // 10**6
            raise SocialcellError("evidence.large_file", path=path, limit=megabytes)
        content = path.read_bytes()
    except OSError as error:
        raise SocialcellError(
            "evidence.unreadable", path=path, reason=error.strerror
        ) from None
    if not content:
        raise SocialcellError("evidence.empty_file", path=path)
    return store_content(context, content, path.suffix.lower())


@dataclass(frozen=True)
class EvidenceFile:
    """A file that somebody sent: its bytes, and the name that it had there."""

    name: str
    content: bytes = field(repr=False)


def store_sent(context: Context, file: EvidenceFile) -> str:
    """Keep a file that was sent; its SHA-256, hexadecimal. SocialcellError: it is empty
    or has more than 25 MB."""
    if len(file.content) > MOST_BYTES:
        limit = MOST_BYTES // 10**6
        raise SocialcellError("evidence.large_file", path=file.name, limit=limit)
    if not file.content:
        raise SocialcellError("evidence.empty_file", path=file.name)
    suffix = PurePath(file.name).suffix.lower()
    is_plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) < 10
    return store_content(context, file.content, suffix if is_plain else "")


def store_content(context: Context, content: bytes, suffix: str) -> str:
    """Keep bytes in the workspace's folder of evidence; their SHA-256, hexadecimal.
    SocialcellError: the disk refuses."""
    digest = hashlib.sha256(content).hexdigest()
    folder = context.workspace.folder / FOLDER
    target = folder / f"{digest}{suffix}"
    try:
        folder.mkdir(mode=0o770, exist_ok=True)
        with unfinished_files.writing(target, mode=0o660) as file:
            file.write(content)
    except OSError as error:
        raise SocialcellError(
            "evidence.not_stored", path=target, reason=error.strerror
        ) from None
    return digest


def delete_files(context: Context, digests: list[str]) -> None:
    """Delete files of evidence, where they are."""
    folder = context.workspace.folder / FOLDER
    for digest in digests:
        for file in folder.glob(f"{digest}*"):
            file.unlink(missing_ok=True)
