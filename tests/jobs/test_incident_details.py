"""What belongs to an incident beside its alerts: details, plans, numbers, its end."""

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.jobs import detect, telling
from socialcell.jobs.context import Context
from socialcell.listening import areas
from socialcell.listening.query import QueryError, parse
from socialcell.listening.store import alerts, questions
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.matching import Wanted
from tests.jobs.test_detect import with_readers
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


# What was planned --------------------------------------------------------------------


def test_talk_of_an_announced_closure_joins_a_planned_incident_that_ends_with_it(
    city: City,
) -> None:
    end = NOW + 2 * HOUR
    detect.plan(city.context, "water", [], NOW - HOUR, end, "Thursday maintenance")
    city.crowd("The water tanker did not come", 25)

    look = city.look(30 * MINUTE)

    (incident,) = city.incidents()
    assert (look.opened, look.worse, look.alerts) == ((), (), 0)
    assert (incident.kind, incident.severity) == ("planned", "low")
    assert (incident.opened_at, incident.said) == (NOW - HOUR, "Thursday maintenance")
    assert "topic:water" in [one.series for one in city.alerts(incident)]
    assert telling.incidents(with_readers(city.context, None)) == 0

    city.look(3 * HOUR)

    (incident,) = city.incidents()
    assert (incident.state, incident.ended_at) == ("over", end)


def test_talk_of_something_else_in_a_closed_ward_is_an_alert_all_the_same(
    city: City,
) -> None:
    ward = "ward:kothrud-bavdhan"
    with db.writing(city.engine) as session:
        area_store.replace(session, areas.read_areas())
    detect.plan(city.context, "water", [ward], NOW - HOUR, NOW + 8 * HOUR, "Repair")
    city.crowd("Garbage is lying in Kothrud for three days, not collected", 25)

    city.look(30 * MINUTE)

    assert sorted(one.kind for one in city.incidents()) == ["planned", "spike"]
