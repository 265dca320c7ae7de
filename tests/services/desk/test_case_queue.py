"""The queue of cases: each is taken by one person at a time, P0 first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.model import CaseClock, CaseLease, DeskCase
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_queue
from socialcell.services.desk.case_leases import CaseHeldError
from tests.desk_builders import make_case
from tests.operators import acting

KOTHRUD, AUNDH = "ward:kothrud-bavdhan", "ward:aundh-baner"


@pytest.fixture
def asha(context: Context) -> Context:
    return acting(context, "Asha Sample", Role.OPERATOR)


@pytest.fixture
def ravi(asha: Context) -> Context:
    return acting(asha, "Ravi Sample", Role.OPERATOR)


def add(context: Context, due_in: timedelta | None = None, **fields: object) -> str:
    """A case in the queue, with a clock that ends so much later."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        case = make_case(session, now, **fields)
        if due_in is not None:
            session.add(
                CaseClock(
                    case_id=case.id or 0,
                    kind="total",
                    started_at=now,
                    due_at=now + due_in,
                    counts="wall",
                    span_seconds=round(due_in.total_seconds()),
                )
            )
        return case.number


def test_the_most_urgent_comes_first_then_the_least_time_left(asha: Context) -> None:
    none = add(asha)
    later = add(asha, timedelta(hours=3))
    soon = add(asha, timedelta(hours=1))
    over = add(asha, timedelta(hours=-1))
    critical = add(asha, timedelta(days=9), priority="P0")
    opinion = add(asha, timedelta(minutes=1), priority="P3")
    expected = [critical, over, soon, later, none, opinion]
    assert case_queue.take_next(asha) == expected


def test_the_next_are_those_that_nobody_has_taken(asha: Context, ravi: Context) -> None:
    numbers = [add(asha) for _ in range(5)]
    assert case_queue.take_next(asha, 2) == numbers[:2]
    assert case_queue.take_next(ravi, 2) == numbers[2:4]
    assert case_queue.take_next(asha, 9) == numbers[4:]
    assert case_queue.list_taken(asha) == [*numbers[:2], numbers[4]]
    assert case_queue.take_next(ravi) == []


def test_what_is_somebody_elses_or_waits_for_the_citizen_is_not_in_the_queue(
    asha: Context, ravi: Context
) -> None:
    add(asha, assignee=ravi.actor.id)
    add(asha, waits_for="citizen")
    add(asha, state="resolved_claimed")
    add(asha, state="dropped")
    own = add(asha, assignee=asha.actor.id)
    assert case_queue.take_next(asha) == [own]


def test_a_role_for_a_ward_takes_from_that_ward_alone(context: Context) -> None:
    there = acting(context, "Meera Sample", Role.OPERATOR, scope=KOTHRUD)
    kothrud = add(context, area=KOTHRUD)
    add(context, area=AUNDH)
    add(context, area=None)
    assert case_queue.take_next(there) == [kothrud]


def test_a_department_takes_what_is_its_own_or_its_teams(context: Context) -> None:
    roads = acting(context, "Engineer", Role.DEPARTMENT, scope="dept:roads")
    own = add(context, owner="dept:roads")
    team = add(context, team="dept:roads")
    add(context)
    assert case_queue.take_next(roads) == [own, team]


def test_a_lease_ends_after_five_minutes(
    asha: Context, ravi: Context, clock: FixedClock
) -> None:
    number = add(asha)
    case_queue.take_next(asha)
    clock.advance(timedelta(minutes=5, microseconds=-1))
    assert case_queue.take_next(ravi) == []
    clock.advance(timedelta(microseconds=1))
    assert case_queue.list_taken(asha) == []
    assert case_queue.take_next(ravi) == [number]


def test_others_are_told_who_has_it_since_when(
    asha: Context, ravi: Context, clock: FixedClock
) -> None:
    number = add(asha)
    free = add(asha)
    case_queue.take(asha, [number])
    clock.advance(timedelta(minutes=2))
    with pytest.raises(
        CaseHeldError,
        match=rf"Asha Sample .* {number} since 2026-11-23 09:00 IST .* until .* 09:05",
    ):
        case_queue.take(ravi, [free, number])
    assert case_queue.list_taken(ravi) == []


def test_a_lease_that_goes_on_keeps_its_beginning(
    asha: Context, clock: FixedClock
) -> None:
    number = add(asha)
    case_queue.take(asha, [number])
    begun = _lease(asha).since
    clock.advance(timedelta(minutes=3))
    case_queue.take(asha, [number])
    assert _lease(asha).since == begun
    assert _lease(asha).until == clock.now() + timedelta(minutes=5)
    clock.advance(timedelta(minutes=6))
    case_queue.take(asha, [number])
    assert _lease(asha).since == clock.now()


def test_a_case_that_is_taken_by_its_number_is_ones_own(
    asha: Context, ravi: Context, clock: FixedClock
) -> None:
    number = add(asha)
    case_queue.take(asha, [number])
    assert _case(asha, number).assignee == asha.actor.id
    assert _case(asha, number).state == "assigned"
    clock.advance(timedelta(minutes=6))
    case_queue.take(ravi, [number])
    assert _case(asha, number).assignee == asha.actor.id


def test_what_is_given_back_is_in_the_queue_again(asha: Context, ravi: Context) -> None:
    first, second = add(asha), add(asha)
    case_queue.take_next(asha)
    assert case_queue.give_back(ravi) == []
    assert case_queue.give_back(asha, [first]) == [first]
    assert case_queue.take_next(ravi) == [first]
    assert case_queue.give_back(asha) == [second]
    assert case_queue.take_next(ravi) == [second]


def test_whoever_has_no_part_of_the_queue_takes_nothing(context: Context) -> None:
    add(context)
    with pytest.raises(NeedsAPerson):
        case_queue.take_next(context)
    viewer = acting(context, "Vera Sample", Role.VIEWER)
    with pytest.raises(SocialcellError, match="Vera Sample"):
        case_queue.take_next(viewer)
    with pytest.raises(UsageError, match="1 to 100"):
        case_queue.take_next(acting(context, "Asha Sample"), 0)


@pytest.mark.faults
@pytest.mark.swept_on_postgresql
def test_fifty_operators_empty_one_queue_and_no_case_is_taken_twice(
    context: Context,
) -> None:
    people = [acting(context, f"Operator {n}", Role.OPERATOR) for n in range(50)]
    numbers = {add(context) for _ in range(400)}
    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(lambda person: case_queue.take_next(person, 9), people))
    every = [number for some in taken for number in some]
    assert len(every) == len(set(every)) == 400
    assert set(every) == numbers
    with db.reading(context.engine) as session:
        held = session.scalars(select(CaseLease)).all()
        assert len({lease.case_id for lease in held}) == 400


def _lease(context: Context) -> CaseLease:
    with db.reading(context.engine) as session:
        lease = session.scalars(select(CaseLease)).one()
        session.expunge(lease)
    return lease


def _case(context: Context, number: str) -> DeskCase:
    with db.reading(context.engine) as session:
        case = session.scalars(select(DeskCase).where(DeskCase.number == number)).one()
        session.expunge(case)
    return case
