"""An incident in time: mentions by hour, and when what was done about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell import palette
from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.listening.store.mentions.mention_counts import HOUR
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
    WIDE,
    Canvas,
    Point,
    text_width,
    wrap,
)
from socialcell.reports.pictures.picture import (
    Caption,
    Picture,
    PictureCoverage,
    framed,
)
from socialcell.reports.pictures.picture_counts import STEPS, Step

_MARGIN, _HEIGHT, _RING = 8, 150, 24
# Hours of one column; the smallest is used that gives no more than so many columns.
_COLUMN_HOURS = (1, 2, 3, 6, 12, 24, 48, 168)
_MOST_COLUMNS = {False: 30, True: 60}


@dataclass(frozen=True)
class IncidentTimeline:
    """An incident from `start`, a whole hour, hour by hour.

    `mentions` are its mentions of each hour, None where nothing was collected; `whole`
    says whether every platform was collected in that hour. `steps` are those that came
    to pass; `as_of` is when the picture was asked for, or when the incident ended.
    """

    name: str
    start: datetime
    mentions: Sequence[int | None]
    whole: Sequence[bool]
    steps: dict[Step, datetime]
    as_of: datetime
    coverage: PictureCoverage


@dataclass(frozen=True)
class _Column:
    """Mentions of some hours from `start`."""

    start: datetime
    count: int | None
    whole: bool


def draw(timeline: IncidentTimeline, lang: Language, width: float = NARROW) -> Picture:
    """The timeline of an incident. ValueError: it has no hours."""
    if not timeline.mentions:
        raise ValueError("a timeline has at least one hour")
    hours = _hours_of_column(len(timeline.mentions), is_wide=width >= WIDE)
    columns = _columns(timeline, hours)
    caption = Caption(
        _title(timeline, lang),
        _drawn(timeline, hours, lang),
        timeline.coverage.sentence(lang),
    )

    def body(canvas: Canvas, top: float) -> float:
        drawing = _TimelineDrawing(canvas, timeline, columns, hours, lang)
        return drawing.draw(top)

    return Picture(
        framed(width, caption, body),
        caption,
        _alt(timeline, lang),
        _table(timeline, columns, lang),
    )


class _TimelineDrawing:
    """The columns, the rings above them and the list below."""

    def __init__(
        self,
        canvas: Canvas,
        timeline: IncidentTimeline,
        columns: Sequence[_Column],
        hours: int,
        lang: Language,
    ) -> None:
        self._canvas, self._timeline, self._lang = canvas, timeline, lang
        self._columns, self._span = columns, hours * HOUR
        self._counts = [float(column.count or 0) for column in columns]
        self._left = max(label_space(self._counts, lang), 40)
        self._right = canvas.width - _MARGIN - 12
        self._cell = (self._right - self._left) / len(columns)

    def draw(self, top: float) -> float:
        above = top + _RING + 14
        axis = value_axis(above, above + _HEIGHT, self._counts)
        draw_value_axis(self._canvas, axis, self._left, self._right, self._lang)
        for n, column in enumerate(self._columns):
            self._draw_column(n, column, axis)
        self._draw_gaps(axis.top)
        self._draw_rings(top + 10, axis)
        self._draw_times(axis.bottom)
        return self._draw_list(axis.bottom + 46)

    def _x(self, at: datetime) -> float:
        share = (at - self._timeline.start) / (self._span * len(self._columns))
        return self._left + min(max(share, 0.0), 1.0) * (self._right - self._left)

    def _draw_column(self, n: int, column: _Column, axis: ValueAxis) -> None:
        left = self._left + n * self._cell
        if column.count is None:
            self._canvas.hatched_box(
                (left, axis.top), self._cell, axis.bottom - axis.top
            )
            return
        gap = min(2.0, self._cell / 5)
        y = axis.y(column.count)
        if column.count:
            self._canvas.rectangle(
                (left + gap / 2, y),
                self._cell - gap,
                axis.bottom - y,
                fill=palette.FIRST,
                role=f"{SERIES}mentions",
            )

    def _draw_gaps(self, top: float) -> None:
        """A hatched strip over columns that not every platform was collected for."""
        first = None
        for n, column in enumerate([*self._columns, None]):
            partial = (
                column is not None and column.count is not None and not column.whole
            )
            if partial and first is None:
                first = n
            elif not partial and first is not None:
                left = self._left + first * self._cell
                self._canvas.hatched_box((left, top), (n - first) * self._cell, 9)
                first = None

    def _draw_rings(self, y: float, axis: ValueAxis) -> None:
        """The rings stand side by side; a line leads from each to its time."""
        steps = sorted(self._timeline.steps, key=self._order)
        places = _apart([self._x(self._timeline.steps[step]) for step in steps], 23)
        last = self._right + 2
        if places and places[-1] > last:
            shifted = _apart([-x for x in reversed(places)], 23, start=-last)
            places = [-x for x in reversed(shifted)]
        for step, place in zip(steps, places, strict=True):
            x = self._x(self._timeline.steps[step])
            points = [(place, y + 10), (x, axis.top - 6), (x, axis.bottom)]
            # A light line below, so that the dark one is seen on dark columns too.
            self._canvas.line(
                points, colour=palette.PAPER, width=3.4, role=DECORATION, order=3.4
            )
            self._canvas.line(points, colour=palette.INK, dashed=True, order=3.5)
            self._canvas.ring((place, y), self._number(step))

    def _order(self, step: Step) -> tuple[datetime, int]:
        return self._timeline.steps[step], STEPS.index(step)

    def _number(self, step: Step) -> str:
        return self._lang.digits(str(STEPS.index(step) + 1))

    def _draw_times(self, bottom: float) -> None:
        """Hours below the columns, and the day below the first hour of each day; the
        days have precedence where there is no place for all."""
        spans: list[tuple[float, float]] = []
        for is_day in (True, False):
            for n, column in enumerate(self._columns):
                if self._begins_day(n) == is_day and self._is_labelled(column, is_day):
                    self._draw_time(self._left + n * self._cell, bottom, n, spans)

    def _is_labelled(self, column: _Column, is_day: bool) -> bool:
        return is_day or column.start.astimezone(IST).hour % 3 == 0

    def _begins_day(self, n: int) -> bool:
        if n == 0:
            return True
        before, own = (
            column.start.astimezone(IST).date()
            for column in self._columns[n - 1 : n + 1]
        )
        return before != own

    def _draw_time(
        self, x: float, bottom: float, n: int, spans: list[tuple[float, float]]
    ) -> None:
        start = self._columns[n].start
        words = self._lang.clock(start)
        day = self._lang.weekday_of_month(start) if self._begins_day(n) else ""
        end = x + max(text_width(words, SMALLEST), text_width(day, SMALLEST))
        if end > self._canvas.width - 2 or any(
            x < other_end + 10 and other_x < end + 10 for other_x, other_end in spans
        ):
            return
        spans.append((x, end))
        self._canvas.line([(x, bottom), (x, bottom + 5)], colour=palette.EDGE)
        self._canvas.text((x, bottom + 18), words, size=SMALLEST)
        if day:
            self._canvas.text((x, bottom + 34), day, size=SMALLEST, colour=palette.INK2)

    def _draw_list(self, top: float) -> float:
        """What each ring is; a step that did not come to pass has a dashed ring."""
        columns = 2 if self._canvas.width >= WIDE else 1
        width = (self._canvas.width - 2 * _MARGIN) / columns
        bottoms = [top + 4] * columns
        for n, (step, words) in enumerate(_step_lines(self._timeline, self._lang)):
            at = n * columns // len(STEPS) if columns > 1 else 0
            bottoms[at] = self._draw_entry(
                (_MARGIN + at * width, bottoms[at]), width, step, words
            )
        return max(bottoms)

    def _draw_entry(self, at: Point, width: float, step: Step, words: str) -> float:
        x, y = at
        is_open = step not in self._timeline.steps
        self._canvas.ring(
            (x + 10, y + 10), "?" if is_open else self._number(step), dashed=is_open
        )
        lines = wrap(words, 13, width - 40)
        for n, line in enumerate(lines):
            self._canvas.text((x + 28, y + 14.5 + 19 * n), line, size=13)
        return y + 19 * len(lines) + 6


def _apart(places: Sequence[float], least: float, start: float = -1e9) -> list[float]:
    """Rising places moved right until each is `least` after the one before."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, start if not moved else moved[-1] + least))
    return moved


