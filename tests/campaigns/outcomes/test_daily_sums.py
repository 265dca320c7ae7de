"""Sums of daily figures: what they add, what they never add, what they leave open."""

from datetime import date, timedelta
from typing import Any

import pytest

from socialcell.campaigns.outcomes.ad_figures import ad_figures
from socialcell.campaigns.outcomes.daily_sums import (
    day_coverage,
    ratio,
    total,
    weighted_mean,
)
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.campaigns.outcomes.install_figures import (
    InstallFigures,
    install_figures,
)
from socialcell.campaigns.outcomes.search_figures import search_figures
from socialcell.connectors.google.play_statistics import METRICS as PLAY_METRICS
from socialcell.connectors.meta.facebook_insights import FAMILIES
from socialcell.connectors.metric_kinds import MetricKind, store_metric_kind
from tests.builders import NOON

FIRST = date(2026, 11, 16)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def store_day(n: int = 0, value: int | None = 10, **changes: Any) -> StoreDay:
    made: dict[str, Any] = {
        "key": f"{n}{changes}",
        "store": "google_play",
        "app": "a.b",
        "metric": "user_installs",
        "definition": "Daily User Installs",
        "dimension": "total",
        "cut": "",
        "day": day(n),
        "zone": "America/Los_Angeles",
        "value": value,
        "withheld": False,
        "stored_at": NOON,
    }
    return StoreDay(**(made | changes))


def utm(n: int, campaign: str, value: int | None, **changes: Any) -> StoreDay:
    made = {
        "metric": "acquisitions",
        "definition": "Store listing acquisitions",
        "dimension": "traffic_source,search_term,utm_source,utm_campaign",
        "cut": f'["Third-party referrals", "", "instagram", "{campaign}"]',
    }
    return store_day(n, value, **(made | changes))


def shown(
    *rows: StoreDay, by: str | None = None, daily: bool = False
) -> dict[Any, tuple[float | None, int, int]]:
    """(definition, group, day) → value, days withheld, days not reported."""
    return {
        (line.series.definition, line.group, line.day): (
            line.total.value,
            line.total.withheld,
            line.total.not_reported,
        )
        for line in install_figures(rows, FIRST, by=by, daily=daily).lines
    }


def test_a_sum_knows_of_how_many_days_it_knows_nothing() -> None:
    assert total([1, None, 4]).value == 5
    assert total([1, None, 4]).not_reported == 1
    assert not total([1, None]).is_whole
    assert total([1, 0]).is_whole


def test_a_sum_of_nothing_is_unknown_and_not_nought() -> None:
    assert total([None, None]).value is None
    assert total([]).value is None
    assert total([0]).value == 0


def test_days_between_that_are_not_held_are_missing_and_later_ones_are_not() -> None:
    found = day_coverage([day(1), day(2), day(4)], FIRST, 2)

    assert found.through == day(4)
    assert found.missing == (day(0), day(3))
    assert found.moving_from == day(3)


def test_nothing_held_covers_nothing() -> None:
    assert day_coverage([], FIRST, 2).through is None
    assert day_coverage([], FIRST, 2).missing == ()


def test_a_rate_and_a_mean_are_of_sums() -> None:
    assert ratio(5, 20) == 0.25
    assert ratio(5, 0) is None
    assert ratio(None, 5) is None
    # Position 1 seen 300 times and 5 seen 100 times: (300 + 500) / 400.
    assert weighted_mean([(1.0, 300), (5.0, 100), (None, 50), (9.0, None)]) == 2.0
    assert weighted_mean([(1.0, 0)]) is None


# Stores ---------------------------------------------------------------------------


def test_definitions_are_never_added_to_each_other() -> None:
    rows = [
        store_day(0, 10),
        store_day(0, 8, definition="Current User Installs"),
        store_day(0, 7, definition="Sales and Trends: 1F"),
    ]

    assert [value for value, *_ in shown(*rows).values()] == [8, 10, 7]


