"""The doctor finds what is wrong, says what to do, and shows nothing secret."""

import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine, text

from socialcell import config, db
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.listening.store import areas
from socialcell.ops import store
from socialcell.services.areas import load_shipped
from socialcell.services.collection.collector import note_failure
from socialcell.services.context import Context
from socialcell.services.doctor import (
    Check,
    database_checks,
    examine,
    machine_checks,
    settings_checks,
    source_checks,
)
from socialcell.services.doctor.settings_checks import literals
from socialcell.services.workspace import backup
from tests.builders import NOON, make_record, make_source, store_records
from tests.inside import socialcell
from tests.mailbox import held_port, mailbox
from tests.running import said

TOKEN = "AAAAxq7Zk31mmP0q9vT2"
OFFICER = "alerts: {phone: {officer"
NAMED = ("weekly report", "daily brief", "own accounts")


@pytest.fixture
def place(folder: Path, engine: Engine) -> Path:
    """The config of a workspace that is in order."""
    load_shipped(engine)
    for secret in (folder / "secrets").iterdir():
        secret.chmod(0o600)
    (folder / "secrets" / "x_bearer").write_text(TOKEN + "\n")
    return folder / "config.yaml"


def found(place: Path, *, deep: bool = False) -> dict[str, Check]:
    return {check.name: check for check in examine(place, deep=deep)}


def test_a_workspace_in_order_has_no_failure(place: Path) -> None:
    checks = found(place)

    assert [c for c in checks.values() if c.state == "failed"] == []
    for name in ("config", "database", "search", "charts", "language model", "python"):
        assert checks[name].state == "ok", checks[name]
    assert all(c.advice for c in checks.values() if c.state in ("failed", "warning"))


def test_an_empty_database_that_was_upgraded_has_the_areas_that_init_makes(
    folder: Path,
) -> None:
    place = folder / "other.yaml"
    place.write_text("database: {url: 'sqlite:///other.db'}\n")
    workspace = config.load(place)

    backup.upgrade_database(workspace)

    engine = db.connect(workspace.database_url)
    with db.reading(engine) as session:
        assert areas.all_areas(session)
    engine.dispose()


def test_without_ward_offices_the_doctor_fails_and_says_how_to_load_them(
    place: Path, engine: Engine
) -> None:
    assert found(place)["areas"].state == "ok"
    with db.writing(engine) as session:
        areas.replace(session, [])

    check = found(place)["areas"]

    assert check.state == "failed"
    assert f"socialcell init {place.parent}" in (check.advice or "")


def test_a_secret_is_shown_by_source_length_and_fingerprint_only(
    place: Path, engine: Engine
) -> None:
    make_source(engine, "x.us")

    checks = found(place)

    check = checks["secret x_bearer"]
    assert check.state == "ok"
    assert str(place.parent / "secrets" / "x_bearer") in check.finding
    assert f"{len(TOKEN)} characters" in check.finding
    assert hashlib.sha256(TOKEN.encode()).hexdigest()[-4:] in check.finding
    assert TOKEN not in json.dumps([vars(check) for check in checks.values()])


def test_a_secret_that_an_enabled_source_needs_is_missed(
    place: Path, engine: Engine
) -> None:
    make_source(engine, "x.us")
    (place.parent / "secrets" / "x_bearer").unlink()

    check = found(place)["secret x_bearer"]

    assert check.state == "failed"
    assert "x.us need it" in check.finding


def test_no_secret_is_asked_of_sources_that_are_off(
    place: Path, engine: Engine
) -> None:
    make_source(engine, "x.us")
    with db.writing(engine) as session:
        store.source_named(session, "x.us").enabled = False

    assert "secret x_bearer" not in found(place)


