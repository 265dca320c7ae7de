"""`socialcell import`, called as a person and as a script would call it."""

import io
import json
import shutil
import sys

import pytest

from socialcell.cli import main
from tests.connectors.exports import page, post, write


@pytest.fixture
def folder(tmp_path, empty_database):
    """A workspace on SQLite: what is tested here is the command, not the storage."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "config.yaml").write_text("{}\n")
    shutil.copy(empty_database, folder / "socialcell.db")
    return folder


@pytest.fixture
def call(folder, monkeypatch, capsys):
    """Calls the command in a workspace; hands back code, output, errors."""

    def call(*words: object) -> tuple[int, str, str]:
        line = ["socialcell", "import", *map(str, words)]
        monkeypatch.setattr(sys, "argv", line)
        monkeypatch.setenv("SOCIALCELL_CONFIG", str(folder / "config.yaml"))
        with pytest.raises(SystemExit) as stop:
            main()
        heard = capsys.readouterr()
        return int(stop.value.code or 0), heard.out, heard.err

    return call


def test_json_is_one_document_with_counts_and_rejects(call, tmp_path):
    path = write(tmp_path / "x.jsonl", page(post(1), post(2)), "{")
    code, out, _err = call(path, "--json")
    assert code == 3
    (source,) = json.loads(out)["sources"]
    assert source["name"] == "file:x-jsonl"
    assert source["state"] == "partial"
    assert source["format"] == "x-jsonl"
    assert (source["received"], source["stored"], source["quarantined"]) == (3, 2, 1)
    (reject,) = source["rejects"]
    assert reject["row"] == 2
    assert "not JSON" in reject["reason"]
    assert "error" in source
    assert source["imported_before"] is None


def test_people_are_told_what_the_file_is_and_which_rows_failed(call, tmp_path):
    path = write(tmp_path / "a.csv", "id,text", "1,पाणी", "2,", "3,रस्ता")
    code, out, err = call(path)
    assert code == 3
    assert "Read as CSV with commas." in out
    assert "received 3, stored 2, quarantined 1" in out
    assert "row 3: no text" in err


def test_errors_hold_sentences_and_no_line_of_a_log(call, tmp_path):
    path = write(tmp_path / "a.csv", "id,date,text", "1,2026-11-23 09:00,water", "2,,")
    _code, _out, err = call(path)
    assert err.splitlines() == ["row 3: no text", "1 of 2 rows could not be read"]


def test_a_danger_that_is_imported_is_named_and_said_to_reach_nobody(call, tmp_path):
    fire = "The house is on fire, my mother is stuck inside, save her"
    code, _out, err = call(write(tmp_path / "a.csv", "id,text", f'1,"{fire}"'))

    assert code == 0
    assert "Critical: incident 1. socialcell alerts show 1" in err
    assert "No alert of it can leave; what is missing: socialcell doctor" in err


def test_twice_says_that_nothing_is_changed(call, tmp_path):
    path = write(tmp_path / "a.csv", "id,text", "1,पाणी")
    assert call(path)[0] == 0
    code, out, _err = call(path)
    assert code == 0
    assert "nothing is changed" in out
    document = json.loads(call(path, "--json")[1])
    assert document["sources"][0]["unchanged"] == 1
    assert document["sources"][0]["imported_before"]


def test_a_dry_run_stores_nothing(call, tmp_path):
    path = write(tmp_path / "a.csv", "id,text", "1,पाणी")
    for _ in range(2):
        document = json.loads(call(path, "--dry-run", "--json")[1])
        assert document["sources"][0]["stored"] == 1
        assert document["sources"][0]["dry_run"] is True


def test_exit_code_1_when_every_row_was_rejected(call, tmp_path):
    path = write(tmp_path / "a.csv", "id,text", "1,", "2,")
    assert call(path)[0] == 1


def test_users_alone_are_no_failure(call, tmp_path):
    path = write(tmp_path / "u.jsonl", {"data": [{"id": "1", "username": "asha"}]})
    code, out, _err = call(path, "--format", "x-jsonl", "--json")
    assert code == 0
    assert json.loads(out)["sources"][0]["filtered_by"] == {"users": 1}


@pytest.mark.parametrize(
    ("name", "content", "options", "code", "said"),
    [
        ("a.csv", b"text\nwater\n", ["--format", "x-archive"], 1, "looks like CSV"),
        ("a.csv", b"text\nwater\n", ["--format", "excel"], 2, "--format is one of"),
        ("a.csv", b"a,b\n1,2\n", [], 1, "--mapping FILE"),
        ("a.bin", b"\x00\x01\x02\xff" * 40, [], 1, "not a text file"),
        ("a.jsonl", b'{"data": [{"id": "1"', [], 1, "not JSON"),
        ("m.toml", b"nonsense = 1", ["--mapping", "m.toml"], 78, "unknown key"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_wrong_is_one_message_and_an_exit_code(
    call, tmp_path, monkeypatch, name, content, options, code, said
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    got, out, err = call(name, *options, "--json")
    assert got == code
    assert said in json.loads(out)["error"]
    assert "Traceback" not in err


def test_an_absent_file_and_a_folder_are_usage_errors(call, tmp_path):
    for path in (tmp_path / "nothing", tmp_path):
        code, out, _err = call(path, "--json")
        assert code == 2
        assert str(path) in json.loads(out)["error"]


def test_a_dash_reads_standard_input(call, monkeypatch):
    given = io.TextIOWrapper(io.BytesIO('{"id": "1", "text": "पाणी"}\n'.encode()))
    monkeypatch.setattr(sys, "stdin", given)
    code, out, _err = call("-", "--json")
    assert code == 0
    assert json.loads(out)["sources"][0]["stored"] == 1


def test_an_unclear_date_is_refused_with_both_readings_until_its_order_is_stated(
    call, tmp_path
):
    path = write(tmp_path / "a.csv", "date,text", "03/04/2026,पाणी नाही")
    code, out, _err = call(path, "--json")
    assert code == 1
    ((reject,),) = [source["rejects"] for source in json.loads(out)["sources"]]
    assert reject["row"] == 2
    assert "3 April 2026" in reject["reason"]
    assert "4 March 2026" in reject["reason"]
    code, out, _err = call(path, "--json", "--date-order", "dmy")
    assert code == 0
    assert json.loads(out)["sources"][0]["stored"] == 1


def test_an_order_of_dates_that_there_is_not_is_a_wrong_call(call, tmp_path):
    path = write(tmp_path / "a.csv", "date,text", "03/04/2026,पाणी नाही")
    code, _out, err = call(path, "--date-order", "dym")
    assert code == 2
    assert "there are: dmy, mdy, ymd" in err


def test_a_chat_of_whatsapp_is_recognised(call, tmp_path):
    path = write(tmp_path / "chat.txt", "28/11/26, 9:05 pm - Asha: पाणी नाही")
    code, out, _err = call(path, "--json")
    assert code == 0
    (source,) = json.loads(out)["sources"]
    assert (source["format"], source["stored"]) == ("whatsapp-chat", 1)
