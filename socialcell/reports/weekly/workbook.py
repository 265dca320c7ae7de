"""A report's tables as a workbook: numbers as numbers, and no formula from any text."""

import io
import re
from datetime import datetime
from itertools import count

import xlsxwriter

from socialcell.reports.page import Block, Cell, Page, Table, Terms

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DIGITS = str.maketrans("०१२३४५६७८९−", "0123456789-")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31


def workbook(page: Page) -> bytes:
    """An XLSX of one sheet a table or list of terms, in the page's language."""
    made = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        # Made again it is the same, byte for byte.
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
        heading = book.add_format({"bold": True, "text_wrap": True})
        taken: set[str] = set()
        for section in page.sections:
            for table in filter(None, map(_as_table, section.blocks)):
                sheet = book.add_worksheet(_free(section.title, taken))
                sheet.write_string(0, 0, table.caption, heading)
                sheet.write_string(1, 0, table.note)
                for column, head in enumerate(table.heads):
                    sheet.write_string(3, column, head, heading)
                for number, row in enumerate(table.rows, 4):
                    for column, cell in enumerate(row):
                        _write(sheet, number, column, cell)
                sheet.freeze_panes(4, 1)
                sheet.set_column(0, 0, 32)
                sheet.set_column(1, max(len(table.heads) - 1, 1), 16)
        if not taken:
            book.add_worksheet("-")
    return made.getvalue()


def _as_table(block: Block) -> Table | None:
    """A table, also one of terms and their meanings; nothing else has a sheet."""
    if isinstance(block, Terms):
        return Table("", (), [((term,), (meaning,)) for term, meaning in block.terms])
    return block if isinstance(block, Table) else None


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell
) -> None:
    text = "\n".join(cell)
    plain = text.translate(_DIGITS).replace(",", "")
    if _NUMBER.fullmatch(plain):
        sheet.write_number(row, column, float(plain))
    else:
        sheet.write_string(row, column, text)


def _free(title: str, taken: set[str]) -> str:
    """A sheet's name: what Excel allows, and not used before."""
    stem = _FORBIDDEN.sub(" ", title).strip() or "-"
    for number in count(1):
        ending = "" if number == 1 else f" {number}"
        name = stem[: _LONGEST_NAME - len(ending)] + ending
        if name.lower() not in taken:
            taken.add(name.lower())
            return name
    raise AssertionError("numbers do not end")
