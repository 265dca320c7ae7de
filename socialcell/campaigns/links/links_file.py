"""A file of links: a table with a heading, imported and exported in the same
columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from socialcell.campaigns.links import tracked_link
from socialcell.campaigns.links.model import TrackedLink
from socialcell.connectors.files import sheets
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.message_catalog import Message

LINK_COLUMNS = ("code", *tracked_link.STATED_FIELDS)
_EXPORT_ONLY = ("address", "source", "medium", "created_at", "changed_at")
"""Further columns of an export, which an import ignores."""


@dataclass(frozen=True, slots=True)
class LinkFileRow:
    """A row of a file: the link's code and fields, or the reason it cannot be read."""

    row: int  # as a spreadsheet numbers it
    code: str | None
    fields: dict[str, str | None]
    reason: str | None = None


def read_links(path: Path, options: TableOptions = AS_IT_IS) -> Iterator[LinkFileRow]:
    """The rows of a file of links. SocialcellError: its heading is not of links."""
    columns_expected = sheets.SheetColumns(
        Message("files.links"),
        LINK_COLUMNS,
        ("code", "campaign"),
        _EXPORT_ONLY,
        dates=("expires",),
    )
    for sheet_row in sheets.read_sheet(path, columns_expected, options):
        code = sheet_row.cells.pop("code", None)
        yield LinkFileRow(sheet_row.row, code, sheet_row.cells, sheet_row.reason)


def columns() -> tuple[str, ...]:
    """The columns of an export."""
    return (*LINK_COLUMNS, *_EXPORT_ONLY)


def row(link: TrackedLink, address: str) -> dict[str, str | None]:
    """A row of an export."""
    return {
        "code": link.code,
        **tracked_link.stated_fields(link),
        "address": address,
        "source": link.source,
        "medium": link.medium,
        "created_at": link.created_at.isoformat(),
        "changed_at": link.changed_at.isoformat(),
    }
