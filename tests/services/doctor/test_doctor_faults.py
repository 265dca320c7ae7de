"""The doctor before each thing that can be wrong: what it says, and what to do."""

import shutil
import sys
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, event, text

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.identity.actor import unsigned
from socialcell.ops import audit, store
from socialcell.sandbox import City, serve
from socialcell.services.collection.collector import note_failure
from socialcell.services.context import Context
from socialcell.services.doctor import (
    Check,
    access_checks,
    database_checks,
    examine,
    machine_checks,
    model_checks,
    settings_checks,
    source_checks,
)
from tests.builders import NOON, make_record, make_source, store_records
from tests.conftest import MONDAY_MORNING

MIB = 1024 * 1024
CLOSED = "http://127.0.0.1:9"  # nobody listens at the port `discard`


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def told(check: Check, state: str, *words: str) -> None:
    assert check.state == state, check
    assert state in ("ok", "skipped") or check.advice
    for word in words:
        assert word in check.finding, check


def test_a_python_that_is_not_tested_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))

    told(machine_checks.python(), "failed", "3.10.4 is not supported")


@pytest.mark.fault("F03")
def test_a_database_that_does_not_wait_for_the_disk_is_no_good(
    engine: Engine, database_kind: str
) -> None:
    if database_kind == "sqlite":
        told(database_checks.durability(engine), "ok", "synchronous=2")
        event.listen(engine, "connect", _careless)
        engine.dispose()
        told(
            database_checks.durability(engine), "failed", "synchronous=0, ", "needed: "
        )
    else:  # the tests' own server is careless
        told(
            database_checks.durability(engine),
            "warning",
            "fsync=off",
            "needed: fsync=on",
        )


def _careless(connection: object, _record: object) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")


@pytest.mark.parametrize(
    ("free", "state"), [(5000, "ok"), (1023, "warning"), (99, "failed")]
)
def test_a_disk_that_fills_up_is_told_in_time(
    engine: Engine,
    database_kind: str,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    state: str,
) -> None:
    usage = Usage(10_000 * MIB, 0, free * MIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    check = database_checks.space(engine)

    if database_kind == "sqlite":
        told(check, state, f"{free} MiB free")
    else:
        told(check, "skipped", "its own server")


def test_room_for_twice_the_database_is_asked_for(
    engine: Engine, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind == "postgresql":
        pytest.skip("the server's disk is not ours to look at")
    file = db.file_of(engine)
    assert file is not None
    with file.open("r+b") as grown:
        grown.truncate(1500 * MIB)  # a hole: it takes no room
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 2999 * MIB))

    told(database_checks.space(engine), "warning", "the database has 1500.0 MiB")


