"""The daily brief: the right span, what it names and quotes, how it fits a phone."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.listening.alerts.model import Alert, Incident, Promise
from socialcell.listening.model import Mention
from socialcell.ops import outbox_store as store
from socialcell.reports.daily.brief_facts import UrgentCounts, span_of
from socialcell.reports.daily.brief_text import MAX_TEXT_LENGTH
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import Entries, Strong, plain_text
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.services.reporting import report_mail
from socialcell.settings.notifications import Alerts, RecipientsByLanguage, Report
from tests.reports.world import World

MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=IST)  # a Friday

EVENING = datetime(2026, 11, 19, 18, 0, tzinfo=IST)
NIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
HOUR = timedelta(hours=1)
MISSED = {
    "en": "Promise missed, due Fri 20 Nov, 02:00",
    "mr": "आश्वासन पाळले नाही (मुदत शुक्र २० नोव्हेंबर, ०२:००)",
    "hi": "आश्वासन पूरा नहीं हुआ (समय-सीमा शुक्र 20 नवंबर, 02:00)",
}


@pytest.mark.parametrize(
    ("as_of", "start", "end"),
    [
        (MORNING, EVENING, MORNING),
        (MORNING + timedelta(hours=3), EVENING, MORNING),
        (
            MORNING - timedelta(minutes=1),
            EVENING - timedelta(hours=9, minutes=30),
            EVENING,
        ),
        (
            MORNING.replace(hour=18, minute=0),
            MORNING,
            MORNING.replace(hour=18, minute=0),
        ),
    ],
)
def test_a_brief_is_of_the_time_since_the_last_one(
    as_of: datetime, start: datetime, end: datetime
) -> None:
    span = span_of(as_of)

    assert (span.start, span.end) == (start, end)


def fill(world: World, n: int = 12) -> None:
    world.covered()
    for minute in range(n):
        world.mention(NIGHT + timedelta(minutes=minute), topics=("water",))
    world.mention(EVENING - timedelta(minutes=1), topics=("roads",))
    world.mention(MORNING, topics=("roads",))


def test_it_counts_what_came_overnight_and_nothing_else(world: World) -> None:
    fill(world)

    brief = report_mail.make_daily(world.context, "en", MORNING).brief

    assert brief.total == 12
    assert list(brief.topics) == [("water", 12)]
    assert brief.collection.covered == brief.collection.due > 0


def test_the_text_says_what_is_urgent_whose_it_is_and_what_was_not_collected(
    world: World,
) -> None:
    world.covered(end=NIGHT)
    world.mention(
        NIGHT,
        "The main has burst, our street is under water",
        topics=("water",),
        urgency="high",
    )

    text = report_mail.make_daily(world.context, "en", MORNING).text

    assert "Urgent mentions: 1; none speaks of danger to life." in text
    assert "“The main has burst, our street is under water”" in text
    (owner,) = re.findall(r"• Water supply \((.+?)\): ", text)
    assert owner
    assert "What was said on X between Fri 20 Nov, 02:00 and 08:00: " in text
    assert "Collected without gaps: 0 of 1 platforms." in text


def test_an_urgent_post_is_whose_its_words_say(world: World) -> None:
    world.mention(
        NIGHT,
        "The transformer of MSEDCL burns at the corner",
        topics=("fire",),
        urgency="critical",
        entities=("body:msedcl",),
    )

    assert (
        "• Fire (MSEDCL): " in report_mail.make_daily(world.context, "en", MORNING).text
    )


def test_what_its_platform_withholds_is_not_quoted(world: World) -> None:
    for text, where in (
        ("The main has burst, our street is under water", ["IN"]),
        ("A tree fell on the road, nobody can get through", None),
    ):
        details = {"countries": where, "scope": "tweet", "copyright": False}
        withheld: dict[str, Any] | None = details if where else None
        world.mention(NIGHT, text, topics=("water",), urgency="high", withheld=withheld)

    brief = report_mail.make_daily(world.context, "en", MORNING)

    assert "A tree fell" in brief.text
    assert "The main has burst" not in brief.text
    assert "2 mentions collected" in brief.text
    assert "Urgent mentions: 2;" in brief.text


def test_an_incident_stands_at_its_head(world: World) -> None:
    fill(world)
    with db.writing(world.engine) as session:
        session.add(
            Incident(
                kind="spike",
                subject="topic:flood",
                severity="high",
                opened_at=NIGHT,
                last_at=NIGHT,
            )
        )

    lines = report_mail.make_daily(world.context, "en", MORNING).text.splitlines()

    assert lines[0] == "Flood; no one is assigned"
    assert lines[2] == "Incident 1: No mention of it is counted yet."


def incident(
    world: World,
    subject: str = "topic:flood",
    *mentions: int,
    kind: str = "spike",
    opened_at: datetime = NIGHT,
    alert_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> int:
    """An incident with one alert, over where it ended; its id."""
    with db.writing(world.engine) as session:
        row = Incident(
            kind=kind,
            subject=subject,
            severity="high",
            state="over" if ended_at else "open",
            opened_at=opened_at,
            last_at=alert_at or opened_at,
            ended_at=ended_at,
        )
        session.add(row)
        session.flush()
        id_ = row.id or 0
        session.add(
            Alert(
                incident_id=id_,
                key=f"alert-{id_}",
                series=subject,
                at=alert_at or opened_at,
                mentions=list(mentions),
            )
        )
    return id_


def named(world: World, as_of: datetime = MORNING) -> list[int | None]:
    """Ids of the incidents that a brief names."""
    brief = report_mail.make_daily(world.context, "en", as_of).brief
    return [incident.id for incident in brief.incidents]


def quoted(world: World, as_of: datetime = MORNING) -> list[str | None]:
    """The texts that a brief quotes, in their order."""
    brief = report_mail.make_daily(world.context, "en", as_of).brief
    return [danger.post.text for danger in brief.dangers if danger.is_quotable]


def test_a_brief_of_an_earlier_time_names_the_incidents_that_were_open_then(
    world: World,
) -> None:
    ended_since = incident(world, opened_at=NIGHT, ended_at=MORNING + HOUR)
    incident(world, "topic:roads", opened_at=NIGHT, ended_at=MORNING)
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
    silent = incident(world, "source:city", kind="source", opened_at=NIGHT)

    assert named(world) == [silent]
    assert named(world, MORNING.replace(hour=18)) == []


def test_quotations_are_the_most_dangerous_then_the_surest_then_the_longest_waiting(
    world: World,
) -> None:
    texts = {
        "newer": "Smoke from a shop near the vegetable market now",
        "older": "The bridge is shut and nobody says why to us",
        "sure": "A wall has come down on two people in the lane",
        "many": "Seven people are on the roof of the old mill",
        "high": "Our ground floor is under water and it smells",
    }
    world.mention(NIGHT + HOUR, texts["newer"], urgency="critical", confidence=0.7)
    world.mention(NIGHT, texts["older"], urgency="critical", confidence=0.7)
    world.mention(NIGHT + HOUR, texts["sure"], urgency="critical", confidence=0.95)
    world.mention(NIGHT + HOUR, texts["many"], urgency="critical", confidence=0.71)
    world.mention(NIGHT, texts["high"], urgency="high", confidence=0.99)

    assert quoted(world) == [texts[n] for n in ("sure", "many", "older", "newer")]


def test_what_is_less_urgent_is_named_and_not_quoted_while_life_is_in_danger(
    world: World,
) -> None:
    world.mention(NIGHT, "A live wire hangs over the school gate", urgency="critical")
    world.mention(
        NIGHT, "Dogs bit two children here", urgency="high", topics=("animals",)
    )

    report = report_mail.make_daily(world.context, "en", MORNING)

    assert quoted(world) == ["A live wire hangs over the school gate"]
    assert "• Animals (Veterinary Department, PMC) #2" in report.text
    assert "Dogs bit" not in report.text + letter_render.text(report.letter)


def test_a_text_is_quoted_once_however_often_it_is_passed_on(world: World) -> None:
    call = "Emergency hai {} me, ground floor full water, rescue team bhejo"
    for n, place in enumerate(("Ekta Nagar", "Ekta Nagar", "Patil Estate")):
        text = call.format(place) + f" @PuneCityDemo #flood https://t.co/{n}"
        world.mention(NIGHT + n * HOUR, text, urgency="critical", confidence=0.9)
    world.mention(NIGHT, "A tree fell on a rickshaw, people are in it", urgency="high")

    texts = quoted(world)

    assert len(texts) == 1
    assert texts[0] is not None
    assert texts[0].startswith("Emergency hai Ekta Nagar")
    (danger, other) = report_mail.make_daily(world.context, "en", MORNING).brief.dangers
    assert (danger.posts, other.posts) == (3, 1)


def test_every_urgent_mention_is_counted_and_what_is_private_is_not_quoted(
    world: World,
) -> None:
    world.mention(
        NIGHT,
        "A live wire hangs over the school gate",
        urgency="critical",
        authorless=True,
    )
    world.mention(
        NIGHT,
        "Help us, water is in the house, two old people",
        urgency="critical",
        kind="message",
        platform="whatsapp",
    )
    world.mention(
        NIGHT,
        "Bridge closed after cracks were seen in the night",
        urgency="high",
        kind="article",
        platform="news",
    )
    world.mention(NIGHT, "Help!", urgency="high")
    world.registered("office_handle")
    world.mention(
        NIGHT, "Do not go near the river tonight", urgency="high", author="office"
    )
    world.mention(NIGHT, "A road with many holes near the station")

    report = report_mail.make_daily(world.context, "en", MORNING)

    assert report.brief.urgent == UrgentCounts(5, 2, 0, articles=1, messages=1)
    assert quoted(world) == ["A live wire hangs over the school gate"]
    assert "In private messages, counted and not quoted: 1." in report.text
    assert "two old people" not in report.text + str(report.letter)


def test_all_articles_are_counted_however_many_mentions_follow_them(
    world: World,
) -> None:
    later = NIGHT + HOUR
    with db.writing(world.engine) as session:
        session.add_all(
            Mention(
                platform="news" if n < 2 else "x",
                external_id=f"many-{n}",
                kind="article" if n < 2 else "post",
                text=("Old bridge is shut", "A park opens")[n] if n < 2 else "Story",
                missing=[],
                authored_at=NIGHT if n < 2 else later,
                stored_at=later,
            )
            for n in range(502)
        )

    brief = report_mail.make_daily(world.context, "en", MORNING).brief

    assert (brief.total, brief.press_total) == (502, 2)
    assert [row.text for row in brief.press] == ["A park opens", "Old bridge is shut"]


@pytest.mark.parametrize("code", ["en", "mr", "hi"])
def test_a_promise_missed_stands_there_until_it_is_kept(
    world: World, code: str
) -> None:
    fill(world)
    with db.writing(world.engine) as session:
        for text, due in (("पुलाची माहिती", NIGHT), ("नंतर", MORNING + HOUR)):
            session.add(Promise(text=text, due_at=due, made_by="lead", made_at=EVENING))

    report = report_mail.make_daily(world.context, code, MORNING)

    (line,) = [row for row in report.text.splitlines() if "पुलाची माहिती" in row]
    assert line.startswith(MISSED[code])
    assert all(
        not row.startswith(MISSED[code][:9]) or "नंतर" not in row
        for row in report.text.splitlines()
    )
    assert any("पुलाची माहिती" in str(section) for section in report.letter.sections)
    with db.writing(world.engine) as session:
        session.get_one(Promise, 1).kept_at = NIGHT + HOUR
    assert (
        "पुलाची माहिती" not in report_mail.make_daily(world.context, code, MORNING).text
    )


@pytest.mark.parametrize("lang", ["en", "mr", "hi"])
def test_a_night_full_of_trouble_still_fits_a_phone(world: World, lang: str) -> None:
    world.covered()
    for n in range(60):
        world.mention(
            NIGHT + timedelta(minutes=n),
            f"Help, {'water everywhere ' * 20}{n}",
            topics=("water", "flood", "drainage"),
            urgency="critical",
            author=f"person{n}",
        )

    report = report_mail.make_daily(world.context, lang, MORNING)

    assert len(report.text) <= MAX_TEXT_LENGTH
    assert len(report.text.splitlines()) >= 5


def test_the_marathi_one_has_no_english_words_of_ours(world: World) -> None:
    fill(world)

    text = report_mail.make_daily(world.context, "mr", MORNING).text

    assert not re.findall("[A-Za-z]{2,}", text)
    assert "वाढलेले विषय: पाणीपुरवठा १२ (आधी ०)" in text


def test_a_reader_gets_one_letter_a_brief(world: World) -> None:
    fill(world)
    settings = world.context.workspace.config.model_copy(
        update={
            "report": Report(brief_to=RecipientsByLanguage(mr=("desk@city.example",)))
        }
    )
    workspace = Workspace(world.context.workspace.folder, settings)
    context = Context(workspace, world.engine, world.context.clock)

    assert report_mail.send_daily(context, "mr", MORNING) == 1
    assert report_mail.send_daily(context, "mr", MORNING + timedelta(hours=1)) == 0
    assert report_mail.send_daily(context, "en", MORNING) == 0

    with db.reading(world.engine) as session:
        (letter,) = store.list_messages(session)
    assert letter.kind == "brief"
    assert outbox.current_mode(context) == "normal"


NOBODY = {
    "en": "No one is named to be alerted",
    "mr": "इशारा कोणाला द्यायचा हे ठरवलेले नाही",
    "hi": "चेतावनी किसे देनी है, यह तय नहीं है",
}


@pytest.mark.parametrize("lang", list(NOBODY))
def test_while_nobody_is_named_to_be_alerted_the_first_line_says_so(
    world: World, lang: str
) -> None:
    fill(world)
    assert not report_mail.make_daily(world.context, lang, MORNING).brief.names_nobody
    changed = world.context.workspace.config.model_copy(update={"alerts": Alerts()})
    workspace = Workspace(world.context.workspace.folder, changed)

    brief = report_mail.make_daily(
        Context(workspace, world.engine, world.context.clock), lang, MORNING
    )

    assert brief.text.splitlines()[0].startswith(NOBODY[lang])
    (first,) = brief.letter.lead[0]
    assert isinstance(first, Strong)
    assert first.text.startswith(NOBODY[lang])
    assert len(brief.text) <= MAX_TEXT_LENGTH


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
