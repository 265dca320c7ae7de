"""Anybody's CSV and JSON lines become records, by usual names or by a mapping."""

import json
from datetime import UTC, datetime

import pytest

from socialcell.connectors.base import (
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Reject,
)
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files.column_mapping import ColumnMapping, read_mapping
from socialcell.errors import ConfigError, UsageError
from tests.connectors.exports import items, reasons, records, write
from tests.shared import shared


def only(path, **how):
    (record,) = records(path, **how)
    return record


def test_usual_names_need_no_mapping(tmp_path):
    path = write(
        tmp_path / "posts.csv",
        "Post ID,Message,Created At,Author,Permalink,Language,Likes,Views,Colour",
        'a7,"पाणी, नाही",2026-11-24 11:00,@Asha,https://x.example/7,mr,"1,204",,red',
    )
    record = only(path)
    assert record.platform == "file"
    assert record.external_id == "a7"
    assert record.text == "पाणी, नाही"
    # 11:00 in Pune is 05:30 UTC.
    assert record.authored_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    assert record.author == RecordAuthor(uid="@asha", handle="Asha")
    assert record.url == "https://x.example/7"
    assert record.language == "mr"
    assert record.metrics == (Metric("reactions", 1204, "reactions"),)
    assert record.raw["Colour"] == "red"


def test_extra_keys_of_json_lines_stay_in_the_raw_item_only(tmp_path):
    line = {"id": "7", "text": "रस्ता", "label": "neg", "lang": "mr", "source": "s"}
    record = only(write(tmp_path / "a.jsonl", line))
    assert (record.external_id, record.text, record.language) == ("7", "रस्ता", "mr")
    assert record.raw == line
    assert record.authored_at is None
    assert record.missing == ("created_at",)


def test_a_date_and_a_time_are_joined(tmp_path):
    path = write(tmp_path / "a.csv", "Date;Time;Text", "2026-11-24;23:45;पाणी")
    assert only(path).authored_at == datetime(2026, 11, 24, 18, 15, tzinfo=UTC)


def test_a_day_without_a_time_is_its_beginning_and_says_so(tmp_path):
    record = only(write(tmp_path / "a.csv", "date,text", "2026-11-24,पाणी"))
    assert record.authored_at == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert record.missing == ("time_of_day",)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-24T05:30:00Z", (2026, 11, 24, 5, 30)),
        ("2026-11-24T11:00:00+05:30", (2026, 11, 24, 5, 30)),
        ("1795498200", (2026, 11, 24, 5, 30)),
        ("1795498200000", (2026, 11, 24, 5, 30)),
        ("Tue Nov 24 05:30:00 +0000 2026", (2026, 11, 24, 5, 30)),
        ("Tue, 24 Nov 2026 11:00:00 +0530", (2026, 11, 24, 5, 30)),
        ("24 Nov 2026 11:00:00", (2026, 11, 24, 5, 30)),
    ],
)
def test_clear_times_are_read(tmp_path, written, read):
    path = write(tmp_path / "a.jsonl", {"text": "पाणी", "created_at": written})
    assert only(path).authored_at == datetime(*read, tzinfo=UTC)


def test_epoch_numbers_may_be_numbers(tmp_path):
    path = write(tmp_path / "a.jsonl", {"text": "पाणी", "timestamp": 1795498200})
    assert only(path).authored_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["03/04/2026", "soon", "0001-01-01", "2026-13-01"])
def test_unclear_times_are_refused_and_not_guessed(tmp_path, written):
    path = write(tmp_path / "a.csv", "date,text", f"{written},पाणी")
    assert "time" in reasons(path)[2]


@pytest.mark.parametrize("nothing", ["", "-", "NaN", "n/a", "null"])
def test_what_exports_write_for_nothing_is_nothing(tmp_path, nothing):
    path = write(tmp_path / "a.csv", "date,likes,text", f"{nothing},{nothing},पाणी")
    record = only(path)
    assert record.authored_at is None
    assert record.metrics == ()


def test_a_mapping_says_which_column_is_what(tmp_path):
    mapping_file = tmp_path / "helpline.toml"
    mapping_file.write_text(
        """
platform = "helpline"
kind = "message"
zone = "Asia/Dubai"
dates = ["%d/%m/%Y %H:%M"]
decimal = ","
delimiter = ";"
skip = 2
[columns]
"Ref" = "id"
"Subject" = "title"
"Line 1" = "text"
"Line 2" = "text"
"Day" = "created_at"
"Hour" = "created_at"
"Caller" = "author_name"
"About" = "reply_to"
"Seen" = "views"
""",
        encoding="utf-8",
    )
    path = write(
        tmp_path / "helpline.csv",
        "Helpline export",
        "",
        "Ref;Subject;Line 1;Line 2;Day;Hour;Caller;About;Seen",
        "R-1;Water;No water;since Monday;03/04/2026;10:00;Asha S;R-0;1.234,0",
    )
    record = only(path, mapping=read_mapping(mapping_file))
    assert (record.platform, record.kind) == ("helpline", "message")
    assert record.title == "Water"
    assert record.text == "No water\nsince Monday"
    # 3 April, 10:00 in Dubai (UTC+4).
    assert record.authored_at == datetime(2026, 4, 3, 6, 0, tzinfo=UTC)
    assert record.author == RecordAuthor(uid="Asha S", name="Asha S")
    assert record.relations == (RecordRelation("reply", "R-0"),)
    assert record.metrics == (Metric("views", 1234, "views"),)


