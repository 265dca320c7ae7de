"""Panels and series whose true effect is known, because it was put in here."""

from dataclasses import dataclass

import numpy as np


@dataclass
class PanelWorld:
    """A city of units that share trends and weekdays, with autocorrelated noise.

    Unit = level + loading x common trend + weekday + AR(``memory``) noise; the effect
    is added to treated units in the last ``post`` periods. Units are exchangeable.
    """

    units: int = 30
    treated: int = 1
    pre: int = 60
    post: int = 14
    memory: float = 0.7
    noise: float = 5.0
    loading: float = 0.5
    effect: float = 0.0
    level: float = 100.0

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """(treated units, periods) and (control units, periods)."""
        periods = self.pre + self.post
        common = autoregressive(rng, periods, 0.95, 2.0)
        loadings = 1.0 + self.loading * rng.normal(size=(self.units, 1))
        weekday = np.tile(rng.normal(0, 4, 7), periods // 7 + 1)[:periods]
        levels = self.level + 20 * rng.normal(size=(self.units, 1))
        own = np.vstack(
            [
                autoregressive(rng, periods, self.memory, self.noise)
                for _ in range(self.units)
            ]
        )
        values = levels + loadings * common + weekday + own
        values[: self.treated, self.pre :] += self.effect
        return values[: self.treated], values[self.treated :]


@dataclass
class SeriesWorld:
    """One outcome that follows its controls, weekdays, and autocorrelated noise.

    ``noise`` is the standard deviation of the AR(``memory``) part; with ``drift`` the
    level also walks by that much a period. ``strangers`` are walks with no bearing.
    """

    pre: int = 90
    post: int = 28
    memory: float = 0.7
    noise: float = 5.0
    drift: float = 0.0
    effect: float = 0.0
    slopes: tuple[float, ...] = (1.0, 0.5)
    strangers: int = 1
    weekday: float = 4.0

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Outcome (periods,) and controls (periods, controls)."""
        periods = self.pre + self.post
        helpers = np.column_stack(
            [60 + autoregressive(rng, periods, 0.9, 8.0) for _ in self.slopes]
        )
        walks = 50 + np.cumsum(rng.normal(size=(periods, self.strangers)), axis=0)
        weekday = np.tile(rng.normal(0, self.weekday, 7), periods // 7 + 1)[:periods]
        outcome = (
            200
            + helpers @ np.array(self.slopes)
            + weekday
            + autoregressive(rng, periods, self.memory, self.noise)
            + np.cumsum(rng.normal(0, self.drift, periods))
        )
        outcome[self.pre :] += self.effect
        return outcome, np.hstack([helpers, walks])


def autoregressive(
    rng: np.random.Generator, periods: int, memory: float, sd: float
) -> np.ndarray:
    """A stationary AR(1) path with the given standard deviation."""
    shocks = rng.normal(size=periods) * sd * np.sqrt(1 - memory**2)
    path = np.empty(periods)
    path[0] = rng.normal() * sd
    for t in range(1, periods):
        path[t] = memory * path[t - 1] + shocks[t]
    return path
