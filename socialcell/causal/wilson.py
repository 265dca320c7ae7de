"""Wilson's interval of a share."""

from math import sqrt

_Z_95 = 1.96


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """Wilson's interval of 95 % of a share (1927); without trials everything."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, _Z_95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z_95 * sqrt(share * (1 - share) / n + square / (4 * n * n))
    half /= 1 + square / n
    return max(0.0, middle - half), min(1.0, middle + half)
