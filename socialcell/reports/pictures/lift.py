"""What a campaign added: an outcome beside what was expected, and the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.page import Cell, Table
from socialcell.reports.pictures.axis import (
    ValueAxis,
    draw_value_axis,
    label_space,
    value_axis,
)
from socialcell.reports.pictures.canvas import (
    DECORATION,
    NARROW,
    SERIES,
    SMALLEST,
    Canvas,
    Point,
    text_width,
)
from socialcell.reports.pictures.picture import Caption, Picture, framed

_MARGIN = 8
_TOP_HEIGHT, _LOW_HEIGHT = 170, 96


@dataclass(frozen=True)
class LiftSeries:
    """An outcome by day and what was expected without the campaign (None: nothing is).

    `lower` and `upper` are the ends of the 95 % band of a single day's expectation.
    `added` is the sum over the days from `start`, with its 95 % `interval`; None where
    how sure it is cannot be told.
    """

    campaign: str
    outcome: str
    days: Sequence[date]
    actual: Sequence[float]
    expected: Sequence[float | None]
    lower: Sequence[float | None]
    upper: Sequence[float | None]
    start: date
    end: date
    added: float
    anyway: float
    interval: tuple[float, float] | None


def draw(series: LiftSeries, lang: Language, width: float = NARROW) -> Picture:
    """Outcome and expectation above, their difference below, on the same days.

    ValueError: there are no days, or the lists differ in length.
    """
    lengths = {
        len(values)
        for values in (
            *(series.days, series.actual, series.expected),
            *(series.lower, series.upper),
        )
    }
    if len(lengths) != 1 or not series.days:
        raise ValueError(f"the lists of a lift have {sorted(lengths)} entries")
    caption = Caption(_title(series, lang), _drawn(series, lang), _source(series, lang))

    def body(canvas: Canvas, top: float) -> float:
        return _LiftDrawing(canvas, series, lang).draw(top)

    return Picture(
        framed(width, caption, body), caption, _alt(series, lang), _table(series, lang)
    )


class _LiftDrawing:
    """Both panels of a lift, on the same days."""

    def __init__(self, canvas: Canvas, series: LiftSeries, lang: Language) -> None:
        self._canvas, self._series, self._lang = canvas, series, lang
        self._values = [
            float(value)
            for values in (series.actual, series.expected, series.lower, series.upper)
            for value in values
            if value is not None
        ]
        self._differences = _differences(series)
        below = [
            value
            for values in self._differences
            for value in values
            if value is not None
        ]
        self._below = below
        space = (label_space(values, lang) for values in (self._values, below))
        self._left = max(*space, 44)
        self._right = canvas.width - _MARGIN - 6
        self._cell = (self._right - self._left) / len(series.days)

    def draw(self, top: float) -> float:
        series, _ = self._series, self._lang.gettext
        top = self._draw_key(top)
        axis = value_axis(top + 22, top + 22 + _TOP_HEIGHT, self._values)
        self._draw_start(top + 12, axis.bottom)
        draw_value_axis(self._canvas, axis, self._left, self._right, self._lang)
        self._draw_band(axis, series.lower, series.upper)
        self._draw_line(axis, series.expected, palette.SECOND, "expected", dashed=True)
        self._draw_line(axis, series.actual, palette.FIRST, "actual", dashed=False)
        top = axis.bottom + 30
        self._canvas.text(
            (_MARGIN, top), _("Difference a day, with the same band"), strong=True
        )
        bottom = self._draw_differences(top + 14)
        self._draw_days(bottom)
        return bottom + 22

    def _x(self, n: int) -> float:
        return self._left + self._cell * (n + 0.5)

    def _draw_key(self, top: float) -> float:
        _ = self._lang.gettext
        left, y = float(_MARGIN), top + 8
        entries = [
            (palette.FIRST, _("As it was"), "o", False),
            (palette.SECOND, _("Expected without the campaign"), "", True),
        ]
        for colour, words, marker, dashed in entries:
            width = 36 + text_width(words, SMALLEST) + 16
            if left > _MARGIN and left + width - 16 > self._canvas.width - _MARGIN:
                left, y = float(_MARGIN), y + 20
            middle = [(left + 14, y)]
            self._canvas.line(
                [(left, y), (left + 28, y)], colour=colour, width=2, dashed=dashed
            )
            if marker:
                self._canvas.marks(middle, marker, colour, "")
            self._canvas.text((left + 36, y + 4), words, size=SMALLEST)
            left += width
        words = _("95%% band")
        if left + 36 + text_width(words, SMALLEST) > self._canvas.width - _MARGIN:
            left, y = float(_MARGIN), y + 20
        self._canvas.rectangle(
            (left, y - 7), 28, 14, fill=palette.BAND, edge=palette.EDGE
        )
        self._canvas.text((left + 36, y + 4), words, size=SMALLEST)
        return y + 8

    def _draw_start(self, top: float, bottom: float) -> None:
        """A dashed line before the campaign's first day, with its name."""
        series = self._series
        if series.start not in series.days:
            return
        x = self._left + self._cell * series.days.index(series.start)
        self._canvas.line([(x, top + 4), (x, bottom)], colour=palette.INK, dashed=True)
        words = self._lang.gettext(
            "Start, %(day)s", day=self._lang.month_day(series.start)
        )
        is_left = x + text_width(words, SMALLEST) + 8 > self._canvas.width
        self._canvas.text(
            (x - 5 if is_left else x + 5, top + 8),
            words,
            size=SMALLEST,
            side="right" if is_left else "left",
        )

    def _draw_band(
        self,
        axis: ValueAxis,
        lower: Sequence[float | None],
        upper: Sequence[float | None],
    ) -> None:
        for stretch in _stretches(lower, upper):
            low = [(self._x(n), axis.y(lower[n] or 0.0)) for n in stretch]
            high = [(self._x(n), axis.y(upper[n] or 0.0)) for n in stretch]
            self._canvas.polygon(
                [*low, *reversed(high)], fill=palette.BAND, role=DECORATION, order=1.5
            )
            for edge in (low, high):
                self._canvas.line(edge, colour=palette.EDGE, width=0.8, order=1.6)

    def _draw_line(
        self,
        axis: ValueAxis,
        values: Sequence[float | None],
        colour: str,
        name: str,
        *,
        dashed: bool,
    ) -> None:
        for stretch in _stretches(values):
            points: list[Point] = [
                (self._x(n), axis.y(values[n] or 0.0)) for n in stretch
            ]
            self._canvas.line(
                points,
                colour=colour,
                width=2,
                dashed=dashed,
                marker="" if dashed or self._cell < 6 else "o",
                role=f"{SERIES}{name}",
            )

    def _draw_differences(self, top: float) -> float:
        differences, lower, upper = self._differences
        axis = value_axis(top, top + _LOW_HEIGHT, self._below, ticks=3)
        draw_value_axis(self._canvas, axis, self._left, self._right, self._lang)
        self._draw_band(axis, lower, upper)
        zero = axis.y(0.0)
        width = max(self._cell * 0.6, 1.5)
        for n, difference in enumerate(differences):
            if difference is None:
                continue
            y = axis.y(difference)
            self._canvas.rectangle(
                (self._x(n) - width / 2, min(y, zero)),
                width,
                abs(y - zero),
                fill=palette.FIRST,
                role=f"{SERIES}actual",
            )
        return axis.bottom

    def _draw_days(self, bottom: float) -> None:
        """Mondays below both panels."""
        end = -100.0
        for n, day in enumerate(self._series.days):
            words = self._lang.month_day(day)
            x, width = self._x(n), text_width(words, SMALLEST)
            if day.weekday() or x - width / 2 < end + 8:
                continue
            if x + width / 2 > self._canvas.width - 2:
                continue
            self._canvas.line([(x, bottom), (x, bottom + 5)], colour=palette.EDGE)
            self._canvas.text((x, bottom + 18), words, size=SMALLEST, side="center")
            end = x + width / 2


