"""Which control series to use, decided on the pre-period alone."""

import numpy as np

from socialcell.causal.simplex import Floats

MOST_CONTROLS = 6


def choose_controls(outcome: Floats, controls: Floats, weekdays: bool) -> list[int]:
    """Columns of ``controls`` worth having, best first, at most six.

    ``outcome`` is (periods,), ``controls`` (periods, candidates), both of the
    pre-period. Forward selection by the extended Bayesian criterion (Chen and Chen
    2008): a column enters when it lowers n log(RSS) by more than log n + 2 log p. Both
    sides are filtered by the first-order autocorrelation of the residuals so far
    (Cochrane and Orcutt 1949), so that two random walks do not look related.
    """
    base = weekday_columns(len(outcome)) if weekdays else np.ones((len(outcome), 1))
    candidates = _standardised(controls)
    usable = [int(i) for i in np.flatnonzero(np.any(candidates != 0, axis=0))]
    chosen: list[int] = []
    while usable and len(chosen) < min(MOST_CONTROLS, len(outcome) // 8):
        best = _next(outcome, base, candidates, chosen, usable)
        if best is None:
            break
        chosen.append(best)
        usable.remove(best)
    return chosen


def _next(
    outcome: Floats,
    base: Floats,
    candidates: Floats,
    chosen: list[int],
    left: list[int],
) -> int | None:
    model = np.hstack([base, candidates[:, chosen]])
    memory = _memory(_residual(outcome, model))
    y, x, z = (_filtered(a, memory) for a in (outcome, model, candidates[:, left]))
    y, z = _residual(y, x), _residual(z, x)
    total = float(y @ y)
    size = np.sum(z**2, axis=0)
    explained = np.where(size > 1e-9, (z.T @ y) ** 2 / np.maximum(size, 1e-9), 0.0)
    best = int(np.argmax(explained))
    if total <= 0:
        return None
    remaining = max(total - float(explained[best]), 1e-12 * total)
    gain = len(y) * np.log(total / remaining)
    price = np.log(len(y)) + 2 * np.log(candidates.shape[1])
    return left[best] if gain > price else None


def weekday_columns(periods: int) -> Floats:
    """One indicator column for each day of the week, (periods, 7)."""
    return np.asarray(np.eye(7)[np.arange(periods) % 7], dtype=np.float64)


def _standardised(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    spread = centred.std(axis=0)
    flat = spread <= 1e-12 * np.maximum(1.0, np.abs(columns).max(axis=0))
    centred[:, flat] = 0.0
    return np.asarray(centred / np.where(flat, 1.0, spread), dtype=np.float64)


def _residual(values: Floats, model: Floats) -> Floats:
    fitted = model @ np.linalg.lstsq(model, values, rcond=None)[0]
    return np.asarray(values - fitted, dtype=np.float64)


def _memory(residual: Floats) -> float:
    power = float(residual[:-1] @ residual[:-1])
    return float(residual[1:] @ residual[:-1]) / power if power > 0 else 0.0


def _filtered(values: Floats, memory: float) -> Floats:
    return np.asarray(values[1:] - memory * values[:-1], dtype=np.float64)
