"""A year of the cell's work at the speed of its clock: sources, alarms, Monday's mail.

Real pulls of three scripted sources, real detection, real reports, a real mail server;
the clock jumps to the next due moment. There are three weeks without power, a source
that fails for days, and a process that dies now and then.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
import yaml

from socialcell import config, db
from socialcell.clock import IST, FixedClock
from socialcell.connectors.base import (
    Batch,
    Budget,
    Capability,
    ConnectorError,
    ConnectorHealth,
    Kind,
)
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import slots, store
from socialcell.ops.model import Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.due import IntervalSlots
from socialcell.services.daemon.job_registry import DaemonJob, JobSlot, list_jobs
from socialcell.services.doctor import invariants
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outbox import outbox
from tests.builders import make_record, make_source
from tests.faults.hostile.conftest import sqlite_url
from tests.mailbox import Mailbox, mailbox

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 1, 5, 12, 0, tzinfo=IST)  # a Monday
DARK = (BEGIN + 20 * DAY, BEGIN + 41 * DAY)  # no power: three Mondays
DEATHS = 0.002
PULLED = IntervalSlots(12 * HOUR)
TEXTS = (
    "कोथरूडमध्ये पाणी नाही",
    "Thank you PMC, the road in Baner is fixed",
    "kachra uthaya nahi hai",
    "No water in Aundh for 3 days, very bad",
)


class Killed(BaseException):
    """The process dies before or after a job."""


@dataclass
class Scripted:
    """A platform with a post every so often, which shows what is not older than
    `keeps`, and answers nothing while it is `out`."""

    platform: str
    clock: FixedClock
    every: timedelta
    keeps: timedelta
    out: tuple[datetime, datetime]
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    def check(self) -> ConnectorHealth:
        return ConnectorHealth(ok=True, message="scripted")

    def pull(
        self, cursor: dict[str, Any] | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        now = self.clock.now()
        if self.out[0] <= now < self.out[1]:
            raise ConnectorError(Kind.TRANSIENT, "the platform is being repaired")
        last = datetime.fromisoformat(cursor["at"]) if cursor else BEGIN
        start = max(last, now - self.keeps)
        posts = [
            make_record(
                f"{self.platform}-{n}",
                platform=self.platform,
                text=f"{TEXTS[n % len(TEXTS)]} {n}",
                authored_at=BEGIN + n * self.every,
                raw={"n": n},
            )
            for n in range((now - BEGIN) // self.every + 1)
            if start < BEGIN + n * self.every <= now
        ]
        yield Batch(posts, {"at": now.isoformat()}, cost={}, covered=(start, now))


@pytest.fixture
def database_url(tmp_path: Path, empty_database: Path) -> str:
    """SQLite only: years of slots are tried on both databases in test_year."""
    return sqlite_url(tmp_path, empty_database)


@pytest.fixture
def box() -> Iterator[tuple[Mailbox, int]]:
    with mailbox() as made:
        yield made


@pytest.fixture
def cell(
    folder: Path, context: Context, clock: FixedClock, box: tuple[Mailbox, int]
) -> Context:
    clock.set(BEGIN)
    settings = {
        "mail": {"host": "127.0.0.1", "port": box[1], "security": "none"},
        "language": {"semantic": False, "english_names": False},
        "report": {
            "languages": ["en"],
            "recipients": {"en": ["commissioner@city.example"]},
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))
    workspace = config.load(folder / "config.yaml")
    return Context(workspace, context.engine, clock)


def following(job: DaemonJob, now: datetime) -> datetime:
    """The next slot of a job after now."""
    ahead = job.when.length if isinstance(job.when, IntervalSlots) else 8 * DAY
    slots_ahead = job.when.before(now + ahead)
    return list(itertools.takewhile(lambda at: at > now, slots_ahead))[-1]


def plan(cell: Context, platforms: list[tuple[Source, Scripted]]) -> list[DaemonJob]:
    """The daemon's own jobs; pulls by script, alarms and deliveries every hour."""
    own = {job.name: job for job in list_jobs(cell)}
    looks = own["detect"]

    def hourly(context: Context, slot: JobSlot, stop: Callable[[], bool]) -> str:
        fives = slot.covers * (HOUR // looks.when.length)
        return looks.run(context, replace(slot, covers=fives), stop)

    return [
        *(_pull(source, script) for source, script in platforms),
        replace(looks, when=IntervalSlots(HOUR), run=hourly),
        replace(own["deliver"], when=IntervalSlots(HOUR)),
        own["report:weekly"],
    ]


def _pull(source: Source, script: Scripted) -> DaemonJob:
    def run(context: Context, _slot: JobSlot, stop: Callable[[], bool]) -> str:
        with db.reading(context.engine) as session:
            held = store.source_named(session, source.name)
        if held.not_before is not None and held.not_before > context.clock.now():
            return "waits"
        ledger = Ledger(context.engine, context.clock, source.connector, {})
        done = collector.run(context, source, script, ledger, kind="pull", stop=stop)
        tag_waiting(context)
        return done.state

    return DaemonJob(f"pull of {source.name}", PULLED, run)


def deadly(job: DaemonJob, random: Random) -> DaemonJob:
    """The job, before or after which the process dies now and then."""

    def run(context: Context, slot: JobSlot, stop: Callable[[], bool]) -> str:
        chance = random.random()
        if chance < DEATHS / 2:
            raise Killed
        said = job.run(context, slot, stop)
        if chance < DEATHS:
            raise Killed
        return said

    return replace(job, run=run)


@pytest.mark.faults
@pytest.mark.fault("F01", "F21")
@pytest.mark.timeout(2400)
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("days", [92, pytest.param(365, marks=pytest.mark.long)])
def test_in_a_year_every_report_goes_out_once_and_no_gap_is_unexplained(
    cell: Context,
    clock: FixedClock,
    box: tuple[Mailbox, int],
    tried: Callable[..., None],
    days: int,
) -> None:
    end = BEGIN + days * DAY
    never = (BEGIN - DAY, BEGIN - DAY)
    ill = (BEGIN + 60 * DAY, BEGIN + 65 * DAY)
    scripts = [
        Scripted("x", clock, 7 * HOUR, 7 * DAY, never),
        Scripted("mastodon", clock, 11 * HOUR, 60 * DAY, never),
        Scripted("reddit", clock, 23 * HOUR, 2 * DAY, ill),
    ]
    platforms = [
        (make_source(cell.engine, f"{one.platform}.all", one.platform, a="b"), one)
        for one in scripts
    ]
    random = Random("a year of reports")
    table = [deadly(job, random) for job in plan(cell, platforms)]
    token, deaths = 1, 0

    while clock.now() < end:
        try:
            rounds.run_due_jobs(cell, token, lambda: False, lambda _: table)
        except Killed:
            token, deaths = token + 1, deaths + 1
            rounds.recover_slots(cell, token)
            outbox.recover_unsent(cell)
            continue
        now = clock.now()
        after = min(following(job, now) for job in table)
        clock.set(DARK[1] if DARK[0] <= after < DARK[1] else after)

    assert deaths > 5
    _every_report_once(box[0], end, clock.now())
    _every_slot_once(cell, table)
    _no_gap_unexplained(cell, platforms, clock.now())
    # The slots are not those of the real table: I5 and turns are looked at above.
    broken = [c.name for c in invariants.examine(cell) if c.state != "ok"]
    assert set(broken) <= {"I5 slots", "I6 lease"}
    with db.reading(cell.engine) as session:
        taken = sum(len(slots.slots_of_job(session, job.name)) for job in table)
    tried(
        deaths + 1,
        f"{days} days of {taken} due moments with {deaths} deaths and three dark weeks",
    )


def _every_report_once(box: Mailbox, end: datetime, now: datetime) -> None:
    # There is none of the week that was over when the cell began.
    mondays = [BEGIN.replace(hour=8) + 7 * n * DAY for n in range(1, 60)]
    due = [at for at in mondays if at <= now]
    assert len(due) == (end - BEGIN) // (7 * DAY)
    ids = [message["Message-ID"] for _, message in box.taken]
    assert len(ids) == len(set(ids)) == len(due)
    late = [str(m["Subject"]).startswith("Late:") for _, m in box.taken]
    assert sum(late) == sum(DARK[0] <= at < DARK[1] for at in due) == 3


def _every_slot_once(cell: Context, table: list[DaemonJob]) -> None:
    with db.reading(cell.engine) as session:
        for job in table:
            taken = slots.slots_of_job(session, job.name)
            assert {one.state for one in taken} == {"done"}, job.name
            first, last = taken[0].slot_at, taken[-1].slot_at
            passed = itertools.takewhile(
                lambda at, first=first: at >= first, job.when.before(last)
            )
            assert sum(one.covers for one in taken) == len(list(passed)), job.name


def _no_gap_unexplained(
    cell: Context, platforms: list[tuple[Source, Scripted]], now: datetime
) -> None:
    held = 0
    lost = {"x": 21 - 7, "mastodon": 0, "reddit": (21 - 2) + (5 - 2)}
    for source, script in platforms:
        with db.reading(cell.engine) as session:
            spans = store.coverage(session, source.id)
        ordered = sorted(spans, key=lambda one: one.from_at)
        assert ordered[0].from_at == BEGIN
        assert now - ordered[-1].to_at <= PULLED.length
        for one, other in itertools.pairwise(ordered):
            assert one.to_at == other.from_at, source.name  # no hole, no overlap
        gaps = [one for one in ordered if one.state == "gap"]
        assert all(one.cause for one in gaps)
        days = sum(((one.to_at - one.from_at) for one in gaps), timedelta()) / DAY
        # A pull notices it so much later.
        assert lost[script.platform] <= days <= lost[script.platform] + 1
        seen = [(one.from_at, one.to_at) for one in ordered if one.state == "covered"]
        moments = (
            BEGIN + n * script.every for n in range((now - BEGIN) // script.every + 1)
        )
        held += sum(any(a < at <= b for a, b in seen) for at in moments)
    with db.reading(cell.engine) as session:
        assert mention_queries.present_count(session) == held