@pytest.mark.parametrize(
    ("mode", "state"), [(0o700, "ok"), (0o750, "failed"), (0o755, "failed")]
)
def test_a_secrets_folder_that_others_can_read_fails(
    place: Path, mode: int, state: str
) -> None:
    (place.parent / "secrets").chmod(mode)

    check = found(place)["secrets folder"]

    assert check.state == state
    assert state == "ok" or f"{mode:04o}" in check.finding


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("connectors: {x: {bearer: {secret: x_bearer}}}", "ok"),
        (f"connectors: {{x: {{bearer: {{secret: {TOKEN}AAAABBBB}}}}}}", "failed"),
        (f"connectors: {{x: {{bearer: {TOKEN}}}}}", "failed"),
        ("mail: {password: rosebud}", "failed"),
        ("database: {url: 'postgresql://cell:rosebud@db/cell'}", "failed"),
        ("database: {url: 'postgresql://cell@db/cell'}", "ok"),
        ("report: {organisation: Pune Municipal Corporation}", "ok"),
        (f"{OFFICER}: {{command: [/tmp/stranger1/notexec.sh]}}}}}}", "ok"),
        (f"{OFFICER}: {{command: [/bin/sh, /srv/pmc/callofficer2.py]}}}}}}", "ok"),
        (f"{OFFICER}: {{command: [/bin/call, {TOKEN}rosebud]}}}}}}", "failed"),
        (f"{OFFICER}: {{command: [/bin/call/{TOKEN}rosebud]}}}}}}", "failed"),
    ],
)
def test_a_secret_in_the_configuration_is_named_by_its_line_only(
    tmp_path: Path, line: str, state: str
) -> None:
    place = tmp_path / "config.yaml"
    place.write_text(f"# first line\n{line}\n")

    (check,) = literals(place)

    assert check.state == state
    assert "rosebud" not in check.finding
    assert TOKEN not in check.finding
    assert state == "ok" or f"{place}:2: " in check.finding


def test_the_shipped_configuration_holds_nothing_that_looks_secret() -> None:
    shipped = Path(config.__file__).parent / "config.yaml"

    assert [check.state for check in literals(shipped)] == ["ok"]


def test_a_wrong_configuration_does_not_stop_the_other_checks(place: Path) -> None:
    place.write_text("databse: {}\n")

    checks = found(place)

    assert checks["config"].state == "failed"
    assert checks["workspace"].state == "skipped"
    assert checks["charts"].state == "ok"


def test_a_rehearsal_is_a_warning(place: Path) -> None:
    place.write_text(
        place.read_text().removeprefix("{}\n")
        + "clock: {fixed: 2026-11-23T09:00:00+05:30}\n"
        "sandbox: {base_urls: {'https://api.x.com': 'http://127.0.0.1:9'}}\n"
    )

    checks = found(place)

    assert checks["clock"].state == "warning"
    assert "2026-11-23 09:00 IST" in checks["clock"].finding
    assert checks["sandbox"].state == "warning"


def test_a_source_that_waits_for_a_person_fails(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "x.us")
    with db.writing(engine) as session:
        source = store.source_named(session, "x.us")
        note_failure(source, ConnectorError(Kind.AUTH, "token revoked"), NOON)

    (check,) = source_checks.states(context)

    assert check.state == "failed"
    assert "token revoked" in check.finding


def test_a_source_that_a_platform_lets_wait_is_a_warning(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "x.us")
    until = context.clock.now() + timedelta(minutes=15)
    with db.writing(engine) as session:
        source = store.source_named(session, "x.us")
        source.last_ok_at = context.clock.now()
        error = ConnectorError(Kind.RATE, "slow down", until=until)
        note_failure(source, error, context.clock.now())

    (check,) = source_checks.states(context)

    assert check.state == "warning"
    assert "09:15 IST" in check.finding  # the test's clock stands at 09:00


@pytest.mark.parametrize(("hours", "state"), [(48, "ok"), (49, "failed")])
def test_two_days_without_success_fail(
    context: Context, engine: Engine, hours: int, state: str
) -> None:
    make_source(engine, "x.us")
    with db.writing(engine) as session:
        source = store.source_named(session, "x.us")
        source.last_ok_at = context.clock.now() - timedelta(hours=hours)

    (check,) = source_checks.states(context)

    assert check.state == state


