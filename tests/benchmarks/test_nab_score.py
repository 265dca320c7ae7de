"""The benchmark's rules, on examples worked by hand, and our score on real series."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from math import exp, inf

import pytest

from benchmarks import nab_score
from benchmarks.nab_score import Labelled, benchmark, best_threshold, result_at
from tests.shared import REPOSITORY, shared


def one(alarms, windows=((40, 49),), rows=100, name="a"):
    """A file with these scores by row number, 0 elsewhere; 15 rows are probation."""
    scores = [0.0] * rows
    for row, score in alarms.items():
        scores[row] = score
    return Labelled(name, scores, windows)


def credit(position):
    """A true positive's worth, from the paper's formula."""
    return (2 / (1 + exp(5 * position)) - 1) / (2 / (1 + exp(-5)) - 1)


def test_the_sigmoid_has_the_papers_landmarks():
    assert nab_score.sigmoid(-1) == pytest.approx(0.98661, abs=5e-6)
    assert nab_score.sigmoid(-0.5) == pytest.approx(0.84828, abs=5e-6)
    assert nab_score.sigmoid(0) == 0
    assert nab_score.sigmoid(1) == pytest.approx(-0.98661, abs=5e-6)
    assert nab_score.sigmoid(3) == nab_score.sigmoid(99) == -1


@pytest.mark.parametrize(
    ("rows", "probation"), [(100, 15), (103, 15), (5000, 750), (15902, 750), (0, 0)]
)
def test_probation_is_fifteen_percent_of_five_thousand_rows_at_most(rows, probation):
    assert nab_score.probation(rows) == probation


def test_no_alarm_scores_nothing_and_an_alarm_at_the_left_edge_everything():
    assert result_at([one({})], 0.5).score == 0
    perfect = result_at([one({40: 1.0})], 0.5)
    assert perfect.score == pytest.approx(100)
    assert (perfect.found, perfect.windows, perfect.false_alarms) == (1, 1, 0)


@pytest.mark.parametrize(("row", "position"), [(40, -1), (45, -0.5), (49, -0.1)])
def test_credit_falls_along_the_window(row, position):
    # One window: perfection is +1, silence is -1, so the score is 50 (credit + 1).
    result = result_at([one({row: 1.0})], 0.5)
    assert result.score == pytest.approx(50 * (credit(position) + 1))


def test_a_window_counts_once_through_its_earliest_alarm():
    several = {42: 0.6, 44: 0.9, 48: 0.9}
    assert result_at([one(several)], 0.5).score == pytest.approx(
        50 * (credit(-0.8) + 1)
    )
    assert result_at([one(several)], 0.7).score == pytest.approx(
        50 * (credit(-0.6) + 1)
    )


def test_every_false_alarm_costs_eleven_hundredths_before_any_window():
    result = result_at([one({20: 1.0, 21: 1.0, 40: 1.0})], 0.5)
    assert result.score == pytest.approx(100 - 50 * 2 * 0.11)
    assert result.false_alarms == 2


def test_a_false_alarm_soon_after_a_window_costs_less():
    # Distance in rows from the last row of the window, over the width less one.
    near = result_at([one({40: 1.0, 52: 1.0})], 0.5)
    cost = 0.11 * (1 - 2 / (1 + exp(5 * 3 / 9)))
    assert near.score == pytest.approx(100 - 50 * cost)
    far = result_at([one({40: 1.0, 77: 1.0})], 0.5)
    assert far.score == pytest.approx(100 - 50 * 0.11)


def test_rows_on_probation_count_for_nothing():
    assert result_at([one({3: 1.0, 14: 1.0, 40: 1.0})], 0.5).score == 100
    assert result_at([one({15: 1.0, 40: 1.0})], 0.5).score < 100


def test_a_window_that_lies_in_probation_cannot_be_found():
    result = result_at([one({5: 1.0, 40: 1.0}, windows=((2, 9), (40, 49)))], 0.5)
    assert (result.found, result.windows) == (1, 2)
    assert result.score == pytest.approx(50)


def test_one_threshold_is_chosen_for_all_files_together():
    # The first file wants 0.8 (a false alarm at 0.3), the second one needs 0.3.
    files = [
        one({40: 0.8, 20: 0.3}, name="a"),
        one({45: 0.3}, name="b"),
    ]
    assert best_threshold(files) == 0.3
    result = benchmark(files)
    total = 1 - 0.11 + credit(-0.5)
    assert result.score == pytest.approx(100 * (total + 2) / 4)
    assert best_threshold(files[:1]) == 0.8


def test_the_highest_of_equally_good_thresholds_is_taken():
    assert best_threshold([one({40: 0.9, 44: 0.5})]) == 0.9


def test_silence_is_best_when_every_alarm_is_false():
    assert best_threshold([one({20: 0.9})]) == inf
    assert benchmark([one({20: 0.9})]).score == 0


def test_the_best_threshold_is_the_best_of_all_tried_one_by_one():
    scores = [(row * 7919) % 97 / 97 for row in range(300)]
    files = [
        Labelled("a", scores, ((60, 80), (200, 230))),
        Labelled("b", scores[::-1], ((100, 140),)),
    ]
    tried = max(result_at(files, score).score for score in scores)
    assert benchmark(files).score == pytest.approx(max(tried, 0))


def test_each_file_left_out_is_judged_by_the_others():
    files = [one({40: 0.8, 20: 0.3}, name="a"), one({45: 0.3}, name="b")]
    left_out = nab_score.leave_one_out(files)
    assert left_out["a"].threshold == 0.3
    assert left_out["a"].score == pytest.approx(100 - 50 * 0.11)
    assert left_out["b"].threshold == 0.8
    assert left_out["b"].score == 0


def test_without_windows_there_is_nothing_to_score():
    with pytest.raises(ValueError, match="nothing to score"):
        benchmark([one({}, windows=())])


def folder_with_one_burst(folder):
    start = datetime(2026, 1, 5, tzinfo=UTC)
    rows = [
        f"{(start + i * timedelta(hours=1)):%Y-%m-%d %H:%M:%S},{90 if i == 200 else 10}"
        for i in range(300)
    ]
    (folder / "a.csv").write_text("\n".join(["timestamp,value", *rows]))
    spans = {"a.csv": [["2026-01-13 08:00:00.000000", "2026-01-13 20:00:00.000000"]]}
    (folder / "windows.json").write_text(json.dumps(spans))


def test_the_script_scores_a_folder(tmp_path):
    folder_with_one_burst(tmp_path)
    script = REPOSITORY / "benchmarks" / "nab_score.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    printed = json.loads(done.stdout)
    assert printed["best"]["score"] == pytest.approx(100)
    assert printed["own_threshold"]["score"] == pytest.approx(100)
    assert printed["files"]["a.csv"]["found"] == 1


def test_the_real_series_score_at_least_eighty_with_one_threshold():
    files = [
        nab_score.scored(series)
        for series in nab_score.read_folder(shared("data", "series"))
    ]
    best = benchmark(files)
    assert best.score >= 85
    assert (best.found, best.windows) == (9, 9)
    assert result_at(files, nab_score.ALERT_AT).score >= 80
