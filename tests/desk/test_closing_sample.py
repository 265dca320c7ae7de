"""Which silent closings are called: how many, of which departments, drawn again."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.desk.closing_sample import draw, sample_size

CLOSINGS = st.lists(st.sampled_from(["dept:water", "dept:roads", "dept:waste", ""]))


@pytest.mark.parametrize(
    ("closings", "size"),
    [(0, 0), (7, 7), (50, 50), (51, 50), (500, 50), (501, 51), (1234, 124)],
)
def test_a_tenth_is_drawn_but_at_least_fifty_and_all_of_fewer(closings, size):
    assert sample_size(closings) == size


@given(CLOSINGS, st.integers(0, 2**53))
def test_every_draw_has_its_size_and_names_nobody_twice(departments, seed):
    drawn = draw(list(enumerate(departments)), seed)
    assert len(set(drawn)) == len(drawn) == sample_size(len(departments))
    assert set(drawn) <= set(range(len(departments)))


@given(st.permutations(range(80)), st.integers(0, 2**53))
def test_the_same_seed_draws_the_same_in_any_order(order, seed):
    pairs = [(id_, f"dept:{id_ % 3}") for id_ in range(80)]
    assert draw([pairs[id_] for id_ in order], seed) == draw(pairs, seed)


def test_each_department_has_its_share_of_the_calls():
    # 1,000 closings, 100 calls: 70 %, 29 % and 1 % of both.
    pairs = [(id_, "water") for id_ in range(700)]
    pairs += [(id_, "roads") for id_ in range(700, 990)]
    pairs += [(id_, "fire") for id_ in range(990, 1000)]
    department = dict(pairs)
    counts = Counter(department[id_] for id_ in draw(pairs, 11))
    assert counts == {"water": 70, "roads": 29, "fire": 1}


def test_a_department_of_one_closing_is_called_too():
    pairs = [(id_, "water") for id_ in range(999)] + [(999, "fire")]
    assert 999 in draw(pairs, 3)


def test_another_seed_draws_others():
    pairs = [(id_, "water") for id_ in range(400)]
    assert draw(pairs, 1) != draw(pairs, 2)


def test_everybody_is_drawn_about_as_often():
    pairs = [(id_, "water") for id_ in range(100)]
    counts = Counter(id_ for seed in range(400) for id_ in draw(pairs, seed))
    # 400 draws of one half: 200 each, five standard deviations are 50.
    assert all(150 < counts[id_] < 250 for id_ in range(100))
