"""Tables that people keep, as CSV or workbooks: the same rows either way."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from socialcell import sheet
from socialcell.connectors.files import sheets
from socialcell.connectors.files.sheets import SheetColumns, SheetRow
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message

COLUMNS = SheetColumns(
    Message("files.links"), ("key", "name", "day", "rate"), ("key",), ("seen",)
)


def workbook(folder: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    path = folder / "table.xlsx"
    book.save(path)
    return path


def table(folder: Path, *lines: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[SheetRow]:
    return list(sheets.read_sheet(path, COLUMNS))


def test_a_workbook_reads_as_a_person_would_type_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["Key", "Name", "day", "rate"],
        ["asha", "आशा", datetime(2026, 11, 2), 25000.0],
        ["ravi", None, date(2026, 11, 3), 25000.5],
    )
    assert read(path) == [
        SheetRow(
            2, {"key": "asha", "name": "आशा", "day": "2026-11-02", "rate": "25000"}
        ),
        SheetRow(
            3, {"key": "ravi", "name": None, "day": "2026-11-03", "rate": "25000.5"}
        ),
    ]


def test_rows_are_numbered_as_the_spreadsheet_does(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["key"], ["asha"], [None], [None], ["ravi"])
    assert [one.row for one in read(path)] == [2, 5]


def test_what_an_export_marks_as_no_formula_comes_back_as_it_was(
    tmp_path: Path,
) -> None:
    lines = sheet.csv_lines(("key", "name"), [{"key": "a", "name": "=1+1"}])
    path = table(tmp_path, *(line.rstrip("\n") for line in lines))
    assert read(path)[0].cells == {"key": "a", "name": "=1+1"}


def test_a_csv_row_with_more_cells_than_the_heading_is_named(tmp_path: Path) -> None:
    made = read(table(tmp_path, "key,name", "asha,Asha,more", "ravi,Ravi,"))
    assert [one.reason for one in made] == [
        "3 cells where the heading has 2",
        None,
    ]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("key,colour", "no column of links: 'colour'"),
        ("key,Key", "'key' is there twice"),
        ("name,day", "it has no column key"),
        ("", "it has no column key"),
    ],
)
def test_another_heading_is_refused(tmp_path: Path, heading: str, said: str) -> None:
    with pytest.raises(SocialcellError, match=said):
        read(table(tmp_path, heading, "a,b"))


def test_columns_that_are_only_shown_are_passed_over(tmp_path: Path) -> None:
    assert read(table(tmp_path, "key,seen", "asha,7"))[0].cells == {"key": "asha"}


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["key"], ["asha"])
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(SocialcellError, match="damaged or breaks off"):
        read(path)


def test_a_zip_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("hello.txt", "hello")
    with pytest.raises(SocialcellError, match="cannot be read as a workbook"):
        read(path)


def test_a_workbook_that_unpacks_to_a_flood_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (257 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SocialcellError, match="unpacks to 257 MB"):
        read(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SocialcellError, match="cannot be read"):
        read(tmp_path / "none.csv")


def test_a_written_workbook_has_numbers_and_no_formula() -> None:
    rows = [{"name": '=HYPERLINK("x")', "n": 3, "yes": True, "list": ["a", "b"]}]
    made = sheet.workbook(("name", "n", "yes", "list", "none"), rows, "tests")
    page = openpyxl.load_workbook(io.BytesIO(made)).active
    assert page is not None
    cells = [(cell.value, cell.data_type) for cell in page[2]]
    assert cells == [
        ('=HYPERLINK("x")', "s"),
        (3, "n"),
        ("true", "s"),
        ("a;b", "s"),
        (None, "n"),
    ]


def test_the_same_rows_are_the_same_workbook() -> None:
    rows = [{"name": "Asha"}]
    one, other = (sheet.workbook(("name",), rows, "tests") for _ in range(2))
    assert one == other
