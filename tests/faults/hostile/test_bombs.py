"""Files that are small and unpack, nest or spread without end: refused at once."""

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.hostile.conftest import sqlite_url
from tests.running import environment
from tests.shared import REPOSITORY

SECONDS, MEGABYTES = 1.0, 100.0
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CORNERS = (
    '<row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)

Make = Callable[[Path], None]


def packed(name: str, megabytes: int) -> Make:
    """A .zip whose one member is so many megabytes of the same letter."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            fill(archive, name, megabytes)

    return make


def fill(archive: zipfile.ZipFile, name: str, megabytes: int) -> None:
    with archive.open(name, "w", force_zip64=True) as member:
        for _ in range(megabytes):
            member.write(b"a" * (1 << 20))


def workbook(rows: str | int) -> Make:
    """A workbook of one sheet, or one whose sheet is so many megabytes of letters."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("[Content_Types].xml", _content_types())
            book.writestr("_rels/.rels", _relation("officeDocument", "xl/workbook.xml"))
            book.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
                '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
            )
            book.writestr(
                "xl/_rels/workbook.xml.rels",
                _relation("worksheet", "worksheets/sheet1.xml"),
            )
            if isinstance(rows, int):
                fill(book, "xl/worksheets/sheet1.xml", rows)
            else:
                sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}'
                sheet += "</sheetData></worksheet>"
                book.writestr("xl/worksheets/sheet1.xml", sheet)

    return make


def _content_types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{kind}.worksheet+xml"/></Types>'
    )


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def members(n: int, claimed: int | None = None) -> Make:
    """A .zip of many empty members, whose end may claim another number of them."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name in range(n):
                archive.writestr(f"xl/{name}", "")
        if claimed is not None:
            content = bytearray(path.read_bytes())
            end = content.rfind(b"PK\x05\x06")
            content[end + 8 : end + 12] = claimed.to_bytes(2, "little") * 2
            path.write_bytes(content)

    return make


def text(*parts: str) -> Make:
    return lambda path: path.write_text("".join(parts)) and None


def gzipped(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        for _ in range(300):
            file.write(bytes(1 << 20))


WIDE = ",".join(f"c{n}" for n in range(200_000)) + "\n"
TABLES = ("posts", "gazetteer", "owners", "links", "care")
WORKBOOKS = [
    ("corners.xlsx", workbook(CORNERS)),
    ("letters.xlsx", workbook(600)),
    ("deep.xlsx", workbook("<a>" * 1_000_000)),
    ("members.xlsx", members(200_000)),
    ("hidden-members.xlsx", members(60_000, claimed=1)),
]
FLAT = [
    ("wide.csv", text(WIDE, "," * 200_000)),
    ("commas.csv", text("id,text\n", "," * 20_000_000)),
    ("cell.csv", text('id,text\n1,"', "a" * 30_000_000)),
    ("line.csv", text("a" * 40_000_000)),
]
PACKED = [
    ("archive.zip", packed("data/tweets.js", 300)),
    ("table.zip", packed("posts.csv", 300)),
    ("zeros.csv.gz", gzipped),
    ("members.zip", members(200_000)),
    ("deep.json", text("[" * 2_000_000)),
    ("deep.jsonl", text('{"id": "1", "text": ', "[" * 900_000, "]" * 900_000, "}\n")),
    ("digits.jsonl", text('{"id": ', "9" * 5_000_000, ', "text": "a"}\n')),
]
LAUGHS = [f"a{n + 1}: &a{n + 1} [{f'*a{n}, ' * 10}]\n" for n in range(12)]
MERGED = [
    f"a{n + 1}: &a{n + 1} {{<<: [{f'*a{n}, ' * 10}], k{n}: 1}}\n" for n in range(12)
]
SETTINGS = [
    ("flow.yaml", text("a: ", "[" * 200_000)),
    ("maps.yaml", text("{a: " * 200_000)),
    ("block.yaml", text(*(" " * n + "a:\n" for n in range(1_000)))),
    ("dashes.yaml", text("a:\n ", "- " * 200_000, "b")),
    ("marks.yaml", text("? " * 200_000, "a")),
    ("laughs.yaml", text("a0: &a0 [x]\n", *LAUGHS)),
    ("merged.yaml", text("a0: &a0 {x: 1}\n", *MERGED)),
    ("lists.yaml", text("a: ", "[" * 10_000, "]" * 10_000)),
    ("nested-lists.yaml", text(*(" " * n + "-\n" for n in range(1_000)))),
    ("long-list.yaml", text("a:\n", *("  - x\n" for _ in range(8_000_000)))),
    ("keys.yaml", text(*(f"k{n}: 1\n" for n in range(300_000)))),
    ("long.yaml", text('a: "', "x" * 50_000_000, '"')),
]


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """SQLite only: no rows are asked for."""
    return sqlite_url(tmp_path, empty_database)


def refuse_cheaply(folder: Path, way: str, name: str, make: Make) -> str:
    """The words with which a file was refused, within the limits."""
    file = folder / name
    make(file)
    (folder / "small.csv").write_text("id,text\n1,a\n")
    module = "tests.faults.hostile.refusal_cost"
    done = subprocess.run(
        [sys.executable, "-m", module, folder / "config.yaml", way, file],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=environment(),
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    cost = json.loads(done.stdout)
    assert cost["words"]
    assert cost["seconds"] < SECONDS, cost
    assert cost["megabytes"] < MEGABYTES, cost
    words: str = cost["words"]
    return words


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.fault("F41")
@pytest.mark.parametrize(("name", "make"), PACKED, ids=[name for name, _ in PACKED])
def test_a_file_that_unpacks_to_a_flood_is_refused_at_once(
    folder: Path, name: str, make: Make
) -> None:
    refuse_cheaply(folder, "posts", name, make)


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.fault("F41")
@pytest.mark.parametrize("way", TABLES)
@pytest.mark.parametrize(
    ("name", "make"),
    [*WORKBOOKS, *FLAT],
    ids=[name for name, _ in (*WORKBOOKS, *FLAT)],
)
def test_a_table_without_end_is_refused_at_once(
    folder: Path, name: str, make: Make, way: str
) -> None:
    refuse_cheaply(folder, way, name, make)


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.fault("F41")
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("deep.geojson", text('{"features": ', "[" * 500_000)),
        ("points.geojson", text('{"features": [', "[73.8,18.5]," * 3_000_000, "1]}")),
    ],
    ids=["deep", "points"],
)
def test_outlines_without_end_are_refused_at_once(
    folder: Path, name: str, make: Make
) -> None:
    refuse_cheaply(folder, "shapes", name, make)


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.fault("F42")
@pytest.mark.parametrize(("name", "make"), SETTINGS, ids=[name for name, _ in SETTINGS])
def test_settings_that_nest_or_spread_are_refused_with_their_line(
    folder: Path, name: str, make: Make
) -> None:
    words = refuse_cheaply(folder, "settings", name, make)

    assert f"{name}:" in words or "a file of settings has at most 1 MB" in words
