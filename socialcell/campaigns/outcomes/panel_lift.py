"""The lift of a campaign on a panel of units, as the document scripts rely on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from socialcell.campaigns.outcomes.lift_files import (
    PanelFile,
    UnusableFile,
    calendar_gaps,
    first_names,
    position_of,
    read_panel,
)
from socialcell.causal.conformal import conformal_interval, conformal_p_values
from socialcell.causal.cost import UnitCost, cost_per_incremental
from socialcell.causal.fit import (
    FEWEST_PERIODS,
    PreFit,
    pre_fit,
    reasons_to_refuse,
)
from socialcell.causal.panel import Fit, Method, estimate, noise_level
from socialcell.causal.placebo import (
    Interval,
    Placebos,
    TimePlacebos,
    placebo_p_value,
    placebos_in_space,
    placebos_in_time,
)
from socialcell.causal.power import Power, TooLittleHistory, detectable
from socialcell.causal.randomisation import randomisation_test
from socialcell.causal.simplex import Floats
from socialcell.json_types import DocumentValue
from socialcell.message_catalog import Message


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
) -> "PanelLift":
    """Measure the lift of ``treated`` units from period ``start`` on.

    Its document is that of docs/methods.md. Raises UnusableFile when the file or the
    choice of units and periods cannot be measured. A pre-period that no mix of controls
    matches gives no effect and a warning.
    """
    panel = read_panel(path)
    split = split_panel(path, panel, method, treated, start, end)
    lift = replace(lift_of(method, split, _gaps(panel)), cost_micros=cost_micros)
    return with_power(lift) if power else lift


@dataclass(frozen=True)
class PValues:
    """p-values of "no effect", by permutations of periods and by placebos or draws."""

    iid: float | None = None
    block: float | None = None
    placebo: float | None = None


@dataclass(frozen=True)
class PanelEffect:
    """The effect of a panel: per unit and period, and `incremental` in all."""

    att: float
    lift_percent: float | None
    incremental: float
    interval: Interval | None
    p_values: PValues
    standard_error: float | None
    conformal_interval: Interval | None
    earlier: TimePlacebos


@dataclass(frozen=True)
class PanelLift:
    """The lift of a panel, and what it rests on; no `effect` where `reasons` refuse it.

    `power` is worked out where `is_power_known`, and None where too little is known.
    """

    method: Method
    split: Split
    fit: Fit
    pre_fit: PreFit
    placebos: int
    reasons: tuple[Message, ...]
    warnings: tuple[Message, ...]
    effect: PanelEffect | None
    cost_micros: int | None = None
    power: Power | None = None
    is_power_known: bool = False

    @property
    def weights(self) -> dict[str, float]:
        """Control unit → its weight."""
        weights = self.fit.unit_weights.tolist()
        return dict(zip(self.split.control_names, weights, strict=True))

    @property
    def cost_per_incremental(self) -> UnitCost | None:
        """The cost of one incremental unit; None without a cost or an effect."""
        if self.cost_micros is None or self.effect is None:
            return None
        scale = len(self.split.treated) * self.split.post
        interval = self.effect.interval
        total = interval and (interval[0] * scale, interval[1] * scale)
        return cost_per_incremental(self.cost_micros, self.effect.incremental, total)

    def as_dict(self) -> dict[str, DocumentValue]:
        """The document for scripts."""
        effect = self.effect
        document: dict[str, DocumentValue] = {
            "method": self.method,
            "att": effect.att if effect else None,
            "lift_percent": effect.lift_percent if effect else None,
            "incremental": effect.incremental if effect else None,
            "interval": effect.interval if effect else None,
            "p_values": asdict(effect.p_values if effect else PValues()),
            "weights": self.weights,
            "pre_fit": asdict(self.pre_fit),
            "warnings": list(map(str, self.warnings)),
            "periods": {"before": self.split.pre, "treated": self.split.post},
            "placebos": self.placebos,
        }
        if effect is not None:
            document |= _evidence(effect)
        if self.cost_micros is not None:
            price = self.cost_per_incremental
            document["cost_per_incremental"] = price.as_dict() if price else None
        if self.is_power_known:
            document["power"] = self.power.as_dict() if self.power else None
        return document


def lift_of(
    method: Method, split: Split, cautions: Sequence[Message] = ()
) -> PanelLift:
    """The lift of a panel that is cut already; `cautions` go among its warnings."""
    count = len(split.treated)
    fit = estimate(method, split.treated, split.controls, split.pre)
    placebos = placebos_in_space(method, split.controls, split.pre, count)
    reasons = reasons_to_refuse(fit, placebos)
    warnings = [*reasons, *cautions, *_cautions(split, placebos)]
    effect = None
    if not reasons:
        effect = _effect(method, split, fit, placebos)
        if effect.interval is None:
            warnings.append(
                Message(
                    "outcomes.few_controls_for_interval",
                    {"controls": len(split.controls)},
                )
            )
    return PanelLift(
        method=method,
        split=split,
        fit=fit,
        pre_fit=pre_fit(fit, split.controls),
        placebos=len(placebos.effects),
        reasons=tuple(reasons),
        warnings=tuple(warnings),
        effect=effect,
    )


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
            "outcomes.no_such_unit",
            path=path,
            missing=unknown,
            units=first_names(panel.units),
        )
    pre = position_of(path, start, panel.periods, panel.labels, index=False)
    last = len(panel.periods) - 1
    if end is not None:
        last = position_of(path, end, panel.periods, panel.labels, index=False)
    if last < pre:
        raise UnusableFile(
            "outcomes.period_end_before_start", path=path, end=end, start=start
        )
    mask = np.array([unit in treated for unit in panel.units])
    values = panel.values[:, : last + 1]
    _require_enough(path, method, int(mask.sum()), int((~mask).sum()), pre)
    if np.ptp(values) == 0:
        level = f"{values[0, 0]:g}"
        raise UnusableFile("outcomes.constant_panel", path=path, level=level)
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
        raise UnusableFile("outcomes.no_control_unit", path=path)
    if method != "did" and treated > controls:
        raise UnusableFile(
            "outcomes.few_control_units",
            path=path,
            treated=treated,
            controls=controls,
            method=method,
        )
    needed = 1 if method == "did" else 2
    if pre < needed:
        raise UnusableFile(
            "outcomes.few_periods_of_panel",
            path=path,
            n=pre,
            method=method,
            least=needed,
        )


def _effect(method: Method, split: Split, fit: Fit, placebos: Placebos) -> PanelEffect:
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
    return PanelEffect(
        att=fit.att,
        lift_percent=fit.lift_percent,
        incremental=fit.att * len(split.treated) * split.post,
        interval=interval,
        p_values=PValues(conformal.iid, conformal.block, placebo),
        standard_error=placebos.spread(),
        conformal_interval=start_interval
        and conformal_interval(
            method, split.treated, split.controls, split.pre, start_interval
        ),
        earlier=placebos_in_time(method, split.treated, split.controls, split.pre),
    )


def _evidence(effect: PanelEffect) -> dict[str, DocumentValue]:
    return {
        "standard_error": effect.standard_error,
        "conformal_interval": effect.conformal_interval,
        "placebo_in_time": {
            "runs": len(effect.earlier.effects),
            "length": effect.earlier.length,
            "effects": effect.earlier.effects.tolist(),
        },
    }


def _gaps(panel: PanelFile) -> list[Message]:
    gaps = calendar_gaps(panel.periods, panel.labels)
    if not gaps:
        return []
    return [Message("outcomes.panel_with_gaps", {"gaps": len(gaps), "first": gaps[0]})]


def _cautions(split: Split, placebos: Placebos) -> list[Message]:
    cautions: list[Message] = []
    if len(split.treated) > len(split.controls):
        cautions.append(
            Message(
                "outcomes.more_treated_than_controls",
                {"treated": len(split.treated), "controls": len(split.controls)},
            )
        )
    if split.pre < FEWEST_PERIODS or len(placebos.effects) < FEWEST_PERIODS - 1:
        cautions.append(
            Message(
                "outcomes.fit_not_judged",
                {"periods": split.pre, "placebos": len(placebos.effects)},
            )
        )
    ratio = _noise_ratio(split)
    if ratio is not None and ratio > 2:
        cautions.append(
            Message("outcomes.treated_vary_more", {"ratio": f"{ratio:.1f}"})
        )
    return cautions


def _noise_ratio(split: Split) -> float | None:
    own = noise_level(split.treated[:, : split.pre])
    others = noise_level(split.controls[:, : split.pre])
    return own / others if others > 0 else None


def with_power(lift: PanelLift) -> PanelLift:
    """The lift with the power of as long a campaign, judged on the pre-period; with a
    warning where too little is known to judge it."""
    split, history = lift.split, slice(0, lift.split.pre)
    try:
        power = detectable(
            lift.method,
            split.treated[:, history],
            split.controls[:, history],
            split.post,
        )
    except TooLittleHistory as short:
        warnings = (*lift.warnings, short.message)
        return replace(lift, warnings=warnings, is_power_known=True)
    return replace(lift, power=power, is_power_known=True)
