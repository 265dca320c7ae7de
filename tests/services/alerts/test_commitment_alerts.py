"""Promises that are missed, kept in time, or make no sense."""

from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import UsageError
from socialcell.i18n import language
from socialcell.listening.alerts.model import Incident
from socialcell.listening.store.alerts import alerts
from socialcell.ops import audit
from socialcell.services.alerts import (
    commitments,
    incident_lines,
    incident_notifications,
)
from socialcell.services.context import Context
from socialcell.services.incident_room import room_overview
from tests.services.alerts.quiet_city import DAY, HOUR, MINUTE, NOW, City
from tests.services.alerts.test_detection import with_readers

pytestmark = pytest.mark.swept_on_postgresql


def test_a_promise_missed_is_told_once_and_over_when_it_is_kept(city: City) -> None:
    context = with_readers(city.context, quiet=None)
    id_ = commitments.add_promise(
        context, "Next update at noon", NOW + HOUR, topic="roads"
    )
    assert city.look(59 * MINUTE).opened == ()

    missed, again = city.look(2 * MINUTE), city.look(5 * MINUTE)

    (incident,) = city.incidents()
    assert (missed.opened, again.opened) == ((incident.id,), ())
    assert (incident.kind, incident.subject) == ("promise", f"promise:{id_}")
    assert incident_notifications.notify_incidents(context) == 2
    commitments.mark_kept(context, id_, "posted")
    city.look(MINUTE)
    (over,) = city.incidents()
    assert (over.state, over.ended_at) == ("over", city.clock.now())
    assert city.look(DAY).opened == ()


def test_a_promise_missed_goes_by_its_words_in_list_and_room(city: City) -> None:
    commitments.add_promise(city.context, "Next update at noon", NOW + HOUR)
    city.look(2 * HOUR)

    (line,) = incident_lines.list_lines(city.context, language("en"))
    room = room_overview.show_room(city.context, line.id, "en")

    assert line.title == room.title == "Promise missed: Next update at noon"


def test_a_promise_kept_in_time_is_never_told(city: City) -> None:
    id_ = commitments.add_promise(city.context, "Next update at noon", NOW + HOUR)
    commitments.mark_kept(city.context, id_)

    assert city.look(2 * HOUR).opened == ()


def test_promises_stand_in_the_audit_log(city: City, engine: Engine) -> None:
    id_ = commitments.add_promise(
        city.context, "Call @asha_kale at 9822012345", NOW + HOUR
    )
    commitments.mark_kept(city.context, id_)

    with db.reading(engine) as session:
        actions = [entry.action for entry in audit.entries(session, 2)]
        promise = alerts.promised(session, Incident(subject=f"promise:{id_}"))
    assert sorted(actions) == ["promise.add", "promise.kept"]
    assert promise is not None
    assert "asha" not in promise.text
    assert "98220" not in promise.text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": "  "}, "Say what was promised"),
        ({"due_at": NOW - MINUTE}, "is past"),
        ({"topic": "weather"}, "no topic 'weather'"),
        ({"topic": "politics"}, "no topic 'politics'"),
        ({"ward": "atlantis"}, "no area 'atlantis'"),
        ({"link": "javascript:alert(1)"}, "no web address"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(
    context: Context, clock: FixedClock, changes: dict[str, Any], message: str
) -> None:
    clock.set(NOW)
    fields = {"text": "An update", "due_at": NOW + HOUR} | changes

    with pytest.raises(UsageError, match=message):
        commitments.add_promise(
            context, fields.pop("text"), fields.pop("due_at"), **fields
        )


def test_a_promise_is_kept_once(city: City) -> None:
    id_ = commitments.add_promise(city.context, "An update", NOW + HOUR)
    commitments.mark_kept(city.context, id_)

    with pytest.raises(UsageError, match="was marked as kept"):
        commitments.mark_kept(city.context, id_)
    with pytest.raises(UsageError, match="no promise 99"):
        commitments.mark_kept(city.context, 99)
