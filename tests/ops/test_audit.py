"""The audit log: appended to only, and every tampering is named."""

import hashlib
import json
import os
import pwd
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from socialcell import db
from socialcell.identity.actor import Actor, os_user, unsigned
from socialcell.ops import audit
from socialcell.services.context import Context
from tests.builders import NOON
from tests.inside import socialcell
from tests.operators import operator, sign_in_shell
from tests.running import answer

ASHA = Actor(7, "asha", known_by="second_factor")


def fill(engine: Engine, n: int = 3, actor: Actor = ASHA) -> None:
    for number in range(1, n + 1):
        detail = {"n": number}
        with db.writing(engine) as session:
            audit.append(session, actor, "registry.add", f"x:a{number}", detail, NOON)


def verdict(engine: Engine, noted: str | None = None) -> audit.AuditResult:
    with db.reading(engine) as session:
        return audit.verify(session, noted)


def tamper(engine: Engine, statement: str) -> None:
    """What somebody does who may alter the schema: drop the guards, then the rows."""
    with engine.begin() as connection:
        if db.is_sqlite(engine):
            for name in ("audit_no_update", "audit_no_delete", "audit_in_order"):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("actor", "number"), [(ASHA, {"operator_id": 7}), (unsigned("asha"), {})]
)
def test_a_row_seals_the_one_before_it(
    engine: Engine, actor: Actor, number: dict[str, int]
) -> None:
    fill(engine, 2, actor)
    user = pwd.getpwuid(os.getuid()).pw_name

    def sealed(before: str, seq: int) -> str:
        said = {
            "action": "registry.add",
            "actor": "asha",
            "at": "2026-11-23T06:30:00.000000+00:00",
            "detail": {"n": seq},
            "object": f"x:a{seq}",
            **number,
            "os_user": user,
            "seq": seq,
        }
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256((before + canonical).encode()).hexdigest()

    expected = sealed(sealed("0" * 64, 1), 2)
    found = verdict(engine)
    assert (found.ok, found.head) == (True, audit.Head(2, expected))


def test_an_empty_log_is_whole(engine: Engine) -> None:
    assert verdict(engine) == audit.AuditResult(audit.Head(0, "0" * 64))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'somebody else' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
    ],
)
def test_rows_are_neither_changed_nor_deleted(engine: Engine, statement: str) -> None:
    fill(engine)

    with (
        pytest.raises(DatabaseError, match="only be appended to"),
        engine.begin() as connection,
    ):
        connection.execute(text(statement))

    assert verdict(engine).head.seq == 3


def test_a_row_is_not_replaced(engine: Engine) -> None:
    fill(engine)
    columns = "seq, at, actor, action, object, detail, prev_hash, hash"
    copy = f"SELECT {columns.replace('actor,', ':who,', 1)} FROM audit WHERE seq = 2"
    verb = "INSERT OR REPLACE" if db.is_sqlite(engine) else "INSERT"

    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(
            text(f"{verb} INTO audit ({columns}) {copy}"), {"who": "mallory"}
        )

    assert verdict(engine).ok


@pytest.mark.parametrize(
    ("statement", "row", "reason"),
    [
        ("UPDATE audit SET actor = 'ashb' WHERE seq = 2", 2, "was changed"),
        ("UPDATE audit SET operator_id = 8 WHERE seq = 2", 2, "was changed"),
        ("UPDATE audit SET operator_id = NULL WHERE seq = 2", 2, "was changed"),
        ("UPDATE audit SET os_user = 'asha' WHERE seq = 2", 2, "was changed"),
        ("UPDATE audit SET os_user = NULL WHERE seq = 2", 2, "was changed"),
        ("UPDATE audit SET detail = '{\"n\": 4}' WHERE seq = 1", 1, "was changed"),
        ("UPDATE audit SET at = '2026-11-23 06:30:01' WHERE seq = 3", 3, "was changed"),
        ("UPDATE audit SET prev_hash = hash WHERE seq = 2", 2, "does not follow"),
        ("DELETE FROM audit WHERE seq = 2", 2, "missing"),
        ("DELETE FROM audit WHERE seq = 1", 1, "missing"),
    ],
)
@pytest.mark.fault("F31")
def test_the_first_broken_row_is_named(
    engine: Engine, statement: str, row: int, reason: str
) -> None:
    fill(engine)
    tamper(engine, statement)

    found = verdict(engine)

    assert (found.ok, found.broken) == (False, row)
    assert reason in str(found.reason)


def old_row(engine: Engine, seq: int, before: str) -> str:
    """A row as they were before the OS user was noted; its hash."""
    row: dict[str, Any] = {"seq": seq, "at": NOON, "actor": "asha", "action": "a.b"}
    row |= {"object": "x:a", "detail": {"n": seq}}
    said = {**row, "at": "2026-11-23T06:30:00.000000+00:00"}
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    sealed = hashlib.sha256((before + canonical).encode()).hexdigest()
    with engine.begin() as connection:
        made = audit.AUDIT.insert().values(**row, prev_hash=before, hash=sealed)
        connection.execute(made)
    return sealed


