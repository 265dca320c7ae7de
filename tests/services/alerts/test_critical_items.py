"""Critical items of every kind become incidents; copies and neighbours join them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db, sandbox
from socialcell.clock import FixedClock
from socialcell.commands.workspace.demo import watched
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import CRITICAL, Incident
from socialcell.listening.model import Area, Mention
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import tags
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.letters import letter_render
from socialcell.services.alerts import (
    detection,
    escalations,
    planned_closures,
)
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.outbox import acknowledgements
from tests.builders import make_source
from tests.reports.world import World
from tests.services.alerts.critical_city import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    called,
    called_about,
    city_at_night,
    critical,
    gathered,
    look,
    outbox_size,
    running_spike,
)

pytestmark = pytest.mark.swept_on_postgresql

RELAY = {"kind": "message", "author": "relay"}
FLOOD: dict[str, Any] = {
    "topics": ("flood",),
    "entities": ("place:patil-estate",),
    "wards": ("ward:shivajinagar-ghole-road",),
}
ELSEWHERE = {"entities": ("place:magarpatta",), "wards": ("ward:hadapsar-mundhwa",)}


@pytest.fixture
def city(context: Context, clock: FixedClock) -> World:
    return city_at_night(context, clock)


@pytest.mark.parametrize("kind", ["post", "comment", "review", "article", "message"])
def test_a_critical_item_of_any_kind_opens_an_incident_of_its_own(
    city: World, kind: str
) -> None:
    id_ = critical(city, "Two boys are in the river and cannot get out", kind=kind)
    city.mention(NOW, "The road is full of holes", urgency="high")

    look(city)

    with db.reading(city.engine) as session:
        (incident,) = session.scalars(select(Incident))
        assert (incident.kind, incident.subject) == (CRITICAL, f"critical:{id_}")
        assert (incident.severity, incident.opened_at) == ("high", NOW)
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id))
        assert [row.recipient for row in rows] == ["officer", "desk@city.example"]


@pytest.mark.parametrize("topic", ["fire", "flood", "electricity", "water"])
def test_what_is_critical_is_called_about_while_its_topic_is_muted(
    city: World, topic: str
) -> None:
    planned_closures.plan_closure(
        city.context, topic, [], NOW - HOUR, NOW + DAY, "Works that were announced"
    )
    id_ = critical(city, "Two boys are in there and cannot get out", topics=(topic,))

    detection.detect(city.context)
    look(city)

    with db.reading(city.engine) as session:
        own = session.scalars(select(Incident).where(Incident.kind == CRITICAL)).one()
        assert (own.severity, own.state) == ("high", "open")
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id))
        assert [row.recipient for row in rows] == ["officer", "desk@city.example"]
    assert called_about(city) == [id_]


def test_an_incident_counts_the_item_that_opened_it_however_late_that_was_imported(
    city: World,
) -> None:
    critical(city, "A wall fell on a man", NOW - 3 * HOUR)
    look(city)
    with db.reading(city.engine) as session:
        (incident,) = session.scalars(select(Incident))
        own = alerts.alerts_of(session, incident.id or 0)
        state = incident_state.state_of(session, incident, own, NOW)

    assert state.numbers is not None
    assert (state.numbers.mentions, state.numbers.urgent) == (1, 1)
    assert (state.numbers.since, state.details.first_at) == (
        NOW - 3 * HOUR,
        NOW - 3 * HOUR,
    )


def test_what_is_older_than_two_days_is_not_told_whenever_it_was_imported(
    city: World,
) -> None:
    critical(city, "A wall fell on a man", NOW - 2 * DAY - MINUTE)
    with db.writing(city.engine) as session:
        session.scalars(select(Mention)).one().stored_at = NOW
    fresh = critical(city, "Smoke comes out of a flat", NOW - 2 * DAY + MINUTE)

    look(city)

    assert list(gathered(city)) == [fresh]


def test_copies_join_the_incident_and_nobody_is_called_again(city: World) -> None:
    text = "Fire at the market in Kothrud, people are inside, send the fire brigade"
    first = critical(city, text)
    look(city)
    copies = [
        critical(city, f"RT @somebody: {text}", NOW + HOUR, author="b"),
        critical(city, f"{text}!! #Pune https://x.example/1", NOW + HOUR, author="c"),
    ]
    elsewhere = critical(
        city, text.replace("Kothrud", "Hadapsar"), entities=("place:hadapsar",)
    )
    look(city)

    found = gathered(city)
    assert {found[one] for one in copies} == {found[first]}
    assert called_about(city)[0] == first
    assert set(called_about(city)) <= {first, elsewhere}


def test_the_same_words_about_another_place_are_another_incident(city: World) -> None:
    text = "Fire in a house near the school at %s, people are inside"
    one = critical(city, text % "Kothrud", entities=("place:kothrud",))
    two = critical(city, text % "Hadapsar", entities=("place:hadapsar",))

    look(city)

    assert len(set(gathered(city).values())) == 2
    assert called_about(city) == [one, two]


def test_items_of_one_place_and_topic_within_three_hours_are_one_incident(
    city: World,
) -> None:
    with db.writing(city.engine) as session:
        names = dict.fromkeys(("name_en", "name_mr", "name_hi"), "Pune")
        session.add(
            Area(
                key="place:pune",
                tree="administrative",
                kind="city",
                source="t",
                **names,
            )
        )
    place = {"entities": ("place:kothrud", "place:pune")}
    first = critical(city, "Smoke from the third floor, an old man shouts", **place)
    joined = critical(city, "They burn in there, where is the brigade", **place)
    other_topic = critical(city, "Car hit a child", topics=("traffic",), **place)
    later = critical(city, "A shop is burning", NOW - 4 * HOUR, **place)
    only_the_city = critical(city, "My flat burns", entities=("place:pune",))

    look(city)

    found = gathered(city)
    assert found[joined] == found[first]
    assert len({found[one] for one in (first, other_topic, later, only_the_city)}) == 4
    assert joined not in called(city, "officer")
    assert called(city, "desk@city.example").count(joined) == 1


def test_messages_that_name_nobody_are_not_of_one_person(city: World) -> None:
    flat = critical(city, "My flat burns", kind="message", authorless=True)
    car = critical(city, "Car hit a child", kind="message", authorless=True)

    look(city)

    incidents = gathered(city)
    assert incidents[flat] != incidents[car]


def written_after_acknowledgement(city: World, changes: dict[str, Any]) -> int:
    """One more message of the same person, once somebody looks after the incident of
    the first; it is looked at."""
    look(city)
    acknowledgements.acknowledge(city.context, 1)
    city.context.clock.advance(MINUTE)
    id_ = critical(city, "Three people cannot get out", **{**FLOOD, **changes, **RELAY})
    look(city)
    return id_


@pytest.mark.parametrize(
    "changes",
    [
        {**ELSEWHERE, "topics": ("fire",)},
        ELSEWHERE,
        {"entities": (), "wards": ELSEWHERE["wards"]},
        {"topics": ("fire",), "entities": (), "wards": ()},
        {"topics": ("fire",)},
        {"topics": ("flood", "fire"), "entities": (), "wards": ()},
    ],
)
def test_another_emergency_of_which_the_same_person_writes_rings(
    city: World, changes: dict[str, Any]
) -> None:
    flood = critical(city, "Water comes in at Patil Estate", **FLOOD, **RELAY)
    critical(city, "It rises, hurry", **{"topics": (), "wards": ()}, **RELAY)

    other = written_after_acknowledgement(city, changes)

    incidents = gathered(city)
    assert incidents[other] != incidents[flood]
    assert called(city, "officer")[-1] == other


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"topics": (), "entities": (), "wards": ()},
        {"topics": ("transport",), "entities": ()},
        {"entities": ("place:patil-estate", "place:sangamwadi"), "wards": ()},
    ],
)
def test_one_more_message_of_the_same_emergency_joins_it_and_does_not_ring(
    city: World, changes: dict[str, Any]
) -> None:
    flood = critical(city, "Water comes in at Patil Estate", **FLOOD, **RELAY)

    more = written_after_acknowledgement(city, changes)

    assert gathered(city) == {flood: 1, more: 1}
    assert more not in called(city, "officer")
    assert called(city, "desk@city.example") == [flood, more]


def test_where_the_first_message_names_nothing_the_next_one_says_what_and_where(
    city: World,
) -> None:
    number = {"kind": "message", "author": "relay"}
    cry = critical(city, "Help, we die here", topics=("other",), **number)
    more = critical(city, "Water comes in at Patil Estate", **FLOOD, **number)

    look(city)

    assert gathered(city) == {cry: 1, more: 1}


def test_a_message_goes_to_the_one_of_two_emergencies_that_it_names(
    city: World,
) -> None:
    number = {"kind": "message", "author": "relay"}
    flood = critical(city, "Water comes in at Patil Estate", **FLOOD, **number)
    fire = {**ELSEWHERE, "topics": ("fire",), **number}
    house = critical(city, "The second floor burns", **fire)
    water = critical(city, "It stands at the first floor now", **FLOOD, **number)
    smoke = critical(city, "The stairs are full of smoke", **fire)

    look(city)

    assert gathered(city) == {flood: 1, house: 2, water: 1, smoke: 2}


def test_what_comes_to_an_incident_that_somebody_looks_after_is_told_by_mail_once(
    city: World,
) -> None:
    place = {"entities": ("place:kothrud",)}
    critical(city, "Smoke from the third floor, an old man shouts", **place)
    look(city)
    acknowledgements.acknowledge(city.context, 1)
    joined = critical(city, "They burn in there, where is the brigade", **place)

    look(city)
    look(city)

    with db.reading(city.engine) as session:
        rows = session.scalars(
            select(Outgoing).where(Outgoing.dedup_key.startswith(f"message.{joined}."))
        )
        assert [row.recipient for row in rows] == ["desk@city.example"]
        assert session.get_one(Incident, 1).state == "acked"


def test_an_item_of_a_running_incident_joins_it_makes_it_severe_and_still_calls(
    city: World,
) -> None:
    running_spike(city, "topic:fire", state="acked")
    id_ = critical(city, "My mother is in the burning house")

    look(city)
    look(city)

    with db.reading(city.engine) as session:
        (incident,) = session.scalars(select(Incident))
        assert (incident.severity, incident.state) == ("high", "open")
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id))
        assert [row.recipient for row in rows] == ["officer", "desk@city.example"]
    assert called_about(city) == [id_]


def test_a_danger_that_no_topic_fits_is_not_of_the_complaints_beside_it(
    city: World,
) -> None:
    running_spike(city, "topic:waste")
    letter = {"topics": ("other", "waste"), "entities": ("place:kothrud",)}
    father = critical(city, "No van for a week. My father fell in the river", **letter)
    child = critical(city, "Rubbish burns my eyes. A child hangs on a roof", **letter)

    look(city)

    incidents = gathered(city)
    assert len({1, incidents[father], incidents[child]}) == 3
    assert called_about(city) == [father, child]


def test_an_item_that_joined_a_running_incident_is_one_of_its_mentions(
    city: World,
) -> None:
    running_spike(city, "topic:fire")
    id_ = critical(city, "My mother is in the burning house", NOW - 3 * HOUR)
    city.mention(NOW - 3 * HOUR, "Smoke was seen", topics=("fire",))
    look(city)
    with db.writing(city.engine) as session:
        tags.decide(session, id_, "topic", "flood", "lead", NOW)

    with db.reading(city.engine) as session:
        (incident,) = session.scalars(select(Incident))
        own = alerts.alerts_of(session, incident.id or 0)
        numbers = incident_state.state_of(session, incident, own, NOW).numbers

    assert numbers is not None
    assert (numbers.mentions, numbers.urgent) == (1, 1)


def test_a_person_decides_and_people_are_called_or_no_longer(city: World) -> None:
    id_ = city.mention(NOW, "He is not moving", urgency="normal", confidence=0.6)
    look(city)
    assert called_about(city) == []

    def decide(level: str) -> None:
        with db.writing(city.engine) as session:
            tags.decide(session, id_, "urgency", level, "lead", NOW)

    decide("critical")
    look(city)
    assert called_about(city) == [id_]
    decide("low")
    city.context.clock.advance(30 * MINUTE)
    look(city)

    assert called(city, "desk@city.example") == [id_]
    assert called(city, "officer") == []


def test_calls_go_on_about_the_next_item_when_the_first_one_was_a_false_alarm(
    city: World,
) -> None:
    with db.writing(city.engine) as session:
        running = Incident(
            kind="spike",
            subject="topic:fire",
            severity="high",
            opened_at=NOW,
            last_at=NOW,
        )
        session.add(running)
    joke = critical(city, "The batsman is on fire tonight", confidence=0.6)
    real = critical(city, "My mother is in the burning house", entities=("place:a",))
    look(city)
    assert called(city, "officer") == [joke]

    with db.writing(city.engine) as session:
        tags.decide(session, joke, "urgency", "low", "lead", NOW)
    look(city)

    assert called(city, "officer") == [joke, real]
    assert called(city, "desk@city.example") == [joke, real]


def test_calls_end_when_the_incident_is_over_a_day_after_its_newest_item(
    city: World,
) -> None:
    critical(city, "A tree lies on a car, somebody is inside")
    look(city)
    city.context.clock.advance(DAY + MINUTE)
    before = outbox_size(city)

    look(city)

    assert outbox_size(city) == before


def test_an_incident_that_is_over_names_who_looked_after_it(city: World) -> None:
    critical(city, "A tree lies on a car, somebody is inside")
    look(city)
    acknowledgements.acknowledge(city.context, 1)
    city.context.clock.advance(DAY + MINUTE)
    detection.detect(city.context)

    words = letter_render.text(escalations.incident_page(city.context, 1, "en"))

    assert f"{city.context.actor.name} looked after the incident." in words
    assert "Over on 21 Nov 2026, 02:01" in words


def test_a_public_post_that_is_pulled_is_told_in_the_tick_that_pulls_it(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    text = "zad padlay gadivar, aat manus adaklay! Karve Road #Pune"
    city = sandbox.City(seed=11, end=clock.now(), days=2)
    with sandbox.serve(city, clock, ("mastodon",)) as served:
        served.platform("mastodon").publish(text)
        (source,) = [one for one in watched(served) if one.name == "mastodon.pune"]
        make_source(engine, source.name, source.connector, **source.settings)
        for name, value in served.secrets.items():
            (context.workspace.folder / "secrets" / name).write_text(value)
        inside = replace(context, base_urls=served.base_urls)

        def table(context: Context) -> list[DaemonJob]:
            return [job for job in list_jobs(context) if job.name.startswith("pull:")]

        (done,) = rounds.run_due_jobs(inside, 1, lambda: False, table)

    assert done.state == "done", done.summary
    with db.reading(engine) as session:
        mention = session.scalars(
            select(Mention).where(Mention.text.contains("adaklay"))
        ).one()
        subjects = set(session.scalars(select(Incident.subject)))
        assert f"critical:{mention.id}" in subjects
        keys = set(session.scalars(select(Outgoing.dedup_key)))
        assert f"message.{mention.id}.mr|control.room@city.example" in keys
