"""A file is known by its content, and a wrong one gets one clear message."""

import gzip
import json
import zipfile

import pytest

from socialcell.connectors.file_detection import open_file
from socialcell.errors import SocialcellError, UsageError
from tests.connectors.exports import items, page, post, reasons, user, write
from tests.connectors.test_files_archive import archive, archived, tweets_js
from tests.shared import shared


def recognised(path, format="auto"):
    connector, found = open_file(path, format)
    assert connector.format == found.format
    return found.format


def test_the_name_of_a_file_means_nothing(tmp_path):
    name = tmp_path / "export.txt"
    assert recognised(write(name, page(post()))) == "x-jsonl"
    assert recognised(write(name, tweets_js(archived()))) == "x-archive"
    assert recognised(write(name, "text,id", "water,1")) == "generic"
    assert recognised(write(name, {"id": "1", "text": "water"})) == "generic"
    assert recognised(archive(name, [archived()])) == "x-archive"


@pytest.mark.parametrize(
    "line",
    [
        post(),
        page(post()) | {"data": post()},
        {"data": [{"id": "1", "text": "a"}]},
        {"meta": {"result_count": 0}},
        {"errors": [{"title": "x"}]},
        {"id": "1", "action": "delete"},
        user(),
        [post()],
    ],
    ids=lambda line: json.dumps(line)[:30],
)
def test_what_x_answers_is_known_by_its_fields(tmp_path, line):
    assert recognised(write(tmp_path / "a", line)) == "x-jsonl"


def test_recorded_answers_and_research_texts_are_told_apart():
    for path in sorted(shared("data", "real", "x").glob("*.jsonl")):
        assert recognised(path) == "x-jsonl", path.name
    for path in sorted(shared("data", "language", "train").glob("*/*.jsonl")):
        assert recognised(path) == "generic", path.name


def test_a_broken_first_line_does_not_hide_the_format(tmp_path):
    path = write(tmp_path / "a", '{"id": "1", "te', page(post()))
    assert recognised(path) == "x-jsonl"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!doctype html><title>x</title>", "web page"),
        (gzip.compress(b'{"text": "a"}', mtime=0), "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not a text file"),
        (b'window.YTD.like.part0 = [{"like": {}}]', "part 'like'"),
        (b'{\n "id": 1,\n "text": "a"\n}\n', "one JSON document over many lines"),
        (b'{"id": "1", "te', "not JSON"),
        (b"[1]\n[2]\n", "not objects"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_imported_is_named(tmp_path, content, said):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(SocialcellError, match=said) as caught:
        open_file(path)
    assert "a.jsonl" in str(caught.value)


@pytest.mark.parametrize(
    ("member", "said"), [("xl/workbook.xml", "Excel"), ("a.csv", "without data/tweets")]
)
def test_other_zips_are_named_too(tmp_path, member, said):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(member, "x")
    with pytest.raises(SocialcellError, match=said):
        open_file(tmp_path / "a.zip")


def test_a_cut_zip_is_named_as_damaged(tmp_path):
    path = archive(tmp_path / "a.zip", [archived()])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SocialcellError, match="damaged"):
        open_file(path)


@pytest.mark.parametrize("format", ["x-archive", "x-jsonl"])
def test_a_wrong_format_says_what_it_looks_like(tmp_path, format):
    path = write(tmp_path / "a.csv", "text,id", "water,1")
    with pytest.raises(SocialcellError, match="looks like CSV with commas"):
        open_file(path, format)


def test_a_format_that_was_said_is_kept_for_lines_of_json(tmp_path):
    path = write(tmp_path / "a", {"id": "1", "text": "water"})
    assert recognised(path, "x-jsonl") == "x-jsonl"
    assert recognised(write(tmp_path / "b", page(post())), "generic") == "generic"


def test_a_cut_page_of_a_said_format_is_a_reject_and_no_error(tmp_path):
    path = write(tmp_path / "a", json.dumps(page(post()))[:100])
    assert list(reasons(path, "x-jsonl")) == [1]


def test_an_empty_file_is_no_archive(tmp_path):
    with pytest.raises(SocialcellError, match="looks like an empty file"):
        open_file(write(tmp_path / "a"), "x-archive")


@pytest.mark.parametrize("format", ["auto", "x-jsonl", "generic"])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_an_empty_file_holds_nothing(tmp_path, format, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert items(path, format) == []


def test_a_folder_an_absent_file_and_an_unknown_format_are_usage_errors(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        open_file(tmp_path)
    with pytest.raises(UsageError, match="no file"):
        open_file(tmp_path / "nothing")
    with pytest.raises(UsageError, match="x-archive, x-jsonl, generic"):
        open_file(tmp_path, "excel")