def test_a_total_goes_before_the_sum_of_a_cut_and_is_not_added_to_it() -> None:
    rows = [
        store_day(0, 10),
        store_day(0, 6, dimension="country", cut="IN"),
        store_day(0, 3, dimension="country", cut=""),
    ]

    assert shown(*rows) == {("Daily User Installs", None, None): (10, 0, 0)}
    assert shown(*rows, by="country") == {
        ("Daily User Installs", "IN", None): (6, 0, 0),
        ("Daily User Installs", "", None): (3, 0, 0),
    }


def test_without_a_total_one_partition_is_summed_and_not_two() -> None:
    rows = [
        utm(0, "monsoon26", 9),
        utm(0, "Other", 4),
        utm(0, "", 13, dimension="country", cut="IN"),
    ]

    assert shown(*rows) == {("Store listing acquisitions", None, None): (13, 0, 0)}


def test_rows_of_a_source_are_summed_over_terms_and_campaigns() -> None:
    rows = [utm(0, "monsoon26", 9), utm(0, "Other", 4), utm(1, "monsoon26", 6)]

    assert shown(*rows, by="traffic_source") == {
        ("Store listing acquisitions", "Third-party referrals", None): (19, 0, 0)
    }


def test_a_rate_of_a_listing_is_of_the_sums_and_not_a_mean_of_rates() -> None:
    def visits(n: int, campaign: str, value: int) -> StoreDay:
        return utm(
            n,
            campaign,
            value,
            metric="visitors",
            definition="Store listing visitors",
        )

    rows = [
        *(utm(0, "monsoon26", 1), visits(0, "monsoon26", 2)),
        *(utm(1, "monsoon26", 10), visits(1, "monsoon26", 98)),
    ]

    (one,) = install_figures(rows, FIRST, by="utm_campaign", daily=False).rates

    assert one.group == "monsoon26"
    assert one.rate == pytest.approx(11 / 100)


def test_visitors_of_two_definitions_make_no_rate() -> None:
    rows = [
        utm(0, "monsoon26", 5),
        utm(0, "monsoon26", 9, metric="visitors", definition="Visitors (installs)"),
    ]

    assert install_figures(rows, FIRST, by="utm_campaign", daily=False).rates == ()


def test_a_day_without_a_row_is_withheld_where_small_numbers_are_kept_back() -> None:
    rows = [utm(0, "monsoon26", 9), utm(0, "small", 5), utm(1, "monsoon26", 6)]

    assert shown(*rows, by="utm_campaign", daily=True) == {
        ("Store listing acquisitions", "monsoon26", day(0)): (9, 0, 0),
        ("Store listing acquisitions", "monsoon26", day(1)): (6, 0, 0),
        ("Store listing acquisitions", "small", day(0)): (5, 0, 0),
        ("Store listing acquisitions", "small", day(1)): (None, 1, 0),
    }


def test_a_campaign_that_apple_leaves_out_is_withheld_and_not_nought() -> None:
    def apple(n: int, campaign: str, value: int) -> StoreDay:
        return store_day(
            n,
            value,
            store="app_store",
            metric="first_time_downloads",
            definition="App Downloads Detailed: First-time download",
            dimension="territory,campaign",
            cut=f'["IN", "{campaign}"]',
        )

    rows = [apple(0, "monsoon26", 6), apple(0, "", 30), apple(1, "", 28)]

    found = shown(*rows, by="campaign")

    definition = "App Downloads Detailed: First-time download"
    assert found[definition, "monsoon26", None] == (6, 1, 0)
    assert found[definition, "", None] == (58, 0, 0)


def devices(n: int, value: int | None, **changes: Any) -> StoreDay:
    made = {"metric": "active_devices", "definition": "Active Device Installs"}
    return store_day(n, value, **(made | changes))


def test_a_stock_is_never_added_up_and_has_its_last_value() -> None:
    rows = [devices(0, 700), devices(1, 720), devices(2, 710), devices(3, None)]

    (line,) = install_figures(rows, FIRST, by=None, daily=False).lines

    assert (line.total.value, line.as_of) == (710, day(2))
    assert (line.total.days, line.total.not_reported) == (4, 1)


def test_a_stock_is_added_up_over_the_groups_of_one_day() -> None:
    rows = [
        devices(n, value, dimension="country", cut=country)
        for n, country, value in (
            *((0, "IN", 600), (0, "US", 40)),
            *((1, "IN", 610), (1, "US", 50)),
        )
    ]

    assert shown(*rows) == {("Active Device Installs", None, None): (660, 0, 0)}
    assert shown(*rows, by="country") == {
        ("Active Device Installs", "IN", None): (610, 0, 0),
        ("Active Device Installs", "US", None): (50, 0, 0),
    }


