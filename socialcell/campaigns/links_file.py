"""A file of links: CSV with a heading, in and out, in the same columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from socialcell.campaigns import links
from socialcell.campaigns.links_model import TrackedLink
from socialcell.connectors.csv_rows import CsvRow, csv_rows, delimiter_of
from socialcell.connectors.lines import lines
from socialcell.errors import SocialcellError
from socialcell.sheet import plain

COLUMNS = ("code", *links.GIVEN)
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
    try:
        with path.open("rb") as file:
            yield from _rows(path, csv_rows(lines(file), _delimiter(path)))
    except OSError as error:
        raise SocialcellError(f"{path} cannot be read: {error.strerror}") from None


def columns() -> tuple[str, ...]:
    """The columns of an export."""
    return (*COLUMNS, *_SHOWN)


def row(link: TrackedLink, address: str) -> dict[str, object]:
    """A link as an export shows it."""
    return {
        "code": link.code,
        **links.given(link),
        "address": address,
        "source": link.source,
        "medium": link.medium,
        "created_at": link.created_at.isoformat(),
        "changed_at": link.changed_at.isoformat(),
    }


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        return delimiter_of(next((line.text for line in lines(file)), ""))


def _rows(path: Path, rows: Iterable[CsvRow]) -> Iterator[Asked]:
    every = iter(rows)
    heading = next(every, None)
    names = [_name(cell) for cell in heading.cells] if heading is not None else []
    _require(path, names)
    for one in every:
        if one.is_blank:
            continue
        reason = one.damage
        if reason is None and len(one.cells) > len(names):
            reason = f"{len(one.cells)} cells where the heading has {len(names)}"
        said = {
            key: plain(value).strip() or None
            for key, value in zip(names, one.cells, strict=False)
            if key in COLUMNS
        }
        code = said.pop("code", None)
        yield Asked(one.number, code, said, reason)


def _name(cell: str) -> str:
    return "_".join(cell.strip().lower().split())


def _require(path: Path, names: list[str]) -> None:
    unknown = [name for name in names if name and name not in columns()]
    doubled = sorted({name for name in names if names.count(name) > 1})
    known = f"The columns of links are: {', '.join(COLUMNS)}."
    if unknown:
        raise SocialcellError(f"{path}: no column of links: {unknown[0]!r}. {known}")
    if doubled:
        raise SocialcellError(f"{path}: the column {doubled[0]!r} is there twice.")
    if not {"code", "campaign"} & set(names):
        raise SocialcellError(f"{path}: it has no column code or campaign. {known}")
