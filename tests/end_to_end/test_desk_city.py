"""A city with problems, its daemon and a crew: each request is one case, and what is
joined and closed is so in truth."""

from pathlib import Path

import pytest

from benchmarks import bench_cases, desk_city
from benchmarks.bench_cases import DeskMeasure
from socialcell import db
from socialcell.causal.wilson import wilson_interval
from socialcell.listening.store import integrity
from socialcell.ops import integrity as ops_integrity


def _measure(folder: Path, days: int, seed: int = 7) -> DeskMeasure:
    with desk_city.serving(folder, seed=seed, days=days) as desk:
        desk.run()
        with db.reading(desk.context.engine) as session:
            assert integrity.problems(session) == []
            assert list(ops_integrity.outbox(session)) == []
        return bench_cases.measure(desk)


def _check(measured: DeskMeasure) -> None:
    """What holds however long the crew works."""
    assert measured.lost == []
    assert measured.joined.all > 20
    assert measured.joined.share >= 0.95
    assert measured.wrong_closings == []
    assert measured.closings["closed_confirmed"] > 5
    assert measured.counts["asked for the place"] > 10
    for estimate in (measured.false_claims, measured.confirmed, *measured.weeks):
        assert estimate.holds, str(estimate)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_a_week_of_the_city_at_the_desk(tmp_path: Path) -> None:
    measured = _measure(tmp_path / "city", days=7)
    _check(measured)
    known = measured.recall["both"]
    # Few pairs in a week: the goal lies in the interval.
    assert wilson_interval(known.right, known.all)[1] >= 0.8


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_four_weeks_of_the_city_at_the_desk(tmp_path: Path) -> None:
    measured = _measure(tmp_path / "city", days=28)
    _check(measured)
    assert measured.recall["both"].share >= 0.8
    assert measured.false_claims.known > 5
    assert measured.weeks  # closed over silence, and called