def test_a_mapping_reaches_into_nested_json(tmp_path):
    mapping = ColumnMapping(columns={"user.screen_name": "author", "body": "text"})
    path = write(
        tmp_path / "a.jsonl", {"body": "पाणी", "user": {"screen_name": "Asha"}}
    )
    assert only(path, mapping=mapping).author.handle == "Asha"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('plattform = "x"', "plattform: unknown key"),
        ('[columns]\n"A" = "txt"', "did you mean 'text'"),
        ('[columns]\n"A" = "id"', "no column is the text"),
        ('zone = "Asia/Poona"', "no time zone"),
        ('decimal = "x"', "decimal"),
        ("columns = [", "not TOML"),
    ],
)
def test_a_wrong_mapping_file_is_explained(tmp_path, text, said):
    path = write(tmp_path / "m.toml", text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_mapping(path)
    assert "m.toml" in str(caught.value)


def test_a_mapping_file_that_is_absent_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"nothing\.toml"):
        read_mapping(tmp_path / "nothing.toml")


def test_columns_that_are_not_there_are_named(tmp_path):
    path = write(tmp_path / "a.csv", "a,b", "1,2")
    mapping = ColumnMapping(columns={"message": "text"})
    health = open_file(path, "generic", mapping)[0].check()
    assert not health.ok
    assert "message" in health.message
    assert "a, b" in health.message


def test_a_heading_without_a_text_asks_for_a_mapping(tmp_path):
    path = write(tmp_path / "a.csv", "a,b", "1,2")
    health = open_file(path)[0].check()
    assert not health.ok
    assert "--mapping" in health.message


@pytest.mark.parametrize("id_", ["1.23457E+17", "1,23457E+17", "1.9e18"])
def test_an_id_that_a_spreadsheet_spoiled_is_refused(tmp_path, id_):
    path = write(tmp_path / "a.csv", "id,text", f'"{id_}",पाणी')
    assert "spoiled by a spreadsheet" in reasons(path)[2]


def test_a_number_with_an_exponent_is_no_id_in_json_either(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"id": 1.23457e+17, "text": "पाणी"}')
    assert 1 in reasons(path)


def test_a_long_number_keeps_all_its_digits(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"id": 1991000000000000123, "text": "पाणी"}')
    assert only(path).external_id == "1991000000000000123"


def test_without_an_id_equal_rows_are_one_and_others_are_not(tmp_path):
    path = write(tmp_path / "a.csv", "text,author", "पाणी,a", "पाणी,a", "पाणी,b")
    first, again, other = (record.external_id for record in records(path))
    assert first == again != other


def test_ids_of_x_are_digits(tmp_path):
    path = write(tmp_path / "a.csv", "id,text", "1991,पाणी", "abc,पाणी")
    mapping = ColumnMapping(platform="x", columns={"id": "id", "text": "text"})
    good, bad = items(path, mapping=mapping)
    assert (good.platform, good.external_id) == ("x", "1991")
    assert isinstance(bad, Reject)


def test_an_address_that_is_no_web_address_is_left_out(tmp_path):
    path = write(tmp_path / "a.csv", "id,text,url", "1,पाणी,javascript:alert(1)")
    record = only(path)
    assert record.url is None
    assert "url" in record.missing


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "1"}, "no text"),
        ({"id": "1", "text": "  "}, "no text"),
        ({"id": "1", "text": 5}, "text is no text"),
        ({"id": True, "text": "a"}, "id is neither"),
        ({"id": {"a": 1}, "text": "a"}, "id is neither"),
        ({"id": "1", "text": "a", "author": ["b"]}, "author is neither"),
        ({"id": "1" * 1001, "text": "a"}, "id has 1001 characters"),
        ({"id": "1", "text": "a", "likes": "1.5"}, "no whole number"),
        ({"id": "1", "text": "a", "likes": "-3"}, "no whole number"),
        ({"id": "1", "text": "a", "likes": 10**25}, "out of range"),
        ([1], "not an object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_value_of_the_wrong_form_rejects_its_row(tmp_path, row, reason):
    path = write(tmp_path / "a.jsonl", {"id": "0", "text": "पाणी"}, row)
    good, bad = items(path)
    assert isinstance(good, Record)
    assert isinstance(bad, Reject)
    assert reason in bad.reason


def test_lone_surrogates_and_nul_in_json_reach_no_name(tmp_path):
    line = '{"id": "a\\ud800\\u0000", "text": "पाणी\\ud83d", "author": "b\\udfff"}'
    record = only(write(tmp_path / "a.jsonl", line))
    assert record.external_id == "a\ufffd\ufffd"
    assert record.author.handle == "b\ufffd"
    json.dumps(record.external_id, ensure_ascii=False).encode()


def test_a_text_of_a_million_characters_is_taken(tmp_path):
    text = "पाणी " * 200_000
    assert only(write(tmp_path / "a.jsonl", {"text": text})).text == text
    assert only(write(tmp_path / "a.csv", "text", f'"{text}"')).text == text


def test_every_text_of_the_research_data_is_a_record():
    folder = shared("data", "language", "train")
    for path in sorted(folder.glob("sentiment/*_val.jsonl")):
        with path.open(encoding="utf-8") as lines:
            expected = [json.loads(line)["id"] for line in lines]
        found = [item.external_id for item in items(path)]
        assert found == expected, path.name
