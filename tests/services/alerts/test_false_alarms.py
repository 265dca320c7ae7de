"""A critical incident ends when people decide that no item of it is one."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.i18n import language
from socialcell.listening.alerts.model import NO_DANGER, Incident
from socialcell.listening.model import Mention
from socialcell.listening.store.mentions import tags
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.alerts import detection, escalations, incident_lines
from socialcell.services.alerts import incident_notifications as notifications
from socialcell.services.context import Context
from socialcell.services.outbox import acknowledgements
from socialcell.settings.notifications import Alerts
from tests.inside import socialcell
from tests.reports.world import World

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.swept_on_postgresql

READERS = {
    "recipients": {"en": ["desk@city.example"], "mr": ["head@city.example"]},
    "phone": {"officer": {"command": ["/bin/true"]}},
    "quiet": ["22:00", "07:00"],
}


@pytest.fixture
def city(context: Context, clock: FixedClock) -> World:
    """A workspace at two in the morning that alerts a desk, a head and a telephone."""
    clock.set(NOW)
    changed = context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(READERS)}
    )
    folder = context.workspace.folder
    return World(replace(context, workspace=Workspace(folder, changed)))


def critical(city: World, text: str, author: str = "a", **changes: Any) -> int:
    made = {"urgency": "critical", "topics": ("fire",), "author": author}
    return city.mention(NOW, text, **{**made, "confidence": 0.6, **changes})


def decide(city: World, mention_id: int, level: str) -> None:
    with db.writing(city.engine) as session:
        now = city.context.clock.now()
        tags.decide(session, mention_id, "urgency", level, "lead", now)


def look(city: World) -> None:
    escalations.advance(city.context, deliver=False)


def deliver_to(city: World, *recipients: str) -> None:
    """What waits for these was sent."""
    with db.writing(city.engine) as session:
        for row in session.scalars(select(Outgoing)):
            if row.recipient in recipients:
                row.state, row.ended_at = "sent", city.context.clock.now()


def incidents(city: World) -> list[Incident]:
    with db.reading(city.engine) as session:
        rows = list(session.scalars(select(Incident).order_by(Incident.id)))
        session.expunge_all()
        return rows


def called(city: World) -> list[int | None]:
    """The items about which the telephone waits to ring, or rang."""
    with db.reading(city.engine) as session:
        asked = select(Outgoing.dedup_key).where(Outgoing.channel == "phone")
        keys = session.scalars(asked.order_by(Outgoing.id))
        return [outbox_store.mention_of_key(key) for key in keys]


def closing_letters(city: World) -> list[tuple[str, str | None]]:
    """To whom the end of an incident is told, and with which letter."""
    with db.reading(city.engine) as session:
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id))
        return [
            (row.recipient, row.subject) for row in rows if ".ended." in row.dedup_key
        ]


def test_a_false_alarm_ends_with_the_decision_of_a_person(city: World) -> None:
    joke = critical(city, "The batsman is on fire tonight")
    look(city)
    decide(city, joke, "normal")
    city.context.clock.advance(5 * MINUTE)

    look(city)

    (incident,) = incidents(city)
    assert (incident.state, incident.said) == ("over", NO_DANGER)
    assert incident.ended_at == NOW + 5 * MINUTE
    (line,) = incident_lines.list_lines(city.context, language("en"))
    assert line.standing == "false_alarm"


@pytest.mark.parametrize("words", ["mentions label %s --urgency", "mentions decide %s"])
def test_a_false_alarm_is_over_and_its_calls_are_dropped_when_the_decision_is_stored(
    city: World, folder: Path, words: str
) -> None:
    text = "Fire at the market in Kothrud, people are inside, send the fire brigade"
    joke = critical(city, text)
    copy = critical(city, f"RT @somebody: {text}", "b")
    look(city)

    def decide_by_command(mention_id: int) -> None:
        level = "low" if words.endswith("--urgency") else "urgency=low"
        config = ("--config", folder / "config.yaml")
        done = socialcell(*(words % mention_id).split(), level, *config)
        assert done.returncode == 0, done.stderr

    decide_by_command(joke)
    assert [incident.state for incident in incidents(city)] == ["open"]
    decide_by_command(copy)

    (incident,) = incidents(city)
    assert (incident.state, incident.said) == ("over", NO_DANGER)
    assert called(city) == []


def test_a_pull_that_brings_nothing_ends_a_false_alarm(
    city: World, folder: Path
) -> None:
    joke = critical(city, "The batsman is on fire tonight")
    look(city)
    deliver_to(city, "desk@city.example")
    decide(city, joke, "normal")

    done = socialcell("pull", "--config", folder / "config.yaml")

    assert (done.returncode, done.stderr) == (0, "")
    assert [incident.state for incident in incidents(city)] == ["over"]


def test_what_the_reader_alone_takes_back_stays_until_a_person_decides(
    city: World,
) -> None:
    id_ = critical(city, "Smoke comes out of a flat")
    look(city)
    with db.writing(city.engine) as session:
        session.get_one(Mention, id_).urgency = "normal"

    look(city)

    assert [incident.state for incident in incidents(city)] == ["open"]


def test_an_incident_stays_while_one_of_its_items_is_critical(city: World) -> None:
    text = "Fire at the market in Kothrud, people are inside, send the fire brigade"
    first = critical(city, text)
    second = critical(city, f"RT @somebody: {text}", "b")
    look(city)
    decide(city, first, "normal")
    look(city)
    assert [incident.state for incident in incidents(city)] == ["open"]

    decide(city, second, "high")
    look(city)

    assert [incident.state for incident in incidents(city)] == ["over"]


def test_who_was_told_of_a_false_alarm_is_told_of_its_end_once(city: World) -> None:
    joke = critical(city, "The batsman is on fire tonight")
    look(city)
    deliver_to(city, "desk@city.example", "officer")
    decide(city, joke, "normal")

    for _round in range(2):
        city.context.clock.advance(MINUTE)
        look(city)
        notifications.notify_incidents(city.context)
        deliver_to(city, "desk@city.example")

    assert closing_letters(city) == [
        ("desk@city.example", "False alarm: Danger to life: Fire or rescue")
    ]


def test_who_is_told_late_is_told_of_the_end_late(city: World) -> None:
    joke = critical(city, "The batsman is on fire tonight")
    look(city)
    decide(city, joke, "normal")
    look(city)
    assert closing_letters(city) == []

    city.context.clock.advance(HOUR)
    deliver_to(city, "head@city.example")
    look(city)

    assert [recipient for recipient, _ in closing_letters(city)] == [
        "head@city.example"
    ]


def test_calls_that_wait_are_not_made_after_the_decision(city: World) -> None:
    joke = critical(city, "The batsman is on fire tonight")
    look(city)
    decide(city, joke, "normal")

    look(city)

    with db.reading(city.engine) as session:
        rows = session.scalars(select(Outgoing.channel))
        assert set(rows) == {"mail"}


def test_what_is_decided_to_be_critical_after_all_is_called_about_again(
    city: World,
) -> None:
    id_ = critical(city, "He is not moving")
    look(city)
    decide(city, id_, "normal")
    look(city)
    decide(city, id_, "critical")
    city.context.clock.advance(HOUR)

    look(city)

    (incident,) = incidents(city)
    assert (incident.state, incident.said, incident.ended_at) == ("open", None, None)
    assert incident.last_at == NOW + HOUR
    with db.reading(city.engine) as session:
        calls = session.scalars(select(Outgoing).where(Outgoing.channel == "phone"))
        assert [call.recipient for call in calls] != []


def test_whoever_had_charge_of_a_false_alarm_has_it_again(city: World) -> None:
    id_ = critical(city, "He is not moving")
    look(city)
    (incident,) = incidents(city)
    acknowledgements.acknowledge(city.context, incident.id or 0, "")
    decide(city, id_, "normal")
    look(city)
    decide(city, id_, "critical")

    look(city)

    assert [one.state for one in incidents(city)] == ["acked"]


def test_a_copy_of_what_was_a_false_alarm_opens_an_incident_of_its_own(
    city: World,
) -> None:
    text = "Fire at the market in Kothrud, people are inside, send the fire brigade"
    first = critical(city, text)
    look(city)
    decide(city, first, "normal")
    look(city)
    critical(city, text, "b")

    look(city)

    assert [incident.state for incident in incidents(city)] == ["over", "open"]


KONDHWA = {"entities": ("place:kondhwa",)}
LEAK = "Gas leak at Kondhwa, 3 people unconscious"
SCHOOL = "Gas leak at Kondhwa school, 20 children unconscious, send help"


@pytest.mark.parametrize("ends_first", [True, False])
def test_an_emergency_after_a_false_alarm_of_its_place_is_an_incident_and_is_called(
    city: World, *, ends_first: bool
) -> None:
    leak = critical(city, LEAK, **KONDHWA)
    look(city)
    decide(city, leak, "low")
    if ends_first:
        look(city)
    school = critical(city, SCHOOL, "b", **KONDHWA)
    city.context.clock.advance(MINUTE)

    detection.detect(city.context)
    look(city)

    assert [incident.state for incident in incidents(city)] == ["over", "open"]
    assert called(city) == [school]


def test_an_emergency_that_had_joined_what_turns_out_harmless_is_called_about(
    city: World,
) -> None:
    leak = critical(city, LEAK, **KONDHWA)
    look(city)
    school = critical(city, SCHOOL, "b", **KONDHWA)
    look(city)
    assert called(city) == [leak]

    decide(city, leak, "low")
    look(city)
    look(city)

    assert [incident.state for incident in incidents(city)] == ["open"]
    assert school in called(city)


def test_nobody_is_called_about_what_had_joined_before_somebody_took_charge(
    city: World,
) -> None:
    critical(city, LEAK, **KONDHWA)
    look(city)
    school = critical(city, SCHOOL, "b", **KONDHWA)
    look(city)
    city.context.clock.advance(MINUTE)
    acknowledgements.acknowledge(city.context, 1, "")
    city.context.clock.advance(MINUTE)
    message = critical(city, "We smell gas", "c", kind="message", **KONDHWA)
    look(city)
    assert [incident.state for incident in incidents(city)] == ["open"]
    decide(city, message, "low")

    look(city)

    assert school not in called(city)


def test_an_emergency_joins_no_harmless_item_of_a_running_incident(
    city: World,
) -> None:
    with db.writing(city.engine) as session:
        made = {"severity": "medium", "opened_at": NOW, "last_at": NOW}
        session.add(Incident(kind="spike", subject="topic:fire", **made))
    leak = critical(city, LEAK, **KONDHWA)
    look(city)
    acknowledgements.acknowledge(city.context, 1, "")
    decide(city, leak, "low")
    school = critical(city, SCHOOL, "b", **KONDHWA)

    look(city)

    assert school in called(city)
    assert [incident.state for incident in incidents(city)] == ["open"]
