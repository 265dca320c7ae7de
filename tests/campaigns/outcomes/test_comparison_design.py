"""The rules of a comparison: they look at the time before the start, and say no."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from socialcell.campaigns.outcomes import comparison_design
from socialcell.campaigns.outcomes.comparison_design import CannotMeasure
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.model import Campaign, OutcomeDay
from socialcell.message_catalog import Message
from tests.builders import NOON

START, END = date(2026, 11, 2), date(2026, 11, 15)  # a Monday, a Sunday
AFTER = date(2026, 11, 30)
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


def campaign(*wards: str, **changes: Any) -> Campaign:
    made: dict[str, Any] = {
        "name": "monsoon26",
        "goal": "activated_users",
        "wards": list(wards),
        "start": START,
        "end": END,
        "currency": "INR",
        "created_at": NOON,
        "created_by": "test",
    }
    return Campaign(**(made | changes))


def days(first: date, last: date, n: int = 10) -> dict[date, int]:
    return {first + k * DAY: n for k in range((last - first).days + 1)}


def city(weeks: int = 8, **changes: Mapping[date, int]) -> dict[str, dict[date, int]]:
    """Ten areas a to j with figures from `weeks` before the start to the end."""
    held = {area: days(START - weeks * WEEK, END) for area in "abcdefghij"}
    return held | {area: dict(figures) for area, figures in changes.items()}


def in_words(left_out: Mapping[str, Message]) -> dict[str, str]:
    """Area → why it is not compared, in English."""
    return {area: str(why) for area, why in left_out.items()}


def panel(
    held: Mapping[str, Mapping[date, int]],
    *others: Campaign,
    wards: tuple[str, ...] = ("a", "b"),
    today: date = AFTER,
    kinds: Mapping[str, str] | None = None,
) -> comparison_design.PanelComparison:
    known = kinds or dict.fromkeys(held, "ward_office")
    return comparison_design.compare_panel(campaign(*wards), held, known, others, today)


def test_all_other_areas_of_the_same_kind_are_compared() -> None:
    held = city(z=days(START - 8 * WEEK, END))
    kinds = {**dict.fromkeys("abcdefghij", "ward_office"), "z": "prabhag"}

    found = panel(held, kinds=kinds)

    assert (found.treated, found.controls) == (["a", "b"], list("cdefghij"))
    assert (found.pre, len(found.days)) == (56, 70)
    assert found.treated_counts.shape == (2, 70)
    assert in_words(found.left_out) == {}


def test_what_happens_after_the_start_decides_nothing() -> None:
    quiet, loud = city(), city()
    for area in "ac":
        loud[area] |= days(START, END, 10_000)

    assert panel(quiet).controls == panel(loud).controls
    assert panel(quiet).days == panel(loud).days


def test_half_a_year_before_is_the_most() -> None:
    assert panel(city(60)).pre == 26 * 7


def test_the_time_before_is_whole_weeks() -> None:
    held = {area: days(START - 8 * WEEK - 5 * DAY, END) for area in "abcdefghij"}

    assert panel(held).pre == 56


def test_an_area_that_lacks_a_day_is_left_out_and_named() -> None:
    held = city()
    del held["c"][START - 10 * DAY]

    found = panel(held)

    assert "c" not in found.controls
    assert in_words(found.left_out) == {
        "c": f"a day is missing between {START - 8 * WEEK} and {END}"
    }


def test_a_few_areas_that_begin_late_do_not_shorten_the_time_before() -> None:
    held = city(c=days(START - 5 * WEEK, END), d=days(START - 5 * WEEK, END))

    found = panel(held)

    assert found.pre == 56
    assert sorted(found.left_out) == ["c", "d"]


def test_when_most_begin_late_the_time_before_is_shorter() -> None:
    late = {area: days(START - 5 * WEEK, END) for area in "cdefgh"}

    found = panel(city() | late)

    assert (found.pre, found.left_out) == (35, {})


def test_an_area_with_hardly_any_is_left_out() -> None:
    held = city(c=days(START - 8 * WEEK, END, 0))

    assert in_words(panel(held).left_out) == {
        "c": "less than one a day before the start"
    }


def test_an_area_that_another_campaign_reaches_is_left_out() -> None:
    other = campaign("c", "d", name="tax", start=END - DAY, end=AFTER)
    long_ago = campaign("e", name="old", start=START - 30 * WEEK, end=START - 29 * WEEK)

    found = panel(city(), other, long_ago)

    assert in_words(found.left_out) == dict.fromkeys(
        "cd", "the campaign tax reaches it"
    )


def test_the_time_before_begins_after_an_earlier_campaign_in_the_same_wards() -> None:
    earlier = campaign("b", name="old", start=START - 8 * WEEK, end=START - 6 * WEEK)

    # From the day after its end it is six weeks less a day: five whole ones.
    assert panel(city(), earlier).pre == 35


def test_a_campaign_that_still_runs_is_measured_up_to_yesterday() -> None:
    found = panel(city(), today=START + 4 * DAY)

    assert found.days[-1] == START + 3 * DAY


def test_figures_that_end_early_end_the_comparison() -> None:
    held = city(b=days(START - 8 * WEEK, END - 3 * DAY))

    assert panel(held).days[-1] == END - 3 * DAY


@pytest.mark.parametrize(
    ("held", "wards", "said"),
    [
        (city(3), ("a", "b"), "only 3 whole weeks"),
        (city(b={}), ("a", "b"), "No figures of activated_users are held for b"),
        (city(), tuple("abcde"), "5 wards of the campaign and 5 others"),
        (city(), tuple("abcdefghij"), "10 wards of the campaign and 0 others"),
        (
            city(a=days(START - 8 * WEEK, END, 0), b=days(START - 8 * WEEK, END, 1)),
            ("a", "b"),
            "less than one of activated_users a day",
        ),
        (city(a=days(START - WEEK, START - DAY)), ("a", "b"), "No day of the campaign"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(
    held: dict[str, dict[date, int]], wards: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CannotMeasure, match=said):
        panel(held, wards=wards)


def test_a_gap_of_the_campaigns_own_wards_is_refused_and_not_filled() -> None:
    held = city()
    del held["a"][START + 2 * DAY]

    with pytest.raises(CannotMeasure, match=r"a lack days.*is not 0"):
        panel(held)


def test_a_figure_that_is_withheld_is_not_known() -> None:
    def row(n: int, value: int | None, *, withheld: bool = False) -> OutcomeDay:
        return OutcomeDay(
            key=str(n),
            outcome="payments",
            area="a",
            day=START + n * DAY,
            value=value,
            withheld=withheld,
            stored_at=NOON,
        )

    found = comparison_design.known_figures(
        [row(0, 7), row(1, None), row(2, None, withheld=True)]
    )

    assert found == {"a": {START: 7}}


# The whole city -------------------------------------------------------------------


def test_a_city_is_compared_with_whole_series_from_elsewhere() -> None:
    held = days(START - 8 * WEEK, END)
    broken = days(START - 8 * WEEK, END)
    del broken[START - DAY]

    found = comparison_design.compare_series(
        campaign(), held, {"nashik": held, "nagpur": broken}, AFTER
    )

    assert (found.pre, found.names) == (56, ["nashik"])
    assert found.candidates.shape == (70, 1)


def test_a_city_without_anything_to_compare_with_is_refused() -> None:
    held = days(START - 8 * WEEK, END)

    with pytest.raises(CannotMeasure, match="no series from elsewhere"):
        comparison_design.compare_series(campaign(), held, {}, AFTER)


def test_downloads_of_stores_are_added_where_all_are_known() -> None:
    def row(store: str, n: int, value: int | None) -> StoreDay:
        return StoreDay(
            key=f"{store}{n}{value}",
            store=store,
            app=store,
            metric="",
            definition="",
            dimension="total",
            cut="",
            day=START + n * DAY,
            zone="UTC",
            value=value,
            withheld=False,
            stored_at=datetime(2026, 11, 24, tzinfo=UTC),
        )

    rows = [
        row("google_play", 0, 60),
        row("app_store", 0, 12),
        row("app_store", 0, 6),
        row("google_play", 1, 60),
        row("app_store", 2, 9),
        row("google_play", 2, None),
    ]

    assert comparison_design.daily_downloads(rows) == {START: 78}
    assert comparison_design.daily_downloads([]) == {}
