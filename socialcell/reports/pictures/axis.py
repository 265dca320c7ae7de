"""Axes of a drawing: round ticks from zero, hairlines, and places in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.pictures.canvas import DECORATION, SMALLEST, Canvas, text_width


@dataclass(frozen=True)
class ValueAxis:
    """A vertical axis between `top` and `bottom` in pixels, from `low` to `high`."""

    top: float
    bottom: float
    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """Where a value stands."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)


def value_axis(
    top: float, bottom: float, values: Sequence[float], ticks: int = 4
) -> ValueAxis:
    """An axis that holds zero and these values, with whole round ticks."""
    low, high = min([*values, 0.0]), max([*values, 0.0])
    if low == high:
        high = 1.0
    locator = MaxNLocator(ticks, integer=True, steps=[1, 2, 2.5, 5, 10])
    places = tuple(float(tick) for tick in locator.tick_values(low, high))
    return ValueAxis(top, bottom, places[0], places[-1], places)


def label_space(values: Sequence[float], lang: Language) -> float:
    """The pixels that the numbers beside an axis of these values need, with margins."""
    ticks = value_axis(0, 1, values).ticks
    widest = max(text_width(lang.number(tick), SMALLEST) for tick in ticks)
    return widest + 14


def draw_value_axis(
    canvas: Canvas, axis: ValueAxis, left: float, right: float, lang: Language
) -> None:
    """Hairlines across the drawing with their numbers, and the line at zero."""
    for tick in axis.ticks:
        y, is_zero = axis.y(tick), tick == 0
        canvas.line(
            [(left, y), (right, y)],
            colour=palette.EDGE if is_zero else palette.LINE,
            role="" if is_zero else DECORATION,
            order=1 if not is_zero else 3,
        )
        canvas.text((left - 6, y + 4), lang.number(tick), size=SMALLEST, side="right")
