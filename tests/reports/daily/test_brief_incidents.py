"""Incidents in the daily brief: which it names, and who has the single dangers."""

from datetime import datetime
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.listening.alerts.model import Incident
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import Entries, plain_text
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.reporting import report_mail
from tests.reports import around
from tests.reports.daily.brief_night import EVENING, HOUR, MORNING, NIGHT, fill
from tests.reports.world import World


def test_an_incident_stands_at_its_head(world: World) -> None:
    fill(world)
    around.incident(world, "topic:flood", NIGHT, state="open", last_at=NIGHT)

    lines = report_mail.make_daily(world.context, "en", MORNING).text.splitlines()

    assert lines[0] == "Flood; no one is assigned"
    assert lines[2] == "Incident 1: No mention of it is counted yet."


def incident(
    world: World,
    subject: str = "topic:flood",
    *,
    opened_at: datetime = NIGHT,
    alert_at: datetime | None = None,
    **changes: Any,
) -> int:
    """An open incident with one alert; its id."""
    last_at = alert_at or opened_at
    fields: dict[str, Any] = {"state": "open", "last_at": last_at} | changes
    id_ = around.incident(world, subject, opened_at, **fields)
    around.alert(world, id_, subject, last_at)
    return id_


def named(world: World, as_of: datetime = MORNING) -> list[int | None]:
    """Ids of the incidents that a brief names."""
    brief = report_mail.make_daily(world.context, "en", as_of).brief
    return [incident.id for incident in brief.incidents]


def test_a_brief_of_an_earlier_time_names_the_incidents_that_were_open_then(
    world: World,
) -> None:
    ended_since = incident(world, ended_at=MORNING + HOUR, state="over")
    incident(world, "topic:roads", ended_at=MORNING, state="over")
    incident(world, "topic:water", opened_at=MORNING + HOUR)
    still = incident(world, "topic:waste", opened_at=EVENING - 3 * HOUR)

    assert named(world) == [ended_since, still]
    assert named(world, MORNING.replace(hour=18)) == [3, still]


def test_an_incident_whose_end_was_not_kept_was_over_a_day_after_its_last_alert(
    world: World,
) -> None:
    recent = incident(
        world, alert_at=MORNING - 23 * HOUR, opened_at=EVENING - 24 * HOUR
    )
    old = incident(world, "topic:water", opened_at=MORNING - 25 * HOUR)
    with db.writing(world.engine) as session:
        for id_ in (recent, old):
            session.get_one(Incident, id_).state = "over"

    assert named(world) == [recent]


def test_a_silent_source_is_named_once(world: World) -> None:
    silent = incident(world, "source:city", kind="source")

    assert named(world) == [silent]
    assert named(world, MORNING.replace(hour=18)) == []


def group_critical_items(world: World) -> None:
    """As the job does it an hour after two at night."""
    clock = FixedClock(NIGHT + HOUR)
    escalations.group_critical_items(
        Context(world.context.workspace, world.engine, clock)
    )


def test_critical_items_are_counted_and_told_by_our_ids_and_messages_not_quoted(
    world: World,
) -> None:
    post = world.mention(
        NIGHT,
        "A wall fell on two men behind the school, call the fire brigade",
        urgency="critical",
    )
    message = world.mention(
        NIGHT + HOUR, "My son is under the wall", urgency="critical", kind="message"
    )
    group_critical_items(world)

    brief = report_mail.make_daily(world.context, "en", MORNING)

    assert "of these critical (danger to life): 2; checked by staff: 0." in brief.text
    waiting = "No one is assigned to 2 single dangers to life: incidents 1, 2."
    assert waiting in brief.text
    assert (
        f"“A wall fell on two men behind the school, call the fire brigade” #{post}"
        in (brief.text)
    )
    assert f"(#{message})" in letter_render.text(brief.letter)
    assert "My son" not in brief.text + str(brief.letter)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "assigned to asha"),
        ("mr", "कार्यवाही सुरू: asha"),
        ("hi", "ज़िम्मेदारी: asha"),
    ],
)
def test_a_critical_item_that_somebody_has_says_who(
    world: World, code: str, words: str
) -> None:
    world.mention(NIGHT, "A wall fell on two men here", urgency="critical")
    group_critical_items(world)

    def assignment_since(acked_at: datetime) -> str:
        with db.writing(world.engine) as session:
            incident = session.get_one(Incident, 1)
            incident.acked_by, incident.acked_at = "asha", acked_at
        letter = report_mail.make_daily(world.context, code, MORNING).letter
        (entries,) = letter.sections[0].blocks
        assert isinstance(entries, Entries)
        return plain_text(entries.entries[0].about)

    assert f" · {words} · #1" in assignment_since(NIGHT + HOUR)
    assert "asha" not in assignment_since(MORNING + HOUR)


def test_nobody_waits_for_who_has_a_critical_item(world: World) -> None:
    world.mention(NIGHT, "A wall fell on two men here", urgency="critical")
    group_critical_items(world)
    assert len(report_mail.make_daily(world.context, "en", MORNING).brief.single) == 1

    with db.writing(world.engine) as session:
        session.get_one(Incident, 1).acked_at = NIGHT + HOUR

    assert report_mail.make_daily(world.context, "en", MORNING).brief.single == []


def test_dangers_to_life_stand_before_quiet_incidents_in_the_letter(
    world: World,
) -> None:
    world.mention(NIGHT, urgency="critical")
    incident(world, "topic:roads", severity="medium")
    earlier = world.mention(EVENING - HOUR, urgency="critical")
    id_ = around.called_about(world, earlier, EVENING - HOUR, "open")
    around.alert(world, id_, "critical", EVENING - HOUR, mentions=[earlier])

    letter = report_mail.make_daily(world.context, "en", MORNING).letter

    assert [section.title for section in letter.sections][:3] == [
        "Danger to life",
        "More dangers to life, no one is assigned",
        "Open incidents",
    ]
