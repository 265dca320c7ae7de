"""What belongs to an incident beside its alerts: details, plans, numbers, its end."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from socialcell import db
from socialcell.connectors.base import RecordRelation
from socialcell.errors import UsageError
from socialcell.listening.alerts import contradictions
from socialcell.listening.alerts.model import Incident, Rumour
from socialcell.listening.areas import area_table, owner_table
from socialcell.listening.incident_fields import as_plain
from socialcell.listening.incident_state import IncidentState, state_of
from socialcell.listening.query.query_language import QueryError, parse
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners as owner_store
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import outbox_store as outbox
from socialcell.reports.letters import letter_render
from socialcell.services.alerts import detection, incident_notifications, rumours
from socialcell.services.reporting import report_mail
from tests.services.alerts.quiet_city import DAY, HOUR, MINUTE, NOW, City
from tests.services.alerts.test_detection import with_readers

pytestmark = pytest.mark.swept_on_postgresql
DAM_BURST = "The dam has burst, leave Pune now"
CLOSED = (
    "Complaint marked resolved but nothing was done, garbage still lying in Kothrud"
)


@dataclass(frozen=True)
class WrittenText:
    """A mention's text, as it is read for an incident."""

    id: int
    author_id: int | None
    authored_at: datetime
    text: str


def test_complaints_closed_without_action_are_a_series_under_the_topic_of_the_matter(
    city: City,
) -> None:
    city.crowd(CLOSED, 14)
    city.say("Garbage is lying here for three days", NOW)
    city.settle()

    with db.reading(city.engine) as session:
        series = alerts.times(session, NOW - HOUR, NOW + HOUR)
        query = parse("detail:closed_without_action topic:waste")
        rows = mention_queries.mentions(session, MentionFilter(query))

    assert len(series["detail:closed_without_action"]) == 14
    assert len(rows) == 14
    assert len(series["topic:waste"]) == 15


def test_a_crowd_of_them_is_an_alert_of_that_series(city: City) -> None:
    city.crowd(CLOSED, 25)

    city.look(30 * MINUTE)

    (incident,) = city.incidents()
    assert "detail:closed_without_action" in [
        one.series for one in city.alerts(incident)
    ]


def test_one_that_names_no_matter_is_filed_under_that_of_the_post_it_quotes(
    city: City,
) -> None:
    city.say(CLOSED, NOW)
    quoted = RecordRelation("quote", f"m{city._n}")
    city.crowd("Closed without action, the favourite status", 12)
    for place, record in enumerate(city._unsettled[1:], 1):
        city._unsettled[place] = replace(record, relations=(quoted,))
    incident = Incident(
        kind="spike",
        subject="detail:closed_without_action",
        severity="medium",
        opened_at=NOW - 10 * MINUTE,
        last_at=NOW,
    )
    city.clock.advance(MINUTE)
    city.settle()

    with db.reading(city.engine) as session:
        numbers = state_of(session, incident, (), city.clock.now()).numbers

    assert numbers is not None
    assert (numbers.mentions, numbers.topics) == (13, (("waste", 13),))


def test_a_detail_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(QueryError, match="closed_without_action"):
        parse("detail:closed")


def test_what_began_and_ended_in_an_outage_is_listed_as_over_and_told_to_nobody(
    city: City,
) -> None:
    city.crowd("Flood water enters houses in Ekta Nagari, send boats", 25)
    city.clock.advance(3 * DAY)
    city.settle()
    context = with_readers(city.context, None)

    found = detection.detect(context, since=NOW - HOUR)
    messages = incident_notifications.notify_incidents(context)

    (incident,) = city.incidents()
    assert found.alerts > 0
    assert (incident.state, incident.ended_at) == ("over", city.clock.now())
    assert messages == 0


# Numbers, figures and rumours ---------------------------------------------------------


@pytest.fixture
def flood(city: City) -> City:
    """An incident of twenty-five people, of ekta Nagari and the flood."""
    with db.writing(city.engine) as session:
        area_store.replace(session, area_table.read_areas())
        owner_store.update_package_rows(session, owner_table.read_owners())
    city.crowd("Flood water enters houses in Ekta Nagari, Vitthalwadi, send boats", 25)
    city.look(30 * MINUTE)
    (incident,) = city.incidents()
    assert incident.subject == "topic:flood"
    return city


def state(city: City) -> IncidentState:
    (incident,) = city.incidents()
    with db.reading(city.engine) as session:
        own = alerts.alerts_of(session, incident.id or 0)
        return state_of(session, incident, own, city.clock.now())


def shown(city: City, lang: str = "en") -> str:
    (incident,) = city.incidents()
    return letter_render.text(
        incident_notifications.page(city.context, incident.id or 0, lang)
    )


