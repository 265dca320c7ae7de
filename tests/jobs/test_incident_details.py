"""Complaints closed without action: stored, asked for, and a series of their own."""

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.jobs.context import Context
from socialcell.listening.query import QueryError, parse
from socialcell.listening.store import alerts, questions
from socialcell.listening.store.matching import Wanted
from tests.jobs.test_looks import HOUR, MINUTE, NOW, City

pytestmark = pytest.mark.swept_on_postgresql
CLOSED = (
    "Complaint marked resolved but nothing was done, garbage still lying in Kothrud"
)


@pytest.fixture
def city(context: Context, engine: Engine, clock: FixedClock) -> City:
    return City(context, engine, clock)


def test_complaints_closed_without_action_are_a_series_under_the_topic_of_the_matter(
    city: City,
) -> None:
    city.crowd(CLOSED, 14)
    city.say("Garbage is lying here for three days", NOW)
    city.settle()

    with db.reading(city.engine) as session:
        series = alerts.times(session, NOW - HOUR, NOW + HOUR)
        query = parse("detail:closed_without_action topic:waste")
        rows = questions.mentions(session, Wanted(query))

    assert len(series["detail:closed_without_action"]) == 14
    assert len(rows) == 14
    assert len(series["topic:waste"]) == 15


def test_a_crowd_of_them_is_an_alert_of_that_series(city: City) -> None:
    city.crowd(CLOSED, 25)

    city.look(30 * MINUTE)

    (incident,) = city.incidents()
    assert "detail:closed_without_action" in [
        one.series for one in city.alerts(incident)
    ]


def test_a_detail_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(QueryError, match="closed_without_action"):
        parse("detail:closed")
