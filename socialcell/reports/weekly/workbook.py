"""A report's tables as a workbook: numbers as numbers, and no formula from any text."""

import io
import re
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from itertools import count

import xlsxwriter

from socialcell.reports.page import Block, Cell, Page, Table, Terms
from socialcell.reports.weekly.tidy_numbers import COLUMNS, TidyRow

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DIGITS = str.maketrans("०१२३४५६७८९−", "0123456789-")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
TIDY_SHEET = "numbers"


def workbook(page: Page, comment: str = "", rows: Sequence[TidyRow] = ()) -> bytes:
    """An XLSX of one sheet a table or list of terms, in the page's language.

    `rows` follow on a sheet of their own, as numbers and times, under the same English
    headings in every language. The comment stands among the file's properties.
    """
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as xlsx:
        # The same page gives the same bytes.
        created = datetime(2000, 1, 1)  # noqa: DTZ001
        xlsx.set_properties({"created": created, "comments": comment})
        heading = xlsx.add_format({"bold": True, "text_wrap": True})
        used_names: set[str] = set()
        for section in page.sections:
            for table in filter(None, map(_table_of, section.blocks)):
                sheet = xlsx.add_worksheet(_free_sheet_name(section.title, used_names))
                sheet.write_string(0, 0, table.caption, heading)
                sheet.write_string(1, 0, table.note)
                for column, head in enumerate(table.headings):
                    sheet.write_string(3, column, head, heading)
                for number, row in enumerate(table.rows, 4):
                    for column, cell in enumerate(row):
                        _write(sheet, number, column, cell)
                sheet.freeze_panes(4, 1)
                sheet.set_column(0, 0, 32)
                sheet.set_column(1, max(len(table.headings) - 1, 1), 16)
        if rows:
            _write_tidy(xlsx, _free_sheet_name(TIDY_SHEET, used_names), rows, heading)
        if not used_names:
            xlsx.add_worksheet("-")
    return buffer.getvalue()


def _write_tidy(
    xlsx: xlsxwriter.Workbook,
    name: str,
    rows: Sequence[TidyRow],
    heading: xlsxwriter.format.Format,
) -> None:
    sheet = xlsx.add_worksheet(name)
    moment = xlsx.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, head in enumerate(COLUMNS):
        sheet.write_string(0, column, head, heading)
    for number, row in enumerate(rows, 1):
        for column, field in enumerate(astuple(row)):
            if isinstance(field, datetime):
                sheet.write_datetime(number, column, field, moment)
            elif isinstance(field, str):
                sheet.write_string(number, column, field)
            elif field is not None:
                sheet.write_number(number, column, field)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    sheet.set_column(0, len(COLUMNS) - 1, 16)


def _table_of(block: Block) -> Table | None:
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


def _free_sheet_name(title: str, used_names: set[str]) -> str:
    """A sheet's name: what Excel allows, and not used before."""
    stem = _FORBIDDEN.sub(" ", title).strip() or "-"
    for number in count(1):
        ending = "" if number == 1 else f" {number}"
        name = stem[: _LONGEST_NAME - len(ending)] + ending
        if name.lower() not in used_names:
            used_names.add(name.lower())
            return name
    raise AssertionError("numbers do not end")
