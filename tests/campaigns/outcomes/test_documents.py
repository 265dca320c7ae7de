"""The documents of measured campaigns: a field that is added, lost or renamed fails."""

from datetime import date

import numpy as np
import pytest

from socialcell.campaigns.outcomes.campaign_measure import CampaignMeasure, DirectResult
from socialcell.campaigns.outcomes.detectable_lift import DetectableLift
from socialcell.campaigns.outcomes.incremental_effect import (
    ComparisonSummary,
    EffectResult,
    ExpectedSeries,
    IncrementalGain,
    Period,
)
from socialcell.campaigns.outcomes.lift_series import SeriesLift
from socialcell.campaigns.outcomes.panel_lift import (
    PanelEffect,
    PanelLift,
    PValues,
    Split,
)
from socialcell.campaigns.outcomes.randomised_test import (
    RandomisedResult,
    SwitchbackResult,
    WardDrawResult,
)
from socialcell.campaigns.planning.randomisation import RandomDraw
from socialcell.causal.bsts import EffectEstimate, Posterior
from socialcell.causal.calibration import Calibration
from socialcell.causal.cost import UnitCost
from socialcell.causal.fit import PreFit
from socialcell.causal.panel import Fit
from socialcell.causal.placebo import TimePlacebos
from socialcell.causal.power import Power

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 8)
POWER = Power(12, 0.05, {2.0: 0.3, 5.0: 0.9}, 5.0)
POWER_DOCUMENT = {
    "smallest_detectable_percent": 5.0,
    "windows": 12,
    "false_claims": 0.05,
    "shares": [
        {"lift_percent": 2.0, "power": 0.3},
        {"lift_percent": 5.0, "power": 0.9},
    ],
}
PRICE = UnitCost(2_000_000, 1_000_000, None)
PRICE_DOCUMENT = {
    "best": {"amount_micros": 2_000_000, "currency": "INR"},
    "low": {"amount_micros": 1_000_000, "currency": "INR"},
    "high": None,
}


def make_effect() -> EffectResult:
    days = Period(FIRST, LAST, 7)
    return EffectResult(
        rules=("a rule",),
        compared=ComparisonSummary(
            method="sdid",
            treated=("w1",),
            controls={"w2": 1.0},
            left_out={"w3": "a day is missing"},
            before=days,
            during=days,
            quality_name="pre_fit",
            quality={"l2": 0.5, "scaled_l2": 0.1},
        ),
        gain=IncrementalGain(
            outcome="payments",
            total=100.0,
            interval=(50.0, 150.0),
            counterfactual=400.0,
            lift_percent=25.0,
            lift_interval=(12.5, 37.5),
            p_values={"placebo": 0.04},
            cost=PRICE,
            currency="INR",
        ),
        power=POWER,
        series=ExpectedSeries((FIRST,), (70.0,), (None,), (60.0,), (None,)),
        warnings=("a warning",),
    )


def make_direct() -> DirectResult:
    return DirectResult(
        since=FIRST,
        until=LAST,
        clicks=10,
        requests={"human": 10, "tool": 1},
        installs=4,
        unattributed=2,
        total=9,
        days_withheld=1,
        cost_per_install=PRICE,
        currency="INR",
    )


def test_a_measured_campaign_has_these_fields() -> None:
    measure = CampaignMeasure(
        "rains", "payments", "spent", make_direct(), make_effect()
    )

    assert list(measure.as_dict().items()) == [
        ("campaign", "rains"),
        ("goal", "payments"),
        ("cost_basis", "spent"),
        (
            "direct",
            {
                "since": FIRST,
                "until": LAST,
                "clicks": 10,
                "requests": {"human": 10, "tool": 1},
                "installs": 4,
                "unattributed": 2,
                "total": 9,
                "days_withheld": 1,
                "cost_per_install": PRICE_DOCUMENT,
            },
        ),
        (
            "incremental",
            {
                "outcome": "payments",
                "value": 100.0,
                "interval": [50.0, 150.0],
                "anyway": 400.0,
                "lift_percent": 25.0,
                "lift_interval": [12.5, 37.5],
                "p_values": {"placebo": 0.04},
                "cost_per_incremental": PRICE_DOCUMENT,
            },
        ),
        ("power", POWER_DOCUMENT),
        ("rules", ["a rule"]),
        (
            "compared",
            {
                "method": "sdid",
                "treated": ["w1"],
                "controls": {"w2": 1.0},
                "left_out": {"w3": "a day is missing"},
                "before": {"since": FIRST, "until": LAST, "days": 7},
                "during": {"since": FIRST, "until": LAST, "days": 7},
                "pre_fit": {"l2": 0.5, "scaled_l2": 0.1},
            },
        ),
        ("refused", []),
        ("warnings", ["a warning"]),
        (
            "series",
            {
                "days": [FIRST],
                "actual": [70.0],
                "expected": [None],
                "lower": [60.0],
                "upper": [None],
            },
        ),
    ]


