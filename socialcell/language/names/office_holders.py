"""Names of a workspace's office holders, read quickly for whoever shows texts.

`public_people.py` reads and checks the same file for the reader of texts, which needs
spaCy; a list of mentions is shown without it.
"""

import csv
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

FILE = "people.csv"
OLDER_COLUMNS = (
    *("id", "kind", "name_en", "name_mr", "name_hi", "aliases", "handles"),
    *("valid_from", "valid_to", "source"),
)
COLUMNS = (*OLDER_COLUMNS, "evidence")
"""Of a file; the package's own, and a workspace's of before, have no evidence."""
_NAMES = ("name_en", "name_mr", "name_hi")


def names(folder: Path) -> list[str]:
    """The names of a workspace's file in every script; none where it has no file.

    A line that cannot be read names nobody: in doubt a name is hidden. The import and
    `language people lint` say what is wrong with it.
    """
    return [name for row in rows(folder) for name in names_of(row)]


def rows(folder: Path) -> list[dict[str, str]]:
    """The lines of a workspace's file that can be read, by column; none where it has
    no file."""
    path = folder / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return rows_in(file)


def columns_of(heading: Collection[str]) -> tuple[str, ...]:
    """What a file with this heading must have: the columns, or those of before."""
    return COLUMNS if "evidence" in heading else OLDER_COLUMNS


def names_in(lines: Iterable[str]) -> list[str]:
    """The names in the lines of such a file, its heading first."""
    return [name for row in rows_in(lines) for name in names_of(row)]


def rows_in(lines: Iterable[str]) -> list[dict[str, str]]:
    """The lines of such a file that can be read, by column."""
    return [row for row in csv.DictReader(lines) if None not in row]


def names_of(entry: Mapping[str, str]) -> list[str]:
    """The names of an entry, by column, in every script."""
    names = (entry.get(column) or "" for column in _NAMES)
    aliases = (entry.get("aliases") or "").split("|")
    return [name for name in (*names, *aliases) if name]
