"""`campaigns lift` through the command: answers, and every way to refuse."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.causal.command import Lift
from tests.causal.worlds import PanelWorld, SeriesWorld

PANEL = ["unit", "date", "value"]
FIRST = date(2026, 1, 1)


def day(offset: int) -> str:
    return (FIRST + timedelta(days=offset)).isoformat()


def panel_rows(world: PanelWorld, seed: int = 0) -> list[list[object]]:
    """Treated units t0, t1, … and controls c0, c1, …, one row a day."""
    treated, controls = world.draw(np.random.default_rng(seed))
    named = [*((f"t{i}", row) for i, row in enumerate(treated))]
    named += [(f"c{i}", row) for i, row in enumerate(controls)]
    return [[name, day(t), float(v)] for name, row in named for t, v in enumerate(row)]


def small(**changes: object) -> list[list[object]]:
    return panel_rows(PanelWorld(**{"units": 22, "pre": 30, "post": 7} | changes))


def write_series(lift: Lift, world: SeriesWorld, seed: int = 0) -> None:
    outcome, controls = world.draw(np.random.default_rng(seed))
    names = [f"x{i}" for i in range(controls.shape[1])]
    lift.write(
        ["date", "y", *names],
        [[day(t), outcome[t], *controls[t]] for t in range(len(outcome))],
    )


SDID = ("--method", "sdid", "--treated", "t0", "--start", day(30))
BSTS = ("--method", "bsts", "--outcome", "y", "--start", day(90))


@pytest.mark.parametrize("method", ["sdid", "sc", "did"])
def test_a_panel_answers_with_the_documented_keys(lift: Lift, method: str) -> None:
    lift.write(PANEL, small(treated=2, effect=30.0))
    code, found = lift.run("--method", method, "--treated", "t0,t1", "--start", day(30))
    assert code == 0
    assert found["method"] == method
    assert found["att"] == pytest.approx(30, abs=8)
    assert found["incremental"] == pytest.approx(found["att"] * 2 * 7)
    low, high = found["interval"]
    assert low < found["att"] < high
    assert low > 0
    assert set(found["p_values"]) == {"iid", "block", "placebo"}
    assert all(0 < p <= 1 for p in found["p_values"].values())
    assert set(found["weights"]) == {f"c{i}" for i in range(20)}
    assert min(found["weights"].values()) >= 0
    assert sum(found["weights"].values()) == pytest.approx(1)
    assert set(found["pre_fit"]) == {"l2", "scaled_l2"}
    assert found["warnings"] == []


def test_years_as_numbers_and_a_hand_worked_did(lift: Lift) -> None:
    values = {"a": [10, 12, 20, 22], "b": [1, 3, 5, 7], "c": [2, 2, 4, 4]}
    lift.write(
        PANEL,
        [[u, 1986 + t, v] for u, row in values.items() for t, v in enumerate(row)],
    )
    code, found = lift.run("--method", "did", "--treated", "a", "--start", "1988")
    assert code == 0
    assert found["att"] == pytest.approx(7)
    assert found["lift_percent"] == pytest.approx(50)
    assert found["incremental"] == pytest.approx(14)
    assert found["interval"] is None
    assert any("too few for a 95 % interval" in w for w in found["warnings"])


def test_the_order_of_rows_does_not_matter(lift: Lift) -> None:
    rows = small()
    lift.write(PANEL, rows)
    _, straight = lift.run(*SDID)
    lift.write(PANEL, rows[::-1])
    _, reversed_ = lift.run(*SDID)
    assert reversed_["att"] == pytest.approx(straight["att"])


def test_the_end_cuts_what_comes_after(lift: Lift) -> None:
    rows = small()
    lift.write(PANEL, rows)
    _, cut = lift.run(*SDID, "--end", day(33))
    lift.write(PANEL, [row for row in rows if row[1] <= day(33)])
    _, short = lift.run(*SDID)
    assert cut == short
    assert cut["periods"] == {"before": 30, "treated": 4}


def test_a_poor_fit_gives_no_number_but_says_why(lift: Lift) -> None:
    rows = small()
    for row in rows[:37]:
        row[2] += 80 * np.sin(FIRST.toordinal() + rows.index(row) / 3)
    lift.write(PANEL, rows)
    code, found = lift.run(*SDID, "--cost", "1000")
    assert code == 0
    assert found["att"] is None
    assert found["interval"] is None
    assert found["cost_per_incremental"] is None
    assert "no mix of controls follows" in " ".join(found["warnings"])


def test_cost_and_power_are_added_when_asked_for(lift: Lift) -> None:
    lift.write(PANEL, small(effect=50.0, pre=60))
    options = ("--method", "sc", "--treated", "t0", "--start", day(60))
    code, found = lift.run(*options, "--cost", "2500.50", "--power")
    assert code == 0
    best = found["cost_per_incremental"]["best"]
    assert best["currency"] == "INR"
    assert best["amount_micros"] == round(2_500_500_000 / found["incremental"])
    assert found["power"]["windows"] >= 5
    assert found["power"]["smallest_detectable_percent"] <= 60


@pytest.mark.parametrize("method", ["sdid", "sc"])
def test_more_treated_than_controls_is_refused(lift: Lift, method: str) -> None:
    lift.write(PANEL, small(units=9, treated=5))
    code, found = lift.run(
        "--method", method, "--treated", "t0,t1,t2,t3,t4", "--start", day(30)
    )
    assert code == 1
    assert "5 treated units and 4 controls" in found["error"]


def test_did_answers_with_more_treated_than_controls_and_warns(lift: Lift) -> None:
    lift.write(PANEL, small(units=9, treated=5, effect=30.0))
    code, found = lift.run(
        "--method", "did", "--treated", "t0,t1,t2,t3,t4", "--start", day(30)
    )
    assert code == 0
    assert found["att"] == pytest.approx(30, abs=10)
    assert any("More treated units (5)" in w for w in found["warnings"])


def test_one_treated_and_one_control_answers_without_an_interval(lift: Lift) -> None:
    lift.write(PANEL, small(units=2))
    code, found = lift.run(*SDID)
    assert code == 0
    assert found["weights"] == {"c0": 1.0}
    assert found["interval"] is None
    assert found["p_values"]["placebo"] is None


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows[:5] + rows[6:], "missing, the first for t0 on 2026-01-06"),
        (lambda rows: [*rows, rows[3]], "t0 on 2026-01-04 is there already, in line 5"),
        (
            lambda rows: [["t0", "5 January", 1], *rows[1:]],
            "line 2: 5 January is neither a date such as",
        ),
        (lambda rows: [["t0", "05/01/2026", 1], *rows[1:]], "neither a date"),
        (lambda rows: [["t0", "2026-02-30", 1], *rows[1:]], "neither a date"),
        (lambda rows: [["t0", "7", 1], *rows[1:]], "mixes dates"),
        (lambda rows: [["t0", day(0), "many"], *rows[1:]], "many is not a number"),
        (lambda rows: [["t0", day(0), ""], *rows[1:]], "a gap is not a zero"),
        (lambda rows: [["t0", day(0), "nan"], *rows[1:]], "nan is not a number"),
        (lambda rows: [["", day(0), 1], *rows[1:]], "line 2: the unit is empty"),
        (lambda rows: [["t0", day(0)], *rows[1:]], "line 2: 2 cells"),
        (lambda rows: [[u, d, 0] for u, d, _ in rows], "every value is 0"),
        (lambda rows: [], "has a header and no rows"),
        (lambda rows: rows[:37], "no control is left"),
    ],
)
def test_a_spoiled_panel_is_refused_with_the_place(
    lift: Lift, spoil: object, message: str
) -> None:
    lift.write(PANEL, spoil(small()))
    code, found = lift.run(*SDID)
    assert code == 1
    assert message in found["error"]
    assert set(found) == {"error", "code", "parameters"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--treated", "nobody", "--start", day(30)), "no unit nobody"),
        (("--treated", "t0", "--start", "2027-01-01"), "no period 2027-01-01"),
        (("--treated", "t0", "--start", "soon"), "no period soon"),
        (("--treated", "t0", "--start", day(0)), "0 periods before the start"),
        (("--treated", "t0", "--start", day(30), "--end", day(4)), "before the start"),
    ],
)
def test_a_choice_that_cannot_be_measured_is_refused(
    lift: Lift, options: tuple[str, ...], message: str
) -> None:
    lift.write(PANEL, small())
    code, found = lift.run("--method", "sdid", *options)
    assert code == 1
    assert message in found["error"]


def test_an_empty_file_and_a_missing_file_are_refused(lift: Lift) -> None:
    lift.file.write_text("")
    code, found = lift.run(*SDID)
    assert (code, found["error"]) == (1, f"{lift.file} is empty.")
    lift.file.unlink()
    code, found = lift.run(*SDID)
    assert code == 1
    assert "cannot be read" in found["error"]


def test_other_columns_are_refused_by_name(lift: Lift) -> None:
    lift.write(["ward", "date", "value"], [["a", day(0), 1]])
    code, found = lift.run(*SDID)
    assert code == 1
    assert "no column unit" in found["error"]


def test_a_day_missing_everywhere_is_answered_with_a_warning(lift: Lift) -> None:
    lift.write(PANEL, [row for row in small() if row[1] != day(9)])
    code, found = lift.run(*SDID)
    assert code == 0
    assert found["att"] is not None
    assert "1 gaps, the first after 2026-01-09" in " ".join(found["warnings"])


def test_a_treated_unit_of_zeros_gives_no_number(lift: Lift) -> None:
    rows = [[u, d, 0 if u == "t0" else v] for u, d, v in small()]
    lift.write(PANEL, rows)
    code, found = lift.run(*SDID)
    assert code == 0
    assert found["att"] is None
    assert "do not resemble it" in " ".join(found["warnings"])


@pytest.mark.parametrize(
    "method", ["sc", "did", pytest.param("sdid", marks=pytest.mark.faults)]
)
def test_two_thousand_units_are_answered(lift: Lift, method: str) -> None:
    lift.write(PANEL, small(units=2000, pre=20, post=4, effect=60.0))
    code, found = lift.run("--method", method, "--treated", "t0", "--start", day(20))
    assert code == 0
    assert found["att"] == pytest.approx(60, abs=20)


def test_a_series_answers_with_the_documented_keys(lift: Lift) -> None:
    write_series(lift, SeriesWorld(effect=40.0, memory=0.3))
    code, found = lift.run(*BSTS, "--controls", "x0,x1,x2", "--power")
    assert code == 0
    assert found["method"] == "bsts"
    average = found["average"]
    assert set(average) == {"actual", "predicted", "effect", "sd", "lower", "upper"}
    assert average["effect"] == pytest.approx(40, abs=10)
    assert average["actual"] - average["predicted"] == pytest.approx(average["effect"])
    assert 0 < average["lower"] < average["effect"] < average["upper"]
    assert set(found["relative"]) == {"effect", "sd", "lower", "upper"}
    assert found["p_value"] < 0.05
    assert found["calibration"]["placebo_runs"] == 12
    assert 0 <= found["calibration"]["false_positive_rate"] <= 1
    assert set(found["controls"]) >= {"x0", "x1"}
    assert found["power"]["smallest_detectable_percent"] is not None


def test_without_names_every_other_column_of_numbers_is_a_control(lift: Lift) -> None:
    write_series(lift, SeriesWorld(strangers=0))
    _, named = lift.run(*BSTS, "--controls", "x0,x1")
    _, unnamed = lift.run(*BSTS)
    assert named == unnamed


def test_the_start_may_be_a_row_number(lift: Lift) -> None:
    write_series(lift, SeriesWorld(strangers=0))
    _, dated = lift.run(*BSTS)
    _, counted = lift.run("--method", "bsts", "--outcome", "y", "--start", "90")
    assert dated == counted


def test_a_label_wins_over_a_row_number(lift: Lift) -> None:
    outcome, controls = SeriesWorld(weekday=0).draw(np.random.default_rng(0))
    rows = [[t + 1, outcome[t], controls[t, 0]] for t in range(118)]
    lift.write(["t", "y", "x"], rows)
    _, found = lift.run("--method", "bsts", "--outcome", "y", "--start", "91")
    assert found["periods"] == {"before": 90, "treated": 28}


def test_a_series_too_short_to_calibrate_gives_no_number(lift: Lift) -> None:
    write_series(lift, SeriesWorld(pre=15, post=5))
    code, found = lift.run("--method", "bsts", "--outcome", "y", "--start", day(15))
    assert code == 0
    assert found["att"] is None
    assert found["average"]["effect"] is None
    assert found["calibration"]["placebo_runs"] == 0
    assert "too few to try the model" in " ".join(found["warnings"])


def test_controls_that_do_not_follow_the_outcome_are_named(lift: Lift) -> None:
    write_series(lift, SeriesWorld(slopes=(1.0,), memory=0.0), seed=3)
    code, found = lift.run(*BSTS)
    assert code == 0
    assert found["controls"] == ["x0"]
    assert "1 of 2 controls left out" in found["warnings"][0]
    assert found["warnings"][0].endswith(": x1.")


def test_a_series_that_runs_away_is_refused(lift: Lift) -> None:
    outcome = np.exp(np.arange(120) / 12)
    outcome += np.random.default_rng(0).normal(size=120)
    lift.write(["date", "y"], [[day(t), v] for t, v in enumerate(outcome)])
    code, found = lift.run("--method", "bsts", "--outcome", "y", "--start", day(100))
    assert code == 0
    assert found["att"] is None
    assert "does not fit the time before the start" in " ".join(found["warnings"])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows[:5] + rows[6:], "1 gap in the calendar, after 2026-01-05"),
        (lambda rows: [*rows[:5], rows[4], *rows[5:]], "2026-01-05 is there twice"),
        (lambda rows: rows[::-1], "comes after a later row"),
        (lambda rows: [["today", 1, 2], *rows[1:]], "today is neither a date"),
        (lambda rows: [[d, 0, x] for d, _, x in rows], "y is 0 in every period"),
        (lambda rows: [[day(0), "", 2], *rows[1:]], "a gap is not a zero"),
        (lambda rows: [], "no rows"),
    ],
)
def test_a_spoiled_series_is_refused_with_the_place(
    lift: Lift, spoil: object, message: str
) -> None:
    outcome, controls = SeriesWorld().draw(np.random.default_rng(0))
    rows = [[day(t), outcome[t], controls[t, 0]] for t in range(118)]
    lift.write(["date", "y", "x"], spoil(rows))
    code, found = lift.run(*BSTS)
    assert code == 1
    assert message in found["error"]


def test_a_column_that_is_not_there_is_refused(lift: Lift) -> None:
    write_series(lift, SeriesWorld())
    code, found = lift.run(*BSTS, "--controls", "x0,weather")
    assert code == 1
    assert "the column weather is not there" in found["error"]


def test_two_thousand_control_columns_are_answered(lift: Lift) -> None:
    write_series(lift, SeriesWorld(strangers=1998, memory=0.3, effect=60.0))
    code, found = lift.run(*BSTS)
    assert code == 0
    assert found["att"] == pytest.approx(60, abs=15)
    assert 1 <= len(found["controls"]) <= 6


@pytest.mark.parametrize(
    "options",
    [
        ("--method", "bsts", "--start", "5"),
        ("--method", "bsts", "--outcome", "y", "--treated", "a", "--start", "5"),
        ("--method", "sdid", "--start", "5"),
        ("--method", "sdid", "--treated", "a", "--outcome", "y", "--start", "5"),
        ("--method", "sc", "--treated", "a", "--start", "5", "--cost", "much"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(
    lift: Lift, options: tuple[str, ...]
) -> None:
    code, found = lift.run(*options)
    assert code == 2
    assert "--" in found["error"] or "wants" in found["error"]


def test_words_for_people_go_to_stdout_and_warnings_to_stderr(lift: Lift) -> None:
    lift.write(PANEL, [row for row in small(effect=40.0) if row[1] != day(9)])
    code, out, err = lift.say(*SDID)
    assert code == 0
    assert "Effect per unit and period" in out
    assert "p-values" in out
    assert err.startswith("Warning:")