def test_numbers_of_an_incident_are_those_of_now_until_it_ends(flood: City) -> None:
    first = state(flood).numbers
    flood.say("Flood in Ekta Nagari, water in the houses", NOW + HOUR, "u-again")
    flood.say("Flood in Ekta Nagari, still water", NOW + HOUR + MINUTE, "u-again")
    flood.clock.advance(2 * HOUR)
    flood.settle()

    now = state(flood).numbers

    assert first is not None
    assert now is not None
    assert (first.mentions, first.people) == (25, 25)
    assert (now.mentions, now.people) == (27, 26)
    assert now.as_of == flood.clock.now()
    assert now.wards[0][0].startswith("ward:")
    assert now.owner == "dept:disaster"
    said = shown(flood)
    assert "\n27 mentions since Mon 23 Nov, " in said
    assert "They come from 26 accounts." in said
    assert "as of 23 Nov 2026, 14:30" in said
    assert "Responsible: Disaster Management Department." in said

    flood.look(25 * HOUR)

    (incident,) = flood.incidents()
    ended = state(flood).numbers
    assert ended is not None
    assert (ended.mentions, ended.as_of) == (27, incident.ended_at)
    assert shown(flood).startswith("Over: ")


def test_three_figures_of_one_discharge_contradict_each_other(flood: City) -> None:
    for n, text in enumerate(
        (
            "Flood: Irrigation says 24,310 cusecs from Khadakwasla",
            "पूर: २४ हजार क्युसेक विसर्ग",
            "Flood in the river! TV says 38,500 cusecs",
            "Flood, pani vadhtay: 51 hajar cusec sodla mhane",
            "Flood: Panshet lets out 5,000 cusecs",
        )
    ):
        flood.say(text, NOW + n * MINUTE)
    flood.settle()

    (found,) = state(flood).figures

    assert (found.quantity, found.unit) == ("discharge", "cusecs")
    assert [(one.value, len(one.mentions)) for one in found.figures[:1]] == [(24310, 2)]
    assert {one.value for one in found.figures} >= {24310, 38500, 51000}
    assert "Figures differ: Discharge, cusecs" in shown(flood)
    assert "५१,०००" in shown(flood, "mr")
    brief = report_mail.make_daily(flood.context, "en", NOW.replace(hour=18)).text
    figures = "Discharge (cusecs): 24,310 / "
    assert figures in brief


def test_what_a_change_or_another_dam_explains_is_no_contradiction(
    flood: City,
) -> None:
    flood.say("Flood: Khadakwasla 24,310 cusecs", NOW)
    flood.say("Flood: Panshet 5,000 cusecs", NOW + MINUTE)
    flood.say("Flood: Khadakwasla 38,500 cusecs now", NOW + 6 * HOUR)
    flood.clock.advance(7 * HOUR)
    flood.settle()

    assert state(flood).figures == []


def test_copies_of_a_rumour_are_said_with_the_incident_until_it_is_ended(
    flood: City,
) -> None:
    rumour = "The flood broke the bridge and the army is coming to Vitthalwadi tonight"
    flood.say(rumour, NOW)
    flood.say(f"{rumour}!!", NOW + MINUTE)
    flood.say("Flood video, see https://video.example/bridge", NOW + 2 * MINUTE)
    flood.settle()
    by_text = rumours.add(flood.context, text=rumour, note="No bridge is broken")
    url = "https://www.video.example/bridge/"
    by_link = rumours.add(flood.context, url=url, note="An old film")

    found = {one.rumour.id: len(one.mentions) for one in state(flood).rumours}

    assert found == {by_text: 2, by_link: 1}
    assert "Marked as false, in 2 mentions: “The flood broke" in shown(flood)

    rumours.end(flood.context, by_text)

    assert [one.rumour.id for one in state(flood).rumours] == [by_link]


@pytest.mark.parametrize(
    "copy",
    [
        "THE DAM HAS BURST!! LEAVE PUNE NOW",
        "the dam has burst\n\nleave pune now ⚠️🙏🏽",
        "“The #dam… has 🚨burst🚨: leave — Pune, now!!!” Forwarded as received",
        "𝗧𝗵𝗲 𝗱𝗮𝗺 𝗵𝗮𝘀 𝗯𝘂𝗿𝘀𝘁, 𝗹𝗲𝗮𝘃𝗲 𝗣𝘂𝗻𝗲 𝗻𝗼𝘄",
        f"{'So many ask what to do. ' * 30}The dam has burst.\nLeave Pune now",
    ],
)
def test_a_copy_of_a_rumour_in_other_marks_and_case_is_the_rumour(copy: str) -> None:
    rumour = Rumour(id=1, text=DAM_BURST, note="It is safe", made_by="a", made_at=NOW)

    assert copies_of(rumour, copy) == [7]


@pytest.mark.parametrize("text", ["The dam is full", "Leave Pune now", "⚠️", ""])
def test_other_words_are_no_copy_of_a_rumour(text: str) -> None:
    rumour = Rumour(id=1, text=DAM_BURST, note="It is safe", made_by="a", made_at=NOW)

    assert copies_of(rumour, text) == []


