"""Rules of one's own: what they find, whom they tell, and what is no rule."""

from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.store.alerts import alert_rules as rule_store
from socialcell.listening.store.alerts import incident_numbers
from socialcell.ops import audit
from socialcell.ops import outbox_store as messages
from socialcell.services.alerts import (
    alert_rules,
    incident_notifications,
)
from socialcell.services.context import Context
from socialcell.services.mentions import mention_owners
from tests.services.alerts.quiet_city import DAY, HOUR, MINUTE, NOW, City
from tests.services.alerts.test_detection import with_readers

pytestmark = pytest.mark.swept_on_postgresql


def add(context: Context, query: str = "garden", **changes: Any) -> None:
    fields: dict[str, Any] = {"threshold": 3, "minutes": 60} | changes
    alert_rules.add_rule(context, fields.pop("name", "gardens"), query, **fields)


def test_a_rule_is_an_incident_from_its_threshold_on_and_once(city: City) -> None:
    add(city.context, "garden OR बाग*", severity="high")
    city.crowd("The garden of Aundh", 2, NOW - 20 * MINUTE)
    assert city.look().opened == ()
    city.say("बागेत फुले", NOW - MINUTE)

    first, again = city.look(), city.look(30 * MINUTE)

    (incident,) = city.incidents()
    (alert,) = city.alerts(incident)
    assert (first.opened, again.opened) == ((incident.id,), ())
    assert (incident.kind, incident.subject) == ("rule", "rule:gardens")
    assert incident.severity == "high"
    assert (alert.observed, alert.expected, alert.minutes) == (3, 3, 60)
    assert len(alert.mentions) == 3


def test_a_rule_may_ask_for_an_owner_and_for_a_time_before_now(city: City) -> None:
    mention_owners.update_owners(city.context.engine)
    add(city.context, "owner:pmpml since:30m")
    city.crowd("The PMPML bus is late", 3, NOW - 20 * MINUTE)
    assert len(city.look().opened) == 1

    later = city.look(2 * DAY)

    assert later.opened == ()


def test_a_rule_may_have_capitals_in_the_name_of_a_field(city: City) -> None:
    mention_owners.update_owners(city.context.engine)
    add(city.context, "Owner:pmpml Topic:Transport")
    city.crowd("The PMPML bus is late", 3, NOW - 20 * MINUTE)

    assert len(city.look().opened) == 1


def test_an_incident_of_a_rule_that_can_be_read_no_more_counts_nothing(
    city: City, engine: Engine
) -> None:
    add(city.context)
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)
    city.look()
    (incident,) = city.incidents()
    own = city.alerts(incident)

    with db.reading(engine) as session:
        readable = incident_numbers.scope_of(session, incident, own, NOW, "garden")
        unreadable = incident_numbers.scope_of(session, incident, own, NOW, "Grden:a")

    assert readable is not None
    assert unreadable is None


def test_a_rule_tells_again_after_a_day_without(city: City) -> None:
    add(city.context)
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)
    city.look()
    (running,) = city.incidents()
    assert (running.state, running.ended_at) == ("open", None)
    city.look(25 * HOUR)
    (over,) = city.incidents()
    assert (over.state, over.ended_at) == ("over", city.clock.now())
    city.crowd("The garden of Aundh", 3, city.clock.now() - 20 * MINUTE)

    assert len(city.look().opened) == 1


def test_a_rule_does_not_count_what_nobody_may_watch(city: City) -> None:
    add(city.context, "garden")
    city.crowd("Vote for our party in the election, says the garden corporator", 5)

    assert city.look(30 * MINUTE).opened == ()


def test_a_rule_tells_those_whom_it_names(city: City, engine: Engine) -> None:
    context = with_readers(city.context, quiet=None)
    add(context, recipients=("desk@city.example",))
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)
    city.look()

    incident_notifications.notify_incidents(context)

    with db.reading(engine) as session:
        recipients = [message.recipient for message in messages.list_messages(session)]
    assert recipients == ["desk@city.example"]


def test_when_nobody_of_a_rules_readers_is_left_everybody_is_told(city: City) -> None:
    context = with_readers(city.context, quiet=None)
    add(context, recipients=("desk@city.example",))
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)
    city.look()
    receivers = context.workspace.config.alerts.recipients.model_copy(
        update={"mr": ("new@city.example",)}
    )
    settings = context.workspace.config
    changed = settings.model_copy(
        update={"alerts": settings.alerts.model_copy(update={"recipients": receivers})}
    )
    context.workspace.config = changed

    assert incident_notifications.notify_incidents(context) == 2


def test_a_rule_that_is_removed_ends_its_incident(city: City, engine: Engine) -> None:
    add(city.context)
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)
    city.look()

    alert_rules.remove_rule(city.context, "gardens")

    (over,) = city.incidents()
    assert (over.state, over.ended_at) == ("over", city.clock.now())
    assert city.look().opened == ()
    with db.reading(engine) as session:
        actions = [entry.action for entry in audit.entries(session, 2)]
    assert sorted(actions) == ["rule.add", "rule.remove"]
    with pytest.raises(UsageError, match="no rule 'gardens'"):
        alert_rules.remove_rule(city.context, "gardens")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"query": "protest march"}, "No rule is written about protests"),
        ({"query": "topic:politics"}, "No rule is written about politics"),
        ({"query": "from:asha_kale"}, "a private person"),
        ({"query": "garden ("}, "at character"),
        ({"name": "Water leaks"}, "no name such as"),
        ({"severity": "huge"}, "high or medium"),
        ({"query": "garden " * 150}, "1,?000"),
        ({"threshold": 0}, "1 mention to 100,000"),
        ({"threshold": 100_001}, "1 mention to 100,000"),
        ({"minutes": 4}, "5 minutes to 7 days"),
        ({"recipients": ("ana@city.example",)}, "Nobody is called 'ana@city.example'"),
    ],
)
def test_a_rule_that_must_not_or_cannot_be_is_refused(
    context: Context, engine: Engine, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        add(context, **changes)
    with db.reading(engine) as session:
        rows = audit.entries(session, 9)
    assert [row.action for row in rows if row.action != "guard.refuse"] == []


def test_two_rules_have_two_names(context: Context) -> None:
    add(context)

    with pytest.raises(UsageError, match="remove it first"):
        add(context, "parks")


def test_a_rule_that_can_no_longer_be_asked_stops_no_other(
    city: City, engine: Engine
) -> None:
    add(city.context, name="a-broken")
    add(city.context, name="z-gardens")
    with db.writing(engine) as session:
        found = rule_store.named(session, "a-broken")
        assert found is not None
        found.query = "garden ("
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)

    assert len(city.look().opened) == 1