def test_a_campaign_that_cannot_be_measured_has_the_same_fields_without_a_series() -> (
    None
):
    measure = CampaignMeasure("rains", "payments", None, refused=("too few wards",))

    assert list(measure.as_dict().items()) == [
        ("campaign", "rains"),
        ("goal", "payments"),
        ("cost_basis", None),
        ("direct", None),
        ("incremental", None),
        ("power", None),
        ("rules", []),
        ("compared", None),
        ("refused", ["too few wards"]),
        ("warnings", []),
    ]


def make_panel_lift(**changes: object) -> PanelLift:
    fit = Fit(
        unit_weights=np.array([1.0]),
        time_weights=np.array([1.0]),
        actual=np.array([4.0, 6.0]),
        synthetic=np.array([4.0, 4.0]),
        pre=1,
    )
    made = {
        "method": "sc",
        "split": Split(np.array([[4.0, 6.0]]), np.array([[4.0, 4.0]]), ["w2"], 1),
        "fit": fit,
        "pre_fit": PreFit(0.5, None),
        "placebos": 5,
        "reasons": (),
        "warnings": ("a warning",),
        "effect": PanelEffect(
            att=2.0,
            lift_percent=50.0,
            incremental=2.0,
            interval=(1.0, 3.0),
            p_values=PValues(0.1, 0.2, 0.3),
            standard_error=0.4,
            conformal_interval=(0.5, 3.5),
            earlier=TimePlacebos(np.array([0.1]), 7),
        ),
    }
    return PanelLift(**(made | changes))  # type: ignore[arg-type]


def test_the_lift_of_a_panel_has_these_fields() -> None:
    lift = make_panel_lift(cost_micros=4_000_000, power=POWER, is_power_known=True)

    assert list(lift.as_dict().items()) == [
        ("method", "sc"),
        ("att", 2.0),
        ("lift_percent", 50.0),
        ("incremental", 2.0),
        ("interval", (1.0, 3.0)),
        ("p_values", {"iid": 0.1, "block": 0.2, "placebo": 0.3}),
        ("weights", {"w2": 1.0}),
        ("pre_fit", {"l2": 0.5, "scaled_l2": None}),
        ("warnings", ["a warning"]),
        ("periods", {"before": 1, "treated": 1}),
        ("placebos", 5),
        ("standard_error", 0.4),
        ("conformal_interval", (0.5, 3.5)),
        ("placebo_in_time", {"runs": 1, "length": 7, "effects": [0.1]}),
        # Four rupees for two more; for one to three more at the ends.
        (
            "cost_per_incremental",
            {
                "best": {"amount_micros": 2_000_000, "currency": "INR"},
                "low": {"amount_micros": 1_333_333, "currency": "INR"},
                "high": {"amount_micros": 4_000_000, "currency": "INR"},
            },
        ),
        ("power", POWER_DOCUMENT),
    ]


def test_a_panel_without_an_effect_has_no_evidence_of_one() -> None:
    lift = make_panel_lift(effect=None, reasons=("no fit",), cost_micros=4_000_000)

    document = lift.as_dict()

    assert list(document)[11:] == ["cost_per_incremental"]
    assert [document[name] for name in ("att", "lift_percent", "incremental")] == [
        None
    ] * 3
    assert document["p_values"] == {"iid": None, "block": None, "placebo": None}
    assert document["cost_per_incremental"] is None


def make_series_lift(posterior: Posterior | None) -> SeriesLift:
    return SeriesLift(
        controls=("Nashik",),
        pre=28,
        post=2,
        calibration=None if posterior is None else Calibration(0.1, [posterior], 0.5),
        posterior=posterior,
        warnings=("a warning",),
        cost_micros=4_000_000,
    )


