"""A file of links: a table with a heading, in and out, in the same columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from socialcell.campaigns.links import tracked_link
from socialcell.campaigns.links.model import TrackedLink
from socialcell.connectors.files import sheets

COLUMNS = ("code", *tracked_link.GIVEN)
_SHOWN = ("address", "source", "medium", "created_at", "changed_at")
"""What an export says beside, and an import passes over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of a file: which link it is about, or why it cannot be read."""

    row: int  # as a spreadsheet numbers it
    code: str | None
    given: dict[str, str | None]
    reason: str | None = None


def read(path: Path) -> Iterator[Asked]:
    """The rows of a file of links. SocialcellError: its heading is not of links."""
    wanted = sheets.Columns("links", COLUMNS, ("code", "campaign"), _SHOWN)
    for one in sheets.asked(path, wanted):
        code = one.given.pop("code", None)
        yield Asked(one.row, code, one.given, one.reason)


def columns() -> tuple[str, ...]:
    """The columns of an export."""
    return (*COLUMNS, *_SHOWN)


def row(link: TrackedLink, address: str) -> dict[str, object]:
    """A link as an export shows it."""
    return {
        "code": link.code,
        **tracked_link.given(link),
        "address": address,
        "source": link.source,
        "medium": link.medium,
        "created_at": link.created_at.isoformat(),
        "changed_at": link.changed_at.isoformat(),
    }
