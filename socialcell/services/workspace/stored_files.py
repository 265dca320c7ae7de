"""The files that a database refers to: evidence, and what came with messages.

Each has the SHA-256 of its content for its name, so that one that was changed is seen.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, inspect

from socialcell import db
from socialcell.campaigns.outreach.store import outreach
from socialcell.listening.store.pages import attachments
from socialcell.services import evidence
from socialcell.services.webhooks import media_files


def referred(engine: Engine) -> list[str]:
    """What a database of any schema refers to: evidence/DIGEST and media/AB/DIGEST."""
    there, named = inspect(engine), []
    with db.reading(engine) as session:
        if there.has_table(attachments.ATTACHMENT.name):
            held = attachments.kept_digests(session)
            named += [f"{media_files.FOLDER}/{one[:2]}/{one}" for one in held]
        if there.has_table(outreach.STEP.name):
            named += [
                f"{evidence.FOLDER}/{one}" for one in outreach.evidence_files(session)
            ]
    return sorted(named)


def find(root: Path, name: str) -> Path | None:
    """The file that holds what its name says, with any ending; None without one."""
    digest = name.rpartition("/")[2]
    for file in _called(root, name):
        with suppress(FileNotFoundError), file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() == digest:
                return file
    return None


def wrong(root: Path, names: Iterable[str]) -> list[str]:
    """Which files are missing or changed below a folder, as sentences."""
    found = []
    for name in names:
        if find(root, name) is None:
            there = any(file.exists() for file in _called(root, name))
            found.append(f"{root / name} is {'changed' if there else 'missing'}")
    return found


def bring(
    names: Iterable[str], source: Path, target: Path, alike: Path | None = None
) -> list[str]:
    """Copy the files that `target` does not hold; the names of those that are nowhere.

    What the folder `alike`, an earlier copy, holds already is linked from there.
    """
    lacking = []
    for name in names:
        if find(target, name) is not None:
            continue
        if alike and (file := find(alike, name)):
            _put(file, target / file.relative_to(alike), link=True)
        elif file := find(source, name):
            _put(file, target / file.relative_to(source), link=False)
        else:
            lacking.append(name)
    return lacking


def _called(root: Path, name: str) -> Iterator[Path]:
    yield root / name
    yield from sorted(root.glob(f"{name}.*"))


def _put(file: Path, to: Path, *, link: bool) -> None:
    to.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
    aside = to.with_name(f"{to.name}.{os.getpid()}.part")
    try:
        if link:
            with suppress(OSError):  # this disk knows no links
                os.link(file, aside)
        if not aside.exists():
            aside.touch(mode=0o660)
            shutil.copyfile(file, aside)
            with aside.open("rb") as opened:
                os.fsync(opened.fileno())
        aside.replace(to)
    finally:
        aside.unlink(missing_ok=True)
