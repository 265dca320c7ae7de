"""The weekly letter: what its first screen answers, and that each number is true."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from socialcell import db
from socialcell.i18n import CODES, language
from socialcell.ops.model import FrozenReport
from socialcell.reports.incidents.incident_facts import locality
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterPage, LetterTable, plain_text
from socialcell.reports.week_numbers import read_week
from socialcell.reports.weekly import weekly_letter
from socialcell.services.reporting import weekly_letters
from tests.reports.around import (
    alert,
    called_about,
    incident,
    looked_for_alerts,
)
from tests.reports.weekly import weeks
from tests.reports.weekly.weeks import FRIDAY, MINUTE, SINHAGAD, letter
from tests.reports.world import BEFORE, HOUR, MONDAY, NEXT, World

_LATIN = str.maketrans("०१२३४५६७८९", "0123456789")
FIRST_SCREEN = 1_500  # characters


def first_screen(page: LetterPage) -> str:
    """The plain text up to the end of what is to be decided."""
    text = letter_render.text(page)
    screen = text[: text.index(f"\n\n\n{page.sections[1].title}\n")]
    assert len(screen) <= FIRST_SCREEN
    return screen


def decisions(page: LetterPage) -> list[tuple[str, str, str]]:
    (block, *_) = page.sections[0].blocks
    if not isinstance(block, LetterTable):
        return []
    return [
        (plain_text(what), plain_text(who), plain_text(by))
        for what, who, by in block.rows
    ]


def test_the_first_screen_of_a_flood_answers_the_fifteen_questions(
    world: World,
) -> None:
    id_ = weeks.flood(world)
    weeks.commitment(world, NEXT + 2 * HOUR)

    screen = first_screen(letter(world))

    answers = {
        "what happened, where and who has it": (
            "Flood at Sinhagad Road: 12 mentions, no one is assigned"
        ),
        "since when, how many, how many usually": (
            "12 mentions since Fri 20 Nov, 04:00 (normally 0), the newest at 05:01."
        ),
        "is it over": "It is still open.",
        "where exactly": "Ward offices: Sinhagad Road 12. Places: Ekta Nagari 10.",
        "how many are in danger": (
            "Urgent: 10, of these critical (danger to life): 7; checked by staff: 0."
        ),
        "who is assigned": "No one is assigned.",
        "who is responsible": "Responsible: Disaster Management Department.",
        "what is not known": "Whether 7 mentions of danger to life are true",
        "which figures contradict each other": (
            "Discharge (cusecs): 24,310 / 51,000; none is confirmed."
        ),
        "what is to be decided, by whom, by when": (
            f"* Who takes charge: Flood at Sinhagad Road (Incident {id_}). Who: "
            "Disaster Management Department; By: at once"
        ),
        "which figure is to be decided": (
            "* One figure: Discharge (cusecs): 24,310 / 51,000. Who:"
        ),
        "more or less than last week": (
            "Whole week: 13 mentions. Same hours last week and now: 3 → 13."
        ),
        "what the cell did": "The cell: alert 5 minutes after the first mention.",
        "what came of it": "No statement and no public answer was published",
        "which commitments are due": "Commitments due: 1, of these late: 0.",
    }
    missing = {question for question, answer in answers.items() if answer not in screen}
    assert not missing, screen


def test_the_first_screen_of_a_quiet_week_says_that_it_was_quiet(world: World) -> None:
    weeks.quiet(world)

    screen = first_screen(letter(world))

    for answer in (
        "A quiet week: no incident, 9 mentions",
        "Nothing stood out: no incident was open in this week. Mentions of danger to "
        "life: 0.",
        "Whole week: 9 mentions. Same hours last week and now: 8 → 9.",
        "Most complaints and requests: Water supply (4).",
        "No statement and no public answer was published",
        "No commitment is due.",
        "Not known: What people say in calls, letters and visits",
        "Nothing waits for a decision.",
    ):
        assert answer in screen


def test_a_week_that_was_half_collected_is_not_called_quiet(world: World) -> None:
    world.covered(BEFORE, MONDAY + timedelta(days=3))
    looked_for_alerts(world)
    world.mention(MONDAY)

    page = letter(world)

    assert page.subject == "Nothing stood out in what was collected: 1 mention"
    assert page.unknown is not None
    assert "Not collected: X 96 hours." in plain_text(page.unknown)


@pytest.mark.parametrize("critical", [0, 2])
def test_a_week_without_the_alerts_job_is_not_called_quiet(
    world: World, critical: int
) -> None:
    world.covered()
    for number in range(5):
        world.mention(MONDAY, urgency="critical" if number < critical else "low")
    for number in range(critical):
        incident(world, f"critical:{number + 1}", kind="critical", state="open")
    looked_for_alerts(world, MONDAY, MONDAY + timedelta(days=6))

    page = letter(world)

    assert page.subject == (
        "2 single reports of danger to life; incidents not looked for all week"
        if critical
        else "5 mentions; incidents were not looked for all week"
    )
    assert page.unknown is not None
    assert (
        "Alerts were not looked for from 21 Nov 2026, 23:50 to 23 Nov 2026, 00:00."
        in plain_text(page.unknown)
    )


def test_the_first_screen_of_festival_days_names_them(world: World) -> None:
    weeks.festival(world)

    screen = first_screen(letter(world, as_of=weeks.DIWALI_MADE))

    assert "Festival days without an incident: 6 mentions" in screen
    assert "Festival days: Fri 6 to Sun 8." in screen


def test_the_first_screen_of_a_closure_says_what_was_announced(world: World) -> None:
    weeks.closure(world)

    screen = first_screen(letter(world))

    assert "Water supply, announced closure: 5 mentions, no incident" in screen
    assert (
        "Also: announced for Fri 20: Water supply, Kothrud - Bavdhan, 5 mentions."
        in screen
    )


def test_a_week_without_data_says_only_that(world: World) -> None:
    page = letter(world)
    assert page.subject == "No data: nothing was collected in this week"
    assert len(page.lead) == 1


def test_dangers_of_the_week_that_nobody_acknowledged_are_to_be_decided_on(
    world: World,
) -> None:
    """Three were written in the week and alerted after it: two of them wait. What was
    written after the week is no matter of its letter."""
    mentions = [world.mention(NEXT - HOUR, urgency="critical") for _ in range(3)]
    mentions.append(world.mention(NEXT + 2 * HOUR, urgency="critical"))
    states = ("open", "acked", "open", "open")
    for mention_id, state in zip(mentions, states, strict=True):
        called_about(world, mention_id, NEXT + 3 * HOUR, state)

    page, *others = (letter(world, lang) for lang in ("en", "mr", "hi"))

    what = "Who acknowledges 2 open reports of danger to life (socialcell alerts list)"
    assert decisions(page) == [(what, "Social media cell", "at once")]
    assert page.preheader == "1 decision is needed."
    for other in others:
        ((translated, *_),) = decisions(other)
        assert "socialcell alerts list" in translated
        assert "2" in translated.translate(_LATIN)


def test_single_reports_of_danger_are_no_quiet_week(world: World) -> None:
    world.covered()
    looked_for_alerts(world)
    world.mention(MONDAY, urgency="critical")
    incident(world, "critical:1", kind="critical", state="open")

    page = letter(world)

    assert page.subject == "No incident; 1 single report of danger to life"
    assert decisions(page) == [
        (
            "Who acknowledges 1 open report of danger to life (socialcell alerts list)",
            "Social media cell",
            "at once",
        )
    ]


def test_who_took_an_incident_on_stands_in_the_subject(world: World) -> None:
    weeks.taken_on(world, weeks.flood(world), "Asha", FRIDAY + 5 * HOUR)

    page = letter(world)

    assert page.subject == "Flood at Sinhagad Road: 12 mentions, assigned to Asha"
    assert "Assigned to Asha since Fri 20 Nov, 05:00." in letter_render.text(page)
    assert not [row for row in decisions(page) if row[0].startswith("Who takes")]


def test_an_incident_that_is_over_asks_for_no_decision(world: World) -> None:
    weeks.over(world, weeks.flood(world), FRIDAY + 8 * HOUR)

    page = letter(world)

    assert page.subject == "Flood at Sinhagad Road: 12 mentions, over"
    text = letter_render.text(page)
    assert "Over since Fri 20 Nov, 08:00. No one had been assigned." in text
    assert [row[0][:10] for row in decisions(page)] == ["1 mention "]


def test_every_decision_rests_on_a_state(world: World) -> None:
    weeks.flood(world)
    weeks.commitment(world, FRIDAY)
    draft = {"state": "draft", "posted_at": None}
    weeks.own_post(world, "a", NEXT + HOUR, made_at=FRIDAY, **draft)

    rows = decisions(letter(world))

    assert [row[0] for row in rows[2:]] == [
        "Commitment missed: A drain at Vitthalwadi",
        "1 post waits for approval",
        "1 mention says that a complaint was closed without action: reopen or explain",
    ]
    assert [row[1:] for row in rows[2:]] == [
        ("Drainage Department", "was due Fri 20 Nov, 00:00"),
        ("An approver", "Mon 23 Nov, 01:00"),
        ("Road Department", "no date is set"),
    ]


def test_what_was_published_and_kept_is_counted(world: World) -> None:
    weeks.flood(world)
    weeks.own_post(world, "a", FRIDAY)
    weeks.own_post(world, "b", FRIDAY, kind="reply")
    weeks.own_post(world, "c", BEFORE)

    text = letter_render.text(letter(world))

    assert text.count("Published: posts 1, answers 1.") == 2
    assert "No statement" not in text


def test_a_rumour_is_said_to_be_false_wherever_it_is_quoted(world: World) -> None:
    weeks.flood(world)
    words = "Khadakwasla dam has burst, run for your lives"
    weeks.rumour(world, words)
    world.mention(FRIDAY + 5 * HOUR, words, topics=("flood",), wards=(SINHAGAD,))

    page = letter(world)

    assert page.unknown is not None
    assert f"Marked as false, in 1 mention: “{words}”. The wall holds." in plain_text(
        page.unknown
    )


def test_commitments_stand_in_the_letter_the_longest_due_first(world: World) -> None:
    weeks.quiet(world)
    weeks.commitment(world, NEXT + HOUR, "Later")
    weeks.commitment(world, FRIDAY, "Earlier", topic=None)
    weeks.commitment(world, NEXT + timedelta(days=8), "Too late to be here")

    (section,) = [s for s in letter(world).sections if s.title == "Commitments due"]

    (table,) = section.blocks
    assert isinstance(table, LetterTable)
    assert [list(map(plain_text, row)) for row in table.rows] == [
        ["Earlier", "asha", "Fri 20 Nov, 00:00, late"],
        ["Later", "Drainage Department", "Mon 23 Nov, 01:00"],
    ]


def test_measures_without_a_value_are_counted_and_left_out(world: World) -> None:
    weeks.quiet(world)
    measures = weeks.numbers(world)["measures"]
    unknown = sum(row["now"] is None for row in measures)

    text = letter_render.text(letter(world))

    assert f"{unknown} of {len(measures)} indicators have no value" in text


def test_the_other_incidents_are_named_behind_the_largest(world: World) -> None:
    weeks.flood(world)
    for number in range(6):
        world.mention(MONDAY + number * MINUTE, topics=("waste",))
    at = MONDAY + 10 * MINUTE
    other = incident(world, "topic:waste", at, ended_at=at + HOUR)
    alert(world, other, "topic:waste", at)

    assert "Also: Waste 6 (over)" in letter_render.text(letter(world))


@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("build", [weeks.flood, weeks.quiet, weeks.closure])
def test_three_languages_say_the_same_numbers(
    world: World, build: Callable[[World], object], lang: str
) -> None:
    build(world)
    expected, own = (
        sorted(
            re.findall(r"\d+(?:[,:]\d+)*", letter_render.text(page).translate(_LATIN))
        )
        for page in (letter(world), letter(world, lang))
    )
    assert own == expected


def test_a_week_that_an_earlier_version_froze_still_has_a_letter(world: World) -> None:
    weeks.flood(world)
    old: dict[str, Any] = dict(weeks.numbers(world))
    for key in ("letter", "reader", "measures", "promises", "outreach"):
        old.pop(key, None)
    for row in old["incidents"]:
        row.pop("situation", None)
    context = weekly_letters.letter_context(
        world.context, read_week(old), language("en")
    )

    page = weekly_letter.page(context)

    assert "13 mentions" in letter_render.text(page)


def test_figures_of_two_incidents_are_one_decision(world: World) -> None:
    weeks.flood(world)
    at, subject = FRIDAY + 4 * HOUR + 6 * MINUTE, "topic:flood"
    id_ = incident(world, subject, at, state="open", last_at=at + HOUR)
    alert(world, id_, subject, at)

    figures = [row["situation"]["figures"] for row in weeks.numbers(world)["incidents"]]
    assert all(figures)
    assert len(figures) == 2
    titles = [what for what, _, _ in decisions(letter(world))]
    assert len([title for title in titles if title.startswith("One figure")]) == 1


def test_what_needs_no_approval_of_the_week_waits_for_none(world: World) -> None:
    weeks.quiet(world)
    draft = {"state": "draft", "posted_at": None}
    weeks.own_post(world, "tag", NEXT, kind="tag", made_at=FRIDAY, **draft)
    weeks.own_post(world, "later", NEXT + HOUR, made_at=NEXT, **draft)

    assert decisions(letter(world)) == []


@pytest.mark.parametrize("agreed", ["2026-06-01", None])
def test_a_goal_is_missed_only_once_it_is_agreed(
    world: World, agreed: str | None
) -> None:
    weeks.quiet(world)
    names = dict.fromkeys(CODES, "Answers")
    target = {"at_least": None, "at_most": 0.0, "by": None}
    goal = {"title": names, "owner": names, "targets": {"asking_share": target}}
    strategy = {"agreed": agreed, "goals": {"answers": goal}}
    numbers = read_week({**weeks.numbers(world), "strategy": strategy})
    context = weekly_letters.letter_context(world.context, numbers, language("en"))

    titles = [what for what, _, _ in decisions(weekly_letter.page(context))]

    assert any(title.startswith("Goal missed") for title in titles) == bool(agreed)


def test_a_share_of_few_mentions_is_no_number_of_the_letter(world: World) -> None:
    weeks.quiet(world)
    assert "expect an answer" not in letter_render.text(letter(world))

    for number in range(11):
        world.mention(FRIDAY + number * MINUTE)
    with db.writing(world.engine) as session:
        session.execute(delete(FrozenReport))
    assert "of mentions expect an answer" in letter_render.text(letter(world))


def test_a_place_after_which_a_dam_is_named_is_no_locality() -> None:
    assert locality("place:ekta-nagari") is not None
    assert locality("place:khadakwasla") is None