def test_rows_from_before_the_os_user_was_noted_keep_their_seals(
    engine: Engine,
) -> None:
    old_row(engine, 2, old_row(engine, 1, "0" * 64))
    fill(engine, 1)

    assert verdict(engine).ok
    with db.reading(engine) as session:
        users = [row.os_user for row in audit.entries(session, 3)]
    assert users == [os_user(), None, None]


@pytest.mark.fault("F31")
def test_a_row_without_an_os_user_does_not_follow_one_that_has_it(
    engine: Engine,
) -> None:
    fill(engine, 1)
    old_row(engine, 2, verdict(engine).head.hash)

    found = verdict(engine)

    assert (found.ok, found.broken) == (False, 2)
    assert "names no OS user" in str(found.reason)


@pytest.mark.fault("F31")
def test_a_resealed_row_breaks_the_next_one(engine: Engine) -> None:
    fill(engine)
    row = {"seq": 2, "at": NOON, "actor": "mallory", "action": "registry.add"}
    row |= {"object": "x:a2", "detail": {"n": 2}, "os_user": os_user()}
    row |= {"operator_id": 7}
    with db.reading(engine) as session:
        first = audit.entries(session, 3)[-1].hash
    forged = audit.seal(first, row)
    tamper(
        engine, f"UPDATE audit SET actor = 'mallory', hash = '{forged}' WHERE seq = 2"
    )

    assert verdict(engine).broken == 3


@pytest.mark.fault("F31")
def test_a_cut_end_shows_against_a_noted_head(engine: Engine) -> None:
    fill(engine)
    noted = verdict(engine).head.hash
    fill(engine, 1)
    assert verdict(engine, noted).ok
    tamper(engine, "DELETE FROM audit WHERE seq >= 3")

    assert verdict(engine).ok
    found = verdict(engine, noted)
    assert not found.ok
    assert "lost" in str(found.reason)


def test_an_act_that_is_taken_back_leaves_no_row(engine: Engine) -> None:
    with db.writing(engine) as session:
        audit.append(
            session, unsigned("asha"), "a", "b", {}, datetime(2026, 1, 1, tzinfo=UTC)
        )
        session.rollback()

    assert verdict(engine).head.seq == 0


def test_the_command_names_head_and_broken_row(folder: Path, engine: Engine) -> None:
    fill(engine)
    config = folder / "config.yaml"
    whole = answer(socialcell("audit", "verify", "--json", "--config", config))
    tamper(engine, "UPDATE audit SET object = 'x:b' WHERE seq = 2")

    broken = socialcell("audit", "verify", "--json", "--config", config)
    told = socialcell("audit", "verify", "--config", config)

    assert (whole["ok"], whole["entries"], len(whole["head"])) == (True, 3, 64)
    assert broken.returncode == told.returncode == 1
    assert json.loads(broken.stdout)["broken"] == 2
    assert told.stdout.startswith("Broken at row 2: the row was changed")


def test_a_number_that_was_added_to_a_row_of_nobody_is_named(engine: Engine) -> None:
    fill(engine, 2, unsigned("asha"))
    tamper(engine, "UPDATE audit SET operator_id = 7 WHERE seq = 1")

    assert verdict(engine).broken == 1


@pytest.mark.parametrize("name", [None, "asha"])
def test_the_actor_is_who_signed_in_else_the_account_and_never_the_environment(
    context: Context, folder: Path, name: str | None
) -> None:
    if name is not None:
        sign_in_shell(context, name)
    config = folder / "config.yaml"
    done = socialcell(
        "registry", "add", "x", "@CityDesk", "--class", "media", "--evidence",
        "https://paper.example/imprint", "--config", config, SOCIALCELL_ACTOR="mallory",
        USER="mallory", LOGNAME="mallory", SUDO_USER="mallory",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    (entry,) = answer(socialcell("audit", "list", "--json", "--config", config))[
        "entries"
    ]
    account = pwd.getpwuid(os.getuid()).pw_name
    number = None if name is None else operator(context, name).id
    assert (entry["actor"], entry["operator_id"]) == (name or account, number)
    assert (entry["action"], entry["object"]) == ("registry.propose", "x:citydesk")
    assert entry["os_user"] == account


def test_an_entry_is_listed_with_every_column_of_the_log() -> None:
    """`audit list --json` prints these fields."""
    names = [
        *("seq", "at", "actor", "operator_id", "os_user", "action", "object", "detail"),
        *("prev_hash", "hash"),
    ]

    assert [field.name for field in fields(audit.AuditRecord)] == names
    assert [column.name for column in audit.AUDIT.columns] == names
