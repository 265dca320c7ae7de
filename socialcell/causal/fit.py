"""Whether the pre-period is matched well enough for the estimate to mean anything."""

from dataclasses import dataclass

import numpy as np

from socialcell.causal.panel import Fit
from socialcell.causal.placebo import Placebos, pre_rms, pre_slope
from socialcell.causal.simplex import Floats
from socialcell.message_catalog import Message

FEWEST_PERIODS = 5
FEWEST_PLACEBOS = 4


@dataclass(frozen=True)
class PreFit:
    """Length of the pre-period gap about its mean, in outcome units, and its share of
    the length that equal weights leave (None when those leave nothing)."""

    l2: float
    scaled_l2: float | None


def pre_fit(fit: Fit, controls: Floats) -> PreFit:
    """How far the counterfactual is from the pre-period; controls (units, periods)."""
    plain = fit.actual[: fit.pre] - controls[:, : fit.pre].mean(axis=0)
    l2 = pre_rms(fit) * float(np.sqrt(fit.pre))
    base = float(np.linalg.norm(plain - plain.mean()))
    return PreFit(l2, l2 / base if base > 0 else None)


def reasons_to_refuse(fit: Fit, placebos: Placebos) -> list[Message]:
    """Messages that say why no effect may be claimed; empty when one may.

    The gap must not vary more than the treated series itself (F test at 0.001), nor
    more than twice the median of the placebos' gaps, nor drift steeper than 1.3 times
    the 0.0005 quantile of Student's t with placebos - 1 degrees in units of theirs.
    The second gives way a little when periods or placebos are few. It and the third
    need 5 pre-periods and 4 placebos.
    """
    gap = pre_rms(fit)
    before = fit.actual[: fit.pre]
    own = float(np.std(before))
    if gap <= 1e-9 * max(1.0, float(np.abs(before).max())):
        return []
    reasons: list[Message] = []
    if fit.pre > 1 and gap > own * _f_limit(fit.pre):
        reasons.append(
            Message(
                "causal.unlike_controls", {"gap": f"{gap:.4g}", "own": f"{own:.4g}"}
            )
        )
    if fit.pre < FEWEST_PERIODS or len(placebos.effects) < FEWEST_PLACEBOS:
        return reasons
    usual = float(np.median(placebos.pre_rms))
    if gap > usual * (2 + 20 / fit.pre + 5 / len(placebos.effects)):
        reasons.append(
            Message(
                "causal.gap_above_usual",
                {
                    "gap": f"{gap:.4g}",
                    "times": _times(gap, usual),
                    "usual": f"{usual:.4g}",
                },
            )
        )
    slope = pre_slope(fit)
    usual_slope = float(np.sqrt(np.mean(placebos.slopes**2)))
    # Imported on first use: lists of campaigns load this module, few ask it.
    from scipy import stats

    steep = 1.3 * float(stats.t.ppf(0.9995, len(placebos.effects) - 1))
    if abs(slope) > steep * usual_slope:
        reasons.append(
            Message(
                "causal.drift_before_start",
                {"slope": f"{slope:.4g}", "times": _times(abs(slope), usual_slope)},
            )
        )
    return reasons


def _f_limit(periods: int) -> float:
    from scipy import stats

    return float(np.sqrt(stats.f.ppf(0.999, periods - 1, periods - 1)))


def _times(amount: float, usual: float) -> Message:
    if usual <= 0:
        return Message("causal.far_more")
    return Message("causal.times", {"times": f"{amount / usual:.1f}"})
