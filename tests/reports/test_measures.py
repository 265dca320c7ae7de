"""The commissioner's measures, worked out by hand, and the targets beside them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import strategy
from socialcell.errors import ConfigError
from socialcell.i18n import CODES, language
from socialcell.reports.kpis.kpi_labels import kpi_names
from socialcell.reports.kpis.listening import weighted_coverage
from socialcell.reports.sections.goals import is_met
from socialcell.reports.weekly import frozen_week
from socialcell.services.doctor import examine
from socialcell.services.reporting import weekly_report
from tests.reports.around import (
    SUNDAY,
    activated,
    alert,
    incident,
    notified,
    promise,
    removed,
)
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
WORDS = "{mr: मराठी, hi: हिंदी, en: English}"


def measures(world: World) -> dict[str, dict[str, Any]]:
    found = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )
    return {one["id"]: one for one in found["measures"]}


def pair(one: dict[str, Any]) -> tuple[Any, Any]:
    return one["now"], one["before"]


def goals(world: World, targets: str, agreed: str = "2026-11-01") -> Path:
    place = world.context.workspace.folder / strategy.NAME
    place.write_text(
        f"agreed: {agreed}\n"
        "goals:\n"
        "  only:\n"
        f"    title: {WORDS}\n"
        f"    owner: {WORDS}\n"
        f"    targets: {targets}\n"
    )
    return place


def text_of(world: World, lang: str = "en") -> str:
    made = weekly_report.write_weekly(world.context, lang=lang)
    return " ".join(made.text.read_text("utf-8").split())


def test_coverage_weighs_a_platform_by_its_usual_share_of_mentions(
    world: World,
) -> None:
    world.covered()
    world.covered(BEFORE, MONDAY + 84 * HOUR, source="paper", connector="rss")
    for _ in range(3):
        world.mention(MONDAY)
        world.mention(BEFORE)
    world.mention(MONDAY, platform="news")
    world.mention(BEFORE, platform="news")
    found = measures(world)["coverage"]
    # Three of four mentions are on X, read whole; news was read for half of the week.
    assert pair(found) == (0.75 * 1 + 0.25 * 0.5, 1.0)
    assert found["rests"] == ["due", 336]


def test_without_any_mention_platforms_weigh_alike() -> None:
    assert weighted_coverage({"x": 1.0, "news": 0.5}, {}) == 0.75
    assert weighted_coverage({}, {}) is None


def test_asking_is_counted_over_the_hours_of_both_weeks(world: World) -> None:
    world.covered(MONDAY + HOUR, NEXT)
    world.covered(BEFORE, MONDAY)
    world.mention(MONDAY)  # in an hour that this week does not cover
    for intent in ("complaint", "question", "praise", "information"):
        world.mention(MONDAY + 2 * HOUR, intent=intent)
    world.mention(BEFORE + 2 * HOUR, intent="help")
    found = measures(world)
    assert pair(found["asking"]) == (2, 1)
    assert pair(found["asking_share"]) == (0.5, 1.0)
    assert found["asking"]["rests"] == ["same", 167, 168]


def test_asking_is_not_compared_with_a_week_that_was_not_read(world: World) -> None:
    world.covered(MONDAY, NEXT)
    world.mention(MONDAY)
    found = measures(world)["asking"]
    assert (pair(found), found["rests"]) == ((1, None), ["read", 168, 168])


def test_the_anger_that_grew_most_is_held_against_earlier_weeks(world: World) -> None:
    world.covered(MONDAY - 4 * WEEK, NEXT)
    for week, n in ((1, 2), (2, 6), (3, 4), (4, 3)):
        for _ in range(n):
            world.mention(MONDAY - week * WEEK, topics=("water",))
    for _ in range(9):
        world.mention(MONDAY, topics=("water",))
        world.mention(MONDAY, topics=("roads",), sentiment="positive")
        world.mention(MONDAY, topics=("politics",))
    for _ in range(3):
        world.mention(MONDAY, topics=("waste",))
    found = measures(world)["anger"]
    assert (found["of"], pair(found)) == ("water", (9, 2))
    # The median of 2, 6, 4 and 3 is 3.5; weeks before were not collected at all.
    assert found["rests"] == ["usual", 3.5, 2, 6, 4]


def test_without_three_whole_weeks_nothing_is_called_usual(world: World) -> None:
    world.covered(MONDAY - 2 * WEEK, NEXT)
    world.mention(MONDAY, topics=("water",))
    assert measures(world)["anger"]["why"] == "weeks"


def test_anger_is_not_compared_when_this_week_was_not_read_whole(
    world: World,
) -> None:
    world.covered(MONDAY - 4 * WEEK, NEXT - 9 * HOUR)  # 159 of 168 are less than 95%
    world.mention(MONDAY, topics=("water",))
    assert measures(world)["anger"]["why"] == "coverage"


def test_incidents_say_how_long_an_alert_and_a_person_took(world: World) -> None:
    world.covered()
    for minutes, acked in ((10, 30), (20, None), (40, 90)):
        at = MONDAY + minutes * HOUR
        post = world.mention(at - timedelta(minutes=minutes))
        made = incident(
            world,
            f"topic:{minutes}",
            at,
            acked_at=at + timedelta(minutes=acked) if acked else None,
        )
        alert(world, made, at=at, mentions=[post])
        notified(world, made, at + timedelta(minutes=1))
    early = incident(world, "topic:early", BEFORE + HOUR)
    alert(world, early, at=BEFORE + HOUR, mentions=[world.mention(BEFORE)])
    found = measures(world)
    # The middle one of 11, 21 and 41 minutes; nobody was sent the early one.
    assert pair(found["alerted"]) == (21, None)
    assert pair(found["acknowledged"]) == (60, None)  # of 30 and 90
    assert found["acknowledged"]["rests"] == ["incidents", 2, 3]


@pytest.mark.parametrize("state", ["none", "held", "dead"])
def test_an_alert_that_reached_nobody_keeps_no_goal(world: World, state: str) -> None:
    world.covered()
    post = world.mention(MONDAY)
    made = incident(world, "topic:water", MONDAY + HOUR)
    alert(world, made, at=MONDAY + HOUR, mentions=[post])
    if state != "none":
        notified(world, made, MONDAY + HOUR, state)
    goals(world, "{alerted: {at_most: 90}}")
    assert measures(world)["alerted"]["why"] == "nobody_notified"
    said = text_of(world)
    assert "no one was notified" in said
    assert (
        is_met({"at_least": None, "at_most": 90, "by": None}, "alerted", None) is None
    )


def test_app_users_are_those_of_all_ward_offices(world: World) -> None:
    world.covered()
    for back in range(14):
        activated(world, SUNDAY - back * DAY, 10)
        activated(world, SUNDAY - back * DAY, 1000, "elsewhere:nagpur")
    activated(world, SUNDAY, 5, "ward:kothrud-bavdhan")
    activated(world, SUNDAY - DAY, None, "ward:kothrud-bavdhan")  # kept back
    found = measures(world)["activated"]
    # The week before holds 7 days of wards and this one 8: it is not compared.
    assert (pair(found), found["rests"]) == ((75, None), ["days", 8, 14])


def test_promises_count_when_they_were_kept_in_time(world: World) -> None:
    world.covered()
    promise(world, MONDAY, MONDAY - HOUR)
    promise(world, MONDAY + HOUR, MONDAY + 2 * HOUR)  # late
    promise(world, MONDAY + HOUR)
    promise(world, BEFORE, BEFORE)
    promise(world, NEXT, MONDAY)  # falls due in the next week
    found = measures(world)["promises_kept"]
    assert (pair(found), found["rests"]) == ((1 / 3, 1.0), ["promises", 1, 3])


def test_marathi_is_counted_in_the_city_s_own_posts(world: World) -> None:
    world.covered()
    world.registered("city_handle")
    for written in ("mr", "mr", "en", "mr-Latn"):
        world.mention(MONDAY, author="city", language=written)
        world.mention(MONDAY, author="somebody", language="mr")
    found = measures(world)["marathi_first"]
    assert (pair(found), found["rests"]) == ((0.5, None), ["posts", 2, 4])


def test_deletions_count_when_they_were_honoured_within_a_day(world: World) -> None:
    world.covered()
    removed(world, MONDAY + DAY, 24 * HOUR)
    removed(world, MONDAY + DAY, 25 * HOUR)
    removed(world, NEXT, HOUR)  # noticed in the next week
    found = measures(world)["deleted_in_time"]
    assert (pair(found), found["rests"]) == ((0.5, None), ["removals", 1, 2])


def test_what_no_table_holds_is_not_known_and_says_why(world: World) -> None:
    world.covered()
    said = text_of(world)
    assert (
        "- K5 Confirmed solved, not known: no cases are recorded. This week: –; Week "
        "before: –; Target: ≥ 60%, by Nov 2027"
    ) in said
    found = measures(world)
    assert list(found) == list(strategy.MEASURES)
    for name in ("first_answer", "confirmed", "overdue", "rating", "took_part"):
        assert (pair(found[name]), bool(found[name]["why"])) == ((None, None), True)


def test_only_what_has_a_figure_is_explained(world: World) -> None:
    world.covered()
    said = text_of(world)
    assert "K1: Hours collected without gaps, of hours due" in said
    assert "K5:" not in said


@pytest.mark.parametrize("lang", CODES)
def test_every_measure_has_a_name_and_a_definition(world: World, lang: str) -> None:
    found = kpi_names(language(lang))
    assert list(found) == list(strategy.MEASURES)
    assert len({name for name, _ in found.values()}) == len(found)
    assert all(len(definition) > 20 for _, definition in found.values())


@pytest.mark.parametrize(
    ("target", "measure", "now", "kept"),
    [
        ({"at_least": 60, "at_most": None}, "confirmed", 0.6, True),
        ({"at_least": 60, "at_most": None}, "confirmed", 0.599, False),
        ({"at_least": None, "at_most": 30}, "alerted", 30, True),
        ({"at_least": None, "at_most": 30}, "alerted", 31, False),
        ({"at_least": None, "at_most": 30}, "alerted", None, None),
    ],
)
def test_a_target_is_kept_missed_or_not_known(
    target: dict[str, Any], measure: str, now: float | None, kept: bool | None
) -> None:
    assert is_met(target, measure, now) is kept


def test_the_report_shows_targets_and_keeps_those_of_its_day(world: World) -> None:
    world.covered()
    place = goals(world, "{coverage: {at_least: 95}, alerted: {at_most: 15}}")
    said = text_of(world)
    assert "The goals of the strategy were agreed on Sunday, 1 November 2026." in said
    assert "- English, English. Met: 1; Not met: 0; Not known: 1" in said
    assert "This week: 100%; Week before: 100%; Target: ≥ 95%, met" in said
    place.unlink()
    assert text_of(world) == said, "a frozen report keeps its targets"


def test_without_a_strategy_the_report_says_so(world: World) -> None:
    world.covered()
    (world.context.workspace.folder / strategy.NAME).unlink()
    said = text_of(world)
    assert "There is no strategy, so there are no targets." in said
    assert "- K1 Coverage, 168 platform-hours due. This week: 100%" in said
    assert said.count("Target: –") == len(strategy.MEASURES) == said.count("Target: ")


def test_goals_that_nobody_agreed_to_are_called_proposals(world: World) -> None:
    world.covered()
    shipped = strategy.load(world.context.workspace.folder)
    assert shipped is not None
    assert len(shipped.goals) == 10
    assert "proposals: no one has agreed to them" in text_of(world)


@pytest.mark.parametrize(
    ("targets", "problem"),
    [
        ("{coverge: {at_least: 5}}", "no measure 'coverge'; did you mean 'coverage'?"),
        ("{coverage: {at_least: 5, at_most: 6}}", "one of the two"),
        ("{coverage: {}}", "one of the two"),
        ("{coverage: {at_least: 101}}", "the target of coverage is a percentage"),
        ("{coverage: {atleast: 5}}", "unknown key"),
        ("{coverage: {at_least: many}}", "valid number"),
    ],
)
def test_a_wrong_target_is_told_with_its_line(
    world: World, targets: str, problem: str
) -> None:
    place = goals(world, targets)
    with pytest.raises(ConfigError) as raised:
        strategy.load(place.parent)
    assert problem in str(raised.value)
    assert f"{place}:" in str(raised.value)
    checks = {one.name: one for one in examine(place.parent / "config.yaml")}
    assert checks["strategy"].state == "failed"
    with pytest.raises(ConfigError):
        weekly_report.write_weekly(world.context)


def test_a_measure_has_one_target(world: World) -> None:
    place = goals(world, "{coverage: {at_least: 5}}")
    again = place.read_text() + "  two:\n" + place.read_text().split("  only:\n")[1]
    place.write_text(again)
    with pytest.raises(ConfigError, match="coverage has a target in only and in two"):
        strategy.load(place.parent)


@pytest.mark.parametrize(
    ("agreed", "state"), [("2026-11-01", "ok"), ("null", "warning")]
)
def test_the_doctor_looks_at_the_strategy(
    world: World, agreed: str, state: str
) -> None:
    place = goals(world, "{}", agreed)
    checks = {one.name: one for one in examine(place.parent / "config.yaml")}
    assert checks["strategy"].state == state
    place.unlink()
    checks = {one.name: one for one in examine(place.parent / "config.yaml")}
    assert checks["strategy"].state == "skipped"
