"""Critical items of every kind become incidents; copies and neighbours join them."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db, sandbox
from socialcell.clock import IST, FixedClock
from socialcell.commands.workspace.demo import watched
from socialcell.config import Workspace
from socialcell.connectors.base import Tombstone
from socialcell.i18n import language
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import CRITICAL, Alert, Escalation, Incident
from socialcell.listening.model import Area, Mention
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import tags
from socialcell.listening.store.pages import tombstones
from socialcell.ops import outbox_store as outbox
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import Lines, plain_text
from socialcell.services.alerts import (
    detection,
    escalations,
    incident_lines,
    planned_closures,
    rumours,
)
from socialcell.services.context import Context
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.incident_room import room_overview
from socialcell.services.outbox import acknowledgements
from socialcell.services.privacy import data_requests
from socialcell.settings.notifications import Alerts
from tests.builders import make_source
from tests.reports.world import MONDAY, World

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.swept_on_postgresql

DESK = "desk@city.example"
RELAY = {"kind": "message", "author": "relay"}
READERS = {
    "recipients": {"en": ["desk@city.example"]},
    "phone": {"officer": {"command": ["/bin/true"]}},
}


@pytest.fixture
def city(context: Context, clock: FixedClock) -> World:
    """A workspace at two in the morning whose alerts go to a desk and a telephone."""
    clock.set(NOW)
    changed = context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(READERS)}
    )
    folder = context.workspace.folder
    return World(replace(context, workspace=Workspace(folder, changed)))


def critical(city: World, text: str, at: datetime = NOW, **changes: Any) -> int:
    made = {"urgency": "critical", "topics": ("fire",), **changes}
    return city.mention(at, text, **made)


def running_spike(city: World, subject: str, **changes: Any) -> None:
    """An incident of a series, an hour old."""
    made = {"severity": "medium", "opened_at": NOW - HOUR, "last_at": NOW - HOUR}
    with db.writing(city.engine) as session:
        session.add(Incident(kind="spike", subject=subject, **{**made, **changes}))


def look(city: World) -> None:
    escalations.advance(city.context, deliver=False)


def gathered(city: World) -> dict[int, int]:
    """The incident of each critical item."""
    with db.reading(city.engine) as session:
        rows = session.scalars(select(Alert).where(Alert.series == CRITICAL))
        return {row.mentions[0]: row.incident_id for row in rows}


def called_about(city: World) -> list[int]:
    with db.reading(city.engine) as session:
        rows = session.scalars(select(Escalation).order_by(Escalation.id))
        return [row.mention_id for row in rows]


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


BUS = "We are on top of a school bus, 30 kids, water rises, call 98220 12345"
WARJE: dict[str, Any] = {
    "topics": ("flood",),
    "entities": ("place:warje",),
    "wards": ("ward:warje-karvenagar",),
}


def opened_in_warje(city: World) -> int:
    """An open incident that nobody has taken on, whose people were called."""
    first = critical(city, "The watchman is in the basement", author="a", **WARJE)
    look(city)
    return first


def letters_to(city: World, who: str) -> list[str]:
    """The letters to somebody in plain text, in their order."""
    with db.reading(city.engine) as session:
        rows = session.scalars(
            select(Outgoing).where(Outgoing.recipient == who).order_by(Outgoing.id)
        ).all()
    parsed = [message_from_bytes(row.body or b"", policy=default) for row in rows]
    parts = [mail.get_body(("plain",)) for mail in parsed]
    return [" ".join(part.get_content().split()) for part in parts if part is not None]


def test_a_new_danger_of_an_open_incident_is_told_at_once_with_its_own_words(
    city: World,
) -> None:
    watchman = opened_in_warje(city)
    city.context.clock.advance(MINUTE)
    bus = critical(city, BUS, author="b", **WARJE)
    copy = critical(city, f"RT {BUS}", author="c", **WARJE)

    look(city)
    look(city)

    assert gathered(city) == dict.fromkeys((watchman, bus, copy), 1)
    assert called(city, "desk@city.example") == [watchman, bus]
    assert called(city, "officer") == [watchman]
    letter = letters_to(city, "desk@city.example")[-1]
    assert "school bus, 30 kids" in letter
    assert "98220" not in letter
    assert letter.index("school bus") < letter.index("A post was classified")


def test_further_dangers_of_an_incident_wait_five_minutes_and_are_told_in_one_letter(
    city: World,
) -> None:
    opened_in_warje(city)
    critical(city, BUS, author="b", **WARJE)
    look(city)
    further = [
        "An old couple hangs in a tree",
        "My son is swept away",
        "Wall fell on us",
    ]
    ids = []
    for n, text in enumerate(further):
        city.context.clock.advance(MINUTE)
        ids.append(critical(city, text, author=f"c{n}", **WARJE))
        look(city)
    assert len(letters_to(city, "desk@city.example")) == 2

    city.context.clock.advance(2 * MINUTE)
    assert escalations.next_step_at(city.context) == city.context.clock.now()
    escalations.group_critical_items(city.context)
    escalations.put_due_steps(city.context)

    letter = [
        words
        for words in letters_to(city, "desk@city.example")
        if all(text in words for text in further)
    ]
    assert len(letter) == 1
    for id_ in ids[:2]:
        assert f"#{id_} · X · 20 Nov 2026, 02:00 · ward:warje" in letter[0]
    assert "school bus" not in letter[0]


def test_whoever_lacks_a_notice_when_the_process_dies_misses_no_item(
    city: World,
) -> None:
    readers = {"recipients": {"en": ["desk@city.example", "head@city.example"]}}
    changed = city.context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(readers)}
    )
    folder = city.context.workspace.folder
    city.context = replace(city.context, workspace=Workspace(folder, changed))
    opened_in_warje(city)
    bus = critical(city, BUS, author="b", **WARJE)
    look(city)
    # As it is when the process dies between the letters of two readers.
    with db.writing(city.engine) as session:
        for row in session.scalars(select(Outgoing)):
            if outbox.mention_of_key(row.dedup_key) == bus and row.recipient[0] == "h":
                session.delete(row)
        told = session.scalars(select(Escalation).where(Escalation.mention_id == bus))
        told.one().next_at = NOW
    critical(city, "An old couple hangs in a tree", author="c", **WARJE)

    look(city)

    for reader in ("desk@city.example", "head@city.example"):
        words = " ".join(letters_to(city, reader))
        assert "school bus" in words
        assert "An old couple" in words


def test_the_later_steps_of_the_ladder_have_the_words_of_the_newest_items(
    city: World,
) -> None:
    watchman = opened_in_warje(city)
    bus = critical(city, BUS, author="b", **WARJE)
    harmless = critical(city, "The hall swims", author="d", confidence=0.6, **WARJE)
    look(city)
    with db.writing(city.engine) as session:
        tags.decide(session, harmless, "urgency", "low", "lead", NOW)
    city.context.clock.advance(20 * MINUTE)

    look(city)

    assert called(city, "officer")[-1] == watchman
    with db.reading(city.engine) as session:
        calls = session.scalars(
            select(Outgoing).where(Outgoing.channel == "phone").order_by(Outgoing.id)
        ).all()
        call = json.loads(calls[-1].body or b"")
    assert [item["item"] for item in call["further"]] == [bus]
    for words in (
        letters_to(city, "desk@city.example")[-1],
        call["further"][0]["text"],
        " ".join(call["lines"]),
    ):
        assert "school bus, 30 kids" in words
        assert "98220" not in words
        assert "hall swims" not in words


def test_a_letter_to_somebody_who_is_in_charge_asks_nobody_to_take_it(
    city: World,
) -> None:
    opened_in_warje(city)
    acknowledgements.acknowledge(city.context, 1)
    critical(city, BUS, author="b", **WARJE)

    look(city)

    letter = letters_to(city, "desk@city.example")[-1]
    assert "looks after the incident" in letter
    assert "Whoever takes charge" not in letter


def test_messages_that_name_nobody_are_not_of_one_person(city: World) -> None:
    flat = critical(city, "My flat burns", kind="message", authorless=True)
    car = critical(city, "Car hit a child", kind="message", authorless=True)

    look(city)

    incidents = gathered(city)
    assert incidents[flat] != incidents[car]


FLOOD: dict[str, Any] = {
    "topics": ("flood",),
    "entities": ("place:patil-estate",),
    "wards": ("ward:shivajinagar-ghole-road",),
}
ELSEWHERE = {"entities": ("place:magarpatta",), "wards": ("ward:hadapsar-mundhwa",)}


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


def called(city: World, who: str) -> list[int | None]:
    """The items about which somebody is told or called, in their order."""
    with db.reading(city.engine) as session:
        asked = select(Outgoing.dedup_key).where(Outgoing.recipient == who)
        keys = session.scalars(asked.order_by(Outgoing.id))
        return [outbox.mention_of_key(key) for key in keys]


def outbox_size(city: World) -> int:
    with db.reading(city.engine) as session:
        return len(session.scalars(select(Outgoing)).all())


def test_calls_end_when_the_incident_is_over_a_day_after_its_newest_item(
    city: World,
) -> None:
    critical(city, "A tree lies on a car, somebody is inside")
    look(city)
    city.context.clock.advance(DAY + MINUTE)
    before = outbox_size(city)

    look(city)

    assert outbox_size(city) == before


@pytest.mark.parametrize("lang", ["mr", "hi", "en"])
def test_nobody_can_be_recognised_in_a_post_that_is_told(
    city: World, lang: str
) -> None:
    text = "My name is Sunita Kadam 98220 12345, I am under a wall, tell @asha_kale"
    id_ = critical(city, text, entities=("place:kothrud",), wards=())
    look(city)

    words = letter_render.text(escalations.page(city.context, id_, lang))

    assert f"#{id_}" in words
    assert "socialcell alerts ack 1" in words
    for hidden in ("Sunita", "Kadam", "98220", "12345", "asha_kale", "_handle"):
        assert hidden not in words


def test_an_incident_that_is_over_names_who_looked_after_it(city: World) -> None:
    critical(city, "A tree lies on a car, somebody is inside")
    look(city)
    acknowledgements.acknowledge(city.context, 1)
    city.context.clock.advance(DAY + MINUTE)
    detection.detect(city.context)

    words = letter_render.text(escalations.incident_page(city.context, 1, "en"))

    assert f"{city.context.actor.name} looked after the incident." in words
    assert "Over on 21 Nov 2026, 02:01" in words


def shown_others(city: World, incident: int = 1) -> list[str]:
    """The items of an incident after its first one, as `alerts show` shows them."""
    page = escalations.incident_page(city.context, incident, "en")
    return [
        plain_text(line)
        for section in page.opening
        if section.title == "Also in this incident"
        for block in section.blocks
        if isinstance(block, Lines)
        for line in block.lines
    ]


def test_each_further_item_of_an_incident_is_shown_with_its_words_masked(
    city: World,
) -> None:
    place = {"entities": ("place:kothrud",)}
    critical(city, "Smoke from the third floor, an old man shouts", **place)
    look(city)
    acknowledgements.acknowledge(city.context, 1)
    second = critical(city, "They burn in there, call 98220 12345", **place)
    message = critical(
        city, "My name is Sunita Kadam, no stairs", kind="message", **place
    )

    look(city)

    words = "\n".join(shown_others(city))
    assert f"#{message} · X · 20 Nov 2026, 02:00: “My name is" in words
    assert f"#{second} · X · 20 Nov 2026, 02:00: “They burn in there, call" in words
    assert words.index(f"#{message}") < words.index(f"#{second}")
    for hidden in ("98220", "Sunita", "Kadam"):
        assert hidden not in words


def test_of_many_further_items_the_newest_five_are_shown_and_the_others_counted(
    city: World,
) -> None:
    place = {"entities": ("place:kothrud",)}
    ids = [critical(city, f"It burns, house {n}", **place) for n in range(9)]
    look(city)
    city.delete(ids[-1])

    *lines, more = shown_others(city)

    assert [line.split(" · ")[0] for line in lines] == [
        f"#{id_}" for id_ in reversed(ids[3:8])
    ]
    assert more == "and 3 more (socialcell alerts show 1 --json)"


def test_the_first_letter_about_one_item_quotes_no_other_one(city: World) -> None:
    place = {"entities": ("place:kothrud",)}
    first = critical(city, "Smoke from the third floor, an old man shouts", **place)
    critical(city, "They burn in there", **place)
    look(city)

    assert "burn in there" not in letter_render.text(
        escalations.page(city.context, first, "en")
    )


RUMOUR = "The dam has burst, leave Pune now"


def told_ways(city: World, id_: int) -> list[str]:
    """An item as its letter, the telephone and `alerts show` tell it."""
    with db.reading(city.engine) as session:
        call = session.scalars(
            select(Outgoing.body).where(Outgoing.channel == "phone")
        ).first()
    assert call is not None
    return [
        letter_render.text(escalations.page(city.context, id_, "en")),
        letter_render.text(escalations.incident_page(city.context, 1, "en")),
        call.decode() if isinstance(call, bytes) else call,
    ]


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("en", "Danger to life: People trapped, Fire"),
        ("mr", "जीवितास धोका: लोक अडकले, आग"),
        ("hi", "जान का ख़तरा: लोग फँसे, आग"),
    ],
)
def test_a_danger_of_no_topic_and_no_place_goes_by_its_kind_everywhere(
    city: World, code: str, title: str
) -> None:
    words = "There is smoke and flames and people are trapped, someone is bleeding"
    id_ = critical(city, words, topics=("other",))
    look(city)

    (line,) = incident_lines.list_lines(city.context, language(code))

    assert line.title == title
    assert escalations.page(city.context, id_, code).subject == title
    assert escalations.incident_page(city.context, 1, code).subject == title
    assert room_overview.show_room(city.context, 1, code).title == title


def test_a_private_message_of_no_topic_tells_the_kind_of_danger_alone(
    city: World,
) -> None:
    id_ = critical(city, "We are trapped, call Asha", topics=(), kind="message")
    look(city)

    title = escalations.page(city.context, id_, "en").subject

    assert title == "Danger to life in a private message: People trapped"


def test_the_telephone_is_given_no_time_that_nobody_knows(city: World) -> None:
    city.context.clock.set(MONDAY)
    unknown = city.mention(None, "A wall fell on a man", urgency="critical")
    look(city)
    known = critical(city, "A car fell into the river", MONDAY)
    look(city)

    with db.reading(city.engine) as session:
        bodies = session.scalars(
            select(Outgoing.body).where(Outgoing.channel == "phone")
        )
        calls = [json.loads(body or b"") for body in bodies]

    assert {call["item"]: call["at"] for call in calls} == {
        unknown: None,
        known: "2026-11-16T00:00:00+05:30",
    }


def test_what_is_marked_as_false_is_said_with_each_item_that_repeats_it(
    city: World,
) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    id_ = critical(city, RUMOUR, topics=("flood",))

    look(city)

    letter, shown, call = told_ways(city, id_)
    for words in (letter, shown):
        said = " ".join(words.split())
        assert f"Marked as false, in 1 mention: “{RUMOUR}”. The dam is safe" in said
    assert "The dam is safe" in call


def test_a_letter_names_no_rumour_that_only_another_item_repeats(city: World) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    place = {"topics": ("flood",), "entities": ("place:kothrud",)}
    other = critical(city, "Water is in our house, we cannot get out", **place)
    critical(city, RUMOUR, **place)
    look(city)

    letter, shown, _call = told_ways(city, other)

    assert "Marked as false" not in letter
    assert "Marked as false" in shown


def test_a_later_step_names_the_rumour_of_an_item_whose_words_it_has(
    city: World,
) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    opened_in_warje(city)
    critical(city, RUMOUR, author="b", **WARJE)
    look(city)
    city.context.clock.advance(20 * MINUTE)

    look(city)

    assert "The dam is safe" in letters_to(city, "desk@city.example")[-1]


def test_a_message_to_the_city_is_not_looked_through_for_rumours(city: World) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    id_ = critical(city, RUMOUR, topics=("flood",), kind="message")
    look(city)

    assert not any("Marked as false" in words for words in told_ways(city, id_))


def test_who_removed_an_item_is_told_as_it_was(city: World) -> None:
    erased = critical(city, "A fire in the lane", author="u1")
    deleted = critical(city, "A wall fell on a man", topics=("roads",), author="u2")
    look(city)
    incidents = gathered(city)
    with db.writing(city.engine) as session:
        known = session.get_one(Mention, deleted)
        stone = Tombstone(known.platform, known.external_id, "deleted")
        tombstones.apply_tombstones(session, [stone], NOW)
    data_requests.erase_account(city.context, "x", "u1", None)

    def told(item: int) -> str:
        page = escalations.incident_page(city.context, incidents[item], "en")
        return letter_render.text(page)

    assert "It was removed since where it was written." in told(deleted)
    assert "Its words were erased here since." in told(erased)


def test_no_letter_that_waits_keeps_the_words_of_an_item_that_was_deleted(
    city: World,
) -> None:
    opened_in_warje(city)
    couple = critical(city, "An old couple hangs in a tree", author="b", **WARJE)
    bus = critical(city, BUS, author="c", **WARJE)
    look(city)
    city.context.clock.advance(20 * MINUTE)
    look(city)
    assert sum("school bus" in words for words in letters_to(city, DESK)) == 2

    with db.writing(city.engine) as session:
        gone = session.get_one(Mention, bus)
        stone = Tombstone(gone.platform, gone.external_id, "deleted")
        tombstones.apply_tombstones(session, [stone], city.context.clock.now())
    look(city)

    letters = letters_to(city, DESK)
    assert not any("school bus" in words for words in letters)
    assert sum("An old couple" in words for words in letters) == 2
    assert couple in called(city, DESK)
    with db.reading(city.engine) as session:
        calls = session.scalars(
            select(Outgoing.body).where(Outgoing.channel == "phone")
        )
        assert not any(b"school bus" in (body or b"") for body in calls)


def test_what_a_platform_withholds_is_told_without_its_words(city: World) -> None:
    where = {"countries": ["IN"], "scope": "tweet", "copyright": False}
    id_ = critical(city, "A man is under the wall", withheld=where)
    look(city)

    words = letter_render.text(escalations.page(city.context, id_, "en"))

    assert "under the wall" not in words
    assert f"#{id_}" in words


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
