"""What PMC Care's statuses mean: open, closed or reopened, by a table."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from socialcell.connectors.files.plain_tables import plain_rows
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import SocialcellError
from socialcell.text import index_form

COLUMNS = ("status", "meaning")
MEANINGS = ("open", "closed", "reopened")


def status_key(status: str) -> str:
    """A status without case, spaces and signs, as it is compared."""
    return index_form(status)


@cache
def package_statuses() -> Mapping[str, str]:
    """The package's table: key of a status → its meaning."""
    place = resources.files("socialcell.desk") / "data" / "care_statuses.csv"
    rows = csv.DictReader(io.StringIO(place.read_text("utf-8")))
    return {status_key(row["status"]): row["meaning"] for row in rows}


def read_statuses(
    path: Path, options: TableOptions = AS_IT_IS
) -> list[tuple[str, str]]:
    """The statuses and meanings of a table of the cell's own, in its order.

    SocialcellError names the file and the row: other columns, an empty status, an
    unknown meaning, or a status that stands twice with two meanings.
    """
    try:
        table = plain_rows(path, COLUMNS, options)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SocialcellError(
            "deskclosing.unreadable_statuses", file=path, reason=error
        ) from error
    if not table or tuple(table[0][1]) != COLUMNS:
        raise SocialcellError(
            "deskclosing.status_columns", file=path, columns=list(COLUMNS)
        )
    statuses: dict[str, tuple[str, str]] = {}
    for number, cells in table[1:]:
        status, meaning = (cell.strip() for cell in _padded(cells))
        key = status_key(status)
        before = statuses.setdefault(key, (status, meaning))
        if not key or meaning not in MEANINGS or before[1] != meaning:
            raise SocialcellError(
                "deskclosing.status_row",
                file=path,
                row=number,
                status=status,
                meaning=meaning,
                meanings=list(MEANINGS),
            )
    return list(statuses.values())


def _padded(cells: Sequence[str]) -> tuple[str, str]:
    status, meaning, *_rest = (*cells, "", "")
    return status, meaning
