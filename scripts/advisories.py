"""Whether a locked package has a known weakness, by an export of advisories on disk.

    ADVISORIES=FILE_OR_FOLDER python scripts/advisories.py

The export is OSV's for the ecosystem PyPI: its `all.zip`, or a folder of its JSON files
(https://ossf.github.io/osv-schema/). Nothing is asked of the network. Without an export
it says that nothing was checked, and exits 0; with one, it exits 1 for every advisory
that concerns a version in requirements-dev.lock and is not in accepted_advisories.tsv.
"""

import argparse
import csv
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

HERE = Path(__file__).resolve().parent
LOCK = HERE.parent / "requirements-dev.lock"
ACCEPTED = HERE / "accepted_advisories.tsv"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accepted", type=Path, default=ACCEPTED)
    accepted_ids = accepted(parser.parse_args().accepted)
    export = os.environ.get("ADVISORIES", "")
    if not export:
        print(
            "SKIPPED: advisories were not checked. Set ADVISORIES to an export of OSV "
            "(CONTRIBUTING.md says how)."
        )
        return 0
    path = Path(export)
    if not path.exists():
        print(f"{path}: there is no such export. Correct ADVISORIES.")
        return 1
    return report(locked(LOCK.read_text("utf-8")), path, accepted_ids)


def report(pins: dict[str, str], export: Path, accepted_ids: dict[str, date]) -> int:
    """Print what concerns the pins. The exit code: 1 for anything not accepted, and for
    an export that holds no advisory at all."""
    count, is_clean = 0, True
    for advisory in advisories(export):
        count += 1
        for name in sorted(concerned(advisory, pins)):
            until = accepted_ids.get(advisory["id"])
            is_accepted = until is not None and until >= datetime.now(UTC).date()
            is_clean = is_clean and is_accepted
            state = f"accepted until {until}" if is_accepted else "NOT ACCEPTED"
            summary = advisory.get("summary") or advisory.get("details", "")[:100]
            print(f"{advisory['id']}: {name} {pins[name]}: {summary} ({state})")
    if not count:
        print(f"{export}: no advisory is in it.")
        return 1
    print(f"{count} advisories, {len(pins)} locked packages.")
    return 0 if is_clean else 1


def locked(lock: str) -> dict[str, str]:
    """Package, by its normalised name → the version that the lock pins."""
    return {canonicalize_name(name): version for name, version in _PIN.findall(lock)}


def accepted(path: Path) -> dict[str, date]:
    """Id of an advisory → the last day on which it is accepted."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["id"]: date.fromisoformat(row["until"]) for row in rows}


def advisories(export: Path) -> Iterator[dict[str, Any]]:
    """Every advisory of an export that was not withdrawn."""
    for text in _files(export):
        advisory = json.loads(text)
        if not advisory.get("withdrawn"):
            yield advisory


def _files(export: Path) -> Iterator[bytes]:
    if export.is_dir():
        for path in sorted(export.rglob("*.json")):
            yield path.read_bytes()
        return
    with zipfile.ZipFile(export) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json"):
                yield archive.read(name)


def concerned(advisory: dict[str, Any], pins: dict[str, str]) -> set[str]:
    """The locked packages whose version an advisory names."""
    return {
        name
        for affected in advisory.get("affected", ())
        if affected.get("package", {}).get("ecosystem") == "PyPI"
        and (name := canonicalize_name(affected["package"]["name"])) in pins
        and _is_affected(affected, pins[name])
    }


def _is_affected(affected: dict[str, Any], version: str) -> bool:
    if version in affected.get("versions", ()):
        return True
    ranges = affected.get("ranges", ())
    return any(
        _is_within(found["events"], Version(version))
        for found in ranges
        if found["type"] == "ECOSYSTEM"
    )


def _is_within(events: list[dict[str, str]], version: Version) -> bool:
    """OSV's own rule: the last event that is not after the version decides."""
    is_within = False
    for event in sorted(events, key=_place):
        ((kind, text),) = event.items()
        if kind == "introduced" and version >= _version(text):
            is_within = True
        elif kind != "introduced" and _has_ended(kind, version, _version(text)):
            is_within = False
    return is_within


def _has_ended(kind: str, version: Version, end: Version) -> bool:
    """`fixed` names the first version without the weakness, `last_affected` the last
    one with it."""
    return version >= end if kind == "fixed" else version > end


def _place(event: dict[str, str]) -> tuple[Version, bool]:
    """Where an event stands; what ends a range comes after what begins one."""
    ((kind, text),) = event.items()
    return _version(text), kind != "introduced"


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


if __name__ == "__main__":
    sys.exit(main())
