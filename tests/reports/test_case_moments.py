"""Figures of cases at a moment that is over, beside what came later."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from socialcell import db
from socialcell.desk.store import case_figures, cases
from socialcell.desk.store.cases import StepDraft
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.daily import brief_facts
from socialcell.services.desk import case_steps
from tests.reports.test_case_measures import Cases, pune
from tests.reports.world import World

EVENING = pune(11, 18, 18)
DAY = timedelta(days=1)


def overdue_and_open(world: World) -> tuple[int, int]:
    """What the brief of an evening says."""
    with db.reading(world.engine) as session:
        counted = brief_facts.collect(session, TimeSpan(EVENING - DAY, EVENING)).cases
    assert counted is not None
    return counted.overdue, counted.open


def raise_priority(own: Cases, number: str) -> None:
    own.clock.set(EVENING + DAY)
    with db.writing(own.world.engine) as session:
        case = cases.lock_case(session, number)
        case.priority = "P0"
        draft = StepDraft("triage", "tests")
        case_steps.enter_step(own.world.context, session, case, draft)


def test_a_case_that_was_opened_after_the_brief_is_not_overdue_in_it(
    world: World,
) -> None:
    own = Cases(world)
    own.open(EVENING - DAY / 24)
    # Its post had waited for weeks when the evening's brief was counted.
    own.open(EVENING + DAY, first_contact_at=EVENING - 20 * DAY)

    assert overdue_and_open(world) == (0, 1)


def test_a_brief_of_a_day_before_the_first_case_says_nothing_of_cases(
    world: World,
) -> None:
    Cases(world).open(EVENING + DAY, first_contact_at=EVENING - 20 * DAY)

    with db.reading(world.engine) as session:
        brief = brief_facts.collect(session, TimeSpan(EVENING - DAY, EVENING))
    assert brief.cases is None


def test_a_shorter_time_that_was_given_later_makes_no_earlier_brief_late(
    world: World,
) -> None:
    own = Cases(world)
    number = own.open(pune(11, 18, 16), topic="roads")
    assert overdue_and_open(world) == (0, 1)

    raise_priority(own, number)

    assert overdue_and_open(world) == (0, 1)


@pytest.mark.parametrize(
    "count",
    [
        case_figures.running_totals,
        lambda session, at: len(case_figures.overdue_cases(session, at)),
    ],
)
def test_a_case_whose_time_was_changed_later_counts_once(
    world: World, count: Callable[..., int]
) -> None:
    own = Cases(world)
    number = own.open(pune(9, 1, 10))

    raise_priority(own, number)

    with db.reading(world.engine) as session:
        assert count(session, EVENING) == 1
