"""Mentions of each hour of several days, beside what is usual for the hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.page import Cell, Table
from socialcell.reports.pictures.canvas import NARROW, SERIES, SMALLEST, WIDE, Canvas
from socialcell.reports.pictures.map_key import draw_key
from socialcell.reports.pictures.map_scale import step_of, steps_of
from socialcell.reports.pictures.picture import (
    Caption,
    Picture,
    PictureCoverage,
    framed,
)
from socialcell.reports.pictures.picture_counts import DAY_HOURS

_MARGIN, _GAP = 8, 2
_ROW = 24
# From these on a number does not fit into a cell: days below each other, and days side
# by side on a phone, where cells then are in thousands.
_LYING_LIMIT, _NARROW_LIMIT = 1_000, 10_000


@dataclass(frozen=True)
class HourGrid:
    """`counts[day][hour]` are mentions, None where nothing was collected; `whole` says
    whether every platform was collected in that hour. `usual[hour]` is what is usual,
    None where that is not known."""

    days: Sequence[date]
    counts: Sequence[Sequence[int | None]]
    whole: Sequence[Sequence[bool]]
    usual: Sequence[float | None]
    coverage: PictureCoverage


@dataclass(frozen=True)
class _Field:
    """One cell of the grid: what is written in it, and whether it is whole."""

    count: float | None
    whole: bool = True


def draw(grid: HourGrid, lang: Language, width: float = NARROW) -> Picture:
    """The heat map: days side by side on a phone, below each other on a page.

    ValueError: the rows of the grid do not have 24 hours each.
    """
    for row in (*grid.counts, *grid.whole, grid.usual):
        if len(row) != DAY_HOURS:
            raise ValueError(f"a day has {DAY_HOURS} hours, not {len(row)}")
    largest = max((n for day in grid.counts for n in day if n is not None), default=0)
    lying = width >= WIDE and largest < _LYING_LIMIT
    unit = 1_000 if width < WIDE and largest >= _NARROW_LIMIT else 1
    drawn = _drawn(grid, lang)
    if unit > 1:
        drawn = " ".join((drawn, lang.gettext("Cells are in thousands.")))
    caption = Caption(_title(grid, lang), drawn, grid.coverage.sentence(lang))

    def body(canvas: Canvas, top: float) -> float:
        return _draw_grid(canvas, top, grid, lang, lying=lying, unit=unit)

    return Picture(
        framed(width, caption, body), caption, _alt(grid, lang), _table(grid, lang)
    )


def _fields(grid: HourGrid) -> list[list[_Field]]:
    """A list for each day, and one for what is usual."""
    days = [
        [_Field(n, whole) for n, whole in zip(counts, wholes, strict=True)]
        for counts, wholes in zip(grid.counts, grid.whole, strict=True)
    ]
    return [*days, [_Field(usual) for usual in grid.usual]]


def _draw_grid(
    canvas: Canvas,
    top: float,
    grid: HourGrid,
    lang: Language,
    *,
    lying: bool,
    unit: int,
) -> float:
    labels = [lang.short_day(day) for day in grid.days] + [lang.gettext("Normally")]
    hours = [lang.digits(f"{hour:02}") for hour in range(DAY_HOURS)]
    rows = _fields(grid)
    if lying:
        left, columns, lines = 76, hours, labels
    else:
        left, columns, lines = 34, labels, hours
        rows = [list(column) for column in zip(*rows, strict=True)]
    extra = 8  # what is usual stands apart
    across = canvas.width - left - _MARGIN - (0 if lying else extra)
    cell = across / len(columns)
    steps = steps_of(n for counts in grid.counts for n in counts if n is not None)
    for n, label in enumerate(columns):
        middle = left + cell * (n + 0.5) + _apart(n, columns, extra, not lying)
        for at, words in enumerate(label.split(" ")):
            canvas.text(
                (middle, top + 12 + 15 * at), words, size=SMALLEST, side="center"
            )
    top += 22 if lying else 38
    for row, label in enumerate(lines):
        y = top + _ROW * row + _apart(row, lines, extra, lying)
        canvas.text((left - 6, y + 16), label, size=SMALLEST, side="right")
        for n, entry in enumerate(rows[row]):
            x = left + cell * n + _apart(n, columns, extra, not lying)
            _draw_cell(canvas, (x, y), cell - _GAP, entry, steps, lang, unit)
    bottom = top + _ROW * len(lines) + (extra if lying else 0) + 10
    partial = any(
        entry.count is not None and not entry.whole for day in rows for entry in day
    )
    return draw_key(
        canvas,
        bottom,
        steps,
        lang,
        unknown=lang.gettext("not collected"),
        partial=lang.gettext("partly collected") if partial else None,
    )


def _apart(n: int, labels: Sequence[str], extra: float, is_days: bool) -> float:
    """The gap before what is usual, which is the last of the days."""
    return extra if is_days and n == len(labels) - 1 else 0.0


def _draw_cell(
    canvas: Canvas,
    at: tuple[float, float],
    width: float,
    entry: _Field,
    steps: Sequence[int],
    lang: Language,
    unit: int,
) -> None:
    (x, y), height = at, _ROW - _GAP
    if entry.count is None:
        canvas.hatched_box((x + 0.5, y + 0.5), width - 1, height - 1)
        return
    step = step_of(entry.count, steps)
    fill = palette.MAP_STEPS[step]
    canvas.rectangle(at, width, height, fill=fill, role=f"{SERIES}{step}")
    colour = palette.text_on(fill)
    canvas.text(
        (x + width / 2, y + 15.5),
        lang.number(round(entry.count) if unit == 1 else round(entry.count / unit, 1)),
        size=SMALLEST,
        colour=colour,
        side="center",
    )
    if not entry.whole:
        corner = [(x + width - 7, y), (x + width, y), (x + width, y + 7)]
        canvas.polygon(corner, fill=colour, order=3)


def _peak(grid: HourGrid) -> tuple[date, int, int] | None:
    """(day, hour, mentions) of the greatest hour, the first of several; None where
    nothing was counted."""
    places = [(day, hour) for day in range(len(grid.days)) for hour in range(DAY_HOURS)]
    day, hour = max(places, key=lambda place: grid.counts[place[0]][place[1]] or 0)
    n = grid.counts[day][hour]
    return (grid.days[day], hour, n) if n else None


def _title(grid: HourGrid, lang: Language) -> str:
    _ = lang.gettext
    peak = _peak(grid)
    if peak is None:
        return _("No mention was collected in these days")
    day, hour, n = peak
    usual = grid.usual[hour]
    values = {
        "day": lang.weekday_of_month(day),
        "start": _clock(lang, hour),
        "end": _clock(lang, hour + 1),
        "n": lang.number(n),
    }
    if usual is None:
        return _("Most mentions on %(day)s, %(start)s to %(end)s: %(n)s", **values)
    return _(
        "Most mentions on %(day)s, %(start)s to %(end)s: %(n)s, normally %(usual)s",
        usual=lang.number(round(usual)),
        **values,
    )


def _drawn(grid: HourGrid, lang: Language) -> str:
    return lang.gettext(
        "Mentions in each hour, %(first)s to %(last)s. Normally: the median of the "
        "same hour over the 28 days before.",
        first=lang.day_of_month(grid.days[0]),
        last=lang.day_of_month(grid.days[-1]),
    )


def _alt(grid: HourGrid, lang: Language) -> str:
    _ = lang.gettext
    days = [
        _(
            "%(day)s: %(n)s, most at %(at)s (%(most)s)",
            day=lang.weekday_of_month(day),
            n=lang.number(sum(n or 0 for n in counts)),
            at=_clock(lang, max(range(DAY_HOURS), key=lambda hour: counts[hour] or 0)),
            most=lang.number(max(n or 0 for n in counts)),
        )
        if any(n is not None for n in counts)
        else _("%(day)s: not collected", day=lang.weekday_of_month(day))
        for day, counts in zip(grid.days, grid.counts, strict=True)
    ]
    return _("Mentions by day: %(days)s.", days="; ".join(days))


def _table(grid: HourGrid, lang: Language) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = []
    for label, fields in zip(
        [*(lang.short_day(day) for day in grid.days), _("Normally")],
        _fields(grid),
        strict=True,
    ):
        cells = [
            "–" if entry.count is None else lang.number(round(entry.count))
            for entry in fields
        ]
        rows.append(((label,), *((cell,) for cell in cells)))
    heads = [_("Day"), *(lang.digits(f"{hour:02}") for hour in range(DAY_HOURS))]
    return Table(_drawn(grid, lang), heads, rows, dense=True)


def _clock(lang: Language, hour: int) -> str:
    return lang.digits(f"{hour:02}:00")
