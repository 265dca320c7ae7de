"""Closures that the city announced: what is refused, and what they mute."""

import pytest

from socialcell import db
from socialcell.errors import UsageError
from socialcell.i18n import language
from socialcell.listening.alerts.model import Incident
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.alerts import alerts
from socialcell.ops import audit
from socialcell.reports.incidents import incident_facts
from socialcell.reports.phrases import Phrases
from socialcell.reports.pictures import picture_data
from socialcell.services.alerts import (
    incident_lines,
    incident_notifications,
    incident_overview,
    planned_closures,
)
from socialcell.services.incident_room import room_overview
from socialcell.services.outbox import acknowledgements
from tests.services.alerts.quiet_city import DAY, HOUR, MINUTE, NOW, City
from tests.services.alerts.test_detection import with_readers

pytestmark = pytest.mark.swept_on_postgresql


def test_talk_of_an_announced_closure_joins_a_planned_incident_that_ends_with_it(
    city: City,
) -> None:
    end = NOW + 2 * HOUR
    planned_closures.plan_closure(
        city.context, "water", [], NOW - HOUR, end, "Thursday maintenance"
    )
    city.crowd("The water tanker did not come", 25)

    look = city.look(30 * MINUTE)

    (incident,) = city.incidents()
    assert (look.opened, look.worse, look.alerts) == ((), (), 0)
    assert (incident.kind, incident.severity) == ("planned", "low")
    assert (incident.opened_at, incident.said) == (NOW - HOUR, "Thursday maintenance")
    assert "topic:water" in [one.series for one in city.alerts(incident)]
    assert (
        incident_notifications.notify_incidents(with_readers(city.context, None)) == 0
    )

    city.look(3 * HOUR)

    (incident,) = city.incidents()
    assert (incident.state, incident.ended_at) == ("over", end)


def test_talk_of_a_closure_that_was_ended_is_an_alert_at_once(city: City) -> None:
    planned = planned_closures.plan_closure(
        city.context, "water", [], NOW - HOUR, NOW + 8 * HOUR, "Maintenance"
    )
    planned_closures.end_closure(city.context, planned.incident, "The work is done")
    city.crowd("The water tanker did not come", 25)

    city.look(30 * MINUTE)

    kinds = {one.kind: one.state for one in city.incidents()}
    assert kinds == {"planned": "over", "spike": "open"}
    with pytest.raises(UsageError, match="over already"):
        planned_closures.end_closure(city.context, planned.incident, "Again")


def test_nobody_takes_charge_of_a_planned_closure(city: City) -> None:
    planned = planned_closures.plan_closure(
        city.context, "water", [], NOW, NOW + HOUR, "Maintenance"
    )

    with pytest.raises(UsageError, match=f"alerts unmute {planned.incident} "):
        acknowledgements.acknowledge(city.context, planned.incident)

    (incident,) = city.incidents()
    assert (incident.state, incident.acked_by) == ("open", None)


def test_a_closure_that_was_taken_back_before_it_began_mutes_nothing(
    city: City,
) -> None:
    planned = planned_closures.plan_closure(
        city.context, "water", [], NOW + HOUR, NOW + 8 * HOUR, "Maintenance"
    )

    planned_closures.end_closure(city.context, planned.incident, "Put off")

    with db.reading(city.engine) as session:
        assert alerts.closures(session, NOW - HOUR, NOW + 9 * HOUR) == []
        (row,) = audit.entries(session, 1)
    assert (row.action, row.detail["reason"]) == ("closure.end", "Put off")


def test_only_a_planned_closure_is_ended(city: City) -> None:
    with pytest.raises(UsageError, match="no planned closure"):
        planned_closures.end_closure(city.context, 99, "Wrong number")


def test_talk_of_something_else_in_a_closed_ward_is_an_alert_all_the_same(
    city: City,
) -> None:
    ward = "ward:kothrud-bavdhan"
    with db.writing(city.engine) as session:
        area_store.replace(session, area_table.read_areas())
    planned_closures.plan_closure(
        city.context, "water", [ward], NOW - HOUR, NOW + 8 * HOUR, "Repair"
    )
    city.crowd("Garbage is lying in Kothrud for three days, not collected", 25)

    city.look(30 * MINUTE)

    assert sorted(one.kind for one in city.incidents()) == ["planned", "spike"]


