"""The desk of a rehearsal: its cases come to every state, and a crew that was stopped
anywhere goes on to the same rows."""

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import func, select

from socialcell import config, db
from socialcell.clock import IST, FixedClock, week_of
from socialcell.desk.model import CaseStep, DeskCase
from socialcell.desk.store import case_lists
from socialcell.desk.store.case_lists import CaseFilter
from socialcell.identity import store as operators
from socialcell.listening.model import Mention
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.kpis.case_counts import WeekOfCases
from socialcell.services import working_calendar
from socialcell.services.context import Context
from socialcell.services.rehearsal import (
    rehearsal_run,
    rehearsal_workspace,
    sample_operators,
)
from socialcell.services.rehearsal.desk_rehearsal import RehearsedDesk
from socialcell.services.rehearsal.rehearsal_workspace import RehearsalState
from socialcell.services.workspace import digest
from tests.desk_builders import make_registers, read_mention
from tests.operator_accounts import hash_cheaply
from tests.snapshots import Snapshots

END = datetime(2026, 11, 23, 9, 0, tzinfo=IST)
HALF_DAY = timedelta(hours=12)
UNDONE = RehearsalState(seed=3, days=8, end=END.isoformat())
pytestmark = pytest.mark.xdist_group("rehearsed desk")  # it takes long to fill
STEPS = 16  # of half a day: the listening of a rehearsal of eight days
POSTS = 48  # of the last four days, each of a problem of its own


class StoppedError(Exception):
    """The rehearsal was stopped here."""


