"""Names of a workspace's office holders, read quickly for whoever shows texts.

`public_people.py` reads and checks the same file for the reader of texts, which needs
spaCy; a list of mentions is shown without it.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

FILE = "people.csv"
_NAMES = ("name_en", "name_mr", "name_hi")


def names(folder: Path) -> list[str]:
    """The names of a workspace's file in every script; none where it has no file.

    A line that cannot be read names nobody: in doubt a name is hidden. The import and
    `language people lint` say what is wrong with it.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return names_in(file)


def names_in(lines: Iterable[str]) -> list[str]:
    """The names in the lines of such a file, its heading first."""
    rows = [row for row in csv.DictReader(lines) if None not in row]
    return [
        name
        for row in rows
        for name in (
            *(row.get(column) or "" for column in _NAMES),
            *(row.get("aliases") or "").split("|"),
        )
        if name
    ]
