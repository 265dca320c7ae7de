"""The daily brief: the right span, at most 1,200 characters, whole in two languages."""

import re
from datetime import datetime, timedelta

import pytest

from socialcell import db
from socialcell.clock import IST
from socialcell.config import Workspace
from socialcell.jobs import mailing, outgoing
from socialcell.jobs.context import Context
from socialcell.listening.alert_model import Incident, Promise
from socialcell.ops import outgoing as store
from socialcell.reports.brief import LONGEST, span_of
from socialcell.settings.telling import Readers, Report
from tests.reports.world import World

MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=IST)  # a Friday
EVENING = datetime(2026, 11, 19, 18, 0, tzinfo=IST)
NIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
HOUR = timedelta(hours=1)
MISSED = {
    "en": "Promise missed, due 20 Nov 2026, 02:00",
    "mr": "आश्वासन पाळले नाही (मुदत २० नोव्हें २०२६, ०२:००)",
    "hi": "आश्वासन पूरा नहीं हुआ (समय-सीमा 20 नव॰ 2026, 02:00)",
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

    brief = mailing.daily(world.context, "en", MORNING).brief

    assert brief.total == 12
    assert list(brief.topics) == [("water", 12)]
    assert brief.covered == brief.due > 0


def test_the_text_says_what_is_urgent_whose_it_is_and_what_was_not_collected(
    world: World,
) -> None:
    world.covered(end=NIGHT)
    world.mention(
        NIGHT, "The main has burst, our street is under water", topics=("water",),
        urgency="high",
    )  # fmt: skip

    text = mailing.daily(world.context, "en", MORNING).text

    assert "1 mention." in text
    assert "Urgent: 1." in text
    assert "The main has burst" in text
    (owner,) = re.findall(r"• Water supply \((.+?)\): ", text)
    assert owner
    share = re.search(r"(\d+)% of these hours", text)
    assert share is not None
    assert 0 < int(share[1]) < 100


def test_what_its_platform_withholds_is_not_quoted(world: World) -> None:
    for text, where in (
        ("The main has burst, our street is under water", ["IN"]),
        ("A tree fell on the road, nobody can get through", None),
    ):
        withheld = where and {"countries": where, "scope": "tweet", "copyright": False}
        world.mention(NIGHT, text, topics=("water",), urgency="high", withheld=withheld)

    brief = mailing.daily(world.context, "en", MORNING)

    assert "A tree fell" in brief.text
    assert "The main has burst" not in brief.text
    assert "2 mentions." in brief.text  # counted it is


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

    lines = mailing.daily(world.context, "en", MORNING).text.splitlines()

    assert lines[2].startswith("Incident 1: Flood, since ")


@pytest.mark.parametrize("code", ["en", "mr", "hi"])
def test_a_promise_missed_stands_there_until_it_is_kept(
    world: World, code: str
) -> None:
    fill(world)
    with db.writing(world.engine) as session:
        for text, due in (("पुलाची माहिती", NIGHT), ("नंतर", MORNING + HOUR)):
            session.add(Promise(text=text, due_at=due, made_by="lead", made_at=EVENING))

    made = mailing.daily(world.context, code, MORNING)

    (line,) = [one for one in made.text.splitlines() if "पुलाची माहिती" in one]
    assert line.startswith(MISSED[code])
    assert "नंतर" not in made.text
    assert any("पुलाची माहिती" in str(section) for section in made.page.sections)
    with db.writing(world.engine) as session:
        session.get_one(Promise, 1).kept_at = NIGHT + HOUR
    assert "पुलाची माहिती" not in mailing.daily(world.context, code, MORNING).text


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

    made = mailing.daily(world.context, lang, MORNING)

    assert len(made.text) <= LONGEST
    assert len(made.text.splitlines()) >= 5


def test_the_marathi_one_has_no_english_words_of_ours(world: World) -> None:
    fill(world)

    text = mailing.daily(world.context, "mr", MORNING).text

    assert not re.findall("[A-Za-z]{2,}", text)
    assert "पाणीपुरवठा १२" in text


def test_a_reader_gets_one_letter_a_brief(world: World) -> None:
    fill(world)
    settings = world.context.workspace.config.model_copy(
        update={"report": Report(brief_to=Readers(mr=("desk@city.example",)))}
    )
    workspace = Workspace(world.context.workspace.folder, settings)
    context = Context(workspace, world.engine, world.context.clock)

    assert mailing.send_daily(context, "mr", MORNING) == 1
    assert mailing.send_daily(context, "mr", MORNING + timedelta(hours=1)) == 0
    assert mailing.send_daily(context, "en", MORNING) == 0

    with db.reading(world.engine) as session:
        (letter,) = store.listed(session)
    assert letter.kind == "brief"
    assert outgoing.mode(context) == "normal"