def test_a_city_is_told_what_x_asks_of_governments(
    context: Context, engine: Engine
) -> None:
    assert list(source_checks.rules(context)) == []

    make_source(engine, "x.us")

    (check,) = source_checks.rules(context)
    assert "Enterprise" in check.finding


def test_search_is_tried_with_the_databases_own_index(engine: Engine) -> None:
    assert database_checks.search(engine).state == "ok"


def test_an_index_that_cuts_words_at_vowel_signs_fails(
    engine: Engine, database_kind: str
) -> None:
    with db.writing(engine) as session:
        if database_kind == "sqlite":
            # The tokenizer's default takes marks for separators.
            session.execute(text("DROP TABLE mention_fts"))
            session.execute(
                text(
                    "CREATE VIRTUAL TABLE mention_fts USING fts5(folded, "
                    "content='mention', content_rowid='id', tokenize='unicode61 "
                    "remove_diacritics 0')"
                )
            )
        else:
            session.execute(
                text(
                    "CREATE OR REPLACE FUNCTION mention_search() RETURNS trigger "
                    "LANGUAGE plpgsql AS $$ BEGIN NEW.search := "
                    "to_tsvector('simple', regexp_replace(NEW.folded, "
                    "'[\u093e-\u094d]', ' ', 'g')); RETURN NEW; END $$"
                )
            )

    assert database_checks.search(engine).state == "failed"


def test_the_probe_of_search_leaves_nothing_behind(engine: Engine) -> None:
    store_records(engine, make_record("1"))

    database_checks.search(engine)

    with db.reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM mention")).scalar() == 1


def test_only_a_deep_look_reads_every_row(place: Path, database_kind: str) -> None:
    quick, deep = found(place), found(place, deep=True)

    assert quick["integrity"].state == (
        "ok" if database_kind == "sqlite" else "skipped"
    )
    assert "integrity" not in deep
    assert {name for name in deep if name[:2] in ("I1", "I9")} == {
        "I1 cursors",
        "I10 turns",
        "I11 audit log",
        "I11 soundness",
        "I9 texts",
    }
    assert not [name for name in quick if name[0] == "I"]


def test_an_old_copy_is_a_warning_and_none_too(context: Context) -> None:
    folder = backup.folder_of(context.workspace)
    assert database_checks.backups(context).state == "warning"

    folder.mkdir()
    (folder / "a.db").write_text("")
    (folder / "a.db.json").write_text("{}")
    assert database_checks.backups(context).state == "ok"

    os.utime(folder / "a.db", (1_700_000_000, 1_700_000_000))
    check = database_checks.backups(context)
    assert check.state == "warning"
    assert "2023-11-15 03:43 IST" in check.finding


def test_matplotlib_without_shaping_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import ft2font

    monkeypatch.delattr(ft2font, "__libraqm_version__")

    assert machine_checks.charts().state == "failed"


