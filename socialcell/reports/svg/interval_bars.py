"""Values in rows: a bar or a dot with its interval, the goal dashed, hatch for unknown.

`share_dot` and `value_bar` stand in a cell of a table whose text says the same;
`row_bars` is a chart by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from socialcell.reports.svg.markup import element, hatch_fill, number, text_width

Interval = tuple[float, float]
WIDE, NARROW = 760, 328
_DOT_WIDTH, _BAR_WIDTH, _HEIGHT = 212, 120, 20
_ROW, _NARROW_ROW, _BAR = 30, 48, 14
_NAME, _VALUE = 13.0, 13.0


@dataclass(frozen=True)
class BarRow:
    """A row of a chart: `value` None is not known. `text` is how it is written, with
    its interval. A row with a `link` leads to what it counts. `is_alarming` only for
    danger and what is late, with words that say so."""

    name: str
    value: float | None
    text: str
    interval: Interval | None = None
    link: str | None = None
    is_alarming: bool = False


@dataclass(frozen=True)
class ChartPair:
    """A chart for wide screens and the same for narrow ones."""

    wide: Markup
    narrow: Markup

    def __html__(self) -> str:
        """Both, of which the style sheet shows one."""
        return self.wide + self.narrow


def share_dot(
    share: float | None, interval: Interval | None = None, goal: float | None = None
) -> Markup:
    """A share from 0 to 1 as a dot on a line from 0 to 100 %, its interval as a band,
    the goal as a dashed line; hatch over the whole line where it is not known."""
    left, right = 4, 4 + _DOT_WIDTH
    middle = _HEIGHT / 2
    half = left + _DOT_WIDTH / 2
    line = f"M{left} {number(middle)}H{right}M{left} 6v8M{number(half)} 7v6M{right} 6v8"
    parts = [element("path", class_="gr", d=line)]
    if share is None:
        parts.append(_hatched(left, 4, _DOT_WIDTH, 12))
    elif interval is not None:
        low, high = (left + _DOT_WIDTH * _within(bound) for bound in interval)
        parts.append(
            element(
                "rect",
                class_="fb",
                x=low,
                y=4,
                width=max(high - low, 1),
                height=12,
                rx=2,
            )
        )
    if goal is not None:
        x = number(left + _DOT_WIDTH * _within(goal))
        parts.append(
            element("path", class_="sk", d=f"M{x} 1V19", stroke_dasharray="3 2")
        )
    if share is not None:
        x_dot = left + _DOT_WIDTH * _within(share)
        parts.append(element("circle", class_="f1", cx=x_dot, cy=middle, r=4.5))
    return _cell(parts, "iv is-l g", right + 4)


def value_bar(
    value: float | None,
    most: float,
    interval: Interval | None = None,
    goal: float | None = None,
) -> Markup:
    """A value from 0 to `most` as a bar, its interval as a whisker."""
    return _cell(
        _bar_parts(value, most, interval, goal, (0, 5), _BAR_WIDTH, 10),
        "iv g",
        _BAR_WIDTH + 4,
    )


def row_bars(
    rows: Sequence[BarRow], title: str, goal: float | None = None, most: float = 0
) -> ChartPair:
    """A bar for each row on one scale from zero to the greatest value or bound, or to
    `most` where that is more. `title` says what is drawn."""
    bounds = [
        bound
        for row in rows
        for bound in (row.value, *(row.interval or ()))
        if bound is not None
    ]
    greatest = max([*bounds, goal or 0, most]) or 1.0
    label = f"{title}: " + "; ".join(f"{row.name} {row.text}" for row in rows)
    return ChartPair(
        _chart(rows, greatest, goal, label, WIDE),
        _chart(rows, greatest, goal, label, NARROW),
    )


def _chart(
    rows: Sequence[BarRow], most: float, goal: float | None, label: str, width: int
) -> Markup:
    is_wide = width == WIDE
    texts = max((text_width(row.text, _VALUE, strong=True) for row in rows), default=0)
    names = max((text_width(row.name, _NAME) for row in rows), default=0)
    left = min(names + 12, 240.0) if is_wide else 0.0
    room = width - left - texts - 14
    height = _ROW if is_wide else _NARROW_ROW
    parts = []
    for n, row in enumerate(rows):
        top = n * height
        bar_top = top + (height - _BAR) / 2 if is_wide else top + 24
        name_y = bar_top + 11 if is_wide else top + 17
        drawn = [
            element(
                "text",
                row.name,
                x=left - 10 if is_wide else 0,
                y=name_y,
                text_anchor="end" if is_wide else None,
            ),
            *_bar_parts(
                row.value,
                most,
                row.interval,
                goal,
                (left, bar_top),
                room,
                _BAR,
                colour="f4" if row.is_alarming else "f1",
            ),
            element("text", row.text, class_="b", x=left + room + 8, y=bar_top + 11),
        ]
        if row.link is None:
            parts += drawn
        else:
            name = f"{row.name}: {row.text}"
            parts.append(element("a", *drawn, href=row.link, aria_label=name))
    has_links = any(row.link for row in rows)
    return element(
        "svg",
        *parts,
        class_=f"g {'w-only' if is_wide else 'n-only'}",
        viewBox=f"0 0 {width} {len(rows) * height}",
        role="group" if has_links else "img",
        aria_label=label,
    )


def _bar_parts(
    value: float | None,
    most: float,
    interval: Interval | None,
    goal: float | None,
    at: tuple[float, float],
    width: float,
    height: float,
    colour: str = "f1",
) -> list[Markup]:
    left, top = at
    parts = [
        element("rect", class_="fl", x=left, y=top, width=width, height=height)
        if value is not None
        else _hatched(left, top, width, height)
    ]
    if value is not None:
        length = width * _within(value / most)
        parts.append(
            element("rect", class_=colour, x=left, y=top, width=length, height=height)
        )
    if value is not None and interval is not None:
        low, high = (left + width * _within(bound / most) for bound in interval)
        middle, half = top + height / 2, height / 2 - 1
        whisker = (
            f"M{number(low)} {number(middle)}H{number(high)}"
            f"M{number(low)} {number(middle - half)}v{number(2 * half)}"
            f"M{number(high)} {number(middle - half)}v{number(2 * half)}"
        )
        # A light band behind it: on a dark bar the line alone is not seen.
        parts += [
            element(
                "rect",
                class_="fb",
                x=low,
                y=middle - 3,
                width=max(high - low, 1),
                height=6,
            ),
            element("path", class_="sk", d=whisker),
        ]
    if goal is not None:
        x = number(left + width * _within(goal / most))
        line = f"M{x} {number(top - 4)}V{number(top + height + 4)}"
        parts.append(element("path", class_="sk", d=line, stroke_dasharray="3 2"))
    return parts


def _hatched(left: float, top: float, width: float, height: float) -> Markup:
    return element("rect", x=left, y=top, width=width, height=height, fill=hatch_fill())


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _cell(parts: Sequence[Markup], class_: str, width: float) -> Markup:
    """A drawing beside words that say the same: a reader of the screen passes it."""
    return element(
        "svg",
        *parts,
        class_=class_,
        preserveAspectRatio="xMinYMid",
        viewBox=f"0 0 {number(width)} {_HEIGHT}",
        aria_hidden="true",
    )
