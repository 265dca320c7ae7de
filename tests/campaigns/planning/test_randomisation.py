"""What is left to the lot, and what it tells afterwards."""

from datetime import date, timedelta

import numpy as np
import pytest

from socialcell.campaigns.planning.calendar_problem import CampaignSpeaker, span
from socialcell.campaigns.planning.randomisation import (
    RandomDraw,
    closed_by_draw,
    draw_switchback,
    draw_wards,
    switchback_effect,
)
from socialcell.causal.randomisation import randomisation_test, smallest_p_value
from socialcell.errors import UsageError

START = date(2026, 11, 30)
EIGHT = [f"w{n}" for n in range(1, 9)]
NINE = [*EIGHT, "w9"]


def test_wards_are_drawn_into_waves_of_one_size() -> None:
    lot = draw_wards(NINE, START, 7, 3, hold=True, seed=4)

    begins = sorted(str(day) for day in lot.units.values())
    assert begins == ["2026-11-30"] * 3 + ["2026-12-07"] * 3 + ["None"] * 3


def test_a_seed_draws_the_same_and_another_one_something_else() -> None:
    def drawn(seed: int) -> object:
        return draw_wards(EIGHT, START, 7, 2, hold=True, seed=seed).units

    assert drawn(1) == drawn(1)
    assert len({str(drawn(seed)) for seed in range(20)}) > 5


def test_every_ward_is_drawn_as_often_as_any_other() -> None:
    held = [
        ward
        for seed in range(600)
        for ward, day in draw_wards(
            EIGHT, START, 7, 2, hold=True, seed=seed
        ).units.items()
        if day is None
    ]
    # 300 each; a standard deviation is about 12.
    assert all(250 < held.count(ward) < 350 for ward in EIGHT)


def test_creators_wait_for_their_wards_and_those_of_all_for_the_last() -> None:
    lot = RandomDraw("wards", 1, 7, {"w1": "2026-11-30", "w2": "2026-12-02"})
    speakers = [
        CampaignSpeaker("one", 1, 0.5, frozenset({"w1"})),
        CampaignSpeaker("two", 1, 0.5, frozenset({"w1", "w2"})),
        CampaignSpeaker("all", 1, 0.5),
    ]
    days = span(START, START + timedelta(days=3))

    closed = {one.creators: one.days for one in closed_by_draw(lot, days, speakers)}

    assert closed == {
        frozenset({"two"}): frozenset(days[:2]),
        frozenset({"all"}): frozenset(days[:2]),
    }


def test_a_ward_that_never_begins_closes_all_days_to_its_creators() -> None:
    lot = RandomDraw("wards", 1, 7, {"w1": "2026-11-30", "w2": None})
    days = span(START, START + timedelta(days=3))

    (closed,) = closed_by_draw(
        lot, days, [CampaignSpeaker("two", 1, 0.5, frozenset({"w2"}))]
    )

    assert closed.days == frozenset(days)


def test_half_of_the_spans_have_tags() -> None:
    lot = draw_switchback(START, START + timedelta(days=27), 4, seed=2)

    assert sorted(lot.units.values()) == [False] * 3 + [True] * 4
    closed = closed_by_draw(lot, span(START, START + timedelta(days=27)), [])
    assert len(closed[0].days) == 12


def test_too_few_spans_or_wards_are_refused() -> None:
    with pytest.raises(UsageError, match="no two spans"):
        draw_switchback(START, START + timedelta(days=3), 7, seed=1)
    with pytest.raises(UsageError, match="cannot be drawn"):
        draw_wards(["w1"], START, 7, 2, hold=True, seed=1)


@pytest.mark.parametrize(
    ("n", "waves", "ways", "smallest"),
    [(6, 2, 20, "0.10"), (6, 3, 15, "0.07"), (5, 2, 10, "0.10"), (4, 4, 4, "0.25")],
)
def test_a_draw_of_wards_that_can_prove_nothing_is_refused(
    n: int, waves: int, ways: int, smallest: str
) -> None:
    """2/C(6,3), for each draw has its mirror image; 1/C(6,2), 1/C(5,3), 1/C(4,1)."""
    with pytest.raises(UsageError) as refused:
        draw_wards(EIGHT[:n], START, 7, waves, hold=True, seed=1)

    assert f"{n} wards in {waves} waves can come out in {ways} ways" in str(
        refused.value
    )
    assert f"never below {smallest}" in str(refused.value)
    assert "more wards" in str(refused.value)


def test_seven_wards_are_enough_for_a_draw() -> None:
    for waves in (2, 3, 4, 5):  # 1/C(7,4), 1/C(7,3), 1/C(7,2): 0.029, 0.029, 0.048
        draw_wards(EIGHT[:7], START, 7, waves, hold=True, seed=1)


def test_a_draw_of_days_that_can_prove_nothing_is_refused() -> None:
    draw_switchback(START, START + timedelta(days=13), 2, seed=1)  # seven spans: 1/35

    with pytest.raises(UsageError, match=r"20 ways.* never below 0\.10"):
        draw_switchback(START, START + timedelta(days=11), 2, seed=1)


def test_the_smallest_p_value_is_the_one_that_the_test_finds() -> None:
    """The clearest effect there can be, by the test itself."""
    for units, size in ((6, 3), (7, 3), (7, 4), (8, 4)):
        flat = np.outer(np.arange(units, dtype=float) / 1000, np.ones(4)) + 1
        flat[:size, 2:] += 100 + np.arange(size)[:, None]

        tested = randomisation_test(flat[:size], flat[size:], 2)

        assert tested.p_value == pytest.approx(smallest_p_value(units, size))


def test_the_draw_finds_an_effect_that_is_there() -> None:
    lot = draw_switchback(START, START + timedelta(days=39), 2, seed=5)
    on = np.repeat(list(lot.units.values()), 2)
    noise = np.random.default_rng(1).normal(0, 2, 40)

    found = switchback_effect(100 + noise + 10 * on, 2, seed=5)

    assert found.effect == pytest.approx(10, abs=2)
    assert found.p_value < 0.01


def test_the_draw_claims_nothing_more_often_than_it_says() -> None:
    """Forty series of pure noise: two false claims are to be expected, six are not."""
    noise = np.random.default_rng(3)
    false = [
        switchback_effect(noise.normal(100, 5, 28), 2, seed, draws=300).p_value <= 0.05
        for seed in range(40)
    ]
    assert sum(false) <= 5