def test_the_command_exits_with_1_when_something_failed(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("")

    done = socialcell("doctor", "--json", "--config", tmp_path / "config.yaml")

    assert "Traceback" not in said(done)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    failed = [check for check in told["checks"] if check["state"] == "failed"]
    assert {check["name"] for check in failed} == {"database", "secret person_key"}
    assert all(check["advice"] for check in failed)


def test_it_fails_while_nobody_is_named_to_be_alerted_and_says_what_to_do(
    place: Path,
) -> None:
    (before,) = settings_checks.alert_recipients(config.load(place))
    assert before.state == "ok"  # a reader, and a mail server
    whole = yaml.safe_load(place.read_text())
    del whole["alerts"]
    place.write_text(yaml.safe_dump(whole))

    check = found(place)["alerts"]

    assert check.state == "failed"
    assert "nobody is named" in check.finding
    assert f"Name the control room in {place}" in str(check.advice)


def test_it_fails_while_mails_are_the_only_way_of_alerts_and_cannot_leave(
    place: Path,
) -> None:
    whole = yaml.safe_load(place.read_text())
    del whole["mail"]
    place.write_text(yaml.safe_dump(whole))

    check = found(place)["alerts"]

    assert check.state == "failed"
    assert "mail.host is not set: a call for help would reach nobody" in check.finding
    assert "control.room@city.example" in check.finding
    assert str(check.advice).startswith(f"Set mail.host in {place}")


def test_where_a_phone_rings_too_it_warns_of_the_mails_that_cannot_leave(
    place: Path,
) -> None:
    whole = yaml.safe_load(place.read_text())
    del whole["mail"]
    whole["alerts"]["phone"] = {"officer": {"command": ["/bin/true"]}}
    place.write_text(yaml.safe_dump(whole))

    check = found(place)["alerts"]

    assert (check.state, check.finding) == (
        "warning",
        "go to officer; mail.host is not set, so the mails cannot leave to "
        "control.room@city.example",
    )


def test_it_warns_where_telephones_alone_are_named(place: Path) -> None:
    whole = yaml.safe_load(place.read_text())
    phones = {name: {"command": ["/bin/true"]} for name in ("lead", "officer")}
    whole["alerts"] = {"phone": phones}
    place.write_text(yaml.safe_dump(whole))

    check = found(place)["alerts"]

    assert check.state == "warning"
    assert check.finding == (
        "telephones alone are named (lead, officer), and they are called about danger "
        "to life alone: all other alerts reach nobody"
    )
    assert "recipients, channels" in str(check.advice)


def test_a_program_for_calls_that_cannot_be_started_is_a_failure(place: Path) -> None:
    program = place.parent / "call"
    text = place.read_text().partition("alerts:")[0]
    place.write_text(f"{text}alerts: {{phone: {{command: [{program}, officer]}}}}\n")
    program.write_text("#!/bin/sh\n")
    workspace = config.load(place)
    before = [check.state for check in settings_checks.alert_recipients(workspace)]
    program.chmod(0o700)

    after = [check.state for check in settings_checks.alert_recipients(workspace)]

    assert (before, after) == (["warning", "failed"], ["warning", "ok"])


def test_it_says_who_is_not_named_yet_and_where(place: Path) -> None:
    before = found(place)
    text = place.read_text()
    entries = {
        "report": "{recipients: {hi: [a@city.example]}, languages: [mr], "
        "brief_to: {mr: [b@city.example]}}",
        "planning": "{handles: {x: PMCPune}}",
    }
    place.write_text(text + "".join(f"{k}: {v}\n" for k, v in entries.items()))
    after = found(place)

    assert {name: before[name].state for name in NAMED} == dict.fromkeys(
        NAMED, "warning"
    )
    assert "planning.handles" in str(before["own accounts"].advice)
    assert {name: after[name].state for name in NAMED} == dict.fromkeys(NAMED, "ok")
    assert "report languages" not in before
    assert "not written in hi" in after["report languages"].finding


def mailed(place: Path, port: int, **settings: str) -> None:
    whole = yaml.safe_load(place.read_text())
    whole["mail"] = {"host": "127.0.0.1", "port": port, "security": "none", **settings}
    place.write_text(yaml.safe_dump(whole))


def test_it_fails_while_the_password_of_the_mail_server_is_missing(
    place: Path,
) -> None:
    mailed(place, 25, user="cell")

    check = found(place)["secret smtp_password"]

    assert (check.state, check.finding) == ("failed", "missing; mails need it")


def test_deep_it_signs_in_at_the_mail_server_and_sends_nothing(place: Path) -> None:
    with mailbox() as (box, port):
        mailed(place, port)
        answering = found(place, deep=True)["mail server"]
        shallow = found(place)
    with held_port() as (_socket, port):
        mailed(place, port)
        silent = found(place, deep=True)["mail server"]

    assert (answering.state, silent.state) == ("ok", "failed")
    assert "The mail server cannot be reached" in silent.finding
    assert box.asked == []
    assert "mail server" not in shallow