def test_a_stock_of_which_no_day_is_known_has_no_value_and_no_day() -> None:
    (line,) = install_figures([devices(0, None)], FIRST, by=None, daily=False).lines

    assert (line.total.value, line.as_of) == (None, None)


def test_days_of_flows_are_summed_and_name_no_day() -> None:
    (line,) = install_figures(
        [store_day(0, 4), store_day(1, 5)], FIRST, by=None, daily=False
    ).lines

    assert (line.total.value, line.as_of) == (9, None)


def test_every_figure_that_a_store_or_a_page_tells_has_its_kind() -> None:
    stocks = {"active_devices", "active_users", "total_user_installs"}
    for metric in set(PLAY_METRICS.values()) | {"acquisitions_all"}:
        kind = store_metric_kind("google_play", metric, "")
        assert (kind is MetricKind.STOCK) == (metric in stocks), metric
    of_pages = {
        name: store_metric_kind("facebook", family, name)
        for family, names in FAMILIES.items()
        for name in names
    }
    assert of_pages == {
        "page_media_view": MetricKind.FLOW,
        "page_total_media_view_unique": MetricKind.PEOPLE,
        "page_follows": MetricKind.STOCK,
        "page_daily_follows_unique": MetricKind.FLOW,
        "page_post_engagements": MetricKind.FLOW,
        "page_views_total": MetricKind.FLOW,
    }


def test_a_metric_of_a_page_that_nobody_knows_is_not_added_up() -> None:
    rows = [
        store_day(n, 5, store="facebook", metric="mood", definition="page_mood")
        for n in range(2)
    ]

    (line,) = install_figures(rows, FIRST, by=None, daily=False).lines

    assert (line.series.kind, line.total.value, line.as_of) == (None, 5, day(1))


def test_a_country_without_a_row_is_not_reported() -> None:
    rows = [
        store_day(0, 6, dimension="country", cut="IN"),
        store_day(0, 1, dimension="country", cut="US"),
        store_day(1, 7, dimension="country", cut="IN"),
    ]

    assert shown(*rows, by="country")["Daily User Installs", "US", None] == (1, 0, 1)


def test_a_figure_that_the_store_withholds_is_said_to_be() -> None:
    rows = [store_day(0, None, withheld=True), store_day(1, 4), store_day(2, None)]

    assert shown(*rows) == {("Daily User Installs", None, None): (4, 1, 1)}


def covered(found: InstallFigures) -> dict[str, Any]:
    return {series.definition: one for series, one in found.covered.items()}


def test_each_series_says_through_when_it_is_held_and_what_still_moves() -> None:
    rows = [
        *(store_day(n) for n in (0, 1, 3)),
        store_day(
            6,
            store="app_store",
            definition="App Downloads Standard: First-time download",
        ),
    ]

    found = covered(install_figures(rows, FIRST, by=None, daily=False))

    play = found["Daily User Installs"]
    assert (play.through, play.missing) == (day(3), (day(2),))
    apple = found["App Downloads Standard: First-time download"]
    assert apple.moving_from == day(5)


@pytest.mark.parametrize(
    ("definition", "days"),
    [
        ("Store listing acquisitions", 6),
        ("App Downloads Detailed: First-time download", 2),
        ("App Store Discovery and Engagement Standard: Page view", 3),
        ("App Store Installation and Deletion Standard: Install", 5),
        ("Sales and Trends: 1F", 1),
    ],
)
def test_how_long_a_figure_moves_is_its_stores_own(definition: str, days: int) -> None:
    held = [store_day(n, definition=definition) for n in range(10)]

    found = covered(install_figures(held, FIRST, by=None, daily=False))[definition]

    assert found.moving_from == day(9 - days + 1)


# Ads ------------------------------------------------------------------------------


