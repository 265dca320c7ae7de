"""The calls of a week: drawn once from a stored seed, and what they found."""

from datetime import date, timedelta

import pytest

from socialcell.errors import UsageError
from socialcell.roles import Role
from socialcell.services.desk.closing import (
    case_closing,
    closing_calls,
    closing_sampling,
)
from tests.operators import acting
from tests.services.desk.closing_builders import (
    case_of,
    checks_of,
    claimed_case,
    later,
    write,
)

pytestmark = pytest.mark.swept_on_postgresql

MONDAY = date(2026, 11, 30)  # the week in which seven days of silence end


@pytest.fixture
def crew(context):
    return acting(context, "Asha Sample", Role.OPERATOR)


@pytest.fixture
def silent(crew):
    """Three cases that were closed without an answer, on a Monday a week ago."""
    cases = [claimed_case(crew, "phone") for _case in range(3)]
    case_closing.close_silent(later(crew, days=7))
    later(crew, days=7)
    return cases


def test_a_week_is_drawn_when_it_is_over_and_named_by_its_monday(crew):
    with pytest.raises(UsageError, match="is not over"):
        closing_sampling.draw_sample(crew, date(2026, 11, 23))
    with pytest.raises(UsageError, match="is no Monday"):
        closing_sampling.draw_sample(crew, date(2026, 11, 18))
    with pytest.raises(UsageError, match="is no Monday"):
        closing_sampling.monday_of(crew, "last week")


def test_drawn_again_it_is_the_same_sample_though_answers_came_since(crew, silent):
    first = closing_sampling.draw_sample(crew, MONDAY)
    assert (first.closings, len(first.checks)) == (3, 3)
    write(crew, silent[0], "हो झालं")
    assert closing_sampling.draw_sample(crew, MONDAY) == first
    assert closing_sampling.draw_last_week(crew) == 0


def test_the_daemon_draws_last_week_once(crew, silent):
    assert closing_sampling.draw_last_week(crew) == 3
    assert closing_sampling.draw_last_week(crew) == 0
    calls = closing_calls.list_closures(crew, calls_only=True)
    assert [entry.in_sample for entry in calls] == [True] * 3


def test_the_figure_counts_what_calls_and_late_answers_found(context, crew, silent):
    ravi = acting(context, "Ravi Sample", Role.OPERATOR)
    closing_sampling.draw_sample(crew, MONDAY)
    one, two, three = silent
    closing_calls.enter_call(ravi, one.number, one.contacts[0], "contradicted")
    closing_calls.enter_call(ravi, two.number, two.contacts[0], "not_reached")
    write(crew, three, "yes")
    figure = closing_sampling.false_closures(crew, MONDAY)
    assert (figure.drawn, figure.known, figure.contradicted) == (3, 2, 1)
    assert (figure.not_reached, figure.share) == (1, 0.5)
    # One of two: Wilson's 0.0945 to 0.9055, worked by hand.
    assert figure.interval == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert case_of(crew, one).state == "assigned"
    assert case_of(crew, two).state == "closed_unconfirmed"
    assert case_of(crew, three).state == "closed_confirmed"
    assert checks_of(crew, one)[0].call == "contradicted"


def test_nothing_is_known_of_a_week_without_closings(crew):
    later(crew, days=7)
    assert closing_sampling.draw_sample(crew, date(2026, 11, 23)).checks == ()
    figure = closing_sampling.false_closures(crew, date(2026, 11, 23))
    assert (figure.share, figure.interval) == (None, None)


def test_a_closing_on_the_next_monday_is_of_the_next_week(crew):
    claimed_case(crew, "phone")
    case_closing.close_silent(later(crew, days=7))
    later(crew, days=14)
    of_week = closing_sampling.draw_sample(crew, MONDAY - timedelta(days=7))
    assert of_week.closings == 0
    assert closing_sampling.draw_sample(crew, MONDAY).closings == 1
