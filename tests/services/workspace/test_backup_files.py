"""A copy brings the files along that its database refers to: evidence and media."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from sqlmodel import select

from socialcell import config, db
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.attachment_model import Attachment
from socialcell.listening.model import Mention
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.doctor import invariants
from socialcell.services.outreach.step_checks import StepDetails
from socialcell.services.privacy import data_requests
from socialcell.services.webhooks import media_files
from socialcell.services.workspace import backup, backup_record, stored_files
from socialcell.services.workspace.restore import restore_copy
from tests.builders import NOON, make_author, make_record, make_source, store_records
from tests.campaigns.planning import worlds
from tests.campaigns.planning.agreed_plans import (
    approved,
    come_to,
    enter,
    number_of,
)
from tests.operators import acting, officer
from tests.running import inside

LETTER, VOICE = b"a letter of agreement", b"a voice message"
EVIDENCE = f"evidence/{hashlib.sha256(LETTER).hexdigest()}"
_VOICE = hashlib.sha256(VOICE).hexdigest()
MEDIA = f"media/{_VOICE[:2]}/{_VOICE}"


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """Only SQLite is put back by us: a server has its own program for it."""
    path = tmp_path / "workspace" / "socialcell.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    return f"sqlite:///{path}"


@pytest.fixture
def kept(context: Context, folder: Path, tmp_path: Path) -> Context:
    """A workspace with a letter as evidence and the voice message of a citizen."""
    worlds.fill(context)
    made = approved(acting(context, "lead"), folder)
    letter = tmp_path / "Letter.PDF"
    letter.write_bytes(LETTER)
    come_to(made, number_of(made, "dev"), "contacted")
    enter(made, number_of(made, "dev"), "accepted", StepDetails(file=letter))
    with_voice(made)
    return made


def with_voice(context: Context) -> None:
    source = make_source(context.engine, "whatsapp.city", "whatsapp", app_id="1")
    told = make_record("voice", author=make_author("77001", handle="citizen"))
    store_records(context.engine, told, source=source)
    with db.writing(context.engine) as session:
        mention = session.scalars(
            select(Mention).where(Mention.external_id == "voice")
        ).one()
        session.add(
            Attachment(
                mention_id=mention.id,
                source_id=source.id,
                ref="wa-1",
                kind="audio",
                sha256=media_files.store_file(context, VOICE),
                state="fetched",
                noted_at=NOON,
            )
        )


def elsewhere(kept: Context, tmp_path: Path) -> Path:
    """An empty workspace on another computer that has the configuration and the key."""
    other = tmp_path / "other"
    (other / "secrets").mkdir(parents=True)
    key = kept.workspace.folder / "secrets" / "person_key"
    shutil.copy(key, other / "secrets" / "person_key")
    (other / "config.yaml").write_text("{}\n")
    return other / "config.yaml"


def test_an_empty_folder_has_after_a_restore_all_that_the_database_refers_to(
    kept: Context, tmp_path: Path
) -> None:
    copy = backup.make_backup(kept.workspace, tmp_path / "away" / "monday.db")
    assert copy.record.files == [EVIDENCE, MEDIA]
    assert copy.record.missing == []
    shutil.rmtree(kept.workspace.folder / "evidence")
    shutil.rmtree(kept.workspace.folder / "media")
    place = elsewhere(kept, tmp_path)

    told = json.loads(inside("db", "restore", copy.path, "--json", "--config", place))

    assert told["missing"] == []
    assert (place.parent / f"{EVIDENCE}.pdf").read_bytes() == LETTER
    assert (place.parent / MEDIA).read_bytes() == VOICE
    assert (place.parent / "evidence").stat().st_mode & 0o077 == 0
    assert (place.parent / MEDIA).stat().st_mode & 0o777 == 0o600
    assert "The database is sound." in inside("db", "verify", "--config", place)


def test_no_secret_and_no_configuration_is_copied_and_the_command_says_so(
    kept: Context, tmp_path: Path
) -> None:
    place = kept.workspace.folder / "config.yaml"

    said = " ".join(
        inside("db", "backup", "--out", tmp_path / "away" / "m.db", "--config", place)
        .replace("\n", " ")
        .split()
    )

    assert "Files beside it: 2" in said
    assert "Not in it: secrets/ with person_key, config.yaml" in said
    names = {one.name for one in (tmp_path / "away").rglob("*") if one.is_file()}
    assert names == {
        *("m.db", "m.db.json"),
        *(f"{EVIDENCE.partition('/')[2]}.pdf", _VOICE),
    }


def test_a_file_of_a_copy_that_is_missing_or_changed_is_noticed(kept: Context) -> None:
    copy = backup.make_backup(kept.workspace)
    files = backup_record.files_of(copy.path)
    assert backup_record.verify_copy(copy.path)[1] == []

    (files / MEDIA).write_bytes(VOICE + b".")
    (files / f"{EVIDENCE}.pdf").unlink()

    assert list(map(str, backup_record.verify_copy(copy.path)[1])) == [
        f"{files / EVIDENCE} is missing",
        f"{files / MEDIA} is changed",
    ]
    kept.engine.dispose()
    with pytest.raises(SocialcellError, match="is changed"):
        restore_copy(kept.workspace, copy.path)
    # The database is not held up by a picture; the workspace has both files.
    assert restore_copy(kept.workspace, copy.path, yes=True).missing == []


def test_what_the_workspace_lost_is_named_and_the_rest_is_copied(
    kept: Context, tmp_path: Path
) -> None:
    (kept.workspace.folder / MEDIA).write_bytes(b"spoilt")

    copy = backup.make_backup(kept.workspace, tmp_path / "monday.db")

    assert (copy.record.files, copy.record.missing) == ([EVIDENCE], [MEDIA])
    assert backup_record.verify_copy(copy.path)[1] == []
    names = stored_files.referenced_files(kept.engine)
    faults = stored_files.find_faults(kept.workspace.folder, names)
    assert list(map(str, faults)) == [f"{kept.workspace.folder / MEDIA} is changed"]
    broken = {one.name for one in invariants.examine(kept) if one.state == "failed"}
    assert broken == {"I11 soundness"}
    kept.engine.dispose()
    again = config.load(elsewhere(kept, tmp_path))
    assert restore_copy(again, copy.path).missing == [MEDIA]


def test_a_restore_mends_a_spoilt_file(kept: Context) -> None:
    copy = backup.make_backup(kept.workspace)
    (kept.workspace.folder / MEDIA).write_bytes(b"spoilt")
    kept.engine.dispose()

    assert restore_copy(kept.workspace, copy.path, yes=True).missing == []

    assert (kept.workspace.folder / MEDIA).read_bytes() == VOICE


def test_files_of_somebody_who_was_erased_since_do_not_come_back(
    kept: Context,
) -> None:
    copy = backup.make_backup(kept.workspace)
    data_requests.erase_account(officer(kept), "x", "77001", None)
    assert not (kept.workspace.folder / MEDIA).exists()
    kept.engine.dispose()

    restore_copy(kept.workspace, copy.path, yes=True)

    assert not (kept.workspace.folder / MEDIA).exists()
    assert (backup_record.files_of(copy.path) / MEDIA).exists()


def test_a_file_takes_no_room_twice_in_one_folder_and_leaves_with_the_last_copy(
    kept: Context,
) -> None:
    folder = backup.folder_of(kept.workspace)
    first = backup.make_nightly_backup(kept.workspace).path
    second = backup.make_nightly_backup(kept.workspace).path

    inodes = {
        (backup_record.files_of(one) / MEDIA).stat().st_ino for one in (first, second)
    }

    assert len(inodes) == 1
    assert inodes != {(kept.workspace.folder / MEDIA).stat().st_ino}
    for n in range(backup.NIGHTLY_COPIES):
        last = backup.make_nightly_backup(kept.workspace).path
        os.utime(last, (2_000_000_000 + n, 2_000_000_000 + n))
    # Within one second a name that became free is taken again: the folders are counted.
    copies = backup.list_copies(folder)
    assert len(copies) == backup.NIGHTLY_COPIES
    assert {*folder.glob("*.files")} == {backup_record.files_of(one) for one in copies}
    assert {os.stat(one).st_mtime for one in copies} == {
        2_000_000_000 + n for n in range(backup.NIGHTLY_COPIES)
    }
    assert backup_record.verify_copy(last)[1] == []


def test_what_an_interrupted_copy_left_goes_after_a_day(kept: Context) -> None:
    folder = backup.folder_of(kept.workspace)
    old, young = folder / "nightly-a.db.part", folder / "nightly-b.db.part"
    for half in (old, young):
        files = backup_record.files_of(half)
        files.mkdir(parents=True)
        (files / "evidence").touch()
        half.touch()
    for half in (old, backup_record.files_of(old)):
        os.utime(half, (1_700_000_000, 1_700_000_000))

    made = backup.make_nightly_backup(kept.workspace).path

    assert {*folder.glob("*")} == {
        young,
        backup_record.files_of(young),
        made,
        backup_record.record_of(made),
        backup_record.files_of(made),
    }


def test_a_copy_of_before_there_were_files_is_still_good(kept: Context) -> None:
    copy = backup.make_backup(kept.workspace)
    place = backup_record.record_of(copy.path)
    record = json.loads(place.read_text())
    del record["files"], record["missing"]
    place.write_text(json.dumps(record))
    shutil.rmtree(backup_record.files_of(copy.path))

    assert backup_record.verify_copy(copy.path)[1] == []
    assert "before files were copied" in inside("db", "verify", copy.path)


def test_a_folder_of_files_is_never_overwritten(kept: Context, tmp_path: Path) -> None:
    (tmp_path / "copy.db.files").mkdir()

    with pytest.raises(UsageError, match="there already"):
        backup.make_backup(kept.workspace, tmp_path / "copy.db")


def test_evidence_of_two_creators_stays_until_neither_is_held(
    kept: Context, tmp_path: Path
) -> None:
    other = number_of(kept, "chitra")
    come_to(kept, other, "contacted")
    told = StepDetails(file=tmp_path / "Letter.PDF")
    enter(kept, other, "accepted", told)
    file = kept.workspace.folder / f"{EVIDENCE}.pdf"

    creator_registry.forget_creator(kept, "dev", "asked for it")
    assert file.exists()
    creator_registry.forget_creator(kept, "chitra", "asked for it")
    assert not file.exists()