def test_a_rumour_of_marks_and_addresses_alone_is_in_no_text() -> None:
    words = "https://video.example/bridge"
    rumour = Rumour(id=1, text=words, note="It is safe", made_by="a", made_at=NOW)

    assert copies_of(rumour, "Water is in our street") == []


def copies_of(rumour: Rumour, text: str) -> list[int]:
    """Mentions that repeat a rumour, of one mention with this text."""
    mention = WrittenText(id=7, author_id=1, authored_at=NOW, text=text)
    spreads = contradictions.spreads([mention], {}, [rumour])
    return [id_ for spread in spreads for id_ in spread.mentions]


def test_a_rumour_is_marked_once_whatever_its_marks(city: City) -> None:
    rumours.add(city.context, text=DAM_BURST, note="It is safe")

    with pytest.raises(UsageError, match="marked already: rumour 1"):
        rumours.add(city.context, text=f"🚨 {DAM_BURST.upper()}!", note="It is safe")


def test_a_rumour_that_is_known_by_somebodys_post_does_not_tell_whose_it_is(
    flood: City,
) -> None:
    url = "https://x.com/old_film_man/status/1990900000000000800"
    flood.say(f"Flood video, see {url}", NOW)
    flood.settle()

    rumours.add(flood.context, url=url, note="An old film")

    (spread,) = state(flood).rumours
    assert (spread.rumour.url, spread.address) == (url, "https://x.com/•••")
    (told,) = as_plain(state(flood))["rumours"]
    assert (told["url"], told["mentions"]) == ("https://x.com/•••", 1)
    letter = shown(flood)
    assert "Marked as false, in 1 mention: “https://x.com/•••”. An old film" in letter
    assert "1990900000000000800" not in letter


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"note": "n"}, "words or its link"),
        ({"text": "Too short", "note": "n"}, "fewer than 15"),
        ({"text": "https://video.example/bridge", "note": "n"}, "fewer than 15"),
        ({"url": "ftp://city.example", "note": "n"}, "no web address"),
        ({"text": "The dam has burst, leave Pune now"}, "what is true instead"),
    ],
)
def test_a_rumour_that_cannot_be_found_is_refused(
    city: City, given: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        rumours.add(city.context, **given)


# The end -----------------------------------------------------------------------------


def test_an_incident_that_is_over_is_told_once_to_those_who_had_the_first(
    flood: City,
) -> None:
    context = with_readers(flood.context, None)
    assert incident_notifications.notify_incidents(context) == 2
    with db.writing(flood.engine) as session:
        # Only one of the two was sent.
        first, *_ = outbox.messages_with_prefix(session, "incident.")
        first.state, had = "sent", first.recipient
    assert incident_notifications.notify_incidents(context) == 0
    flood.look(25 * HOUR)

    again = [
        incident_notifications.notify_incidents(context),
        incident_notifications.notify_incidents(context),
    ]

    assert again == [1, 0]
    with db.reading(flood.engine) as session:
        (last,) = outbox.messages_with_prefix(session, "incident.1.ended")
        assert last.recipient == had
        assert "Over" in (last.subject or "") or "समाप्त" in (last.subject or "")


def test_the_end_of_what_is_not_severe_waits_for_the_morning(flood: City) -> None:
    context = with_readers(flood.context, ("22:00", "07:00"))
    with db.writing(flood.engine) as session:
        incident = session.get_one(Incident, flood.incidents()[0].id)
        incident.severity = "medium"
    incident_notifications.notify_incidents(context)
    with db.writing(flood.engine) as session:
        for message in outbox.messages_with_prefix(session, "incident."):
            message.state = "sent"
    flood.clock.set(NOW.replace(day=25, hour=3))
    flood.settle()
    detection.detect(flood.context)

    at_night = incident_notifications.notify_incidents(context)
    flood.clock.set(NOW.replace(day=25, hour=7, minute=5))

    assert (at_night, incident_notifications.notify_incidents(context)) == (0, 2)


def test_a_process_that_died_between_two_closing_messages_puts_the_other_one(
    flood: City,
) -> None:
    context = with_readers(flood.context, None)
    incident_notifications.notify_incidents(context)
    with db.writing(flood.engine) as session:
        for message in outbox.messages_with_prefix(session, "incident."):
            message.state = "sent"
    flood.look(25 * HOUR)
    assert incident_notifications.notify_incidents(context) == 2
    with db.writing(flood.engine) as session:
        _, second = outbox.messages_with_prefix(session, "incident.1.ended")
        session.delete(second)  # as far as a process came that was killed there

    assert [
        incident_notifications.notify_incidents(context),
        incident_notifications.notify_incidents(context),
    ] == [1, 0]
