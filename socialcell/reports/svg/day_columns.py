"""Counts of days as columns on an axis from zero; hatch where a day is not known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from socialcell.i18n import Language
from socialcell.reports.svg.markup import element, hatch_fill, number, text_width

WIDE, NARROW = 760, 328
_HEIGHTS = {WIDE: 240, NARROW: 220}
_TOP, _BOTTOM = 22, 30  # above the highest line, and below zero
_TICKS = 4
_AXIS_SIZE = 14.5
_STEPS = (1, 2, 2.5, 5, 10)
_BROADEST = 56  # pixels of a column
_LABEL_GAP = 6


@dataclass(frozen=True)
class DayColumn:
    """A day: `count` None is not known; of one that was not collected whole it is at
    least so many. `before` is the day it is compared with. `name` is for a reader of
    the screen, `label` stands below the column."""

    label: str
    name: str
    count: int | None
    is_whole: bool = True
    before: int | None = None
    link: str | None = None


@dataclass(frozen=True)
class Limit:
    """A line across the columns with its name."""

    value: float
    name: str


@dataclass(frozen=True)
class ChartPair:
    """A chart for wide screens and the same for narrow ones."""

    wide: Markup
    narrow: Markup

    def __html__(self) -> str:
        """Both, of which the style sheet shows one."""
        return self.wide + self.narrow


def day_columns(
    days: Sequence[DayColumn], title: str, lang: Language, limit: Limit | None = None
) -> ChartPair:
    """The columns twice: 760 pixels wide with a line each tick, and 328.

    `title` says what is drawn; the label of the drawing has all numbers.
    """
    ticks = _ticks(
        max([*(_highest(day) for day in days), limit.value if limit else 0, 1])
    )
    label = f"{title}: " + "; ".join(_spoken(day, lang) for day in days)
    wide, narrow = (
        _Columns(days, ticks, lang, limit, width).draw(label)
        for width in (WIDE, NARROW)
    )
    return ChartPair(wide, narrow)


def _highest(day: DayColumn) -> int:
    return max(day.count or 0, day.before or 0)


def _ticks(highest: float) -> list[int]:
    """Whole round numbers from 0 up to the first that is not below the highest."""
    rough = highest / _TICKS
    power = 10 ** math.floor(math.log10(rough)) if rough > 0 else 1
    step = next(part * power for part in _STEPS if part * power >= rough)
    whole = max(math.ceil(step), 1)
    return [whole * n for n in range(math.ceil(highest / whole) + 1)]


def _spoken(day: DayColumn, lang: Language) -> str:
    _ = lang.gettext
    if day.count is None:
        words = _("not known")
    elif day.is_whole:
        words = lang.number(day.count)
    else:
        words = _("at least %(n)s", n=lang.number(day.count))
    if day.before is None:
        return f"{day.name} {words}"
    before = _("before that %(n)s", n=lang.number(day.before))
    return f"{day.name} {words}, {before}"


class _Columns:
    """One drawing of the columns."""

    def __init__(
        self,
        days: Sequence[DayColumn],
        ticks: Sequence[int],
        lang: Language,
        limit: Limit | None,
        width: int,
    ) -> None:
        self._days, self._ticks, self._lang = days, ticks, lang
        self._limit, self._width, self._height = limit, width, _HEIGHTS[width]
        self._left = 10 + max(text_width(lang.number(n), _AXIS_SIZE) for n in ticks)
        self._right = width - 4.0
        self._step = (self._right - self._left) / max(len(days), 1)
        self._zero = self._height - _BOTTOM

    def draw(self, label: str) -> Markup:
        has_links = any(day.link for day in self._days)
        return element(
            "svg",
            *self._axis(),
            *(self._day(n, day) for n, day in enumerate(self._days)),
            *self._limit_line(),
            class_=f"g {'w-only' if self._width == WIDE else 'n-only'}",
            viewBox=f"0 0 {self._width} {self._height}",
            role="group" if has_links else "img",
            aria_label=label,
        )

    def _y(self, count: float) -> float:
        return self._zero - (self._zero - _TOP) * count / self._ticks[-1]

    def _axis(self) -> list[Markup]:
        parts = []
        for tick in self._ticks:
            y = self._y(tick)
            line = f"M{number(self._left)} {number(y)}H{number(self._right)}"
            parts += [
                element("path", class_="gr" if tick else "ax", d=line),
                element(
                    "text",
                    self._lang.number(tick),
                    x=self._left - 6,
                    y=y + 5,
                    text_anchor="end",
                ),
            ]
        return parts

    def _day(self, n: int, day: DayColumn) -> Markup:
        middle = self._left + self._step * (n + 0.5)
        breadth = min(self._step * 0.62, _BROADEST)
        parts = []
        if day.count is None or not day.is_whole:
            parts.append(self._hatched(middle, max(breadth, self._step * 0.86)))
        if day.count:
            y = self._y(day.count)
            parts.append(
                element(
                    "rect",
                    class_="f1",
                    x=middle - breadth / 2,
                    y=y,
                    width=breadth,
                    height=self._zero - y,
                )
            )
        if day.before is not None:
            # A line across the column: it differs by shape, not by colour alone.
            start, y = middle - breadth / 2 - 5, self._y(day.before)
            line = f"M{number(start)} {number(y)}h{number(breadth + 10)}"
            parts.append(element("path", class_="sk", d=line))
        parts += self._texts(n, day, middle)
        if day.link is None:
            return Markup("").join(parts)
        name = _spoken(day, self._lang)
        return element("a", *parts, href=day.link, aria_label=name)

    def _texts(self, n: int, day: DayColumn, middle: float) -> list[Markup]:
        texts = []
        if n % self._every == 0:
            below = self._height - 10
            texts.append(
                element("text", day.label, x=middle, y=below, text_anchor="middle")
            )
        if self._every > 1 and day.count is not None:
            return texts  # the axis and the label of the drawing have the numbers
        words = "?" if day.count is None else self._lang.number(day.count)
        if day.count is not None and not day.is_whole:
            words = f"≥{words}"
        above = self._y(_highest(day)) - 6 if day.count is not None else None
        y = self._zero - 12 if above is None else above
        if day.count is None or not day.is_whole:
            texts.append(self._ground(words, middle, y))
        texts.append(
            element("text", words, class_="b", x=middle, y=y, text_anchor="middle")
        )
        return texts

    @property
    def _every(self) -> int:
        """Of how many days one has its label: as many as there is room for."""
        widest = max(
            (text_width(day.label, _AXIS_SIZE) for day in self._days), default=0
        )
        return max(math.ceil((widest + _LABEL_GAP) / self._step), 1)

    def _hatched(self, middle: float, breadth: float) -> Markup:
        return element(
            "rect",
            x=middle - breadth / 2,
            y=_TOP,
            width=breadth,
            height=self._zero - _TOP,
            fill=hatch_fill(),
        )

    def _ground(self, words: str, middle: float, y: float) -> Markup:
        """Paper behind a text on a hatch."""
        width = text_width(words, _AXIS_SIZE, strong=True) + 8
        return element(
            "rect",
            class_="fp",
            x=middle - width / 2,
            y=y - 14,
            width=width,
            height=19,
            rx=3,
        )

    def _limit_line(self) -> list[Markup]:
        if self._limit is None:
            return []
        y = self._y(self._limit.value)
        line = f"M{number(self._left)} {number(y)}H{number(self._right)}"
        return [
            element("path", class_="sk", d=line, stroke_dasharray="4 3"),
            element("text", self._limit.name, class_="b", x=self._left + 6, y=y - 6),
        ]
