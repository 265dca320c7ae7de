"""Who was erased after a copy was made stays erased when the copy is put back."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic import command as alembic
from sqlalchemy import Engine, select, text

from socialcell import config, db
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.errors import ConfigError
from socialcell.listening.model import (
    Author,
    Engagement,
    Mention,
    MentionMatch,
    RawItem,
)
from socialcell.listening.store.mentions import rollups
from socialcell.ops import audit
from socialcell.ops.model import Run, Source
from socialcell.services.context import Context
from socialcell.services.privacy import data_requests
from socialcell.services.privacy.erasure_replay import ReplayResult, replay_erasures
from socialcell.services.workspace import backup
from socialcell.services.workspace.restore import restore_copy
from tests.builders import make_author, make_record, store_records
from tests.inside import socialcell
from tests.running import answer

MARK, UID, HANDLE = "zebrawort", "77001122334455", "zebra_canary"
FORGOTTEN = {"author": make_author(UID, handle=HANDLE, name="Zebra Canary")}


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """Only SQLite is put back by us: a server has its own program for it."""
    path = tmp_path / "workspace" / "socialcell.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    return f"sqlite:///{path}"


@pytest.fixture
def copied(context: Context) -> Path:
    """A copy that holds somebody who asks to be forgotten afterwards, and others."""
    engine = context.engine
    raw = {"id": "1", "author_id": UID, "text": MARK}
    hers = make_record("1", text=f"No water, {MARK}", raw=raw, **FORGOTTEN)
    theirs = make_record("2", text=f"@{HANDLE} nor with us", raw={"id": "2"})
    store_records(engine, hers, theirs)
    path = backup.make_backup(context.workspace).path
    assert MARK.encode() in path.read_bytes()
    data_requests.erase_account(context, "x", UID, None)
    engine.dispose()
    return path


def texts(engine: Engine) -> dict[str, str | None]:
    with db.reading(engine) as session:
        return dict(session.execute(select(Mention.state, Mention.text)).all())


def test_an_erasure_is_done_again_before_the_copy_takes_the_place(
    context: Context, copied: Path
) -> None:
    done = restore_copy(context.workspace, copied, yes=True)

    assert done.replayed == ReplayResult(accounts=1, mentions=1)
    assert done.kept_out is not None
    assert done.kept_out > 0
    for file in (done.database, *done.database.parent.glob("socialcell.db-*")):
        assert MARK.encode() not in file.read_bytes(), file
        assert HANDLE.encode() not in file.read_bytes(), file
    assert texts(context.engine) == {
        "deleted": None,
        "present": f"@{'•' * len(HANDLE)} nor with us",
    }
    with db.reading(context.engine) as session:
        before = rollups.everything(session)
        assert [row.action for row in audit.entries(session, 5)] == ["privacy.replay"]
        assert audit.verify(session).ok
    with db.writing(context.engine) as session:
        rollups.rebuild(session)
        assert rollups.everything(session) == before


def test_and_what_they_write_stays_out(context: Context, copied: Path) -> None:
    restore_copy(context.workspace, copied, yes=True)

    again = data_requests.export_account(context, "x", UID, None)

    assert (again["mentions"], again["raw"]) == ([], [])
    assert replay_erasures(context) == ReplayResult(0, 0)  # there is nothing left to do


def test_a_post_that_the_copy_holds_without_its_author_is_found_by_its_number(
    context: Context,
) -> None:
    engine, text = context.engine, f"a file's {MARK}"
    store_records(engine, make_record("1", text=text, author=None))
    copy = backup.make_backup(context.workspace).path
    store_records(engine, make_record("1", text=f"{text}, more", **FORGOTTEN))
    data_requests.erase_account(context, "x", UID, None)
    engine.dispose()

    done = restore_copy(context.workspace, copy, yes=True)

    assert done.replayed == ReplayResult(accounts=0, mentions=1)
    assert texts(engine) == {"deleted": None}
    assert MARK.encode() not in done.database.read_bytes()


def test_without_the_key_nothing_is_put_back(context: Context, copied: Path) -> None:
    (context.workspace.folder / "secrets" / "person_key").unlink()

    with pytest.raises(ConfigError, match="person_key"):
        restore_copy(context.workspace, copied, yes=True)

    assert "deleted" in texts(context.engine)
    assert MARK not in str(texts(context.engine))


def test_a_copy_of_an_older_schema_is_erased_from_by_the_upgrade(
    context: Context, folder: Path
) -> None:
    workspace = at_an_older_schema(folder)
    copy = backup.make_backup(workspace).path
    backup.upgrade_database(workspace)
    data_requests.erase_account(context, "x", UID, None)
    context.engine.dispose()

    done = restore_copy(workspace, copy, yes=True)
    assert done.replayed is None
    backup.upgrade_database(workspace)

    assert texts(context.engine) == {"deleted": None}


def at_an_older_schema(folder: Path) -> Workspace:
    """The workspace with one mention, at the schema before the newest one."""
    workspace = config.load(folder / "config.yaml")
    file, newest = folder / "socialcell.db", folder / "newest.db"
    engine = db.connect(workspace.database_url)
    store_records(engine, make_record("1", text=MARK, **FORGOTTEN))
    engine.dispose()
    file.rename(newest)
    engine = db.connect(workspace.database_url)
    with engine.begin() as connection:
        settings = revisions._alembic()
        settings.attributes["connection"] = connection
        alembic.upgrade(settings, "head-1")
    engine.dispose()
    copy_rows(newest, file)
    newest.unlink()
    return workspace


def copy_rows(newest: Path, older: Path) -> None:
    """What is stored of mentions, without the columns that the older schema lacks."""
    with contextlib.closing(sqlite3.connect(older)) as database, database:
        database.execute("ATTACH ? AS newest", [str(newest)])
        for table in (Source, Run, Author, RawItem, Mention, MentionMatch, Engagement):
            name = db.table(table).name
            info = database.execute(f"PRAGMA main.table_info({name})")
            columns = ", ".join(f'"{row[1]}"' for row in info)
            database.execute(
                f"INSERT INTO main.{name} ({columns}) "
                f"SELECT {columns} FROM newest.{name}"
            )


def test_where_the_list_cannot_be_read_the_command_says_so(
    context: Context, copied: Path
) -> None:
    config_file = context.workspace.folder / "config.yaml"
    (context.workspace.folder / "socialcell.db").unlink()

    done = socialcell("db", "restore", copied, "--yes", "--config", config_file)

    assert done.returncode == 0, done.stderr
    assert "erase again who asked for it" in " ".join(done.stdout.split())


def test_the_command_tells_what_it_erased_again(context: Context, copied: Path) -> None:
    config_file = context.workspace.folder / "config.yaml"

    told = answer(
        socialcell("db", "restore", copied, "--yes", "--json", "--config", config_file)
    )

    assert told["erased_again"] == {
        "accounts": 1,
        "mentions": 1,
        "waiting": 0,
        "naming": 0,
    }


def test_nobody_is_looked_for_where_nobody_is_kept_out(context: Context) -> None:
    store_records(context.engine, make_record("1"))
    (context.workspace.folder / "secrets" / "person_key").unlink()  # not even asked for

    assert replay_erasures(context) == ReplayResult(0, 0)
    with db.reading(context.engine) as session:
        assert session.scalar(text("SELECT count(*) FROM audit")) == 0


def test_a_restore_says_that_operators_are_as_they_were(
    context: Context, copied: Path
) -> None:
    config_file = context.workspace.folder / "config.yaml"

    done = socialcell("db", "restore", copied, "--yes", "--config", config_file)

    assert "Operators, their roles, passwords, second factors and tokens" in done.stdout
    assert "as they were when the backup was made" in done.stdout
