"""A file that unpacks to too much, or is too wide, is refused, and none of it kept."""

import gzip
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors import file_limits
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files import sheets, workbooks
from socialcell.errors import SocialcellError
from socialcell.listening.model import Mention
from socialcell.message_catalog import in_words
from socialcell.ops.model import Source
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from tests.connectors.test_files_archive import HEAD, archive, archived
from tests.connectors.test_sheets import COLUMNS

BLANKS = b" " * (17 << 20)  # 17 MB, which pack to 17 KB


def packed(path: Path, **members: bytes) -> Path:
    """A .zip, tightly packed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def stored(context: Context) -> tuple[int, int]:
    """How many mentions and sources there are."""
    with db.reading(context.engine) as session:
        counts = (select(func.count()).select_from(one) for one in (Mention, Source))
        mentions, sources = (session.execute(one).scalar_one() for one in counts)
    return mentions, sources


def refused(context: Context, path: Path) -> str:
    with pytest.raises(SocialcellError) as error:
        file_import.import_file(context, path)
    assert error.value.exit_code == 1
    assert stored(context) == (0, 0)
    return str(error.value)


def test_an_archive_that_unpacks_to_a_thousand_times_its_size_is_refused(
    context: Context, tmp_path: Path
) -> None:
    posts = HEAD.encode() + json.dumps([archived()]).encode() + BLANKS
    path = packed(tmp_path / "x.zip", **{"data/tweets.js": posts})

    said = refused(context, path)

    assert said.startswith(f"{path} is not read: data/tweets.js unpacks to over 200")


def test_a_table_in_a_zip_that_unpacks_to_a_thousand_times_its_size_is_refused(
    context: Context, tmp_path: Path
) -> None:
    path = packed(tmp_path / "p.zip", **{"Dates.csv": b"Date,Clicks\n" + BLANKS})

    assert "Dates.csv unpacks to over 200 times" in refused(context, path)


def test_a_compressed_file_that_unpacks_to_a_thousand_times_its_size_is_refused(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "sales.txt.gz"
    path.write_bytes(gzip.compress(b"Date\n" + BLANKS))

    assert "sales.txt.gz unpacks to over 200 times" in refused(context, path)


def test_all_parts_of_an_archive_together_have_a_limit(
    context: Context, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "x.zip", [archived(1)], [archived(2)])
    with zipfile.ZipFile(path) as made:
        sizes = {one.filename: one.file_size for one in made.infolist()}
    both = sizes["data/tweets.js"] + sizes["data/tweets-part1.js"]

    monkeypatch.setattr(file_limits, "UNPACKED", both - 1)
    assert "The .zip unpacks to more than" in refused(context, path)

    monkeypatch.setattr(file_limits, "UNPACKED", both)
    clock.advance(timedelta(days=7))  # posts of the future are refused
    file_import.import_file(context, path)
    assert stored(context) == (2, 1)


def test_an_archive_of_more_files_than_any_has_is_refused(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_limits, "MEMBERS", 2)
    members = {f"tweets_media/{n}.jpg": b"" for n in range(2)}
    path = packed(tmp_path / "x.zip", **{"data/tweets.js": b"[]"}, **members)

    assert "The .zip has 3 files; 2 are the most" in refused(context, path)


def test_an_archive_in_an_archive_is_named(context: Context, tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", **{"data/tweets.js": b"[]"}).read_bytes()
    path = packed(tmp_path / "outer.zip", **{"posts/x.zip": inner})

    said = refused(context, path)

    assert "holds another archive, posts/x.zip. Unpack both" in said


def test_a_table_that_is_packed_twice_is_not_unpacked(tmp_path: Path) -> None:
    twice = gzip.compress(b"Date,Clicks,Impressions,CTR,Position\n")
    path = packed(tmp_path / "p.zip", **{"Dates.csv": twice})

    with pytest.raises(SocialcellError, match="without data/tweets"):
        open_file(path)


def test_a_table_of_more_columns_than_any_has_is_refused(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "wide.csv"
    extra = ",".join(f"c{n}" for n in range(999))
    path.write_text(f"id,text,{extra}\n")
    said = refused(context, path)
    assert "heading of wide.csv has 1,001 cells; 1,000 are the most" in said

    path.write_text(f"text,{extra}\nwater,{',' * 998}\n")
    file_import.import_file(context, path)
    assert stored(context) == (1, 1)


def test_a_heading_of_millions_of_columns_is_refused_at_once(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("text," + "a," * 2_100_000 + "\n1\n")

    assert "has a line of over 4,194,304 characters" in refused(context, path)


def test_a_refused_file_is_refused_by_code(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("id,text," + ",".join(f"c{n}" for n in range(999)) + "\n")

    with pytest.raises(SocialcellError) as caught:
        file_import.import_file(context, path)

    assert caught.value.message.code.startswith("files.")
    assert "wide.csv" in in_words(caught.value.message, "mr")


def test_a_cell_that_is_too_long_costs_its_own_row_alone(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"id,text\n1,{'a' * 1_048_577}\n2,{'a' * 1_000}\n")

    done = file_import.import_file(context, path)

    assert done.result.counts["quarantined"] == 1
    assert done.result.counts["stored"] == 1


def test_a_wide_table_of_creators_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "creators.csv"
    path.write_text("key," + "name," * 2_000 + "\n")

    with pytest.raises(SocialcellError, match="its heading has 2,002 cells; 1,000"):
        list(sheets.read_sheet(path, COLUMNS))


def test_a_workbook_of_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "_MOST_MEMBERS", 1)
    path = packed(tmp_path / "t.xlsx", **{"xl/workbook.xml": b"", "a": b""})

    with pytest.raises(SocialcellError, match="has 2 files; 1 are the most"):
        list(sheets.read_sheet(path, COLUMNS))
