"""`socialcell tag`: lines in, lines out, errors in their place."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from socialcell.commands.language.tag import tag, tagged
from tests.shared import shared

app = typer.Typer()
app.command()(tag)


def run(*arguments: str, given: bytes | None = None) -> tuple[int, list[dict]]:
    result = CliRunner().invoke(app, [*arguments, "--jsonl"], input=given)
    # Lines end at \n only: texts may hold other separators.
    return result.exit_code, [
        json.loads(line) for line in result.stdout.split("\n")[:-1]
    ]


def test_a_line_is_tagged_and_keeps_its_other_keys(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    row = {"id": "7", "text": "कोथरूडमध्ये पाणी नाही", "language": "xx", "likes": 3}
    file.write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")

    code, rows = run(str(file))

    assert code == 0
    assert [row["id"] for row in rows] == ["7"]
    assert rows[0]["likes"] == 3
    assert rows[0]["language"] == "mr"
    assert rows[0]["text"] == "कोथरूडमध्ये पाणी नाही"
    assert rows[0]["entities"] == [
        {"start": 0, "end": 6, "text": "कोथरूड", "label": "PLACE", "id": "place:kothrud"}
    ]
    assert list(rows[0])[:2] == ["id", "text"]


def test_bad_lines_give_an_error_in_their_place_and_exit_code_3() -> None:
    lines = [
        b'{"id": 1, "text": "one"}',
        b"not json",
        b'{"id": 3}',
        b'{"id": 4, "text": "\xff\xfe"}',
        b"",
        b"   ",
        b'["text"]',
        b'{"id": 8, "text": null}',
        b'{"id": 9, "text": "nine", "n": NaN}',
        b'{"id": 10, "text": "ten", "n": 1e999}',
        b"[" * 100_000,
        b'{"id": 12, "text": "twelve"}',
    ]

    code, rows = run("-", given=b"\n".join(lines))

    assert code == 3
    assert [row.get("line", row.get("id")) for row in rows] == [
        1,
        2,
        3,
        4,
        7,
        8,
        9,
        10,
        11,
        12,
    ]
    assert [sorted(row) for row in rows[1:9]] == [["error", "line"]] * 8
    assert rows[1]["error"].startswith("not JSON")
    assert rows[2]["error"] == 'has no "text" that is a string'
    assert rows[3]["error"] == "not UTF-8 at byte 20"


@pytest.mark.parametrize("given", [b"", b"\n\n  \n", b"\xef\xbb\xbf\n"])
def test_empty_input_is_fine(given: bytes) -> None:
    assert run("-", given=given) == (0, [])


def test_a_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    code, rows = run(
        "-", given=b'\xef\xbb\xbf{"id":1,"text":"a"}\r\n{"id":2,"text":"b"}'
    )

    assert code == 0
    assert [row["text"] for row in rows] == ["a", "b"]


def test_poison_in_texts_and_other_keys_comes_through_as_valid_json() -> None:
    line = rb'{"id":"\ud83d","text":"a\u0000b\ud83d\u2028c","note":"\udc00"}'

    code, rows = run("-", given=line + b"\n")

    assert code == 0
    assert rows[0]["text"] == "a\ufffdb\ufffd\u2028c"
    assert rows[0]["id"] == "\ud83d"


def test_order_is_kept_over_many_batches() -> None:
    lines = [
        json.dumps({"id": n, "text": f"post {n}"}).encode() if n % 7 else b"{"
        for n in range(700)
    ]

    rows = list(tagged(lines))

    assert [row.get("id", row.get("line", 0) - 1) for row in rows] == list(range(700))


def test_rows_come_out_before_the_input_ends() -> None:
    taken = []

    def lines():
        for n in range(10_000):
            taken.append(n)
            yield b'{"id": 1, "text": "a"}'

    next(tagged(lines()))

    assert len(taken) < 1000


def test_for_people_one_short_line_a_post() -> None:
    given = '{"id":1,"text":"कोथरूडमध्ये पाणी नाही"}\n{'.encode()

    result = CliRunner().invoke(app, ["--no-semantic", "-"], input=given)

    assert result.exit_code == 3
    first, second = result.stdout.splitlines()
    assert first.startswith("mr  negative  complaint  water  normal  कोथरूड")
    assert second.startswith("line 2: not JSON")


def test_a_missing_file_is_named() -> None:
    result = CliRunner().invoke(app, ["nowhere.jsonl"])

    assert str(result.exception) == (
        "nowhere.jsonl: No such file or directory; give a readable file"
    )


def test_importing_the_command_does_not_load_spacy() -> None:
    code = (
        "import sys, socialcell.commands.language.tag as t; "
        "print('spacy' in sys.modules)"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout == "False\n"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("folder", ["langid", "sentiment", "topic"])
@pytest.mark.parametrize(
    "step",
    [
        40,
        pytest.param(8, marks=pytest.mark.faults),
        pytest.param(1, marks=pytest.mark.long),
    ],
)
def test_research_files_are_read_without_an_error_line(folder: str, step: int) -> None:
    for path in sorted(shared("data", "language", "train", folder).glob("*.jsonl")):
        with path.open("rb") as file:
            lines = itertools.islice(file, 0, None, step)
            assert all("language" in row for row in tagged(lines)), path.name
