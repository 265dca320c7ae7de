"""The rules I1 to I11: a database in order keeps all, a damage breaks its own."""

import re
import socket
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from socialcell import db, mail
from socialcell.clock import IST, FixedClock
from socialcell.connectors.base import Tombstone
from socialcell.desk.store.cases import StepDraft
from socialcell.i18n import language
from socialcell.ops import leases, slots
from socialcell.ops.model import FrozenReport, Source
from socialcell.ops.outbox_model import Outgoing
from socialcell.ops.webhook_model import Pushed
from socialcell.reports.frozen_quotes import removed_note
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.desk import case_steps
from socialcell.services.doctor import invariants
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outbox import outbox
from tests import desk_builders
from tests.builders import NOON, ScriptedConnector, make_batch, make_record, make_source

pytestmark = pytest.mark.swept_on_postgresql

HOUR = timedelta(hours=1)
GONE = "200000002"  # the id of the post that was deleted at its source
WEEK = datetime(2026, 11, 16, tzinfo=IST)


@dataclass(frozen=True)
class Damage:
    """What is done to the database, and the rule that it breaks."""

    rule: str
    sqlite: Sequence[str]
    postgresql: Sequence[str] | None = None

    def do(self, engine: Engine) -> None:
        engine.dispose()
        if file := db.file_of(engine):
            with closing(sqlite3.connect(file, isolation_level=None)) as connection:
                for statement in self.sqlite:
                    connection.execute(statement)
            return
        with engine.begin() as connection:
            for statement in self.postgresql or self.sqlite:
                connection.exec_driver_sql(statement)


def pull(context: Context, source: Source, *items: object) -> None:
    connector = ScriptedConnector([make_batch(*items, cursor={"n": 1})])
    ledger = Ledger(context.engine, context.clock, "x", {})
    done = collector.run(context, source, connector, ledger, kind="pull")
    assert done.state == "ok"


@pytest.fixture
def healthy(context: Context, engine: Engine, clock: FixedClock) -> Context:
    """Two sources pulled and read; a post that was deleted, and quoted in a report;
    letters sent and waiting; hours of a daemon's work; a mention still to be read."""
    one, two = make_source(engine, "x.one"), make_source(engine, "x.two")
    posts = [
        make_record(
            f"20000000{n}",
            text=f"No water in Kothrud, day {n}, see https://city.example/{n}",
            links=(f"https://city.example/{n}",),
            raw={"id": f"20000000{n}"},
        )
        for n in range(5)
    ]
    pull(context, one, *posts)
    pull(context, two, posts[0], make_record("300000000", text="पाणी नाही"))
    assert tag_waiting(context) == 6
    clock.advance(HOUR)
    pull(context, one, Tombstone("x", GONE, "deleted"))
    pull(context, two, make_record("300000001", text="not read yet"))
    work(context, clock)
    letter = mail.Letter("The week", "text", "<p>text</p>")
    readers = ("a@city.example", "b@city.example")
    outbox.put_letter(context, "report", "week", "en", readers, lambda: letter)
    with db.writing(engine) as session:
        sent = session.get_one(Outgoing, 1)
        sent.state, sent.attempts, sent.body = "sent", 1, None
        sent.ended_at = clock.now()
        quoted = {"why": "topic", "topic": "water", "platform": "x", "drawn_from": 5}
        quotation = {**quoted, "external_id": GONE, "content_hash": ""}
        session.add(
            FrozenReport(
                kind="weekly",
                period_start=WEEK,
                period_end=WEEK + timedelta(days=7),
                made_at=clock.now(),
                numbers={"quotations": [quotation]},
            )
        )
        case = desk_builders.make_case(session)
        case_steps.enter_step(context, session, case, StepDraft("open", "tests"))
        for hours, body in ((2, None), (1, b"{}")):
            session.add(
                Pushed(
                    source_id=one.id or 0,
                    digest=f"{hours}" * 64,
                    size=2,
                    body=body,
                    received_at=clock.now() - hours * HOUR,
                    last_at=clock.now(),
                    done_at=None if body else clock.now(),
                )
            )
    return context