def test_the_lift_of_a_series_has_these_fields() -> None:
    effect = EffectEstimate(2.0, 0.5, 1.0, 4.0)
    posterior = Posterior(
        actual=10.0,
        predicted=8.0,
        effect=effect,
        relative=EffectEstimate(0.25, 0.05, 0.1, 0.5),
        p_value=0.01,
        expected=(8.0, 8.0),
        lower=(7.0, 7.0),
        upper=(9.0, 9.0),
    )

    assert list(make_series_lift(posterior).as_dict().items()) == [
        ("method", "bsts"),
        ("att", 2.0),
        ("lift_percent", 25.0),
        ("incremental", 4.0),
        (
            "average",
            {
                "actual": 10.0,
                "predicted": 8.0,
                "effect": 2.0,
                "sd": 0.5,
                "lower": 1.0,
                "upper": 4.0,
            },
        ),
        (
            "cumulative",
            {
                "actual": 20.0,
                "predicted": 16.0,
                "effect": 4.0,
                "sd": 1.0,
                "lower": 2.0,
                "upper": 8.0,
            },
        ),
        ("relative", {"effect": 0.25, "sd": 0.05, "lower": 0.1, "upper": 0.5}),
        ("p_value", 0.01),
        (
            "calibration",
            {"placebo_runs": 1, "false_positive_rate": 1.0, "level_prior": 0.1},
        ),
        ("controls", ["Nashik"]),
        ("periods", {"before": 28, "treated": 2}),
        ("warnings", ["a warning"]),
        (
            "cost_per_incremental",
            {
                "best": {"amount_micros": 1_000_000, "currency": "INR"},
                "low": {"amount_micros": 500_000, "currency": "INR"},
                "high": {"amount_micros": 2_000_000, "currency": "INR"},
            },
        ),
    ]


def test_a_series_without_an_effect_has_the_same_fields_without_a_price() -> None:
    unknown = dict.fromkeys(("effect", "sd", "lower", "upper"))
    sums = {"actual": None, "predicted": None, **unknown}

    assert list(make_series_lift(None).as_dict().items()) == [
        ("method", "bsts"),
        ("att", None),
        ("lift_percent", None),
        ("incremental", None),
        ("average", sums),
        ("cumulative", sums),
        ("relative", unknown),
        ("p_value", None),
        (
            "calibration",
            {"placebo_runs": 0, "false_positive_rate": None, "level_prior": None},
        ),
        ("controls", ["Nashik"]),
        ("periods", {"before": 28, "treated": 2}),
        ("warnings", ["a warning"]),
    ]


@pytest.mark.parametrize(
    ("result", "document"),
    [
        (
            DetectableLift("payments", POWER, "bsts", 14),
            {
                "goal": "payments",
                **POWER_DOCUMENT,
                "method": "bsts",
                "days": 14,
            },
        ),
        (
            DetectableLift("payments", refused="too short"),
            {
                "goal": "payments",
                "smallest_detectable_percent": None,
                "refused": "too short",
            },
        ),
        (
            RandomisedResult("wards", 3, refused="not begun"),
            {"kind": "wards", "seed": 3, "refused": "not begun"},
        ),
        (
            RandomisedResult(
                "wards",
                3,
                WardDrawResult(
                    FIRST, LAST, ("w1",), ("w2",), 10.0, (1.0, 19.0), 0.04, 126
                ),
            ),
            {
                "kind": "wards",
                "seed": 3,
                "since": FIRST,
                "until": LAST,
                "treated": ["w1"],
                "controls": ["w2"],
                "lift_percent": 10.0,
                "interval": [1.0, 19.0],
                "p_value": 0.04,
                "assignments": 126,
            },
        ),
        (
            RandomisedResult(
                "switchback",
                3,
                SwitchbackResult(FIRST, LAST, 5.0, (1.0, 9.0), None, 0.04),
            ),
            {
                "kind": "switchback",
                "seed": 3,
                "since": FIRST,
                "until": LAST,
                "effect_per_day": 5.0,
                "interval": [1.0, 9.0],
                "lift_percent": None,
                "p_value": 0.04,
            },
        ),
        (
            RandomDraw("wards", 3, 7, {"w1": "2026-11-30", "w2": None}),
            {
                "kind": "wards",
                "seed": 3,
                "days": 7,
                "units": {"w1": "2026-11-30", "w2": None},
            },
        ),
    ],
)
def test_what_is_known_by_a_draw_or_beforehand_has_these_fields(
    result: DetectableLift | RandomisedResult | RandomDraw, document: dict[str, object]
) -> None:
    assert list(result.as_dict().items()) == list(document.items())


def test_a_stored_draw_is_read_as_it_was_drawn() -> None:
    draw = RandomDraw("switchback", 3, 2, {"2026-11-30": True, "2026-12-02": False})

    assert RandomDraw.from_stored(draw.as_dict()) == draw
    assert draw.untagged_days() == {date(2026, 12, 2), date(2026, 12, 3)}