def _hours_of_column(hours: int, *, is_wide: bool) -> int:
    most = _MOST_COLUMNS[is_wide]
    return next((n for n in _COLUMN_HOURS if hours / n <= most), _COLUMN_HOURS[-1])


def _columns(timeline: IncidentTimeline, hours: int) -> list[_Column]:
    columns = []
    for first in range(0, len(timeline.mentions), hours):
        counts = timeline.mentions[first : first + hours]
        collected = [n for n in counts if n is not None]
        columns.append(
            _Column(
                timeline.start + first * HOUR,
                sum(collected) if collected else None,
                all(timeline.whole[first : first + hours]),
            )
        )
    return columns


def _peak(timeline: IncidentTimeline) -> tuple[datetime, int]:
    """(begin, mentions) of the greatest hour, the first of several."""
    counts = [n or 0 for n in timeline.mentions]
    at = counts.index(max(counts))
    return timeline.start + at * HOUR, counts[at]


def _title(timeline: IncidentTimeline, lang: Language) -> str:
    _ = lang.gettext
    first = timeline.steps.get("first_post", timeline.start)
    taken_on = timeline.steps.get("taken_on")
    values = {"name": timeline.name}
    if taken_on is not None:
        return _(
            "%(name)s: assigned %(lasted)s after the first post",
            lasted=lang.duration(taken_on - first),
            **values,
        )
    if "ended" in timeline.steps:
        return _("%(name)s: over, and no one was assigned", **values)
    return _(
        "%(name)s: no one is assigned, %(lasted)s after the first post",
        lasted=lang.duration(timeline.as_of - first),
        **values,
    )


