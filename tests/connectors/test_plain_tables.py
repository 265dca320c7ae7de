"""Small tables of ours: from a workbook, in another order, under other headings."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from socialcell.connectors.files.headings import columns_of, heading_key
from socialcell.connectors.files.plain_tables import numbers_plain, plain_rows
from socialcell.connectors.files.sheets import SheetColumns, read_sheet
from socialcell.connectors.files.table_mapping import TableOptions, table_options
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.message_catalog import Message

COLUMNS = ("id", "name_mr", "valid_from")
IN_ORDER = [["id", "name_mr", "valid_from"], ["a", "आ", "2026-11-25"]]


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def cells(path: Path, **options: Any) -> list[list[str]]:
    table = plain_rows(path, COLUMNS, TableOptions(**options), dates=("valid_from",))
    return [row for _number, row in table]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "lines",
    [
        ("id,name_mr,valid_from", "a,आ,2026-11-25"),
        ("Valid From;Other;ID;मराठी नाव", "25/11/2026;x;a;आ"),
        ("पुणे महानगरपालिका\t\t", "Id\tपासून\tName MR", "a\t२५-११-२०२६\tआ"),
    ],
)
def test_every_form_of_a_table_is_the_same_table(
    lines: tuple[str, ...], encoding: str, tmp_path: Path
) -> None:
    assert cells(written(tmp_path, *lines, encoding=encoding)) == IN_ORDER


def test_rows_of_a_workbook_have_the_numbers_of_the_spreadsheet(
    tmp_path: Path,
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["title"],
        [],
        ["valid_from", "id", "name_mr"],
        ["25.11.2026", "a", "आ"],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    table = plain_rows(tmp_path / "a.xlsx", COLUMNS, dates=("valid_from",))
    assert table == [(3, IN_ORDER[0]), (4, IN_ORDER[1])]


def test_a_mapping_goes_before_usual_names(tmp_path: Path) -> None:
    path = written(tmp_path, "id,kennung,name_mr,valid_from", "x,a,आ,2026-11-25")
    assert cells(path, columns={"Kennung": "id"}) == IN_ORDER


def test_a_date_that_may_be_two_days_refuses_the_table(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name_mr,valid_from", "a,आ,03/04/2026")
    with pytest.raises(SocialcellError, match=r"Row 2: .*2026-04-03.*2026-03-04"):
        cells(path)
    assert cells(path, date_order="mdy")[1][2] == "2026-03-04"


def test_a_table_without_our_columns_is_left_as_it_stands(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "colour", "red")) == [["colour"], ["red"]]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("१,००,०००", "100000"), ("1,204.5", "1204.5"), ("1,2", "1,2"), ("x", "x")],
)
def test_digits_and_groups_of_a_number_are_plain(cell: str, number: str) -> None:
    assert numbers_plain(cell) == number


def test_names_are_compared_without_case_stops_and_joiners() -> None:
    assert heading_key(" Token_No. ") == heading_key("TOKEN NO")
    assert heading_key("क्षेत्रीय कार्या\u200dलय") == heading_key("क्षेत्रीय  कार्यालय")


def test_a_whole_heading_goes_before_the_part_of_another() -> None:
    assert columns_of(["Day (date)", "Date"], ["date"]) == {"date": 1}


def test_a_row_of_more_cells_than_the_heading_stays_as_it_stands(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "name_mr,id,valid_from", "आ,a,2026-11-25,more", "आ,a,,")
    assert cells(path)[1:] == [["आ", "a", "2026-11-25", "more"], ["a", "आ", ""]]


def test_a_column_is_one_word_only() -> None:
    """`ward` is the ward, and no name of `wards` beside it."""
    assert columns_of(("ward", "wards"), ("wards", "ward")) == {"wards": 1, "ward": 0}


def test_a_plan_in_marathi_has_days_and_times_of_ours(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "माध्यम,दिनांक,वेळ,मजकूर",
        "x,25-11-2026,9:05 pm,पाणी",
        "x,03-12-2026,१८:००,x",
    )
    names = ("platform", "date", "time", "text")
    columns = SheetColumns(
        Message("files.own_posts"), names, ("text",), dates=("date",), clocks=("time",)
    )
    rows = [
        tuple(row.cells[name] for name in names) for row in read_sheet(path, columns)
    ]
    assert rows == [
        ("x", "2026-11-25", "21:05:00", "पाणी"),
        ("x", "2026-12-03", "18:00:00", "x"),
    ]


def test_a_wrong_mapping_is_named(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text('shet = "a"')
    with pytest.raises(ConfigError, match="shet: unknown key"):
        table_options(mapping)
    with pytest.raises(UsageError, match="'colour', which is no column"):
        cells(written(tmp_path, "id", "a"), columns={"id": "colour"})