@pytest.mark.parametrize(
    ("topic", "wards", "hours", "message"),
    [
        ("politics", [], 1, "politics is not watched"),
        ("weather", [], 1, "no topic 'weather'"),
        ("water", ["atlantis"], 1, "no area 'atlantis'"),
        ("water", [], -1, "ends before it begins"),
    ],
)
def test_a_closure_that_makes_no_sense_is_refused(
    city: City, topic: str, wards: list[str], hours: int, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        planned_closures.plan_closure(
            city.context, topic, wards, NOW, NOW + hours * HOUR, "note"
        )


def test_wards_of_a_closure_are_named_as_people_name_them(city: City) -> None:
    def plan(*wards: str) -> None:
        planned_closures.plan_closure(
            city.context, "water", wards, NOW, NOW + HOUR, "Maintenance"
        )

    with db.writing(city.engine) as session:
        area_store.replace(session, area_table.read_areas())

    plan("kothrud-bavdhan", "Aundh Baner", "ward:kothrud-bavdhan")
    with pytest.raises(UsageError, match="nearest is 'Kothrud - Bavdhan'"):
        plan("Kothrud-Bavdan")
    with pytest.raises(UsageError, match="no area 'elsewhere:mumbai'"):
        plan("elsewhere: Mumbai")

    with db.reading(city.engine) as session:
        (closure,) = alerts.closures(session, NOW, NOW + HOUR)
        assert closure.wards == ["ward:aundh-baner", "ward:kothrud-bavdhan"]


def test_a_closure_that_is_over_already_is_refused(city: City) -> None:
    with pytest.raises(UsageError, match="over already: it ended on 2026-11-23 11:00"):
        planned_closures.plan_closure(
            city.context, "water", [], NOW - DAY, NOW - HOUR, "Late"
        )


def test_a_closure_of_more_than_a_month_is_entered_only_where_it_is_meant(
    city: City,
) -> None:
    with pytest.raises(UsageError, match=r"lasts 32 days.*--long"):
        planned_closures.plan_closure(
            city.context, "flood", [], NOW, NOW + 31 * DAY + HOUR, "Works"
        )

    planned_closures.plan_closure(
        city.context, "flood", [], NOW, NOW + 31 * DAY, "Works"
    )
    planned_closures.plan_closure(
        city.context, "flood", [], NOW, NOW + 90 * DAY, "Works", is_long=True
    )

    with db.reading(city.engine) as session:
        assert len(alerts.closures(session, NOW, NOW + HOUR)) == 2


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("en", "Planned: Water supply, Aundh - Baner, until 23 Nov 2026, 20:00"),
        ("mr", "नियोजित: पाणीपुरवठा, औंध-बाणेर, २३ नोव्हेंबर २०२६, २०:०० पर्यंत"),
        ("hi", "नियोजित: जलापूर्ति, औंध-बाणेर, 23 नवंबर 2026, 20:00 तक"),
    ],
)
def test_what_is_planned_has_one_title_in_list_letter_room_and_picture(
    city: City, code: str, title: str
) -> None:
    with db.writing(city.engine) as session:
        area_store.replace(session, area_table.read_areas())
    planned = planned_closures.plan_closure(
        city.context,
        "water",
        ["ward:aundh-baner"],
        NOW - HOUR,
        NOW + 8 * HOUR,
        "Repair",
    )
    city.crowd("The water tanker did not come to Aundh", 3)
    city.look(30 * MINUTE)
    lang, number = language(code), planned.incident

    (line,) = incident_lines.list_lines(city.context, lang)
    report = incident_overview.find_report(city.context, number, lang)
    room = room_overview.show_room(city.context, number, code)
    with db.reading(city.engine) as session:
        picture = picture_data.timeline_of(
            session,
            session.get_one(Incident, number),
            city.clock.now(),
            incident_facts.area_names(session),
            Phrases(lang),
        )

    assert report is not None
    titles = (line.title, report.letter.subject, room.title, picture.name)
    assert titles == (title,) * 4
