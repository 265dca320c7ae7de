"""Values in rows: a bar or a dot with its interval, the goal dashed, hatch for unknown.

They stand in a cell of a table whose text says the same.
"""

from collections.abc import Sequence

from markupsafe import Markup

from socialcell.reports.svg.markup import element, hatch_fill, number

Interval = tuple[float, float]
_DOT_WIDTH, _BAR_WIDTH, _HEIGHT = 212, 120, 20
_BAR_TOP, _BAR_HEIGHT = 5, 10


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
    parts = [
        _hatched(0, _BAR_TOP, _BAR_WIDTH, _BAR_HEIGHT)
        if value is None
        else _bar_part("fl", _BAR_WIDTH)
    ]
    if value is not None:
        parts.append(_bar_part("f1", _BAR_WIDTH * _within(value / most)))
    if value is not None and interval is not None:
        low, high = (_BAR_WIDTH * _within(bound / most) for bound in interval)
        middle, half = _BAR_TOP + _BAR_HEIGHT / 2, _BAR_HEIGHT / 2 - 1
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
        x = number(_BAR_WIDTH * _within(goal / most))
        line = f"M{x} {_BAR_TOP - 4}V{_BAR_TOP + _BAR_HEIGHT + 4}"
        parts.append(element("path", class_="sk", d=line, stroke_dasharray="3 2"))
    return _cell(parts, "iv g", _BAR_WIDTH + 4)


def _bar_part(class_: str, width: float) -> Markup:
    return element(
        "rect", class_=class_, x=0, y=_BAR_TOP, width=width, height=_BAR_HEIGHT
    )


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
