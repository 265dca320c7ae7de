"""The lift of a campaign on a panel of units, as the document scripts rely on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from socialcell.campaigns.outcomes.lift_files import (
    PanelFile,
    UnusableFile,
    calendar_gaps,
    position_of,
    read_panel,
)
from socialcell.causal.conformal import conformal_interval, conformal_p_values
from socialcell.causal.cost import cost_per_incremental
from socialcell.causal.fit import FEWEST_PERIODS, pre_fit, reasons_to_refuse
from socialcell.causal.panel import Fit, Method, estimate, noise_level
from socialcell.causal.placebo import (
    Interval,
    Placebos,
    placebo_p_value,
    placebos_in_space,
    placebos_in_time,
)
from socialcell.causal.power import TooLittleHistory, detectable
from socialcell.causal.randomisation import randomisation_test
from socialcell.causal.simplex import Floats


@dataclass(frozen=True)
class Split:
    """A panel cut by treatment: (units, periods) each, ``pre`` untreated periods."""

    treated: Floats
    controls: Floats
    control_names: list[str]
    pre: int

    @property
    def post(self) -> int:
        return int(self.controls.shape[1]) - self.pre


def panel_lift(
    path: str,
    method: Method,
    treated: list[str],
    start: str,
    end: str | None = None,
    cost_micros: int | None = None,
    power: bool = False,
) -> dict[str, Any]:
    """Measure the lift of ``treated`` units from period ``start`` on.

    Returns the document of docs/methods.md. Raises UnusableFile when the file or the
    choice of units and periods cannot be measured. A pre-period that no mix of controls
    matches gives ``att`` None and a warning.
    """
    panel = read_panel(path)
    split = split_panel(path, panel, method, treated, start, end)
    document = lift_of(method, split, _gaps(panel)).document
    if cost_micros is not None:
        document["cost_per_incremental"] = _unit_cost(cost_micros, document, split)
    if power:
        document["power"] = power_of_split(method, split, document["warnings"])
    return document


@dataclass(frozen=True)
class PanelLift:
    """The document of a panel, its fit, and why no effect may be claimed, if so."""

    document: dict[str, Any]
    fit: Fit
    reasons: list[str]


def lift_of(method: Method, split: Split, cautions: Sequence[str] = ()) -> PanelLift:
    """The document of a panel that is cut already; `cautions` go among its warnings."""
    count = len(split.treated)
    fit = estimate(method, split.treated, split.controls, split.pre)
    placebos = placebos_in_space(method, split.controls, split.pre, count)
    reasons = reasons_to_refuse(fit, placebos)
    closeness = pre_fit(fit, split.controls)
    document: dict[str, Any] = {
        "method": method,
        "att": None,
        "lift_percent": None,
        "incremental": None,
        "interval": None,
        "p_values": {"iid": None, "block": None, "placebo": None},
        "weights": dict(
            zip(split.control_names, fit.unit_weights.tolist(), strict=True)
        ),
        "pre_fit": {"l2": closeness.l2, "scaled_l2": closeness.scaled_l2},
        "warnings": [*reasons, *cautions, *_cautions(split, placebos)],
        "periods": {"before": split.pre, "treated": split.post},
        "placebos": len(placebos.effects),
    }
    if not reasons:
        document |= _result_fields(method, split, fit, placebos)
        if document["interval"] is None:
            document["warnings"].append(
                f"{len(split.controls)} control units are too few for a 95 % interval."
            )
    return PanelLift(document, fit, reasons)


def split_panel(
    path: str,
    panel: PanelFile,
    method: Method,
    treated: list[str],
    start: str,
    end: str | None,
) -> Split:
    """The treated and control rows, up to and with the period ``end``."""
    unknown = [unit for unit in treated if unit not in panel.units]
    if unknown:
        raise UnusableFile(
            f"{path}: no unit {', '.join(unknown)}. The units are: "
            f"{', '.join(panel.units[:8])}{' …' if len(panel.units) > 8 else ''}."
        )
    pre = position_of(path, start, panel.periods, panel.labels, index=False)
    last = len(panel.periods) - 1
    if end is not None:
        last = position_of(path, end, panel.periods, panel.labels, index=False)
    if last < pre:
        raise UnusableFile(f"{path}: the end {end} is before the start {start}.")
    mask = np.array([unit in treated for unit in panel.units])
    values = panel.values[:, : last + 1]
    _require_enough(path, method, int(mask.sum()), int((~mask).sum()), pre)
    if np.ptp(values) == 0:
        raise UnusableFile(
            f"{path}: every value is {values[0, 0]:g}. An outcome that never changes "
            "says nothing about lift: check the export."
        )
    names = [
        unit
        for unit, is_treated in zip(panel.units, mask, strict=True)
        if not is_treated
    ]
    return Split(values[mask], values[~mask], names, pre)


def _require_enough(
    path: str, method: Method, treated: int, controls: int, pre: int
) -> None:
    if controls == 0:
        raise UnusableFile(f"{path}: every unit is treated; no control is left.")
    if method != "did" and treated > controls:
        raise UnusableFile(
            f"{path}: {treated} treated units and {controls} controls. {method} needs "
            "at least as many controls as treated units: measure fewer units at a "
            "time, or use did."
        )
    needed = 1 if method == "did" else 2
    if pre < needed:
        raise UnusableFile(
            f"{path}: {pre} periods before the start; {method} needs {needed} at least."
        )


def _result_fields(
    method: Method, split: Split, fit: Fit, placebos: Placebos
) -> dict[str, Any]:
    conformal = conformal_p_values(method, split.treated, split.controls, split.pre)
    placebo: float | None
    interval: Interval | None
    if method == "did":
        test = randomisation_test(split.treated, split.controls, split.pre)
        placebo, interval = test.p_value, test.interval
    else:
        placebo = placebo_p_value(method, fit, placebos)
        interval = placebos.interval(fit.att)
    start_interval = interval or placebos.interval(fit.att)
    earlier = placebos_in_time(method, split.treated, split.controls, split.pre)
    return {
        "att": fit.att,
        "lift_percent": fit.lift_percent,
        "incremental": fit.att * len(split.treated) * split.post,
        "interval": interval,
        "p_values": {
            "iid": conformal.iid,
            "block": conformal.block,
            "placebo": placebo,
        },
        "standard_error": placebos.spread(),
        "conformal_interval": start_interval
        and conformal_interval(
            method, split.treated, split.controls, split.pre, start_interval
        ),
        "placebo_in_time": {
            "runs": len(earlier.effects),
            "length": earlier.length,
            "effects": earlier.effects.tolist(),
        },
    }


def _gaps(panel: PanelFile) -> list[str]:
    gaps = calendar_gaps(panel.periods, panel.labels)
    if not gaps:
        return []
    return [
        f"The calendar has {len(gaps)} gaps, the first after {gaps[0]}; the "
        "periods on either side are taken as neighbours."
    ]


def _cautions(split: Split, placebos: Placebos) -> list[str]:
    cautions = []
    if len(split.treated) > len(split.controls):
        cautions.append(
            f"More treated units ({len(split.treated)}) than controls "
            f"({len(split.controls)}): the comparison rests on few."
        )
    if split.pre < FEWEST_PERIODS or len(placebos.effects) < FEWEST_PERIODS - 1:
        cautions.append(
            f"With {split.pre} periods before the start and {len(placebos.effects)} "
            "placebos the fit cannot be judged well."
        )
    ratio = _noise_ratio(split)
    if ratio is not None and ratio > 2:
        cautions.append(
            f"The treated units vary {ratio:.1f} times as much from period to period "
            "as the controls; an interval from placebos among the controls may be too "
            "narrow. Rates or logarithms compare better than counts."
        )
    return cautions


def _noise_ratio(split: Split) -> float | None:
    own = noise_level(split.treated[:, : split.pre])
    others = noise_level(split.controls[:, : split.pre])
    return own / others if others > 0 else None


def _unit_cost(
    cost_micros: int, document: dict[str, Any], split: Split
) -> dict[str, Any] | None:
    """What one incremental unit cost, or None where no effect could be claimed."""
    if document["att"] is None:
        return None
    scale = len(split.treated) * split.post
    bounds = document["interval"]
    total = bounds and (bounds[0] * scale, bounds[1] * scale)
    return cost_per_incremental(cost_micros, document["incremental"], total).as_dict()


def power_of_split(
    method: Method, split: Split, warnings: list[str]
) -> dict[str, Any] | None:
    """The power of as long a campaign, judged on the pre-period; None with a warning
    where too little is known to judge it."""
    history = slice(0, split.pre)
    try:
        power = detectable(
            method, split.treated[:, history], split.controls[:, history], split.post
        )
    except TooLittleHistory as short:
        warnings.append(str(short))
        return None
    return power.as_dict()
