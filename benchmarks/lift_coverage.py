"""How often the intervals of `campaigns lift` hold the truth, on generated cases.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lift_coverage.py --cases 2000

Half of the cases are panels (SDID and SC are run on each), half are series (BSTS). In
half of each an effect is put in, under noise with memory 0, 0.4 or 0.7; the other half
has no effect and AR(0.7) noise, which is where false claims are counted.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from socialcell.causal.bsts import forecast
from socialcell.causal.calibration import calibrate
from socialcell.causal.controls import choose_controls
from socialcell.causal.fit import reasons_to_refuse
from socialcell.causal.panel import estimate
from socialcell.causal.placebo import placebos_in_space
from tests.causal.worlds import PanelWorld, SeriesWorld

Outcome = tuple[float, float, float] | None  # effect, lower, upper; None is a refusal


@dataclass
class Tally:
    """What one method did over its cases."""

    covered: list[bool] = field(default_factory=list)
    claimed: list[bool] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    refused: int = 0

    def add(self, outcome: Outcome, truth: float) -> None:
        if outcome is None:
            self.refused += 1
            return
        effect, low, high = outcome
        self.covered.append(low <= truth <= high)
        self.errors.append(effect - truth)
        self.widths.append(high - low)
        if truth == 0:
            self.claimed.append(not low <= 0 <= high)

    @property
    def coverage(self) -> float:
        return float(np.mean(self.covered))

    @property
    def false_claims(self) -> float:
        return float(np.mean(self.claimed))


def run(cases: int, seed: int = 1) -> dict[str, Tally]:
    """Tallies of sdid, sc and bsts over ``cases`` generated panels and series."""
    tallies = {name: Tally() for name in ("sdid", "sc", "bsts")}
    for case in range(cases // 2):
        rng = np.random.default_rng([seed, case])
        panel, series = panel_world(rng, case), series_world(rng, case)
        for name, outcome in measure_panel(panel, rng):
            tallies[name].add(outcome, panel.effect)
        tallies["bsts"].add(measure_series(series, rng), series.effect)
        if case % 100 == 99:
            done = {
                name: f"covered {tally.coverage:.3f}, false {tally.false_claims:.3f}"
                for name, tally in tallies.items()
            }
            print(f"{2 * (case + 1)} cases: {done}", file=sys.stderr)
    return tallies


def panel_world(rng: np.random.Generator, case: int) -> PanelWorld:
    null = case % 2 == 0
    pair = case % 10 == 9
    return PanelWorld(
        units=int(rng.integers(14, 19 if pair else 36)),
        treated=2 if pair else 1,
        pre=int(rng.integers(30, 91)),
        post=int(rng.integers(7, 29)),
        memory=0.7 if null else float(rng.choice([0.0, 0.4, 0.7])),
        loading=float(rng.uniform(0, 0.6)),
        effect=0.0 if null else float(rng.normal(0, 15)),
    )


def series_world(rng: np.random.Generator, case: int) -> SeriesWorld:
    null = case % 2 == 0
    return SeriesWorld(
        pre=int(rng.integers(70, 121)),
        post=int(rng.integers(14, 29)),
        memory=0.7 if null else float(rng.choice([0.0, 0.4, 0.7])),
        strangers=int(rng.integers(0, 8)),
        effect=0.0 if null else float(rng.normal(0, 15)),
    )


def measure_panel(
    world: PanelWorld, rng: np.random.Generator
) -> Iterator[tuple[str, Outcome]]:
    treated, controls = world.draw(rng)
    for method in ("sdid", "sc"):
        fit = estimate(method, treated, controls, world.pre)
        placebos = placebos_in_space(method, controls, world.pre, len(treated))
        interval = placebos.interval(fit.att)
        refused = interval is None or reasons_to_refuse(fit, placebos)
        yield method, None if refused else (fit.att, *interval)


def measure_series(world: SeriesWorld, rng: np.random.Generator) -> Outcome:
    outcome, controls = world.draw(rng)
    pre = world.pre
    controls = controls[:, choose_controls(outcome[:pre], controls[:pre], True)]
    found = calibrate(outcome[:pre], controls[:pre], world.post, weekdays=True)
    if found is None or not found.trustworthy:
        return None
    effect = forecast(outcome, controls, pre, found.level_prior, weekdays=True).effect
    return effect.mean, effect.lower, effect.upper


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--cases", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    began = time.process_time()
    tallies = run(asked.cases, asked.seed)
    print("| method | cases | refused | covered | false claims | rms error | width |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, tally in tallies.items():
        print(
            f"| {name} | {len(tally.covered)} | {tally.refused} "
            f"| {100 * tally.coverage:.1f} % "
            f"| {100 * tally.false_claims:.1f} % of {len(tally.claimed)} "
            f"| {np.sqrt(np.mean(np.square(tally.errors))):.2f} "
            f"| {np.mean(tally.widths):.1f} |"
        )
    print(f"\n{time.process_time() - began:.0f} seconds of processor time")


if __name__ == "__main__":
    main()
