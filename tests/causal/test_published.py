"""The example series of the CausalImpact vignette, drawn again as R draws it.

The vignette takes ``set.seed(1)``, an AR(0.999) control about 100, an outcome of 1.2
times the control plus noise, and adds 10 from the 71st point on. It reports: average
actual 117, predicted 107 (sd 0.37), effect 11 with interval 9.8 to 11, cumulative
actual 3511 and effect 316, relative effect 9.9 %.
"""

import math

import numpy as np
import pytest
from scipy.special import ndtri

from tests.causal.command import Lift


class RNormals:
    """R's default generator: Mersenne Twister seeded as R does, by inversion."""

    def __init__(self, seed: int) -> None:
        words = []
        for step in range(50 + 625):
            seed = (69069 * seed + 1) % 2**32
            if step > 50:  # the 50 are discarded, the next is R's own position
                words.append(seed)
        self._bits = np.random.MT19937()
        key = np.array(words, dtype=np.uint32)
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": 624},
        }

    def draw(self, count: int) -> np.ndarray:
        raw = self._bits.random_raw(2 * count).astype(float) * 2.3283064365386963e-10
        big = 134_217_728
        first, second = raw.reshape(count, 2).T
        return ndtri((np.floor(big * first) + second) / big)


def vignette_series() -> tuple[np.ndarray, np.ndarray]:
    normals = RNormals(1)
    burn_in = 1 + math.ceil(6 / math.log(1 / 0.999))
    shocks = normals.draw(burn_in + 100)
    path = np.empty(len(shocks))
    last = 0.0
    for t, shock in enumerate(shocks):
        last = 0.999 * last + shock
        path[t] = last
    control = 100 + path[-100:]
    outcome = 1.2 * control + normals.draw(100)
    outcome[70:] += 10
    return outcome, control


def test_the_generator_is_that_of_r() -> None:
    assert RNormals(1).draw(3) == pytest.approx(
        [-0.6264538, 0.1836433, -0.8356286], abs=1e-7
    )


def test_the_vignettes_answer_is_found(lift: Lift) -> None:
    outcome, control = vignette_series()
    rows = [[t + 1, outcome[t], control[t]] for t in range(100)]
    lift.write(["t", "y", "x1"], rows)
    code, found = lift.run(
        "--method", "bsts", "--outcome", "y", "--controls", "x1", "--start", "71"
    )
    assert code == 0
    average = found["average"]
    assert average["actual"] == pytest.approx(117, abs=0.5)
    assert average["predicted"] == pytest.approx(106.5, abs=0.3)
    assert average["effect"] == pytest.approx(10.5, abs=0.2)
    assert average["lower"] == pytest.approx(9.8, abs=0.5)
    assert average["upper"] == pytest.approx(11.2, abs=0.8)
    assert found["cumulative"]["actual"] == pytest.approx(3511, abs=0.5)
    assert found["cumulative"]["effect"] == pytest.approx(316, abs=5)
    assert found["relative"]["effect"] == pytest.approx(0.099, abs=0.002)
    assert found["p_value"] <= 0.002