def _differences(
    series: LiftSeries,
) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """What came beyond expectation each day, and the band around it."""
    differences: list[float | None] = []
    lower: list[float | None] = []
    upper: list[float | None] = []
    for actual, expected, low, high in zip(
        series.actual, series.expected, series.lower, series.upper, strict=True
    ):
        differences.append(None if expected is None else actual - expected)
        lower.append(None if high is None else actual - high)
        upper.append(None if low is None else actual - low)
    return differences, lower, upper


def _stretches(*lists: Sequence[float | None]) -> list[list[int]]:
    """Numbers of days in a row on which every list has a value."""
    stretches: list[list[int]] = []
    is_before = False
    for n, values in enumerate(zip(*lists, strict=True)):
        is_there = all(value is not None for value in values)
        if is_there and is_before:
            stretches[-1].append(n)
        elif is_there:
            stretches.append([n])
        is_before = is_there
    return stretches


def _title(series: LiftSeries, lang: Language) -> str:
    _ = lang.gettext
    values = {
        "name": series.campaign,
        "n": _rounded(lang, series.added),
        "outcome": series.outcome,
    }
    if series.interval is None:
        return _(
            "%(name)s: about %(n)s more than expected; how sure that is cannot be said",
            **values,
        )
    low, high = series.interval
    bounds = {"low": _rounded(lang, low), "high": _rounded(lang, high)}
    if low <= 0 <= high:
        return _(
            "%(name)s: no effect can be claimed (95%% interval %(low)s to %(high)s)",
            **values,
            **bounds,
        )
    return _(
        "%(name)s added about %(n)s (95%% interval %(low)s to %(high)s)",
        **values,
        **bounds,
    )


