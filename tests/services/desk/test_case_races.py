"""Many at once at the same cases: no case has two holders, two owners or two ends."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlmodel import col, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.case_states import END_STATES, CaseState
from socialcell.desk.model import CaseMessage, CaseStep, DeskCase
from socialcell.desk.store.cases import CaseChangedError
from socialcell.errors import UsageError
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_grouping, case_queue, case_triage
from socialcell.services.desk.case_leases import CaseHeldError
from tests.desk_builders import make_case, make_contact, make_registers, read_mention
from tests.operators import acting

pytestmark = [pytest.mark.faults, pytest.mark.swept_on_postgresql]
THREADS = 8
_OPEN_ALL = """
import sys
from pathlib import Path
from socialcell.services.context import open_context
from socialcell.services.desk import case_opening
context = open_context(Path(sys.argv[1]))
print(case_opening.open_pending(context))
"""


_TAKE_AND_WAIT = """
import sys
from dataclasses import replace
from pathlib import Path
from socialcell.identity.actor import Actor
from socialcell.services.context import open_context
from socialcell.services.desk import case_queue
file, id, name, session = sys.argv[1:]
actor = Actor(int(id), name, frozenset(), "second_factor", int(session))
context = replace(open_context(Path(file)), actor=actor)
print(*case_queue.take_next(context), flush=True)
sys.stdin.read()
"""


@dataclass
class Holders:
    """Who holds which case, as its holder sees it."""

    by_number: dict[str, str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, numbers: list[str], name: str) -> None:
        with self.lock:
            for number in numbers:
                if self.by_number.setdefault(number, name) != name:
                    self.twice.append(number)

    def give_back(self, numbers: list[str]) -> None:
        with self.lock:
            for number in numbers:
                self.by_number.pop(number, None)


def race_for_leases(context: Context, races: int) -> None:
    """Operators take and give back cases of a queue that is too short for all."""
    people = [acting(context, f"Operator {n}", Role.OPERATOR) for n in range(THREADS)]
    with db.writing(context.engine) as session:
        numbers = [make_case(session, context.clock.now()).number for _ in range(10)]
    holders, won = Holders(), Counter[str]()

    def work(person: Context) -> None:
        choice = Random(person.actor.name)
        for _ in range(races // THREADS):
            if choice.random() < 0.5:
                taken = case_queue.take_next(person, choice.randint(1, 3))
            else:
                taken = choice.sample(numbers, 2)
                try:
                    case_queue.take(person, taken)
                except CaseHeldError:
                    won["lost"] += 1
                    continue
            won["won"] += bool(taken)
            holders.take(taken, person.actor.name)
            # Whatever was taken before is held, too.
            held = case_queue.list_taken(person)
            holders.give_back(held)
            case_queue.give_back(person, held)

    run_all([partial(work, person) for person in people])
    assert holders.twice == []
    assert won["won"] > races // 20
    assert won["lost"] > 0


def race_for_states(context: Context, races: int) -> None:
    """Each case is ended, merged and given to people by several at once."""
    people = [acting(context, f"Operator {n}", Role.OPERATOR) for n in range(THREADS)]
    with db.writing(context.engine) as session:
        target = make_case(session, context.clock.now()).number
        numbers = []
        for _ in range(races // THREADS):
            case = make_case(session, context.clock.now())
            make_contact(session, case)
            numbers.append(case.number)
    acts: list[Callable[[Context, str, int], None]] = [
        lambda c, number, rev: case_triage.change_state(
            c, number, "dropped", "Nothing is asked", rev
        ),
        lambda c, number, _: case_triage.change_state(
            c, number, "cancelled", "The citizen said so"
        ),
        lambda c, number, _: case_grouping.merge(c, number, target),
        lambda c, number, rev: case_triage.assign(c, number, to=c.actor.name, rev=rev),
        lambda c, number, rev: case_triage.assign(c, number, to=c.actor.name, rev=rev),
        lambda c, number, _: case_queue.take(c, [number]),
    ]
    refused = Counter[str]()

    def work(n: int) -> None:
        person, choice = people[n], Random(n)
        for number in numbers:
            try:
                choice.choice(acts)(person, number, 1)
            except (UsageError, CaseChangedError, CaseHeldError) as error:
                refused[type(error).__name__] += 1

    run_all([partial(work, n) for n in range(THREADS)])
    assert refused["UsageError"] > 0
    assert refused["CaseChangedError"] > 0
    with db.reading(context.engine) as session:
        by_case: dict[int, list[CaseStep]] = {}
        for step in session.scalars(select(CaseStep).order_by(col(CaseStep.id))):
            by_case.setdefault(step.case_id, []).append(step)
        for case in session.scalars(select(DeskCase)):
            assert_one_story(case, by_case.get(case.id or 0, []))


def assert_one_story(case: DeskCase, steps: list[CaseStep]) -> None:
    """The steps of a case follow each other, with one end at most and one owner."""
    state, owner = "new", None
    for step in steps:
        assert step.from_state == state
        state = step.to_state
        if step.kind in ("assign", "take"):
            owner = step.detail["assignee"]
    assert case.state == state
    assert case.assignee == owner
    assert case.rev == 1 + len(steps)
    assert sum(CaseState(step.to_state) in END_STATES for step in steps) <= 1
    # Of those who saw the case as it was, one alone gave it to themselves.
    assert sum(step.kind == "assign" for step in steps) <= 1


def run_all(works: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(work) for work in works]:
            future.result()


def test_no_case_has_two_holders(context: Context) -> None:
    race_for_leases(context, 400)


def test_no_case_has_two_owners_or_two_ends(context: Context) -> None:
    race_for_states(context, 400)


@pytest.mark.long
def test_no_case_has_two_holders_in_5000_races(context: Context) -> None:
    race_for_leases(context, 5000)


@pytest.mark.long
def test_no_case_has_two_owners_or_two_ends_in_5000_races(context: Context) -> None:
    race_for_states(context, 5000)


def test_two_processes_open_one_case_of_each_mention(
    context: Context, clock: FixedClock
) -> None:
    make_registers(context)
    config = fixed_clock(context, clock)
    mentions = [
        read_mention(context, f"No water, house {n}", uid=f"u{n % 20}")
        for n in range(120)
    ]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _OPEN_ALL, config],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    placed = [int(run.communicate(timeout=120)[0]) for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum(placed) == len(mentions)
    with db.reading(context.engine) as session:
        rows = session.scalars(select(CaseMessage.mention_id)).all()
        assert sorted(id_ or 0 for id_ in rows) == mentions
        assert len(session.scalars(select(DeskCase)).all()) == 20


def test_a_worker_that_is_killed_holds_its_cases_for_five_minutes_only(
    context: Context, clock: FixedClock
) -> None:
    asha = acting(context, "Asha Sample", Role.OPERATOR)
    ravi = acting(context, "Ravi Sample", Role.OPERATOR)
    with db.writing(context.engine) as session:
        numbers = [make_case(session, clock.now()).number for _ in range(3)]
    actor = asha.actor
    worker = subprocess.Popen(
        [
            *(sys.executable, "-c", _TAKE_AND_WAIT, fixed_clock(context, clock)),
            *(str(actor.id), actor.name, str(actor.session_id)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().split() == numbers
    worker.kill()
    worker.communicate()
    assert case_queue.take_next(ravi) == []
    clock.advance(timedelta(minutes=5))
    assert case_queue.take_next(ravi) == numbers


def fixed_clock(context: Context, clock: FixedClock) -> str:
    """The config file of a workspace in which other processes have the same time."""
    file = context.workspace.folder / "config.yaml"
    with file.open("a") as config:
        config.write(f"clock: {{fixed: {clock.now().isoformat()}}}\n")
    return str(file)
