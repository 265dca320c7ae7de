"""Sentences of the weekly report that must not say more than is known."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from socialcell import db
from socialcell.i18n import CODES, language
from socialcell.listening.alerts.model import Incident, Rumour
from socialcell.ops.daemon_model import Slot
from socialcell.reports import alert_watch
from socialcell.reports.weekly import frozen_week
from socialcell.services.reporting import weekly_report
from tests.reports.around import (
    SUNDAY,
    alert,
    incident,
    looked_for_alerts,
    uninstalled,
)
from tests.reports.world import HOUR, MADE, MONDAY, NEXT, World

MINUTE = timedelta(minutes=1)
NOTHING = "Nothing stood out"


def numbers(world: World) -> Any:
    week = frozen_week.period(MADE, MADE)
    return frozen_week.numbers_of_week(world.engine, week, MADE)


def text_of(world: World, lang: str = "en") -> str:
    files = weekly_report.write_weekly(world.context, lang=lang)
    return " ".join(files.text.read_text("utf-8").split())


def flood(world: World) -> int:
    """Five posts within two hours."""
    texts = (
        "Flood: Irrigation says 24,310 cusecs from Khadakwasla",
        "Flood in the river! TV says 38,500 cusecs from Khadakwasla",
        "Flood: the lane behind the temple is under water since four",
        "Flood: where is the boat that was promised to us?",
        "Flood: water has reached the first floor of our building",
    )
    for number, text in enumerate(texts):
        world.mention(
            MONDAY + 4 * HOUR + (10 + 30 * number) * MINUTE,
            text,
            topics=("flood",),
            intent="question" if number == 1 else "information",
        )
    id_ = incident(world, "topic:flood", MONDAY + 4 * HOUR, last_at=MONDAY + 7 * HOUR)
    alert(world, id_, "topic:flood", MONDAY + 5 * HOUR, minutes=60)
    return id_


def test_an_incident_has_one_span_its_greatest_hour_and_its_total(
    world: World,
) -> None:
    world.covered()
    flood(world)
    (row,) = numbers(world)["incidents"]
    situation = row["situation"]
    assert situation["mentions"] == 5
    # Posts at 4:10, 4:40, 5:10, 5:40 and 6:10.
    assert situation["peak"] == {
        "at": "2026-11-16T04:00:00+05:30",
        "n": 2,
        "unit": "mentions",
    }
    text = text_of(world)
    assert (
        "16 Nov 2026, 04:10 to 16 Nov 2026, 06:10, 2 hours. "
        "Mentions: in all 5, urgent 0, most in an hour: 2 (16 Nov 2026, 04:00)"
    ) in text


def test_an_incident_that_is_over_gives_no_second_duration(world: World) -> None:
    world.covered()
    flood(world)
    with db.writing(world.engine) as session:
        session.execute(
            update(Incident).values(state="over", ended_at=MONDAY + 30 * HOUR)
        )
    text = text_of(world)
    assert "over since 17 Nov 2026, 06:00" in text
    assert "after 26 hours" not in text


@pytest.mark.parametrize(
    ("lang", "doubt"),
    [
        ("en", "none is confirmed"),
        ("mr", "एकालाही दुजोरा नाही"),
        ("hi", "किसी की पुष्टि नहीं"),
    ],
)
def test_figures_that_differ_stand_side_by_side(
    world: World, lang: str, doubt: str
) -> None:
    world.covered()
    flood(world)
    both = " / ".join(language(lang).number(n) for n in (24_310, 38_500))
    (sentence,) = [part for part in text_of(world, lang).split("* ") if both in part]
    assert doubt in sentence


def test_a_quoted_figure_that_is_contradicted_is_marked(world: World) -> None:
    world.covered()
    flood(world)
    text = text_of(world)
    start = text.index("TV says 38,500 cusecs")
    assert "not confirmed" in text[start : start + 300]


def test_a_quoted_rumour_is_marked_in_every_language(world: World) -> None:
    world.covered()
    text = "They say that the Mutha bridge has fallen, is it true?"
    world.mention(MONDAY, text, topics=("roads",), intent="question")
    world.mention(MONDAY, "When will the road be repaired at last?", topics=("water",))
    with db.writing(world.engine) as session:
        session.add(
            Rumour(text=text, note="It stands.", made_by="asha", made_at=MONDAY)
        )
    for lang in CODES:
        mark = language(lang).gettext("not confirmed")
        report = text_of(world, lang)
        assert report.count(mark) == 1
        assert mark in report[report.index(text) :][:300]


def test_what_people_ask_is_shown_by_what_asks(world: World) -> None:
    world.covered()
    for number in range(12):
        world.mention(
            MONDAY + number * HOUR,
            f"Water is back in our lane today, thank you all number {number}",
            topics=("water",),
            intent="praise",
        )
    world.mention(
        MONDAY,
        "When will water come to our lane?",
        topics=("water",),
        intent="question",
    )
    (drawn,) = [q for q in numbers(world)["quotations"] if q["why"] == "topic"]
    assert drawn["drawn_from"] == 1
    assert "When will water come to our lane?" in text_of(world)


def test_a_week_in_which_the_daemon_never_ran_claims_no_calm(world: World) -> None:
    world.covered()
    world.mention()
    text = text_of(world)
    assert "Alerts were not looked for in this week" in text
    assert NOTHING not in text
    assert not alert_watch.is_whole(numbers(world))


def test_a_week_that_was_watched_all_the_time_may_be_called_calm(
    world: World,
) -> None:
    world.covered()
    world.mention()
    looked_for_alerts(world)
    text = text_of(world)
    assert NOTHING in text
    assert "not looked for" not in text
    assert alert_watch.is_whole(numbers(world))


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        (
            "en",
            "Alerts were not looked for from 18 Nov 2026, 01:50 to 18 Nov 2026, 05:00.",
        ),
        ("mr", "इशाऱ्यांचा शोध घेतला गेला नाही"),
        ("hi", "चेतावनियों की खोज नहीं हुई"),
    ],
)
def test_hours_without_the_alerts_job_are_named(
    world: World, lang: str, sentence: str
) -> None:
    world.covered()
    world.mention()
    looked_for_alerts(world, MONDAY, MONDAY + 50 * HOUR)
    looked_for_alerts(world, MONDAY + 53 * HOUR, NEXT)
    text = text_of(world, lang)
    assert sentence in text
    assert (
        language(lang).gettext("Nothing stood out: no incident was open in this week.")
        not in text
    )


def test_a_run_that_failed_looked_for_nothing(world: World) -> None:
    world.covered()
    world.mention()
    looked_for_alerts(world)
    with db.writing(world.engine) as session:
        session.execute(update(Slot).values(state="failed"))
    assert numbers(world)["alert_watch"] == {"by_daemon": False, "gaps": []}


def test_a_week_frozen_without_the_watch_reads_as_it_did(world: World) -> None:
    older = {**numbers(world)}
    older.pop("alert_watch")
    assert alert_watch.is_whole(older)
    assert alert_watch.alert_watch_sentence(older, language("en")) is None


def test_uninstalls_are_shown_as_each_store_defines_them(world: World) -> None:
    world.covered()
    world.mention()
    for back in range(3):
        day = SUNDAY - timedelta(days=back)
        uninstalled(world, day, 4, "user_uninstalls", "Daily User Uninstalls")
        uninstalled(world, day, 9, "uninstall_events", "Uninstall events")
    uninstalled(
        world,
        SUNDAY - timedelta(days=7),
        50,
        "user_uninstalls",
        "Daily User Uninstalls",
    )
    uninstalled(
        world,
        SUNDAY - timedelta(days=4),
        None,
        "user_uninstalls",
        "Daily User Uninstalls",
    )
    text = text_of(world)
    assert (
        "Uninstalled, as Google Play reports it (Daily User Uninstalls): 12, on "
        "3 of 7 days."
    ) in text
    assert "(Uninstall events): 27, on 3 of 7 days." in text


@pytest.mark.parametrize("lang", CODES)
def test_no_letter_tells_its_reader_to_type_a_command(world: World, lang: str) -> None:
    world.covered()
    flood(world)
    for strategy in (None, "agreed: null\ngoals: {}\n"):
        if strategy is not None:
            place = world.context.workspace.folder / "strategy.yaml"
            place.write_text(strategy)
        files = weekly_report.write_weekly(world.context, lang=lang)
        for file in (files.text, files.html):
            text = file.read_text("utf-8")
            assert not re.findall(r"socialcell [a-z]+|[a-z]+\.ya?ml", text)
