"""How freely the level may move, chosen where nothing happened: the pre-period."""

from dataclasses import dataclass

import numpy as np

from socialcell.causal.bsts import Posterior, forecast
from socialcell.causal.simplex import Floats

LEVEL_PRIORS = (0.01, 0.018, 0.032, 0.056, 0.1, 0.18, 0.32)
STARTS = 6
FEWEST_PERIODS = 21
DRAWS, WARM_UP = 300, 100
# Mean squared score at which intervals are called wide enough.
WIDE_ENOUGH = 1.0
# One window counts for no more than three standard deviations.
LARGEST_SCORE = 9.0
WORST_FALSE_POSITIVES = 0.2


@dataclass(frozen=True)
class Calibration:
    """The level prior chosen, and what it does on placebo windows.

    ``runs`` are the placebo posteriors with that prior; ``mean_square`` the mean of
    (effect / sd)^2, each at most 9: one when intervals are as wide as they should be.
    """

    level_prior: float
    runs: list[Posterior]
    mean_square: float

    @property
    def false_positive_rate(self) -> float:
        """Share of placebo windows in which an effect would have been claimed."""
        return float(np.mean([run.effect.claims for run in self.runs]))

    @property
    def settled(self) -> bool:
        """True when the chosen prior's intervals are wide enough."""
        return self.mean_square <= WIDE_ENOUGH

    @property
    def trustworthy(self) -> bool:
        """False when even so it claims in over a fifth of the windows: show nothing."""
        return self.settled or self.false_positive_rate <= WORST_FALSE_POSITIVES


def calibrate(
    outcome: Floats, controls: Floats, post: int, *, weekdays: bool
) -> Calibration | None:
    """Choose the tightest level prior whose placebo effects are no larger than claimed.

    ``outcome`` (periods,) and ``controls`` (periods, columns) of the pre-period alone.
    Placebo windows as long as the treated time (at most a third of the pre-period)
    start at six places, each forwards and with time reversed, which stationary noise
    does not notice and which doubles the evidence. Priors go from 0.01 to 0.32; the
    first with mean (effect / sd)^2 <= 1 is taken, else the last. None when the
    pre-period has fewer than 21 periods: too short to pretend anything.
    """
    pre = len(outcome)
    if pre < FEWEST_PERIODS:
        return None
    length = min(post, pre // 3)
    first, last = pre // 3 + 3, pre - length
    starts = np.unique(np.linspace(first, last, STARTS).round().astype(int))
    for prior in LEVEL_PRIORS:
        runs = [
            forecast(
                np.ascontiguousarray(y[: start + length]),
                np.ascontiguousarray(x[: start + length]),
                int(start),
                prior,
                weekdays=weekdays,
                draws=DRAWS,
                warm_up=WARM_UP,
            )
            for y, x in ((outcome, controls), (outcome[::-1], controls[::-1]))
            for start in starts
        ]
        scores = [(run.effect.mean / run.effect.sd) ** 2 for run in runs]
        mean_square = float(np.mean(np.minimum(scores, LARGEST_SCORE)))
        chosen = Calibration(prior, runs, mean_square)
        if chosen.settled:
            break
    return chosen
