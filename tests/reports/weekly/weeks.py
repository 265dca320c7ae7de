"""Four weeks of a small city: a flood, nothing, a festival, an announced closure."""

from datetime import datetime, timedelta

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.listening.alerts.model import Closure, Incident, Promise, Rumour
from socialcell.listening.model import Annotation
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import frozen_week, weekly_letter
from socialcell.services.reporting import weekly_letters
from tests.reports.around import alert, incident, looked_for_alerts
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, World

FRIDAY = MONDAY + timedelta(days=4)
SINHAGAD, KOTHRUD = "ward:sinhagad-road", "ward:kothrud-bavdhan"
EKTA_NAGARI = "place:ekta-nagari"
MINUTE = timedelta(minutes=1)
DIWALI_MADE = datetime(2026, 11, 9, 9, tzinfo=IST)  # of the week from 2 November


def numbers(world: World, as_of: datetime = MADE) -> WeekNumbers:
    week = frozen_week.period(as_of, MADE)
    return frozen_week.numbers_of_week(world.engine, week, MADE)


def letter(world: World, lang: str = "en", as_of: datetime = MADE) -> LetterPage:
    """The letter of a week, with the names of both files that go with it."""
    context = weekly_letters.letter_context(
        world.context,
        numbers(world, as_of),
        language(lang),
        report="weekly.html",
        workbook="weekly.xlsx",
    )
    return weekly_letter.page(context)


def flood(world: World) -> int:
    """Twelve posts of a flood on Friday from 04:00 on, seven of danger to life; two
    figures of the dam's discharge; nobody took the incident on. The incident's id."""
    world.covered()
    looked_for_alerts(world)
    for hour in (1, 2, 3):
        world.mention(BEFORE + hour * HOUR)
    ids = [
        world.mention(
            FRIDAY + 4 * HOUR + number * MINUTE,
            "Water in the houses, people on the roof",
            intent="help",
            urgency="critical" if number < 7 else "high",
            topics=("flood",),
            wards=(SINHAGAD,),
            entities=(EKTA_NAGARI,),
        )
        for number in range(10)
    ]
    for number, figure in enumerate(("51,000", "24,310")):
        world.mention(
            FRIDAY + 5 * HOUR + number * MINUTE,
            f"Discharge from Khadakwasla dam is {figure} cusecs now",
            intent="information",
            topics=("flood",),
            wards=(SINHAGAD,),
        )
    closed = world.mention(MONDAY, "Complaint closed without action", topics=("roads",))
    with db.writing(world.engine) as session:
        session.add(
            Annotation(
                mention_id=closed,
                kind="detail",
                value="closed_without_action",
                confident=True,
                model="test",
                model_version="1",
                made_at=MADE,
            )
        )
    id_ = incident(
        world,
        "topic:flood",
        FRIDAY + 4 * HOUR + 5 * MINUTE,
        state="open",
        last_at=FRIDAY + 6 * HOUR,
    )
    at = FRIDAY + 4 * HOUR + 5 * MINUTE
    alert(world, id_, "topic:flood", at, mentions=ids[:5])
    return id_


def taken_on(world: World, id_: int, who: str = "Asha", at: datetime = FRIDAY) -> None:
    with db.writing(world.engine) as session:
        row = session.get(Incident, id_)
        assert row is not None
        row.state, row.acked_by, row.acked_at = "acked", who, at


def over(world: World, id_: int, at: datetime) -> None:
    with db.writing(world.engine) as session:
        row = session.get(Incident, id_)
        assert row is not None
        row.state, row.ended_at = "over", at


def quiet(world: World) -> None:
    """Nine posts, four of them a question about water; eight in the week before."""
    world.covered()
    looked_for_alerts(world)
    for hour in range(8):
        world.mention(BEFORE + hour * HOUR)
    for hour in range(9):
        intent = "question" if hour < 4 else "information"
        world.mention(
            MONDAY + hour * HOUR,
            intent=intent,
            topics=("water",),
            wards=(KOTHRUD,),
        )


def festival(world: World) -> None:
    """Six posts in the week in which Diwali begins."""
    world.covered(BEFORE - timedelta(days=21))
    looked_for_alerts(world, BEFORE - timedelta(days=7), MONDAY)
    for hour in range(6):
        world.mention(DIWALI_MADE - timedelta(days=3) + hour * HOUR)


def closure(world: World) -> None:
    """Water is closed at Kothrud on Friday, as announced; five posts about it."""
    world.covered()
    looked_for_alerts(world)
    with db.writing(world.engine) as session:
        session.add(
            Closure(
                topic="water",
                wards=[KOTHRUD],
                from_at=FRIDAY,
                to_at=FRIDAY + timedelta(days=1),
                note="Repair of a main",
                made_by="asha",
                made_at=MONDAY,
            )
        )
    for hour in range(5):
        world.mention(FRIDAY + hour * HOUR, topics=("water",), wards=(KOTHRUD,))
    world.mention(FRIDAY, topics=("water",), wards=(SINHAGAD,))


def commitment(
    world: World,
    due: datetime,
    text: str = "A drain at Vitthalwadi",
    topic: str | None = "drainage",
    ward: str | None = SINHAGAD,
) -> None:
    with db.writing(world.engine) as session:
        session.add(
            Promise(
                text=text,
                due_at=due,
                topic=topic,
                ward=ward,
                made_by="asha",
                made_at=BEFORE,
            )
        )


def own_post(world: World, key: str, at: datetime, **changes: object) -> None:
    """A post of the city that was posted at a moment."""
    row: dict[str, object] = {
        "key": key,
        "kind": "notice",
        "platform": "x",
        "due_at": at,
        "language": "mr",
        "text": "पाणी",
        "wards": [],
        "state": "posted",
        "posted_at": at,
        "made_by": "asha",
        "made_at": at - HOUR,
    }
    with db.writing(world.engine) as session:
        session.add(OwnPost(**row | changes))


def rumour(world: World, text: str) -> None:
    with db.writing(world.engine) as session:
        session.add(
            Rumour(text=text, note="The wall holds.", made_by="asha", made_at=BEFORE)
        )
