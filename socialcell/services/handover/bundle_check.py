"""Check a bundle of records: every file is as its manifest says, and the audit rows in
it are a chain. It needs the bundle alone, no database."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from socialcell.errors import SocialcellError
from socialcell.ops import audit
from socialcell.ops.audit import AuditFields
from socialcell.services.handover.record_bundle import (
    CHAIN,
    FORM,
    MANIFEST,
    chain_rows,
)

_MOST = 200 * 1024 * 1024  # bytes of a file in it
_IN_FULL = ("at", "actor", "operator_id", "os_user", "action", "object", "detail")


@dataclass(frozen=True)
class BundleCheck:
    """What is wrong with a bundle, as sentences; and the head of its part of the audit
    log, for `audit verify --head`."""

    problems: tuple[str, ...]
    files: int
    entries: int
    head: str | None


def check_bundle(path: Path) -> BundleCheck:
    """Look at a bundle. SocialcellError: the file is none, or cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = {info.filename: _read(archive, info) for info in archive.infolist()}
        manifest = json.loads(files.pop(MANIFEST))
        is_ours = manifest["form"] == FORM
        listed: Mapping[str, str] = manifest["files"]
        rows = list(chain_rows(files.get(CHAIN, b"").decode()))
        proof = manifest["audit"]
    except OSError as error:
        raise SocialcellError(
            "registers.not_read", path=path, reason=error.strerror or str(error)
        ) from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
        raise SocialcellError("registers.no_bundle", path=path) from None
    if not is_ours:
        raise SocialcellError("registers.no_bundle", path=path)
    problems = [*_file_problems(files, listed), *_chain_problems(rows)]
    head = str(rows[-1]["hash"]) if rows else None
    if head != proof["head"]:
        problems.append("the manifest names another head than the audit rows end with")
    whole = sum("action" in row for row in rows)
    return BundleCheck(tuple(problems), len(files), whole, head)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > _MOST:
        raise ValueError("a file in it is too large")
    return archive.read(info)


def _file_problems(
    files: Mapping[str, bytes], listed: Mapping[str, str]
) -> Iterator[str]:
    for name in sorted(files.keys() | listed.keys()):
        if name not in files:
            yield f"{name} is missing"
        elif name not in listed:
            yield f"{name} is not in the manifest"
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]:
            yield f"{name} was changed"


def _chain_problems(rows: list[dict[str, object]]) -> Iterator[str]:
    previous: dict[str, object] | None = None
    for row in rows:
        if previous is not None and (
            row.get("prev_hash") != previous.get("hash")
            or row.get("seq") != cast(int, previous["seq"]) + 1
        ):
            yield f"audit row {row.get('seq')} does not follow the one before it"
        if "action" in row and not _is_sealed(row):
            yield f"audit row {row.get('seq')} was changed"
        previous = row


def _is_sealed(row: Mapping[str, object]) -> bool:
    """Whether the hash of a row that is there in full is that of its content."""
    if any(name not in row for name in _IN_FULL):
        return False
    fields = {name: row[name] for name in ("seq", *_IN_FULL)}
    try:
        fields["at"] = datetime.fromisoformat(str(row["at"]))
        sealed = audit.seal(str(row["prev_hash"]), cast(AuditFields, fields))
    except ValueError:
        return False
    return sealed == row["hash"]