def test_a_damaged_file_fails_at_the_quick_look_too(
    engine: Engine, database_kind: str
) -> None:
    if database_kind == "postgresql":
        pytest.skip("a server looks after its own files")
    store_records(engine, *(make_record(str(n), text="x" * 500) for n in range(50)))
    engine.dispose()
    file = db.file_of(engine)
    assert file is not None
    with file.open("r+b") as damaged:
        damaged.seek(file.stat().st_size // 2)
        damaged.write(b"\xff" * 20_000)

    told(database_checks.integrity(engine), "failed")


def test_a_search_index_that_is_gone_fails(engine: Engine, database_kind: str) -> None:
    gone = {
        "sqlite": "DROP TABLE mention_fts",
        "postgresql": "DROP FUNCTION mention_search CASCADE",
    }
    with db.writing(engine) as session:
        session.execute(text(gone[database_kind]))

    told(database_checks.search(engine), "failed", "cannot be tried")


def test_only_a_deep_look_follows_the_audit_log(folder: Path, engine: Engine) -> None:
    with db.writing(engine) as session:
        head = audit.append(session, unsigned("asha"), "registry.add", "x:a1", {}, NOON)
    place = folder / "config.yaml"

    quick = {check.name for check in examine(place)}
    deep = {check.name: check for check in examine(place, deep=True)}

    assert "I11 audit log" not in quick
    told(deep["I11 audit log"], "ok", "1 entries", head.hash)


def test_an_audit_log_that_was_changed_fails_and_names_the_row(engine: Engine) -> None:
    for number in (1, 2, 3):
        with db.writing(engine) as session:
            audit.append(
                session, unsigned("asha"), "registry.add", f"x:a{number}", {}, NOON
            )
    with engine.begin() as connection:
        if db.is_sqlite(engine):
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit SET actor = 'ravi' WHERE seq = 2"))

    told(database_checks.audited(engine), "failed", "broken at row 2", "was changed")


def test_a_folder_of_secrets_that_is_not_there_is_a_warning(context: Context) -> None:
    shutil.rmtree(context.workspace.folder / "secrets")

    told(next(access_checks.files(context.workspace)), "warning", "is not there")


def test_a_secret_that_is_no_text_fails(context: Context) -> None:
    (context.workspace.folder / "secrets" / "x_bearer").write_bytes(b"\xff\xfe\x00")

    check = settings_checks.secret(context.workspace, "x_bearer", "x.us")

    told(check, "failed", "is not text")


def test_a_configuration_that_is_no_yaml_is_not_searched_for_secrets(
    tmp_path: Path,
) -> None:
    place = tmp_path / "config.yaml"
    place.write_text("a: [\n")

    (check,) = settings_checks.literals(place)

    told(check, "skipped", "cannot be read")


def test_no_source_is_a_warning(context: Context) -> None:
    (check,) = source_checks.states(context)

    told(check, "warning", "none is enabled")


def test_a_source_that_failed_for_once_is_a_warning(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "x.us")
    with db.writing(engine) as session:
        source = store.source_named(session, "x.us")
        source.last_ok_at, source.state = context.clock.now(), "paused"

    (check,) = source_checks.states(context)

    told(check, "warning", "paused, last success")


def test_a_source_that_is_gone_fails(context: Context, engine: Engine) -> None:
    make_source(engine, "x.us")
    with db.writing(engine) as session:
        error = ConnectorError(Kind.GONE, "the account was deleted")
        note_failure(store.source_named(session, "x.us"), error, NOON)

    (check,) = source_checks.states(context)

    told(check, "failed", "gone", "the account was deleted")


def test_each_platform_is_asked_and_the_one_that_does_not_answer_fails(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    with serve(City(seed=3, end=MONDAY_MORNING, days=2), clock) as sandbox:
        for name, secret in sandbox.secrets.items():
            (context.workspace.folder / "secrets" / name).write_text(secret)
        reached = Context(context.workspace, engine, clock, sandbox.base_urls)
        mine = next(one for one in sandbox.sources if one["connector"] == "x")
        made = {k: mine[k] for k in ("kind", "user_id", "query") if k in mine}
        with db.writing(engine) as session:
            for name in ("x.well", "x.waits"):
                store.add_source(session, name, "x", made, NOON)
            later = clock.now() + timedelta(hours=1)
            store.source_named(session, "x.waits").not_before = later

        well = {
            c.name: c for c in source_checks.answers(reached, reached.connector_context)
        }

    told(well["source x.well answers"], "ok")
    told(well["source x.waits answers"], "skipped", "not asked before")
    away = Context(
        context.workspace, engine, clock, dict.fromkeys(sandbox.base_urls, CLOSED)
    )
    ill = {c.name: c for c in source_checks.answers(away, away.connector_context)}
    told(ill["source x.well answers"], "failed")


def test_a_source_whose_secret_is_missing_is_not_asked(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "x.us")
    (context.workspace.folder / "secrets" / "x_bearer").unlink()

    (check,) = source_checks.answers(context, context.connector_context)

    told(check, "failed", "x_bearer")


def test_without_the_english_model_it_says_what_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> str:
        if name == model_checks.ENGLISH:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(model_checks, "version", missing)

    checks = {check.name: check for check in model_checks.models()}

    told(checks["model of English names"], "warning", model_checks.ENGLISH)


def test_without_a_database_the_rest_is_still_looked_at(
    folder: Path, database_kind: str
) -> None:
    if database_kind == "sqlite":
        (folder / "socialcell.db").unlink()
    else:
        gone = "postgresql://cell@127.0.0.1:9/cell"
        (folder / "config.yaml").write_text(f"database: {{url: '{gone}'}}\n")

    checks = {check.name: check for check in examine(folder / "config.yaml")}

    told(checks["database"], "failed")
    told(checks["sources"], "skipped", "cannot be used")
    told(checks["secret person_key"], "ok")
    assert "search" not in checks


def test_a_missing_configuration_does_not_end_the_examination(tmp_path: Path) -> None:
    checks = {check.name: check for check in examine(tmp_path / "config.yaml")}

    told(checks["config"], "failed")
    told(checks["workspace"], "skipped")
    told(checks["python"], "ok")