def _drawn(series: LiftSeries, lang: Language) -> str:
    return lang.gettext(
        "%(outcome)s a day in the campaign's area, %(first)s to %(last)s.",
        outcome=series.outcome,
        first=lang.day_of_month(series.days[0]),
        last=lang.day_of_month(series.days[-1]),
    )


def _source(series: LiftSeries, lang: Language) -> str:
    source = lang.gettext(
        "Source: figures of the city's own systems; expected from areas without the "
        "campaign. Without it, 95%% of the days would lie within the band."
    )
    missing = (series.days[-1] - series.days[0]).days + 1 - len(series.days)
    if not missing:
        return " ".join((source, lang.gettext("No day is missing.")))
    return f"{source} " + lang.ngettext(
        "%(n)s day is missing.", "%(n)s days are missing.", missing
    )


def _alt(series: LiftSeries, lang: Language) -> str:
    _ = lang.gettext
    actual = sum(
        n
        for day, n in zip(series.days, series.actual, strict=True)
        if series.start <= day <= series.end
    )
    words = _(
        "%(outcome)s from %(first)s to %(last)s: %(actual)s, expected %(expected)s, "
        "difference %(n)s.",
        outcome=series.outcome,
        first=lang.day_of_month(series.start),
        last=lang.day_of_month(min(series.end, series.days[-1])),
        actual=_rounded(lang, actual),
        expected=_rounded(lang, series.anyway),
        n=_rounded(lang, series.added),
    )
    if series.interval is None:
        return words
    low, high = series.interval
    return f"{words} " + _(
        "95%% interval: %(low)s to %(high)s.",
        low=_rounded(lang, low),
        high=_rounded(lang, high),
    )


def _table(series: LiftSeries, lang: Language) -> Table:
    _ = lang.gettext
    columns = (series.actual, series.expected, series.lower, series.upper)
    rows: list[tuple[Cell, ...]] = [
        (
            (lang.weekday_of_month(day),),
            *(("–" if value is None else _rounded(lang, value),) for value in values),
        )
        for day, *values in zip(series.days, *columns, strict=True)
    ]
    heads = (
        _("Day"),
        _("As it was"),
        _("Expected without the campaign"),
        _("Lower end"),
        _("Upper end"),
    )
    return Table(series.outcome, heads, rows)


def _rounded(lang: Language, number: float) -> str:
    return lang.number(round(number))
