"""The solver is checked against the conditions that only the optimum meets."""

import numpy as np
import pytest
from scipy.optimize import minimize

from socialcell.causal.simplex import simplex_least_squares


def problem(seed: int, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, columns)), rng.normal(size=rows)


def assert_optimal(a: np.ndarray, b: np.ndarray, ridge: float, w: np.ndarray) -> None:
    """Karush, Kuhn and Tucker: one price for all columns in use, none asks to enter."""
    assert w.min() >= 0
    assert w.sum() == pytest.approx(1, abs=1e-12)
    pull = a.T @ (b - a @ w) - ridge * w
    price = pull[w > 0].mean()
    scale = max(1.0, float(np.abs(a.T @ a).max()))
    assert np.abs(pull[w > 0] - price).max() < 1e-8 * scale
    assert (pull[w == 0] <= price + 1e-8 * scale).all()


@pytest.mark.parametrize("ridge", [0.0, 1e-9, 1e-3, 1.0, 100.0])
@pytest.mark.parametrize("shape", [(40, 12), (12, 40), (5, 200), (60, 60), (3, 2)])
@pytest.mark.parametrize("seed", range(5))
def test_the_weights_are_the_optimum(
    seed: int, shape: tuple[int, int], ridge: float
) -> None:
    a, b = problem(seed, *shape)
    assert_optimal(a, b, ridge, simplex_least_squares(a, b, ridge))


@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_a_general_optimiser_finds_the_same_weights(ridge: float) -> None:
    a, b = problem(7, 25, 6)
    ours = simplex_least_squares(a, b, ridge)
    theirs = minimize(
        lambda w: np.sum((a @ w - b) ** 2) + ridge * np.sum(w**2),
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert ours == pytest.approx(theirs.x, abs=1e-5)


def test_a_mixture_is_found_again() -> None:
    a, _ = problem(3, 30, 8)
    mixture = np.array([0.5, 0.3, 0.2, 0, 0, 0, 0, 0])
    assert simplex_least_squares(a, a @ mixture) == pytest.approx(mixture, abs=1e-10)


def test_equal_columns_under_a_ridge_share_equally() -> None:
    a = np.ones((4, 5))
    assert simplex_least_squares(a, np.ones(4), 1.0) == pytest.approx(np.full(5, 0.2))


def test_columns_of_zeros_are_no_trouble() -> None:
    assert simplex_least_squares(np.zeros((4, 3)), np.zeros(4)).sum() == 1


def test_two_thousand_columns_are_solved() -> None:
    a, b = problem(1, 100, 2000)
    assert_optimal(a, b, 50.0, simplex_least_squares(a, b, 50.0))
