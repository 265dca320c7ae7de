"""An incident's numbers hold what has no time: it counts by when it reached us."""

from datetime import datetime, timedelta

import pytest

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.i18n import language
from socialcell.listening.alerts.model import CRITICAL, Alert, Closure, Incident
from socialcell.listening.incident_state import scope_at
from socialcell.listening.store.alerts import alerts, incident_numbers
from socialcell.reports.incidents import incident_facts
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.services.alerts import incident_lines
from socialcell.services.context import Context
from tests.reports.world import World

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AUNDH = "ward:aundh-baner"
pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def city(context: Context, clock: FixedClock) -> World:
    clock.set(NOW)
    return World(context)


def file_row(city: World, stored_at: datetime, **changes: object) -> int:
    """A row of a file without times, of the flood in Aundh."""
    row = {"topics": ("flood",), "wards": (AUNDH,), "urgency": "critical", **changes}
    return city.mention(None, "Water in our house", stored_at=stored_at, **row)


def opened(city: World, kind: str, subject: str, *mentions: int) -> Incident:
    """An incident of two hours ago; of a danger to life with these items."""
    at = NOW - 2 * HOUR
    with db.writing(city.engine) as session:
        incident = Incident(
            kind=kind, subject=subject, severity="high", opened_at=at, last_at=NOW
        )
        session.add(incident)
        session.flush()
        for id_ in mentions:
            key = f"{CRITICAL}:{id_}"
            row = {"series": CRITICAL, "at": at, "mentions": [id_]}
            session.add(Alert(incident_id=incident.id, key=key, **row))
        session.flush()
        session.expunge(incident)
    return incident


def facts_of(city: World, incident: Incident) -> IncidentFacts:
    with db.reading(city.engine) as session:
        own = alerts.alerts_of(session, incident.id or 0)
        return incident_facts.collect(session, incident, own, NOW)


def test_rows_without_a_time_are_counted_by_when_they_reached_us(city: World) -> None:
    file_row(city, NOW - 3 * HOUR)  # before the incident began
    for hours in (1.5, 1, 0.5):
        file_row(city, NOW - hours * HOUR)
    city.mention(NOW - 1.2 * HOUR, topics=("flood",))
    # Written long ago, whenever it reached us.
    city.mention(NOW - 9 * DAY, topics=("flood",), stored_at=NOW - HOUR)
    incident = opened(city, "spike", "topic:flood")

    facts = facts_of(city, incident)
    (line,) = incident_lines.list_lines(city.context, language("en"))

    assert (facts.mentions, facts.urgent, facts.details.critical) == (4, 3, 3)
    assert facts.wards == ((AUNDH, 3),)
    assert facts.began_at == NOW - 1.5 * HOUR
    assert facts.details.last_at == NOW - 0.5 * HOUR
    assert line.title == f"Flood at {AUNDH}"


def test_hours_of_an_incident_hold_rows_without_a_time(city: World) -> None:
    for hours in (0.9, 0.8):
        file_row(city, NOW - hours * HOUR)
    city.mention(NOW - 1.5 * HOUR, topics=("flood",))
    incident = opened(city, "spike", "topic:flood")

    with db.reading(city.engine) as session:
        scope = scope_at(session, incident, (), NOW)
        assert scope is not None
        times = incident_numbers.times(session, scope)
        greatest = incident_numbers.greatest_hour(session, scope)
        texts = incident_numbers.texts(session, scope)

    assert times == [NOW - hours * HOUR for hours in (1.5, 0.9, 0.8)]
    assert greatest == (NOW - HOUR, 2)
    assert [text.authored_at for text in texts] == times


def test_a_danger_to_life_without_a_time_is_counted_with_its_incident(
    city: World,
) -> None:
    id_ = file_row(city, NOW - 4 * HOUR, topics=("fire",))
    incident = opened(city, CRITICAL, f"{CRITICAL}:{id_}", id_)

    facts = facts_of(city, incident)

    assert (facts.mentions, facts.wards) == (1, ((AUNDH, 1),))
    assert facts.began_at == NOW - 4 * HOUR


def test_talk_of_a_closure_without_a_time_is_counted_while_it_lasts(
    city: World,
) -> None:
    for hours in (5, 3, 1):
        file_row(city, NOW - hours * HOUR, topics=("water",))
    closure = Closure(
        topic="water",
        wards=[],
        from_at=NOW - 4 * HOUR,
        to_at=NOW - HOUR,
        note="Repair",
        made_by="asha",
        made_at=NOW - DAY,
    )

    with db.reading(city.engine) as session:
        count = incident_numbers.count_of_closure(session, closure, NOW - DAY, NOW)

    assert count == 1


def test_what_is_usual_holds_rows_without_a_time(city: World) -> None:
    city.covered(NOW - 30 * DAY, NOW + DAY)
    for week in (1, 2):
        for hours in (1, 1.5):
            file_row(city, NOW - week * 7 * DAY - hours * HOUR)
    file_row(city, NOW - HOUR)
    incident = opened(city, "spike", "topic:flood")

    # Two in two of four weeks.
    assert facts_of(city, incident).usual == 1
