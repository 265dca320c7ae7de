"""Evidence that people bring: a link, or a file that is kept under its hash."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from socialcell.errors import SocialcellError, UsageError
from socialcell.services.context import Context
from socialcell.text import clean_text

FOLDER = "evidence"
_LARGEST = 25_000_000
_LONGEST = 2000


def link(given: str) -> str:
    """An address as evidence. UsageError: it is none."""
    made = clean_text(given).strip()
    parts = urlsplit(made)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in made:
        raise UsageError(f"--link takes an address such as https://…, not {given!r}.")
    if len(made) > _LONGEST:
        raise UsageError(f"--link has more than {_LONGEST} characters.")
    return made


def keep(context: Context, path: Path) -> str:
    """Copy a file into the workspace's folder of evidence; its SHA-256, hexadecimal.

    SocialcellError: it cannot be read, is empty or has more than 25 MB.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise SocialcellError(f"{path} has more than {_LARGEST // 10**6} MB.")
        content = path.read_bytes()
    except OSError as error:
        raise SocialcellError(f"{path} cannot be read: {error.strerror}") from None
    if not content:
        raise SocialcellError(f"{path} is empty: it shows nothing.")
    digest = hashlib.sha256(content).hexdigest()
    folder = context.workspace.folder / FOLDER
    target = folder / f"{digest}{path.suffix.lower()}"
    try:
        folder.mkdir(mode=0o770, exist_ok=True)
        aside = target.with_name(target.name + ".part")
        aside.touch(mode=0o660)
        aside.write_bytes(content)
        aside.replace(target)
    except OSError as error:
        raise SocialcellError(f"{target} cannot be kept: {error.strerror}") from None
    return digest


def drop(context: Context, digests: list[str]) -> None:
    """Delete files of evidence, where they are."""
    folder = context.workspace.folder / FOLDER
    for digest in digests:
        for file in folder.glob(f"{digest}*"):
            file.unlink(missing_ok=True)