def _drawn(timeline: IncidentTimeline, hours: int, lang: Language) -> str:
    at, most = _peak(timeline)
    return lang.ngettext(
        "Mentions in each hour: %(total)s in all, most from %(start)s: %(most)s in one "
        "hour.",
        "Mentions in every %(n)s hours: %(total)s in all, most from %(start)s: "
        "%(most)s in one hour.",
        hours,
        total=lang.number(sum(n or 0 for n in timeline.mentions)),
        most=lang.number(most),
        start=lang.when(at),
    )


def _step_lines(
    timeline: IncidentTimeline, lang: Language
) -> Iterator[tuple[Step, str]]:
    """Each step with its words: what happened when, or that it did not."""
    _, until = lang.gettext, lang.when(timeline.as_of)
    names: dict[Step, str] = {
        "first_post": _("First post"),
        "alert": _("Alert"),
        "taken_on": _("Assigned"),
        "statement": _("Statement of the city"),
        "ended": _("Over"),
    }
    absent: dict[Step, str] = {
        "first_post": _("First post: its time is not known"),
        "alert": _("Alert: none"),
        "taken_on": _("Assigned: no one until %(at)s", at=until),
        "statement": _("Statement of the city: none recorded until %(at)s", at=until),
        "ended": _("Over: not yet, as of %(at)s", at=until),
    }
    for step in STEPS:
        at = timeline.steps.get(step)
        words = absent[step] if at is None else f"{names[step]}: {lang.when(at)}"
        yield step, words


def _alt(timeline: IncidentTimeline, lang: Language) -> str:
    at, most = _peak(timeline)
    steps = "; ".join(words for _, words in _step_lines(timeline, lang))
    return lang.gettext(
        "%(steps)s. Mentions: %(total)s, most from %(start)s: %(most)s in one hour.",
        steps=steps,
        total=lang.number(sum(n or 0 for n in timeline.mentions)),
        most=lang.number(most),
        start=lang.when(at),
    )


def _table(
    timeline: IncidentTimeline, columns: Sequence[_Column], lang: Language
) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = [
        (
            (lang.when(column.start),),
            (_("no data") if column.count is None else lang.number(column.count),),
        )
        for column in columns
    ]
    return Table(timeline.name, (_("From"), _("Mentions")), rows)
