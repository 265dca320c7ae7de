"""On cities with known audiences, a plan reaches more people for the same money."""

import pytest

from benchmarks import followings


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plan_reaches_four_in_ten_more_than_the_biggest_followings(
    seed: int,
) -> None:
    city = followings.world(seed)
    ours, theirs = followings.planned(city), followings.biggest_first(city)

    for chosen in (ours, theirs):
        assert sum(city.costs[one] for one in chosen) <= city.budget
    assert followings.reached(city, ours) >= 1.4 * followings.reached(city, theirs)
    assert followings.reached(city, ours) >= 0.95 * followings.bound(city, 1.0)


def test_biggest_first_pays_down_the_list_for_whom_it_still_can() -> None:
    city = followings.world(1)
    chosen = followings.biggest_first(city)

    left = city.budget - sum(city.costs[one] for one in chosen)
    others = [one for one in range(followings.CREATORS) if one not in chosen]
    assert city.followings[chosen[0]] == max(city.followings)
    assert all(city.costs[one] > left for one in others)
