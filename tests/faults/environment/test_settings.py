"""A configuration or a database that is wrong: words, and exit code 78 or 1."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.environment.workloads import refused, run
from tests.running import said, socialcell

pytestmark = pytest.mark.faults


@pytest.mark.fault("F29")
def test_an_unknown_key_is_named_with_its_line(folder: Path) -> None:
    (folder / "config.yaml").write_text("database:\n  ulr: sqlite:///x.db\n")

    words = refused(folder, 78, "sources", "list")

    assert "config.yaml:2: database.ulr: unknown key; did you mean 'url'?" in words


def test_a_configuration_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").mkdir()

    assert "is a folder" in refused(tmp_path, 78, "sources", "list")


def test_a_secret_that_is_missing_stops_only_its_source_and_needs_a_person(
    folder: Path,
) -> None:
    run(folder, "sources", "add", "x.us", "x", "--set", "kind=search",
        "--set", "query=water")  # fmt: skip

    done = socialcell("--config", folder / "config.yaml", "pull", "--json")

    said(done)
    assert done.returncode == 4
    (source,) = json.loads(done.stdout)["sources"]
    assert (source["state"], source["error"]) == ("failed", "auth")
    assert "'x_bearer' is missing" in source["reason"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("socialcell.db", "begins with neither"),
        ("mysql://host/name", "begins with neither"),
        ("postgresql://host:port/name", "database.url"),
        ("sqlite:////nowhere/at/all.db", "is not there"),
    ],
)
def test_a_wrong_address_of_the_database_is_named(
    folder: Path, url: str, words: str
) -> None:
    (folder / "config.yaml").write_text(f"database: {{url: '{url}'}}\n")

    assert words in refused(folder, 78, "sources", "list")


def test_a_password_in_a_wrong_address_is_not_shown(folder: Path) -> None:
    url = "postgres://cell:s3cr3t-word@host/name"
    (folder / "config.yaml").write_text(f"database: {{url: '{url}'}}\n")

    words = refused(folder, 78, "sources", "list")

    assert "s3cr3t" not in words
    assert "postgres://cell:***@host/name" in words


def test_a_server_that_does_not_answer_is_told(folder: Path) -> None:
    url = "postgresql://cell:s3cr3t-word@127.0.0.1:1/name"
    (folder / "config.yaml").write_text(f"database: {{url: '{url}'}}\n")

    words = refused(folder, 1, "sources", "list")

    assert "127.0.0.1:1" in words
    assert "s3cr3t" not in words


@pytest.mark.fault("F07", "F30")
def test_a_database_of_a_newer_version_is_left_alone(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    for arguments in (["sources", "list"], ["db", "upgrade"]):
        assert "newer version" in refused(folder, 78, *arguments)


@pytest.mark.fault("F07")
def test_a_deleted_database_is_not_quietly_made_anew(folder: Path) -> None:
    (folder / "socialcell.db").unlink()

    assert "is not there" in refused(folder, 78, "pull")
    assert not (folder / "socialcell.db").exists()


@pytest.mark.fault("F07")
def test_a_folder_in_the_databases_place_is_told(folder: Path) -> None:
    (folder / "socialcell.db").unlink()
    (folder / "socialcell.db").mkdir()

    assert "cannot be opened" in refused(folder, 78, "sources", "list")


@pytest.mark.fault("F07")
def test_a_file_that_is_no_database_is_told_and_not_touched(folder: Path) -> None:
    content = b"minutes of the meeting\n" * 500
    (folder / "socialcell.db").write_bytes(content)

    assert "is not a database" in refused(folder, 1, "sources", "list")
    assert (folder / "socialcell.db").read_bytes() == content
