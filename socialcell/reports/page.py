"""What a report is made of: sections of paragraphs, tables, charts and quotations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Cell: TypeAlias = tuple[str, ...]
"""The lines of a table's cell."""


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Table:
    """A caption, a heading for each column, and rows; the first cell heads its row.

    ValueError where a row has not one cell for each heading; a table without headings
    is a list of terms.
    """

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""  # what the numbers rest on
    dense: bool = False  # many narrow columns of numbers
    detail: int = 0  # the higher, the sooner a long letter leaves it to the workbook
    kind: str = "table"

    def __post_init__(self) -> None:
        for row in self.rows if self.headings else ():
            if len(row) != len(self.headings):
                raise ValueError(
                    f"The table {self.caption!r} has {len(self.headings)} headings "
                    f"and a row of {len(row)} cells. Give each heading its cell."
                )


@dataclass(frozen=True)
class Chart:
    """A picture's file beside the page, and what it shows in words."""

    file: str
    alt: str
    kind: str = "chart"


@dataclass(frozen=True)
class Quotation:
    """A post as it is now; `text` is None when it was removed since."""

    why: str
    about: str
    text: str | None
    language: str | None = None
    note: str | None = None
    kind: str = "quotation"


@dataclass(frozen=True)
class Terms:
    """Terms and what they mean here."""

    terms: Sequence[tuple[str, str]]
    detail: int = 0  # as of a table
    kind: str = "terms"


Block: TypeAlias = Paragraph | Table | Chart | Quotation | Terms


@dataclass(frozen=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A whole document in one language."""

    language: str
    title: str
    subtitle: str
    summary: Sequence[str]
    sections: Sequence[Section]
    footer: Sequence[str]