def work(context: Context, clock: FixedClock) -> None:
    """A daemon's hours: it looks every quarter of an hour, and once after two."""
    held = leases.acquire(context.engine, "daemon", "here", NOON)
    assert held is not None

    def idle(_context: Context) -> list[DaemonJob]:
        return [replace(job, run=lambda *_: "done") for job in list_jobs(context)]

    for minutes in (0, 5, 5, 120, 5, 60 * 24 * 8):
        clock.advance(timedelta(minutes=minutes))
        rounds.run_due_jobs(context, held.token, lambda: False, idle)


def broken(context: Context) -> dict[str, str]:
    """The rules that do not hold, and what is said of each."""
    found = list(invariants.examine(context))
    assert all(check.advice for check in found if check.state == "failed")
    return {check.name: check.finding for check in found if check.state == "failed"}


def test_a_database_in_order_keeps_every_rule(healthy: Context) -> None:
    assert broken(healthy) == {}
    names = [check.name.split()[0] for check in invariants.examine(healthy)]
    assert names == [*(f"I{n}" for n in range(1, 12)), "totals", "clocks"]


def test_an_empty_database_keeps_every_rule(context: Context) -> None:
    assert broken(context) == {}


UNIQUE = "UNIQUE (platform, external_id)"
SAME = (
    "INSERT INTO mention (platform, external_id, kind, state, missing, stored_at) "
    "SELECT platform, external_id, kind, 'stub', missing, stored_at FROM mention"
)
LONG_AGO = "'2026-11-20 00:00:00'"
DAMAGES = {
    "a cursor without its page": Damage(
        "I1 cursors", ["UPDATE run SET pages = 0 WHERE source_id = 2"]
    ),
    "a cursor ahead of its rows": Damage(
        "I1 cursors",
        ["UPDATE mention_match SET run_id = 1 WHERE run_id = 2"],
    ),
    "a run that does not add up": Damage(
        "I3 outcomes", ["UPDATE run SET received = received + 1 WHERE id = 1"]
    ),
    "an end that is none": Damage(
        "I4 runs", ["UPDATE run SET state = 'odd' WHERE id = 1"]
    ),
    "a slot that was tried too often": Damage(
        "I5 slots", ["UPDATE slot SET attempts = 9 WHERE job = 'detect'"]
    ),
    "a slot that nothing stands for": Damage(
        "I5 slots", ["UPDATE slot SET covers = 1 WHERE job = 'deliver'"]
    ),
    "a daily slot that is gone": Damage(
        "I5 slots", ["UPDATE slot SET covers = 1 WHERE job = 'backup'"]
    ),
    "a later fence than the lease": Damage(
        "I6 lease", ["UPDATE slot SET token = 7 WHERE job = 'backup'"]
    ),
    "work under an old fence": Damage(
        "I6 lease",
        ["UPDATE lease SET token = 5", "UPDATE slot SET state = 'running', "
         "finished_at = NULL WHERE job = 'recheck'"],
    ),
    "a letter without words": Damage(
        "I7 outbox", ["UPDATE outgoing SET body = NULL WHERE state = 'pending'"]
    ),
    "a sent letter that is kept": Damage(
        "I7 outbox", ["UPDATE outgoing SET body = recipient WHERE state = 'sent'"],
        ["UPDATE outgoing SET body = recipient::bytea WHERE state = 'sent'"],
    ),
    "a letter that came back to life": Damage(
        "I7 outbox",
        ["UPDATE outgoing SET state = 'pending' WHERE state = 'sent'"],
    ),
    "words of what was deleted": Damage(
        "I8 deletions",
        [f"UPDATE mention SET title = 'No' WHERE external_id = '{GONE}'"],
    ),
    "engagement of what was deleted": Damage(
        "I8 deletions",
        ["INSERT INTO engagement (mention_id, metric, taken_at, state) SELECT id, "
         f"'likes', stored_at, 'observed' FROM mention WHERE external_id = '{GONE}'"],
    ),
    "the raw form of what was deleted": Damage(
        "I8 deletions",
        ["INSERT INTO raw_item (platform, sha256, run_id, received_at, state, "
         f"mapper_version, body) SELECT 'x', 'a', 1, stored_at, 'quarantined', 1, "
         f"'{{\"quoted\": \"{GONE}\"}}' FROM mention WHERE external_id = '{GONE}'"],
    ),
    "what was deleted in the search index": Damage(
        "I8 deletions",
        ["INSERT INTO mention_fts (rowid, folded) SELECT id, 'water' FROM mention "
         f"WHERE external_id = '{GONE}'"],
        [f"UPDATE mention SET search = 'water' WHERE external_id = '{GONE}'"],
    ),
    "a bell in the reason of a source": Damage(
        "I9 texts",
        ["UPDATE source SET state_reason = 'a' || char(7) WHERE id = 1"],
        ["UPDATE source SET state_reason = 'a' || chr(7) WHERE id = 1"],
    ),
    "a carriage return in an answer": Damage(
        "I9 texts",
        ["UPDATE outgoing SET answer = '250' || char(13) WHERE id = 1"],
        ["UPDATE outgoing SET answer = '250' || chr(13) WHERE id = 1"],
    ),
    "a mention that is never read": Damage(
        "I10 turns",
        [f"UPDATE mention SET stored_at = {LONG_AGO} WHERE language IS NULL "
         "AND state = 'present'"],
    ),
    "a push that is never read": Damage(
        "I10 turns",
        [f"UPDATE pushed SET received_at = {LONG_AGO} WHERE body IS NOT NULL"],
    ),
    "a letter that is never tried": Damage(
        "I10 turns",
        [f"UPDATE outgoing SET not_before = {LONG_AGO} WHERE state = 'pending'"],
    ),
    "a source that is never pulled": Damage(
        "I10 turns",
        ["DELETE FROM slot WHERE job = 'pull:x.two' AND slot_at > '2026-11-24'"],
    ),
    "a reference to nothing": Damage(
        "I11 soundness",
        ["PRAGMA foreign_keys=OFF",
         "UPDATE link SET mention_id = 9999 WHERE mention_id = 1"],
        ["ALTER TABLE link DISABLE TRIGGER ALL",
         "UPDATE link SET mention_id = 9999 WHERE mention_id = 1"],
    ),
    "a mention that search cannot find": Damage(
        "I11 soundness",
        ["DELETE FROM mention_fts_docsize WHERE id = 1"],
        ["UPDATE mention SET search = NULL WHERE id = 1"],
    ),
    "a total that nobody adds up to": Damage(
        "totals", ["UPDATE rollup_hour SET n = n + 1 WHERE topic = '*'"]
    ),
    "a case whose time does not run": Damage(
        "clocks", [f"UPDATE desk_clock SET stopped_at = {LONG_AGO}"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_breaks_its_own_rule_and_no_other(healthy: Context, name: str) -> None:
    damage = DAMAGES[name]

    damage.do(healthy.engine)

    assert list(broken(healthy)) == [damage.rule]


def test_two_rows_of_one_post_break_the_rule_of_one_row(
    healthy: Context, database_kind: str
) -> None:
    where = f"WHERE external_id = '{GONE}'"
    drop = "ALTER TABLE mention DROP CONSTRAINT mention_platform_external_id_key"
    statements = [drop, f"{SAME} {where}"]
    if database_kind == "sqlite":
        with db.reading(healthy.engine) as session:
            made = session.scalar(
                text("SELECT sql FROM sqlite_master WHERE name = 'mention'")
            )
        assert UNIQUE in made
        loose = re.sub(rf",\s+{re.escape(UNIQUE)}", "", made)
        loose = loose.replace(" mention (", " loose (", 1)
        assert UNIQUE not in loose
        statements = [
            "PRAGMA foreign_keys=OFF",
            "PRAGMA legacy_alter_table=ON",
            loose,
            "INSERT INTO loose SELECT * FROM mention",
            "DROP TABLE mention",
            "ALTER TABLE loose RENAME TO mention",
            f"{SAME} {where}",
            "INSERT INTO mention_fts (rowid, folded) SELECT max(id), '' FROM mention",
        ]

    Damage("I2 one row each", statements).do(healthy.engine)

    found = broken(healthy)
    assert list(found) == ["I2 one row each"]
    assert "does not keep mention (platform, external_id) unique" in next(
        iter(found.values())
    )
    assert "1 keys of mention (platform, external_id)" in next(iter(found.values()))


@pytest.mark.parametrize("value", ["x'610062'", "x'61EDA08062'"])
def test_nul_and_half_a_letter_are_found_where_sqlite_takes_them(
    healthy: Context, database_kind: str, value: str
) -> None:
    if database_kind == "postgresql":
        pytest.skip("PostgreSQL takes neither")

    Damage(
        "I9 texts",
        [f"UPDATE outgoing SET answer = CAST({value} AS TEXT) WHERE id = 1"],
    ).do(healthy.engine)

    assert list(broken(healthy)) == ["I9 texts"]


def test_an_open_run_of_a_dead_process_is_found_and_one_that_lives_is_none(
    healthy: Context,
) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    open_run = "UPDATE run SET state = 'running', finished_at = NULL, owner = '{}'"

    Damage("I4 runs", [open_run.format(healthy.owner)]).do(healthy.engine)
    assert broken(healthy) == {}
    Damage("I4 runs", [open_run.format(f"elsewhere:{dead.pid}")]).do(healthy.engine)
    assert broken(healthy) == {}
    gone = open_run.format(f"{socket.gethostname()}:{dead.pid}")
    Damage("I4 runs", [gone]).do(healthy.engine)

    assert list(broken(healthy)) == ["I4 runs"]


@pytest.mark.parametrize("lang", ["en", "mr"])
def test_a_page_on_disk_that_still_quotes_what_was_deleted_is_found(
    healthy: Context, lang: str
) -> None:
    page = healthy.workspace.reports / f"weekly-2026-11-16.{lang}.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(f"<p>{removed_note(language(lang))}</p>")
    assert broken(healthy) == {}

    page.write_text("<p>No water in Kothrud</p>")

    assert list(broken(healthy)) == ["I8 deletions"]
    assert str(page) in broken(healthy)["I8 deletions"]


def test_a_file_that_cannot_be_read_fails_and_does_not_end_the_look(
    healthy: Context, engine: Engine, database_kind: str
) -> None:
    if database_kind == "postgresql":
        pytest.skip("a server looks after its own files")
    Damage("", ["PRAGMA wal_checkpoint(TRUNCATE)"]).do(engine)
    file = db.file_of(engine)
    assert file is not None
    with file.open("r+b") as damaged:
        damaged.seek(file.stat().st_size // 3)
        damaged.write(b"\xff" * 100_000)

    assert "I11 soundness" in broken(healthy)
    assert len(list(invariants.examine(healthy))) == len(invariants.RULES)


def test_slots_of_another_time_of_day_are_no_loss(
    healthy: Context, engine: Engine
) -> None:
    """Who changes `daemon.night` moves the slots of the nightly jobs."""
    moved = "UPDATE slot SET slot_at = '2026-11-20 19:17:00' WHERE job = 'recheck' AND "
    oldest = "slot_at = (SELECT min(slot_at) FROM slot WHERE job = 'recheck')"
    Damage("I5 slots", [moved + oldest]).do(engine)

    with db.reading(engine) as session:
        assert len(slots.slots_of_job(session, "recheck")) == 2
    assert broken(healthy) == {}
