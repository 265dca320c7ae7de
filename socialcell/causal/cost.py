"""What one more download, form or visit cost."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class UnitCost:
    """Micros of currency per incremental unit: best guess, and the 95 % range.

    None where the number of incremental units may be zero or less: no finite price.
    """

    best: int | None
    low: int | None
    high: int | None

    def as_dict(self, currency: str = "INR") -> dict[str, dict[str, int | str] | None]:
        """As it stands in documents for scripts: money, or None."""
        return {
            name: micros
            if micros is None
            else {"amount_micros": micros, "currency": currency}
            for name, micros in asdict(self).items()
        }


def cost_per_incremental(
    cost_micros: int, incremental: float, interval: tuple[float, float] | None
) -> UnitCost:
    """Cost / incremental, and the same at both ends of the interval of incremental."""
    low, high = interval if interval else (None, None)
    return UnitCost(
        _price(cost_micros, incremental),
        _price(cost_micros, high),
        _price(cost_micros, low),
    )


def _price(cost_micros: int, units: float | None) -> int | None:
    return round(cost_micros / units) if units is not None and units > 0 else None