@pytest.fixture
def city(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """A workspace without the waits that a power cut would make good, whose operators
    sign in hundreds of times."""
    hash_cheaply(monkeypatch)
    engine = db.connect(context.workspace.database_url, durable=False)
    yield replace(context, engine=engine)
    engine.dispose()


@pytest.fixture
def rehearsed(city: Context, clock: FixedClock, snapshots: Snapshots) -> Context:
    """The same at the end of a rehearsal."""

    def fill() -> None:
        rehearse(city, clock, [])

    snapshots.fill("rehearsed desk", city.engine, fill)
    clock.set(END)
    return city


def rehearse(
    context: Context,
    clock: FixedClock,
    finished: list[datetime],
    stop: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """The steps of the desk that are not done yet; what was posted by then is there
    before each. `stop` is around a step."""
    desk, folder = RehearsedDesk(END), context.workspace.folder
    steps = [END - HALF_DAY * n for n in range(STEPS)]
    for moment in sorted({*desk.moments_before(END - HALF_DAY * STEPS), *steps}):
        if moment not in finished:
            clock.set(moment)
            post_until(context, moment)
            state = rehearsal_workspace.read_state(folder) or UNDONE
            with stop():
                rehearsal_run.run_desk_step(folder, state, context, desk, moment)
            finished.append(moment)


def post_until(context: Context, moment: datetime) -> None:
    with db.reading(context.engine) as session:
        has_registers = bool(area_store.all_areas(session))
        stored = session.scalar(select(func.count()).select_from(Mention)) or 0
    if not has_registers:
        make_registers(context)
    for n in range(stored, POSTS):
        at = END - timedelta(days=4) + timedelta(hours=2 * n + 1)
        if at > moment:
            return
        owner = "body:msedcl" if n % 12 == 5 else "dept:waste"
        topic = "electricity" if owner == "body:msedcl" else "waste"
        read_mention(
            context,
            f"Street number {n + 1} has waited for {n + 2} days",
            **{"uid": f"u{n}", "at": at, "topic": topic, "owner": owner},
            place="place:kothrud" if n % 6 == 1 else None,
            ward="ward:kothrud-bavdhan" if n % 6 == 1 else None,
        )


@contextmanager
def stopped_at(context: Context, write: int) -> Iterator[None]:
    """In it everything ends at the write of this number, the first is 1."""
    left = write

    def count(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal left
        left -= statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))
        if left == 0:
            raise StoppedError

    event.listen(context.engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(context.engine, "before_cursor_execute", count)


def content(context: Context) -> dict[str, str]:
    with db.reading(context.engine) as session:
        return digest.table_digests(session)


def test_the_cases_of_a_rehearsal_come_to_every_state(
    rehearsed: Context,
) -> None:
    with db.reading(rehearsed.engine) as session:
        states = Counter(session.scalars(select(DeskCase.state)))
        overdue = case_lists.count_by_view(session, CaseFilter(), END)["overdue"]
        reopened = sum(session.scalars(select(DeskCase.reopened)))
    assert set(states) >= {
        *("new", "acknowledged", "assigned", "in_progress", "action_scheduled"),
        *("resolved_claimed", "referred", "closed_confirmed", "cancelled"),
    }
    assert overdue >= 3
    assert reopened >= 2


def test_the_week_of_a_rehearsal_has_all_measures_of_cases(
    rehearsed: Context,
) -> None:
    start, end = week_of(END - timedelta(days=1))
    with db.reading(rehearsed.engine) as session:
        week = WeekOfCases(
            session, TimeSpan(start, end), working_calendar.load(rehearsed)
        )
        numbers = week.numbers({})
        median = week.median_minutes
    assert sum(numbers["opened"].values()) == len(week.opened) > 30
    assert median is not None
    assert 0 < numbers["registered"]["in_time"] <= numbers["registered"]["n"]
    assert numbers["outcomes"]["n"] == 7  # eight calls, of which one was cancelled
    assert numbers["outcomes"]["confirmed"] == 4
    assert numbers["overdue"]["n"] >= 2
    assert numbers["sample"] == {"drawn": 3, "reached": 3, "contradicted": 1}
    assert sum(body["soon"] for body in numbers["bodies"]) >= 1


def test_people_of_the_crew_are_behind_every_step_that_a_person_takes(
    rehearsed: Context,
) -> None:
    crew = {sample_operators.MAKER, sample_operators.APPROVER}
    persons = ("triage", "assign", "state", "note", "refer", "claim", "answer_read")
    with db.reading(rehearsed.engine) as session:
        rows = session.execute(select(CaseStep.kind, CaseStep.by)).all()
    assert {by for kind, by in rows if kind in persons} <= crew
    claims = {by for kind, by in rows if kind == "claim"}
    calls = {by for kind, by in rows if kind == "answer_read"}
    assert claims & calls == set()


@pytest.mark.faults
@pytest.mark.on_sqlite
def test_a_crew_that_was_stopped_anywhere_comes_to_the_same_rows_and_stays_there(
    city: Context, clock: FixedClock, folder: Path
) -> None:
    shutil.copytree(folder, folder.with_name("other"))
    workspace = config.load(folder.with_name("other") / "config.yaml")
    engine = db.connect(workspace.database_url, durable=False)
    other = Context(workspace, engine, clock)
    rehearse(city, clock, [])
    stops, finished = 0, list[datetime]()
    for write in itertools.count(7, 41):
        try:
            rehearse(other, clock, finished, lambda at=write: stopped_at(other, at))
            break
        except StoppedError:
            stops += 1
    assert stops > 5
    assert content(other) == content(city)
    RehearsedDesk(END).work(other, END)
    assert content(other) == content(city)
    engine.dispose()


def test_the_clocks_of_a_moment_are_looked_at_until_the_crew_begins(
    rehearsed: Context, clock: FixedClock
) -> None:
    folder, evening = rehearsed.workspace.folder, END + HALF_DAY
    clock.set(evening)
    before = content(rehearsed)

    begun = replace(UNDONE, cases_until=evening.isoformat())
    rehearsal_run.run_desk_step(folder, begun, rehearsed, RehearsedDesk(END), evening)
    assert content(rehearsed) == before

    rehearsal_run.run_desk_step(folder, UNDONE, rehearsed, RehearsedDesk(END), evening)
    assert content(rehearsed) != before
    state = rehearsal_workspace.read_state(folder)
    assert state is not None
    assert state.cases_until == evening.isoformat()


def test_operators_whose_making_was_stopped_have_their_passwords_in_the_end(
    city: Context,
) -> None:
    for write in range(1, 12):
        with stopped_at(city, write), suppress(StoppedError):
            sample_operators.ensure(city)
    sample_operators.ensure(city)
    for name in (sample_operators.MAKER, sample_operators.APPROVER):
        assert sample_operators.acting_as(city, name).actor.name == name
    with db.reading(city.engine) as session:
        assert len(operators.all_operators(session)) == 2
    left = (city.workspace.folder / "secrets").glob("*_code")
    assert list(left) == []
