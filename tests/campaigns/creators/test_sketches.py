"""Audiences as sketches: within their stated error, and compatible with datasketch."""

import numpy as np
import pytest
from datasketch import HyperLogLogPlusPlus

from socialcell.campaigns.creators.audience_sketches import (
    HyperLogLog,
    MinHash,
    SketchedAudiences,
)
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.max_coverage import choose
from tests.campaigns.worlds import make_world


def names(start: int, end: int) -> list[str]:
    return [f"person-{number}" for number in range(start, end)]


@pytest.mark.parametrize("family", [HyperLogLog(10), MinHash(256)])
@pytest.mark.parametrize("people", [0, 1, 40, 900, 8000])
def test_a_count_is_within_four_standard_errors(family, people):
    counted = family.count(family.of(names(0, people)))
    assert counted == pytest.approx(people, rel=4 * family.relative_error, abs=1e-9)


@pytest.mark.parametrize("family", [HyperLogLog(10), MinHash(256)])
def test_a_union_counts_shared_people_once(family):
    one, other = family.of(names(0, 3000)), family.of(names(2000, 5000))
    united = family.union(one, other)
    np.testing.assert_array_equal(united, family.of(names(0, 5000)))
    assert family.count(united) == pytest.approx(5000, rel=4 * family.relative_error)


@pytest.mark.parametrize("make", [lambda: HyperLogLog(8), lambda: MinHash(128)])
def test_the_stated_error_is_the_error_that_is_made(make):
    family = make()
    errors = [
        family.count(family.of(names(start, start + 2000))) / 2000 - 1
        for start in range(0, 120_000, 2000)
    ]
    # 60 draws: the spread of a spread is about 9 %.
    assert np.std(errors) == pytest.approx(family.relative_error, rel=0.35)
    assert abs(np.mean(errors)) < 3 * family.relative_error / np.sqrt(60)


def test_the_estimate_agrees_with_that_of_datasketch():
    theirs = HyperLogLogPlusPlus(p=12)
    for person in names(0, 20_000):
        theirs.update(person.encode())
    ours = HyperLogLog(12).count(theirs.reg.astype(np.int64))
    assert ours == pytest.approx(theirs.count(), rel=0.02)


def test_choosing_by_sketches_comes_close_to_choosing_by_people():
    world = make_world(creators=40, people=2000, seed=3, share=0.05)
    audiences, limits = world.ours()
    family = HyperLogLog(12)
    sketches = [family.of(map(str, people)) for people in world.audiences]
    estimated = choose(SketchedAudiences(family, sketches), limits)
    exact = choose(audiences, limits)
    assert world.allows(estimated.chosen)
    assert world.reach(estimated.chosen) >= 0.95 * exact.reach
    assert estimated.reach == pytest.approx(world.reach(estimated.chosen), rel=0.06)


def test_creators_who_add_nobody_are_not_chosen_by_sketch():
    family = HyperLogLog(10)
    whole, part = family.of(names(0, 500)), family.of(names(0, 200))
    audiences = SketchedAudiences(family, [whole, part])
    choice = choose(audiences, ChoiceLimits(np.array([5.0, 5.0]), 10))
    assert choice.chosen == (0,)
