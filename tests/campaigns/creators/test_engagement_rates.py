"""Engagement of an account, drawn towards that of accounts of its size."""

from datetime import timedelta
from math import sqrt
from statistics import mean

import pytest

from socialcell.campaigns.creators.candidate import FollowerCount
from socialcell.campaigns.creators.engagement_rates import (
    engagement_rates,
    engagement_samples,
)
from tests.builders import NOON
from tests.campaigns.creators.creator_builders import (
    DAY,
    make_candidate,
    make_post,
    make_posts,
)


def drawn_in(values: list[float]) -> list[float]:
    """Two values with each drawn in to the 5th and 95th percentile of the two."""
    low, high = sorted(values)
    return [low + 0.05 * (high - low), high - 0.05 * (high - low)]


def test_a_rate_is_worked_out_as_the_formula_says() -> None:
    seen = {"a": [1, 3], "b": [10, 14], "c": [20, 22]}
    made = engagement_rates(
        [make_candidate(name, posts=make_posts(*n)) for name, n in seen.items()], NOON
    )
    sample = {name: drawn_in([one / 100 for one in n]) for name, n in seen.items()}
    means = {name: mean(one) for name, one in sample.items()}
    within = (
        sum((x - means[name]) ** 2 for name, one in sample.items() for x in one) / 3
    )
    pooled = mean(means.values())
    spread = sum(2 * (one - pooled) ** 2 for one in means.values())
    between = (spread - 2 * within) / (6 - 12 / 6)
    k = within / between
    expected = (2 * means["a"] + k * pooled) / (2 + k)
    rate = made["x:a"]
    assert rate is not None
    assert rate.prior_posts == pytest.approx(k)
    assert rate.tier_mean == pytest.approx(pooled)  # the accounts weigh the same
    assert rate.value == pytest.approx(expected)
    own = 2 / (2 + k)
    half = 1.96 * sqrt(within * (1 / (2 + k) + (1 - own) ** 2 / 6))
    assert rate.interval == pytest.approx((max(0, expected - half), expected + half))
    assert not rate.is_assumed


def test_fewer_posts_are_drawn_further() -> None:
    many = make_candidate("many", posts=make_posts(*[9, 11] * 10))
    few = make_candidate("few", posts=make_posts(9, 11))
    others = [
        make_candidate(f"o{n}", posts=make_posts(n, n + 2, n, n + 2)) for n in (1, 2, 4)
    ]
    made = engagement_rates([many, few, *others], NOON)
    a, b = made["x:many"], made["x:few"]
    assert a is not None
    assert b is not None
    assert a.seen == pytest.approx(b.seen)
    assert a.tier_mean < b.value < a.value < 0.1


def test_accounts_that_differ_by_chance_only_have_the_mean_of_their_tier() -> None:
    alike = [make_candidate(name, posts=make_posts(0, 10)) for name in "abc"]
    made = engagement_rates(alike, NOON)["x:a"]
    assert made is not None
    assert (made.value, made.prior_posts) == (pytest.approx(0.05), None)
    assert made.interval[0] < 0.05 < made.interval[1]


def test_of_two_accounts_nothing_is_estimated() -> None:
    pair = [
        make_candidate("a", posts=make_posts(*[4] * 10)),
        make_candidate("b", posts=make_posts(*[8] * 10)),
    ]
    made = engagement_rates(pair, NOON)["x:a"]
    assert made is not None
    assert (made.prior_posts, made.is_assumed) == (10.0, True)
    assert made.value == pytest.approx((10 * 0.04 + 10 * 0.06) / 20)


def test_an_account_without_posts_has_the_mean_of_its_tier() -> None:
    made = engagement_rates(
        [make_candidate("a"), make_candidate("b", posts=make_posts(6))], NOON
    )
    silent = made["x:a"]
    assert silent is not None
    assert (silent.value, silent.seen, silent.posts) == (pytest.approx(0.06), None, 0)


def test_sizes_and_platforms_are_judged_apart() -> None:
    big = make_candidate(
        "big", figures=(FollowerCount(NOON, 20_000),), posts=make_posts(20)
    )
    other = make_candidate("yt", platform="youtube", posts=make_posts(50))
    made = engagement_rates(
        [make_candidate("a", posts=make_posts(4)), big, other], NOON
    )
    assert {id_: one and one.tier for id_, one in made.items()} == {
        "x:a": ("x", 0),
        "x:big": ("x", 1),
        "youtube:yt": ("youtube", 0),
    }


def test_without_followers_there_is_no_rate() -> None:
    unknown = make_candidate("a", figures=(), posts=make_posts(4))
    assert engagement_rates([unknown], NOON) == {"x:a": None}


def test_a_post_counts_when_it_is_two_days_old() -> None:
    young = make_post(1, at=NOON - timedelta(hours=47), engaged=90)
    settled = make_post(2, at=NOON - timedelta(hours=48), engaged=5)
    assert engagement_samples(make_candidate(posts=(young, settled)), NOON) == [0.05]


def test_a_post_whose_engagement_nobody_saw_is_no_zero() -> None:
    made = engagement_samples(make_candidate(posts=make_posts(None, 4)), NOON)
    assert made == [0.04]


def test_one_post_that_went_round_the_world_is_drawn_in() -> None:
    made = engagement_samples(make_candidate(posts=make_posts(*[1] * 19, 1001)), NOON)
    # The 95th percentile of 20 values lies 0.05 of the way from the 19th to the last.
    assert max(made) == pytest.approx((1 + 0.05 * 1000) / 100)


def test_only_the_newest_posts_count() -> None:
    old = [make_post(n, at=NOON - 80 * DAY, engaged=50) for n in range(5)]
    new = [make_post(9 + n, engaged=1) for n in range(60)]
    made = engagement_samples(make_candidate(posts=(*old, *new)), NOON)
    assert made == [0.01] * 60
