"""Workbooks and registers of complaints, as offices keep them, become records."""

import re
import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from socialcell.connectors.base import Record
from socialcell.connectors.facts import OutcomeFact
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files import workbooks
from socialcell.connectors.files.column_mapping import ColumnMapping
from socialcell.connectors.files.plain_tables import plain_rows
from socialcell.connectors.files.table_mapping import TableOptions
from socialcell.errors import SocialcellError, UsageError
from tests.connectors.exports import Free, reasons, records, write

HEADING = ["अ.क्र.", "टोकन क्र.", "तक्रारीची तारीख", "तक्रारीचा तपशील"]
HEADING += ["क्षेत्रीय कार्यालय", "विभाग", "स्थिती", "निकाली दिनांक"]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def read(path: Path, **options: Any) -> list[Record]:
    connector, _format = open_file(path, options=TableOptions(**options))
    batches = list(connector.pull(None, Free(), lambda: False))
    found = [record for batch in batches for record in batch.items]
    assert all(isinstance(record, Record) for record in found), found
    return [record for record in found if isinstance(record, Record)]


def test_a_register_in_marathi_below_its_titles_is_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "register.xlsx",
        november=[
            ["पुणे महानगरपालिका"],
            ["तक्रार नोंदवही, नोव्हेंबर २०२६"],
            [],
            HEADING,
            [
                *(1, 10023, datetime(2026, 11, 20, 10, 30), "रस्त्यावर खड्डे\nआहेत"),
                *("औंध", "पथ", "निकाली", date(2026, 11, 25)),
            ],
            [2, 10024, "२१-११-२०२६", "पाणी नाही", "औंध", "पाणी", "प्रलंबित", None],
        ],
    )
    closed, pending = read(path)
    assert closed.external_id == "10023"
    assert closed.text == "रस्त्यावर खड्डे\nआहेत"
    assert closed.authored_at == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert (closed.ward, closed.department, closed.status) == ("औंध", "पथ", "निकाली")
    # The 25th begins in Pune at 18:30 UTC of the 24th.
    assert closed.closed_at == datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    assert pending.authored_at == datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert pending.missing == ("time_of_day",)
    assert (pending.status, pending.closed_at) == ("प्रलंबित", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_register_in_english_is_read_in_every_form(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    heading = "Token No.,Date,Complaint,Comments,Ward,Department,Status,Closed On"
    row = "7,03/11/2026,Water leak,seen by officer,Aundh,Water,Open,"
    other = "8,13/11/2026,No water,-,Aundh,Water,Closed,05/12/2026"
    text = "\n".join([heading, row, other]).replace(",", delimiter)
    path = tmp_path / "register.csv"
    path.write_text(text, encoding=encoding)
    first, second = records(path)
    assert (first.external_id, first.text, first.status) == ("7", "Water leak", "Open")
    assert first.authored_at == datetime(2026, 11, 2, 18, 30, tzinfo=UTC)
    assert first.metrics == ()  # an officer's comment is no count
    # 05/12 says nothing by itself; the other column of dates says how they are written.
    assert second.closed_at == datetime(2026, 12, 4, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("heading", "mapping", "kind"),
    [
        ("Complaint,Department", None, "message"),
        ("Complaint,Closed On", None, "message"),
        ("Complaint,Status,टोकन क्र. / Token No", None, "message"),
        ("Text,Status,Post ID", None, "post"),
        ("Text,Status", None, "post"),
        ("A,B", ColumnMapping(columns={"A": "text", "B": "department"}), "message"),
        (
            "A,B",
            ColumnMapping(columns={"A": "text", "B": "department"}, kind="post"),
            "post",
        ),
    ],
)
def test_a_complaint_in_a_register_is_a_message_unless_stated(
    heading: str, mapping: ColumnMapping | None, kind: str, tmp_path: Path
) -> None:
    cells = ",".join(["5"] * len(heading.split(",")))
    cells = cells if "Closed" not in heading else "5,25-11-2026"
    (record,) = records(write(tmp_path / "a.csv", heading, cells), mapping=mapping)
    assert record.kind == kind


def test_each_unclear_date_is_refused_with_both_readings(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "date,text", "03/04/2026,पाणी", "05/06/2026,रस्ता")
    assert "3 April 2026" in reasons(path)[2]
    assert "4 March 2026" in reasons(path)[2]
    dmy = ColumnMapping(date_order="dmy")
    assert records(path, mapping=dmy)[0].authored_at == datetime(
        2026, 4, 2, 18, 30, tzinfo=UTC
    )


def test_a_named_sheet_is_read_and_another_is_named(tmp_path: Path) -> None:
    rows = [["text"], ["पाणी"]]
    path = workbook(tmp_path / "a.xlsx", cover=[["Read me"]], data=rows)
    assert [record.text for record in read(path, sheet="Data")] == ["पाणी"]
    with pytest.raises(UsageError, match="no sheet 'other'"):
        read(path, sheet="other")
    with pytest.raises(UsageError, match="no Excel workbook"):
        read(write(tmp_path / "a.csv", "text", "पाणी"), sheet="data")


def test_a_day_and_a_time_of_two_cells_are_one_moment(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Date", "Time", "Text"],
        [date(2026, 11, 28), time(21, 5), "पाणी"],
    ]
    (record,) = read(workbook(tmp_path / "a.xlsx", data=rows))
    assert record.authored_at == datetime(2026, 11, 28, 15, 35, tzinfo=UTC)


def test_a_day_of_a_call_and_its_time_are_one_moment(tmp_path: Path) -> None:
    heading = "Token No,Call Date,Time,Query"
    path = write(
        tmp_path / "calls.csv",
        heading,
        "१२,२५-११-२०२६,9:05 pm,पाणी",
        "13,26-11-2026 8:00 am,9:05 pm,रस्ता",
    )
    first, second = records(path)
    assert first.authored_at == datetime(2026, 11, 25, 15, 35, tzinfo=UTC)
    assert first.external_id == "12"  # the same token in any digits
    # A day that has its time already is not that of the other column.
    assert second.authored_at == datetime(2026, 11, 26, 2, 30, tzinfo=UTC)


def test_an_id_that_a_spreadsheet_has_spoiled_is_refused(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "text"], [1991000000000000123, "पाणी"]]
    path = workbook(tmp_path / "a.xlsx", data=rows)
    assert "spoiled by a spreadsheet" in reasons(path)[2]


def test_outcomes_are_read_from_a_workbook_in_marathi(tmp_path: Path) -> None:
    rows = [["दिनांक", "प्रभाग", "संख्या"], ["२५/११/२०२६", "औंध", "१,२०,४००"]]
    path = workbook(tmp_path / "a.xlsx", data=rows)
    settings = {"outcome": "forms_filed"}
    connector, _format = open_file(path, "outcomes", settings=settings)
    with connector.open_content() as file:
        ((_row, (fact,)),) = connector.rows(file)
    assert isinstance(fact, OutcomeFact)
    assert (fact.day, fact.area, fact.value) == (date(2026, 11, 25), "औंध", 120400)


def test_a_mapping_gives_the_columns_of_an_export_our_names(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Tag,Anzahl", "25.11.2026,7")
    options = TableOptions(columns={"Tag": "date", "anzahl": "value"})
    settings = {"outcome": "forms_filed"}
    connector, _format = open_file(path, "outcomes", None, settings, options)
    with connector.open_content() as file:
        ((_row, (fact,)),) = connector.rows(file)
    assert isinstance(fact, OutcomeFact)
    assert (fact.day, fact.value) == (date(2026, 11, 25), 7)


def test_files_that_only_resemble_a_workbook_are_named(tmp_path: Path) -> None:
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(
        b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    ods = tmp_path / "table.ods"
    with zipfile.ZipFile(ods, "w") as packed:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        packed.writestr("mimetype", kind)
        packed.writestr("content.xml", "<office:document-content/>")
    for path, words in ((old, "old Excel"), (locked, "password"), (ods, "ODS")):
        with pytest.raises(SocialcellError, match=words):
            open_file(path)


def with_bytes(path: Path, place: int, *changed: int) -> Path:
    """The file with other bytes from a place on, counted from its directory."""
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\x01\x02") + place
    content[start : start + len(changed)] = changed
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        (6, (99,)),  # a later version of the format is needed
        (8, (32, 0)),  # patched data
        (10, (14, 0)),  # packed by LZMA, which it is not
        (10, (12, 0)),  # by bzip2
        (10, (77, 0)),  # by nothing that there is
        (16, (1, 2, 3, 4)),  # another checksum
        (42, (255, 255, 255, 0)),  # a member behind the end
    ],
)
def test_a_damaged_workbook_is_refused_whatever_is_wrong_in_it(
    place: int, changed: tuple[int, ...], tmp_path: Path
) -> None:
    path = with_bytes(workbook(tmp_path / "a.xlsx", data=[["text"]]), place, *changed)
    with pytest.raises(SocialcellError, match=r"a\.xlsx.*damaged"):
        open_file(path)
    with pytest.raises(SocialcellError, match=r"a\.xlsx.*damaged"):
        plain_rows(path, ())


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_damage_within_a_member_is_refused(method: int, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", method) as packed:
        packed.writestr("a.xml", bytes(range(256)) * 40)
    content = bytearray(path.read_bytes())
    content[45:60] = b"\xff" * 15  # behind the name and the sizes of the member
    path.write_bytes(content)
    with pytest.raises(SocialcellError, match=r"a\.xlsx is damaged"):
        plain_rows(path, ())


def test_a_member_behind_a_password_is_named(tmp_path: Path) -> None:
    path = with_bytes(workbook(tmp_path / "a.xlsx", data=[["text"]]), 8, 1)
    content = bytearray(path.read_bytes())
    content[6] = 1  # the same mark before the member itself
    path.write_bytes(content)
    with pytest.raises(SocialcellError, match="protected by a password"):
        plain_rows(path, ())


def test_a_password_is_seen_where_a_piece_of_the_file_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "_PIECE", 64)
    path = tmp_path / "locked.xlsx"
    mark = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(50) + mark)
    with pytest.raises(SocialcellError, match="protected by a password"):
        plain_rows(path, ())


