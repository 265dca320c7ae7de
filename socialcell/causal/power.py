"""What a campaign could detect: effects injected into the past, where none was."""

from dataclasses import dataclass

import numpy as np

from socialcell.causal.panel import Method, estimate
from socialcell.causal.placebo import placebos_in_space
from socialcell.causal.simplex import Floats
from socialcell.errors import SocialcellError
from socialcell.json_types import JsonValue

GRID = (2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0)
ENOUGH = 0.8
FEWEST_WINDOWS = 5
MOST_WINDOWS = 12


class TooLittleHistory(SocialcellError):  # noqa: N818 - named for what is wrong
    """Power cannot be told from so short a past; collect more before promising."""


@dataclass(frozen=True)
class Power:
    """Share of look-back windows in which each lift (per cent) would be claimed.

    ``smallest`` is the first lift from which every larger one reaches 0.8, or None;
    ``false_claims`` is the share claimed with nothing injected.
    """

    windows: int
    false_claims: float
    shares: dict[float, float]
    smallest: float | None

    def as_dict(self) -> dict[str, JsonValue]:
        """As it stands in documents for scripts."""
        return {
            "smallest_detectable_percent": self.smallest,
            "windows": self.windows,
            "false_claims": self.false_claims,
            "shares": [
                {"lift_percent": percent, "power": share}
                for percent, share in self.shares.items()
            ],
        }


def detectable(method: Method, treated: Floats, controls: Floats, post: int) -> Power:
    """Power of ``post`` treated periods, judged on an untreated past.

    ``treated`` and ``controls`` are (units, periods) of history only. For each window
    the estimate is made as if it had begun there and its 95 % placebo interval taken; a
    lift of e per cent raises the treated values of the window by that, hence the effect
    by e/100 of their mean, while weights and interval stay. Raises TooLittleHistory
    when fewer than five windows fit (one window alone says 0 or 100 %) or when more
    than half of the units are treated.
    """
    periods = controls.shape[1]
    if len(treated) > len(controls):
        raise TooLittleHistory(
            "causal.too_many_treated", treated=len(treated), controls=len(controls)
        )
    effects, bases, reaches = [], [], []
    for start in _starts(periods, post):
        past, here = controls[:, : start + post], treated[:, : start + post]
        effect = estimate(method, here, past, start).att
        interval = placebos_in_space(method, past, start, len(treated)).interval(effect)
        if interval is None:
            raise TooLittleHistory("causal.too_few_controls", controls=len(controls))
        effects.append(effect)
        bases.append(float(here[:, start:].mean()))
        reaches.append((interval[1] - interval[0]) / 2)
    return power_of(np.array(effects), np.array(bases), np.array(reaches))


def power_of(effects: Floats, bases: Floats, reaches: Floats) -> Power:
    """Power from null windows: effect, mean outcome and half interval, (windows,)."""
    if len(effects) < FEWEST_WINDOWS:
        raise TooLittleHistory(
            "causal.too_few_windows", windows=len(effects), fewest=FEWEST_WINDOWS
        )

    def share(percent: float) -> float:
        return float(np.mean(np.abs(effects + percent / 100 * bases) > reaches))

    shares = {percent: share(percent) for percent in GRID}
    smallest = None
    for percent in reversed(GRID):
        if shares[percent] < ENOUGH:
            break
        smallest = percent
    return Power(len(effects), share(0.0), shares, smallest)


def _starts(periods: int, post: int) -> list[int]:
    first, last = max(2, periods // 2), periods - post
    if last < first:
        return []
    spread = np.linspace(first, last, MOST_WINDOWS).round().astype(int)
    return [int(start) for start in np.unique(spread)]
