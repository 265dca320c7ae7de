"""Sentences of the brief and of alerts beside the world that they were made from."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.config import Workspace
from socialcell.listening.alerts.model import (
    Alert,
    Closure,
    Incident,
    Promise,
    Rumour,
)
from socialcell.listening.model import Annotation
from socialcell.registers.model import BreachDuty, DataBreach, RightsRequest
from socialcell.reports.letters import letter_render
from socialcell.services.alerts import incident_notifications
from socialcell.services.context import Context
from socialcell.services.reporting import report_mail
from socialcell.services.reporting.report_mail import DailyReport
from tests.reports.world import World

MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=IST)  # a Friday
NIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
HOUR, MINUTE, WEEK = timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)
SINHAGAD, KOTHRUD = "ward:sinhagad-road", "ward:kothrud-bavdhan"
WORDS = [
    "Water",
    "climbs",
    "stairs",
    "Roofs",
    "full",
    "Boats",
    "needed",
    "Lane",
    "gone",
    "Help",
    "us",
    "here",
]
OPENING = {
    "en": "12 mentions since Fri 20 Nov, 02:00 (normally 2), the newest at 02:11.",
    "mr": "शुक्र २० नोव्हेंबर, ०२:०० पासून १२ उल्लेख (नेहमीची सरासरी: २); शेवटचा ०२:११ वाजता.",
    "hi": "शुक्र 20 नवंबर, 02:00 से 12 उल्लेख (सामान्यतः 2); अंतिम 02:11 बजे।",
}


def add(world: World, *rows: Any) -> None:
    with db.writing(world.engine) as session:
        session.add_all(rows)


def incident(world: World, **changes: Any) -> int:
    """A flood that is an incident since two at night, with one alert; its id."""
    values: dict[str, Any] = {
        "kind": "spike",
        "subject": "topic:flood",
        "severity": "high",
        "opened_at": NIGHT,
        "last_at": NIGHT,
    }
    row = Incident(**{**values, **changes})
    with db.writing(world.engine) as session:
        session.add(row)
        session.flush()
        id_ = row.id or 0
        session.add(
            Alert(
                incident_id=id_,
                key=f"a{id_}",
                series=row.subject,
                at=NIGHT + MINUTE,
                minutes=1,
                mentions=[],
                observed=12,
                expected=0.2,
                score=1.0,
            )
        )
    return id_


def flood(world: World) -> list[int]:
    """Twelve posts on a flood: nine in one ward office, five critical, one of these
    checked; three last week and one the week before that in the same hours."""
    world.covered()
    for n in range(3):
        world.mention(NIGHT - WEEK + n * MINUTE, f"Old flood {n}", topics=("flood",))
    ids = []
    for n in range(12):
        ids.append(
            world.mention(
                NIGHT + n * MINUTE,
                f"{WORDS[n]} {n} {'abcdefghijkl'[n] * 30}",
                topics=("flood",),
                wards=(SINHAGAD,) if n < 9 else (KOTHRUD,),
                entities=("place:ekta-nagari",) if n < 4 else (),
                urgency="critical" if n < 5 else "high" if n < 7 else "normal",
            )
        )
    add(
        world,
        Annotation(
            mention_id=ids[0],
            kind="urgency",
            value="critical",
            model="test",
            model_version="1",
            made_at=NIGHT,
            decided_value="critical",
            decided_by="asha",
            decided_at=NIGHT,
        ),
    )
    return ids


def daily(world: World, lang: str = "en", **alerts: Any) -> DailyReport:
    context = world.context
    if alerts:
        config = context.workspace.config
        changed = config.model_copy(
            update={"alerts": config.alerts.model_copy(update=alerts)}
        )
        context = Context(
            Workspace(context.workspace.folder, changed), world.engine, context.clock
        )
    return report_mail.make_daily(context, lang, MORNING)


def letter(world: World, lang: str = "en", **alerts: Any) -> str:
    return letter_render.text(daily(world, lang, **alerts).letter)


def test_the_letter_opens_with_what_where_since_when_and_who_has_it(
    world: World,
) -> None:
    flood(world)
    id_ = incident(world)

    text = letter(world)

    first = text.split("\n\n\n")[0]
    assert first.startswith("Flood at Sinhagad Road; no one is assigned\n")
    assert (
        "Morning brief, Friday, 20 November 2026, 08:30. Since Thu 19 Nov, 18:00."
        in (first)
    )
    assert "Ward offices: Sinhagad Road 9, Kothrud - Bavdhan 3." in first
    assert "Places: Ekta Nagari 4." in first
    assert "Urgent: 7, of these critical (danger to life): 5; checked by staff: 1." in (
        first
    )
    assert "No one is assigned. " in first
    assert "Responsible: Disaster Management Department." in first
    assert f"Incident {id_}\n" in first
    assert "To decide: who takes charge." in first
    assert "Whether 4 mentions of danger to life are true: staff have not checked." in (
        first
    )


@pytest.mark.parametrize("lang", list(OPENING))
def test_mentions_stand_beside_the_average_of_the_same_hours_before(
    world: World, lang: str
) -> None:
    flood(world)
    world.covered(MORNING - 3 * WEEK, MORNING)
    incident(world)

    report = daily(world, lang)

    # 3 last week, none in the week before that, and the third was not collected: 1.5.
    assert OPENING[lang] in letter_render.text(report.letter)
    assert OPENING[lang] in report.text


def test_an_incident_that_somebody_has_says_who_and_since_when(world: World) -> None:
    flood(world)
    incident(world, acked_by="asha", acked_at=NIGHT + HOUR, state="acked")

    text = letter(world)

    assert text.startswith("Flood at Sinhagad Road; assigned to asha\n")
    assert "Assigned to asha since Fri 20 Nov, 03:00." in text
    assert "No one is assigned" not in text
    assert "To decide" not in text


def test_figures_that_contradict_stand_side_by_side_and_are_doubtful_where_quoted(
    world: World,
) -> None:
    for n, figure in enumerate(("24,310", "38,500")):
        world.mention(
            NIGHT + n * MINUTE,
            f"Flood: {figure} cusecs let out of Khadakwasla, run {'ab'[n] * 40}",
            topics=("flood",),
            urgency="critical",
        )
    incident(world)

    text = letter(world)

    assert "Discharge (cusecs): 24,310 / 38,500; none is confirmed." in text
    assert "which figure is right, and when it is published." in text
    assert text.count("” X · not confirmed") == len(re.findall("“.*cusecs", text)) > 0


def test_a_rumour_is_marked_where_it_is_quoted_and_named_at_the_end(
    world: World,
) -> None:
    claim = "The dam has burst, leave the city now, water comes"
    world.mention(NIGHT, claim, topics=("flood",), urgency="critical")
    add(
        world,
        Rumour(text=claim, note="The dam is safe.", made_by="asha", made_at=NIGHT),
    )
    incident(world)

    text = letter(world)

    assert "” X · marked as false" in text
    assert f"Marked as false, in 1 mention: “{claim}”. The dam is safe." in text


def test_a_brief_names_a_rumour_that_people_were_called_about_and_judged_since(
    world: World,
) -> None:
    claim = "The dam has burst, leave the city now, water comes"
    id_ = world.mention(NIGHT, claim, topics=("flood",), urgency="low")
    add(
        world,
        Rumour(text=claim, note="The dam is safe.", made_by="asha", made_at=NIGHT),
        Incident(
            kind="critical",
            subject=f"critical:{id_}",
            severity="high",
            opened_at=NIGHT,
            last_at=NIGHT,
            state="over",
            ended_at=NIGHT,
            said="no danger",
        ),
    )
    add(
        world,
        Alert(
            incident_id=1,
            key=f"critical:{id_}",
            series="critical",
            at=NIGHT,
            mentions=[id_],
        ),
    )

    text = letter(world)

    assert f"Marked as false, in 1 mention: “{claim}”. The dam is safe." in text


def test_what_is_due_stands_at_its_time(world: World) -> None:
    add(
        world,
        Promise(text="Bridge", due_at=NIGHT, made_by="a", made_at=NIGHT - HOUR),
        Promise(
            text="Tankers", due_at=MORNING + HOUR, made_by="a", made_at=NIGHT - HOUR
        ),
        Promise(text="Later", due_at=MORNING + WEEK, made_by="a", made_at=NIGHT - HOUR),
        Closure(
            topic="water",
            wards=[KOTHRUD],
            from_at=MORNING + 2 * HOUR,
            to_at=MORNING + 8 * HOUR,
            note="Repair of the main.",
            made_by="a",
            made_at=NIGHT,
        ),
        *(
            OwnPost(
                key=state,
                kind="post",
                platform="x",
                due_at=MORNING + 3 * HOUR,
                language="en",
                text=f"Post that is {state}",
                wards=[],
                state=state,
                made_by="a",
                made_at=NIGHT,
            )
            for state in ("draft", "approved")
        ),
    )

    text = letter(world)

    assert "* Promise missed, due Fri 20 Nov, 02:00: Bridge" in text
    assert "* 09:30: Tankers" in text
    assert "Later" not in text
    announced = (
        "Announced, Fri 20 Nov, 10:30 to 16:30: Water supply. Repair of the main."
    )
    assert f"* {announced}" in text
    assert "* 11:30, X, not yet approved: Post that is draft" in text
    assert "* 11:30, X, approved: Post that is approved" in text


def test_the_laws_clocks_stand_with_what_is_due(world: World) -> None:
    def asked(number: int, received: datetime, due: datetime) -> RightsRequest:
        return RightsRequest(
            number=f"R26-{number:04d}",
            kind="access",
            channel="letter",
            language="en",
            received_at=received,
            due_at=due,
            stop_at=due + 2 * WEEK,
            made_by="a",
            made_at=received,
        )

    add(
        world,
        asked(1, MORNING - 5 * WEEK, MORNING - 3 * WEEK),
        asked(2, MORNING - 3 * WEEK, MORNING - HOUR),
        asked(3, MORNING - 2 * WEEK, MORNING),
        asked(4, MORNING - 2 * WEEK, MORNING + HOUR),
        asked(5, MORNING - HOUR, MORNING + 2 * WEEK),
        asked(6, MORNING + HOUR, MORNING + 2 * HOUR),  # received later
        DataBreach(
            number="B26-01",
            title="Lost laptop",
            what="A laptop with an export was lost.",
            kinds=["texts"],
            noticed_at=MORNING - 7 * HOUR,
            made_by="a",
            made_at=MORNING - 7 * HOUR,
        ),
    )
    add(
        world,
        BreachDuty(breach_id=1, duty="cert_in", due_at=MORNING - HOUR),
        BreachDuty(breach_id=1, duty="board", due_at=MORNING + HOUR),
        BreachDuty(breach_id=1, duty="persons", due_at=MORNING + HOUR),
        BreachDuty(
            breach_id=1, duty="board_details", due_at=MORNING + WEEK, told_at=NIGHT
        ),
    )

    text = letter(world)

    assert "* Data breaches: reports still to be made 2, overdue 1." in text
    assert (
        "* Requests of citizens about their data: overdue 3, due within three days 1."
    ) in text
    assert "* Requests of citizens for which the time by law is over: 1." in text


def test_a_question_of_several_says_whether_it_was_answered(world: World) -> None:
    for n in range(3):
        world.mention(
            NIGHT + n * MINUTE,
            f"When will the water come back to our lane? {n}",
            intent="question",
            topics=("water",),
        )
    assert "“When will the water come back to our lane? 0” (3 posts) No answer has" in (
        letter(world)
    )

    answer = OwnPost(
        key="a",
        kind="reply",
        platform="x",
        due_at=NIGHT + HOUR,
        language="en",
        text="At six.",
        reply_to="post-2",
        wards=[],
        state="approved",
        made_by="a",
        made_at=NIGHT + HOUR,
    )
    add(world, answer)
    waits = "An answer waits to be approved or published since Fri 20 Nov, 03:00."
    assert waits in letter(world)

    with db.writing(world.engine) as session:
        session.get_one(OwnPost, 1).posted_at = NIGHT + 2 * HOUR
    text = letter(world)
    assert "Answer published: Fri 20 Nov, 04:00." in text
    assert "3 questions, most on: Water supply 3." in text
    assert "published 1 answers and 0 posts." in text


def test_a_topic_that_grew_says_from_how_many_where_and_whose(world: World) -> None:
    world.covered()
    for n in range(6):
        world.mention(NIGHT + n * MINUTE, topics=("water",), wards=(KOTHRUD,))
    for n in range(2):
        world.mention(NIGHT - WEEK + n * MINUTE, topics=("water",))

    report = daily(world)

    row = (
        "* Water supply. Place: Kothrud - Bavdhan; Mentions: 6 (before 2); "
        "Responsible: Water Supply Department"
    )
    assert row in letter_render.text(report.letter)
    assert "Grew: Water supply 6 (before 2)" in report.text
    assert "6 mentions collected (same hours last week: 2)." in report.text


def test_with_a_console_incident_and_posts_are_links_to_it(world: World) -> None:
    ids = flood(world)
    id_ = incident(world)
    console = "https://console.city.example"

    text = letter(world, console_url=console)

    assert f"Incident {id_} <{console}/incidents/{id_}>" in text
    assert f"#{ids[0]} <{console}/mentions/{ids[0]}>" in text
    assert f"Today, in the console <{console}>" in text


def test_an_alert_opens_as_the_brief_does(world: World) -> None:
    flood(world)
    id_ = incident(world)

    page = incident_notifications.page(world.context, id_, "en")
    card = incident_notifications.as_card(page)

    assert page.subject == card.title == "Alert: Flood at Sinhagad Road"
    assert card.lines[0].startswith("12 mentions since Fri 20 Nov, 02:00 (normally ")
    assert card.lines[1].startswith("Ward offices: Sinhagad Road 9, ")
    assert card.lines[2].startswith("Urgent: 7, of these critical (danger to life): 5")
    assert card.lines[3].startswith("No one is assigned. Responsible: Disaster ")
    assert card.lines[4].startswith("Not known: Whether 4 mentions of danger to life")


def test_a_quiet_morning_says_so(world: World) -> None:
    world.covered()
    world.mention(NIGHT, "Monday motivation for every Punekar, smile", intent="praise")

    report = daily(world)

    assert report.letter.subject == "Quiet: nothing urgent"
    assert "motivation" not in report.text + letter_render.text(report.letter)
    assert report.text.splitlines()[2:] == [
        "Urgent mentions: none.",
        "1 mention collected (same hours last week: 0). "
        "Collected without gaps: 1 of 1 platforms.",
    ]


def test_what_did_not_grow_much_or_is_an_incident_is_no_topic_that_grew(
    world: World,
) -> None:
    flood(world)
    incident(world)
    for n in range(4):
        world.mention(NIGHT + n * MINUTE, topics=("water",))
    for n in range(5):
        world.mention(NIGHT + n * MINUTE, topics=("waste",))

    assert [growth.topic for growth in daily(world).brief.growth] == ["waste"]


def test_a_repeated_request_that_asks_nothing_is_not_quoted_as_a_question(
    world: World,
) -> None:
    for n in range(3):
        text = f"Tell us when the water comes back to our lane {n}"
        world.mention(NIGHT + n * MINUTE, text, intent="question", topics=("water",))

    questions = daily(world).brief.questions

    assert (questions.total, questions.repeated) == (3, [])


def test_the_text_for_a_phone_names_an_owner_who_does_not_have_the_incident(
    world: World,
) -> None:
    flood(world)
    incident(world)
    crush = "A crush on the stairs of Pune Station"
    world.mention(
        NIGHT,
        crush,
        topics=("transport",),
        urgency="critical",
        entities=("body:railways", "place:pune-station"),
        confidence=0.99,
    )

    text = daily(world).text

    assert f"• Pune Station (Indian Railways, Pune division): “{crush}”" in text
    assert "• Flood: Ekta Nagari: " in text