def test_a_binary_workbook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("xl/workbook.bin", "")
    with pytest.raises(SocialcellError, match="XLSB"):
        plain_rows(path, ())


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", codes=[["hidden"]], data=[["shown"]])
    book = openpyxl.load_workbook(path)
    book["codes"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert plain_rows(path, ()) == [(1, ["shown"])]


def test_a_row_of_too_many_cells_is_refused_alone(tmp_path: Path) -> None:
    wide: list[list[Any]] = [["text"], ["पाणी"], ["x"] * 1001]
    path = workbook(tmp_path / "a.xlsx", data=wide)
    assert "1,000 are the most" in reasons(path)[3]


def test_a_moment_half_a_second_off_is_the_whole_minute(tmp_path: Path) -> None:
    at = datetime(2026, 11, 28, 21, 4, 59, 700_000)
    path = workbook(tmp_path / "a.xlsx", data=[["at"], [at]])
    assert plain_rows(path, ())[1] == (2, ["2026-11-28 21:05"])


def test_names_of_members_in_no_utf8_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("पाणी.xml", "")
    path.write_bytes(path.read_bytes().replace("पाणी".encode(), b"\xff" * 12))
    with pytest.raises(SocialcellError, match=r"a\.xlsx.*damaged"):
        plain_rows(path, ())


def test_a_workbook_without_sheets_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", data=[["text"]])
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(whole) as packed, zipfile.ZipFile(path, "w") as bare:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "xl/workbook.xml":
                content = re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", content)
            bare.writestr(name, content)
    with pytest.raises(SocialcellError, match="has no sheet"):
        plain_rows(path, ())


def test_the_bytes_of_a_workbook_are_read_and_named_as_the_file(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", data=[["पाणी"]])
    rows = plain_rows(Path("-"), (), content=path.read_bytes())
    assert rows == [(1, ["पाणी"])]
    old = b"\xd0\xcf\x11\xe0" + bytes(600)
    with pytest.raises(SocialcellError, match=r"votes\.xls is an old Excel"):
        plain_rows(Path("votes.xls"), (), content=old)


def test_a_sheet_that_spans_more_cells_than_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "_MOST_CELLS", 100)
    rows: list[list[Any]] = [["text"], *([] for _ in range(50)), [None, None, "x"]]
    path = workbook(tmp_path / "a.xlsx", data=rows)
    with pytest.raises(SocialcellError, match="spans 156 cells"):
        open_file(path)
