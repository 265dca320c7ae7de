"""A backup that somebody asks for stands in the access log, with who took it."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from socialcell import db
from socialcell.db import revisions
from socialcell.errors import SocialcellError, UsageError
from socialcell.registers.model import AccessEntry
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.workspace import backup, logged_backup
from tests.inside import socialcell
from tests.operators import sign_in_shell


def entries(context: Context) -> list[tuple[str, str, str]]:
    with db.reading(context.engine) as session:
        rows = session.scalars(select(AccessEntry).order_by(AccessEntry.id))
        return [(row.kind, row.actor, row.subject) for row in rows]


@pytest.fixture
def city(context: Context) -> Context:
    """A workspace on SQLite, in which Ravi has signed in."""
    if not db.is_sqlite(context.engine):
        pytest.skip("pg_dump has tests of its own")
    sign_in_shell(context, "Ravi Sample", Role.LEAD)
    return context


def test_the_command_enters_who_took_the_copy_and_the_copy_has_the_entry(
    city: Context, tmp_path: Path
) -> None:
    out = tmp_path / "monday.db"
    config = city.workspace.folder / "config.yaml"

    result = socialcell("--config", config, "db", "backup", "--out", out)

    assert result.returncode == 0, result.stderr
    assert entries(city) == [("backup", "Ravi Sample", "monday.db")]
    with db.frozen(out) as copy, copy.connect() as connection:
        (kind,) = connection.execute(text("SELECT kind FROM access_entry")).one()
    assert kind == "backup"


def test_a_copy_of_the_daemon_is_nobodys_read(city: Context) -> None:
    backup.make_nightly_backup(city.workspace)

    assert entries(city) == []


def test_where_the_log_cannot_be_written_there_is_no_copy(
    city: Context, tmp_path: Path
) -> None:
    with city.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full_log BEFORE INSERT ON access_entry "
                "BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        )
    out = tmp_path / "monday.db"

    with pytest.raises(Exception, match="no room"):
        logged_backup.make_logged_backup(city.workspace, out)

    assert not out.exists()


def test_a_copy_that_fails_leaves_the_entry_of_who_asked(
    city: Context, tmp_path: Path
) -> None:
    out = tmp_path / "monday.db"
    out.write_text("taken")

    with pytest.raises(UsageError, match=r"monday\.db"):
        logged_backup.make_logged_backup(city.workspace, out)

    assert entries(city) == [("backup", "Ravi Sample", "monday.db")]


def test_a_database_that_waits_for_its_upgrade_is_copied_and_says_so(
    city: Context, tmp_path: Path
) -> None:
    older = {"schema": revisions.revisions()[-2]}
    with city.engine.begin() as connection:
        stamp = text("UPDATE alembic_version SET version_num = :schema")
        connection.execute(stamp, older)
    config = city.workspace.folder / "config.yaml"

    result = socialcell(
        "--config", config, "db", "backup", "--out", tmp_path / "old.db"
    )

    assert result.returncode == 0, result.stderr
    assert "Not in the access log" in result.stderr
    assert (tmp_path / "old.db").exists()


def test_without_a_database_there_is_no_backup(city: Context) -> None:
    city.engine.dispose()
    (city.workspace.folder / "socialcell.db").unlink()

    with pytest.raises(SocialcellError):
        logged_backup.make_logged_backup(city.workspace)
