"""The sentences of pictures beside the numbers that they were drawn from."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell.i18n import language
from socialcell.reports.phrases import Phrases
from socialcell.reports.pictures import (
    funnel,
    heat_map,
    incident_timeline,
    lift,
    picture_data,
    ward_map,
)
from socialcell.reports.pictures.funnel import Funnel, FunnelStage
from socialcell.reports.pictures.heat_map import HourGrid
from socialcell.reports.pictures.incident_timeline import IncidentTimeline
from socialcell.reports.pictures.lift import LiftSeries
from socialcell.reports.pictures.picture import Picture, PictureCoverage
from socialcell.reports.pictures.picture_counts import Step
from tests.reports.pictures import samples
from tests.reports.pictures.artists import texts

ENGLISH = language("en")
WHOLE = PictureCoverage(1, 48)
MONDAY, HOUR, START = samples.MONDAY, samples.HOUR, samples.START


def shown(picture: Picture) -> str:
    """All words of a picture, in one line."""
    return " ".join(" ".join(text.words for text in texts(picture.figure)).split())


def hours(**counts: int) -> list[int | None]:
    """A day without mentions but in the hours that are named: h5=3."""
    return [counts.get(f"h{hour}", 0) for hour in range(24)]


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (
            PictureCoverage(1, 168),
            "Source: public posts and messages to the city on 1 platform. "
            "No hour is missing.",
        ),
        (
            PictureCoverage(3, 168, {"Instagram": 4, "X": 12}),
            "Source: public posts and messages to the city on 3 platforms. "
            "Hours missing out of 168: Instagram 4, X 12.",
        ),
    ],
)
def test_the_source_counts_platforms_and_the_hours_that_are_missing(
    coverage: PictureCoverage, sentence: str
) -> None:
    assert coverage.sentence(ENGLISH) == sentence


def test_a_heat_map_names_its_greatest_hour_its_days_and_the_day_without_data() -> None:
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    grid = HourGrid(
        days,
        [hours(h5=3, h6=9), hours(h23=4), [None] * 24],
        [[True] * 24, [True] * 24, [False] * 24],
        [2.0] * 24,
        WHOLE,
    )

    picture = heat_map.draw(grid, ENGLISH)

    assert picture.caption.title == (
        "Most mentions on Mon 16 Nov, 06:00 to 07:00: 9, normally 2"
    )
    assert picture.caption.drawn == (
        "Mentions in each hour, 16 November to 18 November. Normally: the median of "
        "the same hour over the 28 days before."
    )
    assert picture.alt == (
        "Mentions by day: Mon 16 Nov: 12, most at 06:00 (9); "
        "Tue 17 Nov: 4, most at 23:00 (4); Wed 18 Nov: not collected."
    )
    # The steps begin at 1, 2 and half of nine.
    assert "under 1 " in shown(picture)
    assert "4 or more" in shown(picture)


def test_a_heat_map_whose_usual_level_is_not_known_names_none() -> None:
    grid = HourGrid([MONDAY], [hours(h23=12_345)], [[True] * 24], [None] * 24, WHOLE)

    caption = heat_map.draw(grid, ENGLISH).caption

    assert caption.title == "Most mentions on Mon 16 Nov, 23:00 to 24:00: 12,345"
    assert caption.drawn.endswith(" Cells are in thousands.")


def timeline(steps: dict[Step, timedelta]) -> IncidentTimeline:
    """Three hours with 2, 7 and 1 mentions; the first is of 04:10."""
    times = {step: START + after for step, after in steps.items()}
    return IncidentTimeline(
        name="Flood, Sinhagad Road",
        start=START,
        mentions=[2, 7, 1],
        whole=[True] * 3,
        steps={"first_post": START + timedelta(minutes=10), **times},
        as_of=START + 3 * HOUR,
        coverage=WHOLE,
    )


def test_a_timeline_says_each_step_and_what_has_not_come_to_pass() -> None:
    picture = incident_timeline.draw(timeline({"alert": HOUR / 2}), ENGLISH)

    assert picture.caption.title == (
        "Flood, Sinhagad Road: no one is assigned, 2 h 50 min after the first post"
    )
    assert picture.caption.drawn == (
        "Mentions in each hour: 10 in all, most from Sat 21 Nov, 05:00: 7 in one hour."
    )
    assert picture.alt == (
        "First post: Sat 21 Nov, 04:10; Alert: Sat 21 Nov, 04:30; "
        "Assigned: no one until Sat 21 Nov, 07:00; "
        "Statement of the city: none recorded until Sat 21 Nov, 07:00; "
        "Over: not yet, as of Sat 21 Nov, 07:00. "
        "Mentions: 10, most from Sat 21 Nov, 05:00: 7 in one hour."
    )


@pytest.mark.parametrize(
    ("steps", "title"),
    [
        (
            {"taken_on": timedelta(minutes=50), "ended": 2 * HOUR},
            "Flood, Sinhagad Road: assigned 40 min after the first post",
        ),
        ({"ended": 2 * HOUR}, "Flood, Sinhagad Road: over, and no one was assigned"),
    ],
)
def test_a_timeline_says_who_had_an_incident_that_is_over(
    steps: dict[Step, timedelta], title: str
) -> None:
    assert incident_timeline.draw(timeline(steps), ENGLISH).caption.title == title


def test_a_timeline_of_a_year_says_how_many_hours_a_bar_stands_for() -> None:
    flood = replace(
        timeline({}), mentions=[1] * 400, whole=[True] * 400, as_of=START + 400 * HOUR
    )

    picture = incident_timeline.draw(flood, ENGLISH, 640)

    assert re.match(
        r"Mentions in every (12|24) hours: 400 in all, most from Sat 21 Nov, 04:00: "
        r"1 in one hour\.",
        picture.caption.drawn,
    )
    hours_of_bar = int(picture.caption.drawn.split()[3])
    assert picture.table.rows[0][1] == (str(hours_of_bar),)


def test_a_funnel_says_its_days_its_shares_and_where_most_are_lost() -> None:
    stages = (
        FunnelStage("reach", 12_000, "Expected.", estimated=True),
        FunnelStage("clicks", 1_000),
        FunnelStage("store_visits", 500),
        FunnelStage("installs", 50, at_most=80),
        FunnelStage("activated", None),
    )

    picture = funnel.draw(Funnel("monsoon26", "9 Nov", "22 Nov", stages), ENGLISH)

    assert picture.caption.title == (
        "Most are lost here: Clicks of people 1,000, Visits to the store's page 500"
    )
    assert picture.caption.drawn == (
        "Campaign monsoon26, 9 Nov to 22 Nov. Each bar begins at zero; the scale is "
        "the same for all."
    )
    assert picture.caption.source == (
        "Source: the city's own links, what the app stores report, and the plan. "
        "Hatched is not known: Activated users."
    )
    assert picture.alt == (
        "People reached: about 12,000; Clicks of people: 1,000; Visits to the store's "
        "page: 500; Installs that name the campaign: 50 to 80; Activated users: "
        "not known."
    )
    assert "50% of the 1,000 before." in shown(picture)


def test_a_funnel_of_unknown_steps_counts_them() -> None:
    stages = (FunnelStage("clicks", 7), FunnelStage("installs", None))

    title = funnel.draw(Funnel("a", "1 May", "9 May", stages), ENGLISH).caption.title

    assert title == "How people came to the app: 1 step is not known"


def test_a_funnel_remarks_on_what_each_number_is() -> None:
    campaign: Any = {
        "name": "monsoon26",
        "start": "2026-11-09",
        "end": "2026-11-22",
        "so_far": {"clicks": 30, "installs": 8, "unattributed": 5},
        "store_visits": 20,
    }
    week: Any = {
        "days": [{"date": "2026-11-20"}],
        "outreach": {"plans": [{"campaign": "monsoon26", "reach": 900.4}]},
    }

    drawn = picture_data.funnel_of_week(week, campaign, Phrases(ENGLISH))

    assert drawn is not None
    assert [(stage.count, stage.note) for stage in drawn.stages] == [
        (900, "Expected by the plan, not counted."),
        (30, ""),
        (20, "Google Play alone reports them."),
        (8, "Hatched: installs that name no campaign of ours."),
        (None, "Activated users do not say which campaign they name."),
    ]
    assert drawn.last == "20 November"


def lifted(days: list[date], interval: tuple[float, float] | None) -> LiftSeries:
    """Ten users a day are expected; from 12 November on there are fifteen."""
    actual = [15.0 if day >= date(2026, 11, 12) else 10.0 for day in days]
    return LiftSeries(
        campaign="monsoon26",
        outcome="Activated users",
        days=days,
        actual=actual,
        expected=[10.0] * len(days),
        lower=[8.0] * len(days),
        upper=[12.0] * len(days),
        start=date(2026, 11, 12),
        end=date(2026, 11, 14),
        added=15.0,
        anyway=30.0,
        interval=interval,
    )


NINE_DAYS = [date(2026, 11, 6) + timedelta(days=n) for n in range(9)]
SOURCE_OF_LIFT = (
    "Source: figures of the city's own systems; expected from areas without the "
    "campaign. Without it, 95% of the days would lie within the band. "
)


def test_a_lift_says_its_days_its_sums_and_its_interval() -> None:
    picture = lift.draw(lifted(NINE_DAYS, (9.0, 21.0)), ENGLISH)

    assert picture.caption.title == ("monsoon26 added about 15 (95% interval 9 to 21)")
    assert picture.caption.drawn == (
        "Activated users a day in the campaign's area, 6 November to 14 November."
    )
    assert picture.caption.source == SOURCE_OF_LIFT + "No day is missing."
    # Three days of fifteen.
    assert picture.alt == (
        "Activated users from 12 November to 14 November: 45, expected 30, "
        "difference 15. 95% interval: 9 to 21."
    )
    assert "Start, 12 Nov" in shown(picture)


def test_a_lift_counts_the_days_that_are_missing() -> None:
    picture = lift.draw(lifted([*NINE_DAYS[:2], *NINE_DAYS[4:]], None), ENGLISH)

    assert picture.caption.source == SOURCE_OF_LIFT + "2 days are missing."
    assert picture.caption.title == (
        "monsoon26: about 15 more than expected; how sure that is cannot be said"
    )


def test_a_lift_whose_interval_holds_zero_claims_nothing() -> None:
    title = lift.draw(lifted(NINE_DAYS, (-3.0, 21.0)), ENGLISH).caption.title

    assert title == "monsoon26: no effect can be claimed (95% interval -3 to 21)"


def test_a_ward_map_says_its_days_its_greatest_and_that_it_is_a_sketch(
    tmp_path: Path,
) -> None:
    wards = samples.wards(tmp_path, ENGLISH)
    names = [area.name for area in wards.areas]
    areas = [
        replace(area, count={names[0]: 40, names[1]: 25}.get(area.name))
        for area in wards.areas
    ]

    caption = ward_map.draw(replace(wards, areas=areas), ENGLISH).caption

    assert caption.title == f"Most mentions name {names[0]}: 40 of 65"
    assert caption.drawn == (
        "Mentions that name a place in the area of a ward office, 16 Nov to 22 Nov. "
        "The map is a sketch: these are not the boundaries."
    )
    assert caption.source.endswith(" 756 mentions name no place in a ward office.")
