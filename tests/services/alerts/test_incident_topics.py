"""While an event goes on, who names its places gets its topic; few others do."""

import pytest
from sqlmodel import Session

from socialcell import db
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import labels, mention_queries, rollups, tags
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions import mention_page, tagging
from tests.builders import make_record, store_records
from tests.services.alerts.quiet_city import HOUR, MINUTE, NOW, City

pytestmark = pytest.mark.swept_on_postgresql

FLOOD = "Flood water enters houses in Ekta Nagari, send boats now"
SHOP = "My shop at Ekta Nagari is finished. Who pays?"
ELSEWHERE = "My shop at Kothrud is finished. Who pays?"


@pytest.fixture
def flooded(city: City) -> City:
    """An incident of a flood at one place, ten minutes old."""
    city.crowd(FLOOD, 12)
    city.look()
    assert [incident.subject for incident in city.incidents()] == ["topic:flood"]
    return city


def topics(city: City, text: str) -> list[str]:
    """The topics in force of the newest mention of this text."""
    with db.reading(city.engine) as session:
        rows = mention_queries.mentions(session, MentionFilter(limit=None))
        id_ = next(row.id for row in rows if row.text == text)
        own = mention_queries.annotations(session, [id_])[id_]
    return [row.decided_value or row.value for row in own if row.kind == "topic"]


def test_who_names_the_flooded_place_and_no_water_is_of_the_flood(
    flooded: City,
) -> None:
    flooded.say(SHOP, NOW)
    flooded.say(ELSEWHERE, NOW)

    flooded.look(5 * MINUTE)

    assert topics(flooded, SHOP) == ["flood"]
    assert "flood" not in topics(flooded, ELSEWHERE)


def test_what_was_written_before_the_alert_is_of_the_flood_as_well(city: City) -> None:
    city.say(SHOP, NOW - 40 * MINUTE)
    city.crowd(FLOOD, 12)

    city.look()

    assert topics(city, SHOP) == ["flood"]


def test_without_an_incident_a_place_gives_no_topic(city: City) -> None:
    city.crowd(FLOOD, 3)
    city.say(SHOP, NOW)

    city.look()

    assert "topic:flood" not in [incident.subject for incident in city.incidents()]
    assert "flood" not in topics(city, SHOP)


def test_two_people_do_not_make_a_place_the_incidents(flooded: City) -> None:
    flooded.say(FLOOD.replace("Ekta Nagari", "Kothrud"), NOW)
    flooded.say(FLOOD.replace("Ekta Nagari", "Kothrud") + " please", NOW)
    flooded.say(ELSEWHERE, NOW)

    flooded.look(5 * MINUTE)

    assert "flood" not in topics(flooded, ELSEWHERE)


def test_a_place_of_which_most_say_something_else_is_not_the_incidents(
    flooded: City,
) -> None:
    for n in range(3):
        flooded.say(f"{FLOOD.replace('Ekta Nagari', 'Kothrud')} {n}", NOW)
    for n in range(4):
        flooded.say(f"{ELSEWHERE} {n}", NOW)

    flooded.look(5 * MINUTE)

    assert "flood" not in topics(flooded, f"{ELSEWHERE} 0")


def test_what_an_incident_says_of_a_place_does_not_make_more_of_it(
    flooded: City,
) -> None:
    for n in range(3):
        flooded.say(f"{FLOOD.replace('Ekta Nagari', 'Kothrud')} {n}", NOW)
        flooded.say(f"{ELSEWHERE} {n}", NOW)
    flooded.look(5 * MINUTE)
    assert topics(flooded, f"{ELSEWHERE} 0") == ["flood"]  # three of six say it

    for n in range(3, 6):
        flooded.say(f"{ELSEWHERE} {n}", NOW + 6 * MINUTE)
    flooded.look(5 * MINUTE)

    assert "flood" not in topics(flooded, f"{ELSEWHERE} 3")  # three of nine


def test_what_has_no_place_is_of_the_flood_while_most_of_the_citys_matters_are(
    flooded: City,
) -> None:
    nowhere = "PMC officials never answer, no warning and no help came"
    flooded.say(nowhere, NOW)
    flooded.look(5 * MINUTE)
    assert topics(flooded, nowhere) == ["flood"]

    for n in range(20):
        flooded.say(f"Garbage not collected in Aundh since {n + 2} days", NOW + HOUR)
    flooded.say(f"{nowhere}!", NOW + HOUR)
    flooded.look(HOUR)
    assert topics(flooded, f"{nowhere}!") == ["other"]


def test_nine_people_do_not_make_the_whole_city_the_incidents(city: City) -> None:
    nowhere = "PMC officials never answer, no warning and no help came"
    city.crowd(FLOOD, 9)
    city.say(nowhere, NOW - MINUTE)

    city.look()

    assert [incident.subject for incident in city.incidents()] == ["topic:flood"]
    assert topics(city, nowhere) == ["other"]


def test_the_series_of_a_topic_counts_own_words_alone(flooded: City) -> None:
    flooded.say(SHOP, NOW)
    flooded.look(5 * MINUTE)

    with db.reading(flooded.engine) as session:
        times = alerts.times(session, NOW - HOUR, NOW + HOUR)

    assert len(times["topic:flood"]) == 12


def test_a_topic_that_a_person_decided_stays(flooded: City) -> None:
    flooded.say(SHOP, NOW)
    flooded.settle()
    with db.writing(flooded.engine) as session:
        id_ = newest(session)
        labels.decide(session, id_, {"topic": ["encroachment"]}, "asha", NOW)

    flooded.look(5 * MINUTE)

    assert topics(flooded, SHOP) == ["encroachment"]


def test_counts_are_those_of_a_rebuild_after_topics_are_given(flooded: City) -> None:
    flooded.say(SHOP, NOW)
    flooded.look(5 * MINUTE)

    with db.writing(flooded.engine) as session:
        counted = rollups.everything(session)
        rollups.rebuild(session)
        assert rollups.everything(session) == counted


def test_read_again_a_mention_keeps_the_topic_while_it_names_the_place(
    flooded: City, context: Context
) -> None:
    flooded.say(SHOP, NOW)
    flooded.look(5 * MINUTE)

    with db.writing(flooded.engine) as session:
        tags.forget(session)
    tagging.tag_waiting(context)
    assert topics(flooded, SHOP) == ["flood"]

    edited = "My shop at Kothrud is finished, not where I wrote"
    with db.reading(flooded.engine) as session:
        own_id = mention_queries.mention(session, newest(session))
    assert own_id is not None
    store_records(
        flooded.engine,
        make_record(
            own_id.external_id,
            text=edited,
            authored_at=NOW,
            edited_at=NOW + 4 * MINUTE,
        ),
        source=flooded.source,
    )
    tagging.tag_waiting(context)
    assert "flood" not in topics(flooded, edited)


def test_the_page_of_a_mention_names_the_incident_that_says_its_topic(
    flooded: City, context: Context
) -> None:
    flooded.say(SHOP, NOW)
    flooded.look(5 * MINUTE)
    with db.reading(flooded.engine) as session:
        id_ = newest(session)

    page = mention_page.read_page(context, pseudonyms.load_people(context), id_)

    (reading,) = (one for one in page.readings if one.kind == "topic")
    assert reading.suggested == ()
    assert reading.of_incidents == {"flood": 1}
    assert list(reading.in_force) == ["flood"]


def newest(session: Session) -> int:
    """The id of the mention that was stored last."""
    rows = mention_queries.mentions(session, MentionFilter(limit=None))
    return max(row.id for row in rows)
