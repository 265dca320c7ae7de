"""Rows survive odd bytes and odd quotation marks in their neighbours."""

import io

import pytest

from socialcell.connectors.base import ConnectorError
from socialcell.connectors.files import csv_rows as csv_module
from socialcell.connectors.files import text_lines as lines_module
from socialcell.connectors.files.csv_rows import csv_rows, delimiter_of
from socialcell.connectors.files.text_lines import Line, lines
from tests.connectors.exports import items, reasons, records, write

TEXT = "id,text\n1,पाणी\n2,रस्ता\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_common_encodings_are_read_with_and_without_a_mark(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert [record.text for record in records(path)] == ["पाणी", "रस्ता"]


def test_utf16_with_tabs_as_spreadsheets_write_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("id\ttext\r\n7\tपाणी\r\n".encode("utf-16"))
    (record,) = records(path)
    assert (record.external_id, record.text) == ("7", "पाणी")


def test_crlf_is_no_part_of_a_value(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"text,id\r\nwater,7\r\n\r\nroad,8")
    assert [record.external_id for record in records(path)] == ["7", "8"]


def test_a_line_that_is_not_utf8_is_rejected_by_its_number(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "a"}\n{"text": "\xff"}\n{"text": "b"}\n')
    assert reasons(path) == {
        2: "it is not UTF-8 text: its byte 11 is 0xff. Save the file as UTF-8 (in a "
        "spreadsheet: CSV UTF-8)."
    }
    assert len(items(path)) == 3


def test_a_heading_that_is_not_utf8_says_how_the_file_is_saved(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xde,text\n1,a\n")
    with pytest.raises(ConnectorError) as caught:
        records(path)
    assert str(caught.value) == (
        "The heading cannot be read: it is not UTF-8 text: its byte 1 is 0xde. Save "
        "the file as UTF-8 (in a spreadsheet: CSV UTF-8)."
    )


def test_a_csv_row_that_is_not_utf8_is_rejected_alone(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,a\n2,\xe0\n3,c\n")
    assert list(reasons(path)) == [3]


def test_nul_is_kept_for_the_cleaning_at_the_door(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,a\x00b\n")
    assert records(path)[0].text == "a\x00b"


def test_utf16_that_ends_in_the_middle_of_a_character_says_so():
    file = io.BytesIO("पाणी\nरस्ता".encode("utf-16")[:-1])
    whole, cut = lines(file)
    assert whole == Line(1, "पाणी\n")
    assert "middle of a character" in cut.damage


def test_half_a_surrogate_pair_in_utf16_does_not_stop_the_file():
    file = io.BytesIO(b"\xff\xfea\x00\x00\xd8\n\x00b\x00\n\x00")
    assert [line.text for line in lines(file)] == ["a\ud800\n", "b\n"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_beyond_the_limit_is_given_up_and_the_next_is_read(
    monkeypatch, encoding
):
    monkeypatch.setattr(lines_module, "LONGEST", 100)
    file = io.BytesIO(("a" * 350 + "\nnext\n").encode(encoding))
    long, following = lines(file)
    assert "longer than" in long.damage
    assert following == Line(2, "next\n")


def rows(*text: str, width: int | None = None):
    made = (Line(number, line) for number, line in enumerate(text, start=1))
    return list(csv_rows(made, ",", width=width))


def test_a_cell_may_hold_line_breaks_and_rows_count_as_in_a_spreadsheet():
    found = rows("a,b\n", '1,"x\n', 'y"\n', "2,z\n", width=2)
    assert [(row.number, row.cells) for row in found] == [
        (1, ("a", "b")),
        (2, ("1", "x\ny")),
        (3, ("2", "z")),
    ]


def test_an_open_quotation_mark_costs_one_row():
    found = rows("a,b\n", '1,"x\n', "2,y\n", "3,z\n", width=2)
    assert [row.cells for row in found] == [("a", "b"), (), ("2", "y"), ("3", "z")]
    assert found[1].damage == "a quotation mark is opened and never closed"
    assert found[1].text == '1,"x\n'


def test_an_open_mark_that_a_later_row_seems_to_close_costs_one_row():
    # Joined, the first two rows would have three cells.
    found = rows("a,b\n", '1,"x\n', '2,"y"\n', "3,z\n", width=2)
    assert [row.cells for row in found] == [("a", "b"), (), ("2", "y"), ("3", "z")]


def test_a_mark_inside_a_word_is_only_a_mark():
    assert rows('5" pipe,b\n')[0].cells == ('5" pipe', "b")


def test_a_row_is_not_sought_through_the_whole_file(monkeypatch):
    monkeypatch.setattr(csv_module, "_MOST_LINES", 3)
    found = rows("a,b\n", '1,"x\n', *["2,y\n"] * 9, width=2)
    assert len(found) == 11
    assert [row.number for row in found if row.damage] == [2]


@pytest.mark.parametrize(("row", "cells"), [("1\n", 1), ("1,2,3\n", 3)])
def test_a_row_of_another_width_is_rejected(row, cells):
    assert (
        rows("a,b\n", row, width=2)[1].damage
        == f"{cells} cells where the heading has 2"
    )


def test_a_cut_last_row_is_rejected(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text,lang\n1,water,en\n2,roa", encoding="utf-8")
    assert reasons(path) == {3: "2 cells where the heading has 3"}


@pytest.mark.parametrize(
    ("heading", "mark"),
    [
        ("a,b,c", ","),
        ("a;b;c", ";"),
        ("a\tb", "\t"),
        ("a|b", "|"),
        ('"a;x";"b;y";c,d', ";"),
        ("text", ","),
    ],
)
def test_the_delimiter_is_seen_from_the_heading(heading, mark):
    assert delimiter_of(heading) == mark


def test_columns_of_one_name_are_told_apart(tmp_path):
    (record,) = records(write(tmp_path / "a.csv", "text,note,note,", "w,1,2,3"))
    assert record.raw == {"text": "w", "note": "1", "note (3)": "2", "column 4": "3"}