def ad_day(n: int = 0, **changes: Any) -> AdDay:
    made: dict[str, Any] = {
        "key": str(n),
        "network": "google_ads",
        "account": "1112223333",
        "level": "campaign",
        "campaign": "11",
        "day": day(n),
        "zone": "Asia/Kolkata",
        "currency": "INR",
        "campaign_name": "Monsoon",
        "impressions": 100,
        "reach": 80,
        "clicks": 5,
        "cost_micros": 2_000_000,
        "installs": {"PLAY": 4.0, "FIRST_OPEN": 3.0},
        "stored_at": NOON,
    }
    return AdDay(**(made | changes))


def test_days_of_a_campaign_are_added_and_installs_stay_apart() -> None:
    (line,) = ad_figures([ad_day(0), ad_day(1)], FIRST, daily=False).lines

    assert line.counts["clicks"].value == 10
    assert line.cost_micros.value == 4_000_000
    assert {name: one.value for name, one in line.installs.items()} == {
        "PLAY": 8,
        "FIRST_OPEN": 6,
    }


def test_people_who_were_reached_on_two_days_are_not_added_up() -> None:
    rows = [ad_day(0), ad_day(1)]

    assert ad_figures(rows, FIRST, daily=False).lines[0].reach is None
    assert [line.reach for line in ad_figures(rows, FIRST, daily=True).lines] == [
        80,
        80,
    ]


def test_an_action_that_was_not_reported_on_a_day_is_open_there() -> None:
    (line,) = ad_figures(
        [ad_day(0), ad_day(1, installs={"PLAY": 2.0})], FIRST, daily=False
    ).lines

    assert line.installs["FIRST_OPEN"].value == 3
    assert line.installs["FIRST_OPEN"].not_reported == 1


def test_accounts_of_two_currencies_are_two_lines() -> None:
    rows = [ad_day(0), ad_day(0, account="9998887777", currency="USD")]

    found = ad_figures(rows, FIRST, daily=False)

    assert {line.account.currency for line in found.lines} == {"INR", "USD"}
    assert len(found.covered) == 2


def test_a_campaign_goes_by_its_newest_name() -> None:
    rows = [ad_day(1, campaign_name="Rains"), ad_day(0)]

    assert ad_figures(rows, FIRST, daily=False).lines[0].newest.campaign_name == "Rains"


# Search ---------------------------------------------------------------------------


def found_by(dimension: str, key: str, n: int = 0, **changes: Any) -> SearchDay:
    made: dict[str, Any] = {
        "key": f"{dimension}{key}{n}",
        "site": "sc-domain:pune.example",
        "dimension": dimension,
        "value": key,
        "day": day(n),
        "clicks": 10,
        "impressions": 100,
        "position": 2.0,
        "final": True,
        "stored_at": NOON,
    }
    return SearchDay(**(made | changes))


def test_totals_come_from_days_and_the_rest_is_unnamed() -> None:
    rows = [
        found_by("total", "", clicks=50, impressions=900),
        found_by("query", "पाणी", clicks=20, impressions=300),
        found_by("query", "water", clicks=5, impressions=100),
        # A day whose queries are not held says nothing of what they leave out.
        found_by("total", "", 1, clicks=70, impressions=1000),
    ]

    (site,) = search_figures(rows, FIRST, by="query", daily=False).sites.values()

    assert (site.unnamed_clicks, site.unnamed_impressions) == (25, 500)
    assert site.totals is not None
    assert site.totals.clicks.value == 120


def test_a_position_is_weighted_by_how_often_it_was_seen() -> None:
    rows = [
        found_by("query", "पाणी", 0, position=1.0, impressions=300),
        found_by("query", "पाणी", 1, position=5.0, impressions=100),
    ]

    (line,) = search_figures(rows, FIRST, by="query", daily=False).lines

    assert line.position == 2.0
    assert line.rate == pytest.approx(20 / 400)


def test_days_that_are_not_final_are_told() -> None:
    rows = [found_by("total", "", 0), found_by("total", "", 1, final=False)]

    (site,) = search_figures(rows, FIRST, by="total", daily=False).sites.values()

    assert site.final_through == day(0)
    assert site.covered.through == day(1)
    assert site.covered.moving_from == day(1)

    (site,) = search_figures(rows[:1], FIRST, by="total", daily=False).sites.values()
    assert site.covered.moving_from is None
