"""Beside spikes: phrases, and accounts that join."""

import pytest

from socialcell import db
from socialcell.listening.alerts.model import Alert
from socialcell.listening.store.alerts import alerts
from socialcell.services.alerts import (
    detection,
    incident_notifications,
    planned_closures,
)
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.outbox import acknowledgements
from tests.registry_accounts import register_account
from tests.services.alerts.quiet_city import HOUR, MINUTE, NOW, City
from tests.services.alerts.test_detection import with_readers

pytestmark = pytest.mark.swept_on_postgresql


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
    planned_closures.plan_closure(
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
