"""Beside spikes: phrases, accounts that join, promises missed, rules of one's own."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.connectors.base import Record
from socialcell.errors import UsageError
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.store.alerts import alert_rules as rule_store
from socialcell.listening.store.alerts import alerts
from socialcell.ops import audit
from socialcell.ops import outbox_store as messages
from socialcell.ops.model import Source
from socialcell.services.alerts import (
    alert_rules,
    commitments,
    detection,
    incident_notifications,
)
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.context import Context
from socialcell.services.mentions import mention_owners, tagging
from socialcell.services.outbox import acknowledgements
from tests.builders import make_author, make_record, make_source, store_records
from tests.registry_accounts import register_account
from tests.services.alerts.test_detection import with_readers

pytestmark = pytest.mark.swept_on_postgresql

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=IST)
USUAL = ("The garden of Aundh is lovely", "बागेत फुले फुलली आहेत", "Bus stop at Deccan")


class City:
    """Four quiet weeks by many people; more is said by the test."""

    def __init__(self, context: Context, engine: Engine, clock: FixedClock) -> None:
        self.context, self.engine, self.clock = context, engine, clock
        self.source = make_source(engine)
        self._n = 0
        self._unsettled: list[Record] = []
        random = Random("quiet")
        clock.set(NOW)
        for day in range(1, 20):
            for _ in range(12):
                at = NOW - day * DAY + timedelta(hours=random.uniform(-5, 5))
                self.say(f"{random.choice(USUAL)} {self._n}", at)
        self.settle()

    def say(self, text: str, at: datetime, who: str | None = None, **more: Any) -> None:
        self._n += 1
        author = make_author(who or f"u{self._n}", **more)
        self._unsettled.append(
            make_record(f"m{self._n}", text=text, authored_at=at, author=author)
        )

    def crowd(self, text: str, n: int, begin: datetime = NOW - 10 * MINUTE) -> None:
        """So many people say it within the ten minutes after that moment."""
        for k in range(n):
            self.say(f"{text}, {k}", begin + k * 10 * MINUTE / n)

    def settle(self) -> None:
        """What was said is stored and read, and the source was just asked."""
        at = NOW - 30 * DAY
        store_records(self.engine, *self._unsettled, at=at, source=self.source)
        self._unsettled = []
        with db.writing(self.engine) as session:
            session.get_one(Source, self.source.id).last_ok_at = self.clock.now()
        tagging.tag_waiting(self.context)

    def look(self, after: timedelta = timedelta()) -> detection.Detection:
        self.clock.advance(after)
        self.settle()
        return detection.detect(self.context, since=self.clock.now() - HOUR)

    def incidents(self) -> list[Incident]:
        with db.reading(self.engine) as session:
            found = list(alerts.incidents(session))
            session.expunge_all()
        return found

    def alerts(self, incident: Incident) -> list[Alert]:
        with db.reading(self.engine) as session:
            found = list(alerts.alerts_of(session, incident.id or 0))
            session.expunge_all()
        return found


@pytest.fixture
def city(context: Context, engine: Engine, clock: FixedClock) -> City:
    return City(context, engine, clock)


# Phrases ------------------------------------------------------------------------------


def test_a_phrase_joins_the_incident_that_rests_on_the_same_mentions(
    city: City,
) -> None:
    city.crowd("Flood water enters houses in Ekta Nagari, send boats", 25)

    city.look(30 * MINUTE)

    (incident,) = city.incidents()
    series = [one.series for one in city.alerts(incident)]
    assert incident.subject == "topic:flood"
    assert sum(one.startswith("phrase:") for one in series) == 1
    assert any(one.startswith("topic:") for one in series)


def test_a_phrase_that_comes_later_joins_the_incident_of_its_topic(city: City) -> None:
    city.crowd("Flood water enters houses in Ekta Nagari, send boats", 25)
    city.look()
    for n in range(9):
        city.say(f"पूर आला, खडकवासला विसर्ग वाढला {n}", NOW + HOUR + n * 19 * MINUTE)

    later = city.look(4 * HOUR)

    (incident,) = city.incidents()
    assert (later.opened, later.alerts) == ((), 1)
    phrase = max(city.alerts(incident), key=lambda one: one.at)
    assert phrase.series.startswith("phrase:")
    assert len(set(phrase.mentions)) == 9


def test_a_phrase_without_a_spike_is_an_incident_of_its_own(city: City) -> None:
    # Spread over three hours: no hour stands out.
    for n in range(9):
        city.say(f"बाणेरमध्ये गॅसचा वास येतो {n}", NOW - 3 * HOUR + n * 19 * MINUTE)

    first, again = city.look(), city.look()

    (incident,) = city.incidents()
    (alert,) = city.alerts(incident)
    assert (len(first.opened), again.alerts) == (1, 0)
    assert "गॅसचा वास" in alert.series
    assert (alert.observed, alert.expected, alert.minutes) == (9, 0.0, 180)
    assert len(alert.mentions) == 9
    assert len(city.look(2 * HOUR).opened) == 0


def test_what_rises_is_listed_with_fewer_people_than_an_alert_takes(city: City) -> None:
    for n in range(6):  # within the three hours of phrases, and never five an hour
        city.say(f"गॅसचा वास येतो, {n}", NOW - 170 * MINUTE + n * 28 * MINUTE)
    city.settle()

    (found,) = detection.find_rising(city.context)

    assert (found.phrase, found.observed) == ("गॅसचा वास", 6)
    assert city.look().alerts == 0


def test_one_person_makes_no_phrase_rise(city: City) -> None:
    for n in range(12):
        city.say(f"गॅसचा वास येतो {n}", NOW - n * MINUTE, who="same")
    city.settle()

    assert detection.find_rising(city.context) == []


def test_no_phrase_shows_a_persons_name(city: City) -> None:
    city.crowd("संजय गोखले यांनी रस्ता खोदला", 9, NOW - HOUR)
    city.settle()

    found = detection.find_rising(city.context)

    assert not any("गोखले" in one.phrase for one in found)


def test_no_phrase_comes_of_what_is_said_about_politics(city: City) -> None:
    city.crowd("Vote for our party in the election, the corporator lies", 12)
    city.settle()

    assert detection.find_rising(city.context) == []


def test_phrases_of_what_was_planned_raise_no_alert(city: City) -> None:
    detection.plan_closure(
        city.context, "water", [], NOW - 8 * HOUR, NOW + 8 * HOUR, "Thursday"
    )
    for n in range(9):
        city.say(f"No water since morning {n}", NOW - 3 * HOUR + n * 19 * MINUTE)

    assert city.look().alerts == 0


# Kinds --------------------------------------------------------------------------------


def test_an_alert_of_no_kind_that_is_listed_is_refused(city: City) -> None:
    with db.writing(city.engine) as session:
        grouping = IncidentGrouping(session, NOW)
        incident = grouping.open_incident("source", "source:x", "medium", NOW)

        with pytest.raises(ValueError, match="'weather:rain' is of no kind of alert"):
            grouping.add_alert(incident, "key", "weather:rain", NOW)


# Accounts -----------------------------------------------------------------------------


@pytest.fixture
def leak(city: City) -> City:
    """An incident of water, of medium severity."""
    city.crowd("The water tanker did not come", 25)
    city.look(30 * MINUTE)
    (incident,) = city.incidents()
    assert (incident.subject, incident.severity) == ("topic:water", "medium")
    return city


def joined(city: City) -> list[Alert]:
    return [
        one
        for incident in city.incidents()
        for one in city.alerts(incident)
        if one.series == "account"
    ]


def test_a_loud_account_that_joins_makes_the_incident_worse_once(leak: City) -> None:
    at = leak.clock.now()
    bad = "Water tankers do not come, worst service, shame"
    leak.say(bad, at, who="loud", followers=90_000)
    leak.say(f"{bad} again", at, who="loud", followers=90_000)

    first, again = leak.look(5 * MINUTE), leak.look(5 * MINUTE)

    (incident,) = leak.incidents()
    (alert,) = joined(leak)
    assert (first.worse, again.worse) == ((incident.id,), ())
    assert incident.severity == "high"
    assert alert.observed == 90_000


def test_media_of_the_registry_join_and_offices_answer(leak: City) -> None:
    for handle, kind in (("dailypaper", "media"), ("cityoffice", "public_office")):
        register_account(
            leak.context,
            "x",
            handle,
            name=handle,
            person_class=kind,
            evidence="its own page",
        )
        author = {"who": handle, "handle": handle, "followers": 500_000}
        leak.say(f"Water supply in Aundh, says {handle}", leak.clock.now(), **author)

    leak.look(5 * MINUTE)

    (alert,) = joined(leak)
    with db.reading(leak.engine) as session:
        row = alerts.influential_posts(
            session, "topic:water", NOW - HOUR, leak.clock.now(), 50_000
        )
    assert [one.id for one in row] == alert.mentions


@pytest.mark.parametrize(
    ("text", "followers"),
    [
        ("Water tankers do not come", 49_999),
        ("The garden of Aundh is lovely", 90_000),
        ("Water tankers do not come", None),
    ],
)
def test_who_is_not_loud_or_speaks_of_something_else_does_not_join(
    leak: City, text: str, followers: int | None
) -> None:
    leak.say(text, leak.clock.now(), who="loud", followers=followers)

    leak.look(5 * MINUTE)

    assert joined(leak) == []


def test_an_incident_that_somebody_looks_after_is_told_again_when_it_is_worse(
    leak: City,
) -> None:
    context = with_readers(leak.context, quiet=None)
    assert incident_notifications.notify_incidents(context) == 2
    acknowledgements.acknowledge(context, 1)
    assert incident_notifications.notify_incidents(context) == 0
    bad = "Water tankers do not come, worst service, shame"
    leak.say(bad, leak.clock.now(), who="loud", followers=90_000)

    leak.look(5 * MINUTE)

    assert incident_notifications.notify_incidents(context) == 2


# Promises -----------------------------------------------------------------------------


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
        actions = [one.action for one in audit.entries(session, 2)]
        held = alerts.promised(session, Incident(subject=f"promise:{id_}"))
    assert sorted(actions) == ["promise.add", "promise.kept"]
    assert held is not None
    assert "asha" not in held.text
    assert "98220" not in held.text


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
    given = {"text": "An update", "due_at": NOW + HOUR} | changes

    with pytest.raises(UsageError, match=message):
        commitments.add_promise(
            context, given.pop("text"), given.pop("due_at"), **given
        )


def test_a_promise_is_kept_once(city: City) -> None:
    id_ = commitments.add_promise(city.context, "An update", NOW + HOUR)
    commitments.mark_kept(city.context, id_)

    with pytest.raises(UsageError, match="was marked as kept"):
        commitments.mark_kept(city.context, id_)
    with pytest.raises(UsageError, match="no promise 99"):
        commitments.mark_kept(city.context, 99)


# Rules --------------------------------------------------------------------------------


def add(context: Context, query: str = "garden", **changes: Any) -> None:
    given: dict[str, Any] = {"threshold": 3, "minutes": 60} | changes
    alert_rules.add_rule(context, given.pop("name", "gardens"), query, **given)


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
        told = [one.recipient for one in messages.list_messages(session)]
    assert told == ["desk@city.example"]


def test_when_nobody_of_a_rules_readers_is_left_everybody_is_told(city: City) -> None:
    context = with_readers(city.context, quiet=None)
    add(context, recipients=("desk@city.example",))
    city.crowd("The garden of Aundh", 3, NOW - 20 * MINUTE)
    city.look()
    told = context.workspace.config.alerts.recipients.model_copy(
        update={"mr": ("new@city.example",)}
    )
    settings = context.workspace.config
    changed = settings.model_copy(
        update={"alerts": settings.alerts.model_copy(update={"recipients": told})}
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
        actions = [one.action for one in audit.entries(session, 2)]
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
