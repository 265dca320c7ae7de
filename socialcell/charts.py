"""Charts as PNG for mail and SVG for pages: one engine, which shapes Devanagari.

The same input gives the same bytes. A value of None is not observed: it is drawn as a
hatched field, never as zero.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import fontpkg_noto_sans_devanagari
import matplotlib as mpl
from fontpkg.mpl import use
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from socialcell import palette

NOW = palette.FIRST
BEFORE = palette.THIRD
NEGATIVE = palette.SECOND
NEUTRAL = palette.THIRD
POSITIVE = palette.FIRST
_INK = palette.INK
_MISSING = palette.PAPER
_WIDTH = 4.6  # inches; at 160 dpi 736 pixels, which a phone shows at about half
_DPI = 160

Show = Callable[[float], str]
_P = ParamSpec("_P")
_T = TypeVar("_T")


def _styled(draw: Callable[_P, _T]) -> Callable[_P, _T]:
    """Draw in our style: a text keeps the font that was in force when it was made."""

    @wraps(draw)
    def styled(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        use_font()
        with mpl.rc_context(
            {
                "font.family": ["DejaVu Sans", fontpkg_noto_sans_devanagari.FAMILY],
                "font.size": 11,
                "text.color": _INK,
                "axes.labelcolor": _INK,
                "axes.edgecolor": palette.EDGE,
                "xtick.color": _INK,
                "ytick.color": _INK,
                "hatch.linewidth": 0.6,
                "svg.hashsalt": "socialcell",
            }
        ):
            return draw(*args, **kwargs)

    return styled


@dataclass(frozen=True)
class ChartSeries:
    """One row of values under its name and colour."""

    name: str
    values: Sequence[float | None]
    colour: str


@_styled
def columns(
    labels: Sequence[str],
    series: Sequence[ChartSeries],
    *,
    show: Show,
    unit: str,
    missing: str,
) -> Figure:
    """Columns side by side over each label; where all are None the place is hatched."""
    figure, axes = _blank(height=3.3)
    width = 0.8 / len(series)
    for place, bar_series in enumerate(series):
        at = [n - 0.4 + width * (place + 0.5) for n in range(len(labels))]
        heights = [height or 0 for height in bar_series.values]
        bars = axes.bar(
            at, heights, width * 0.94, color=bar_series.colour, label=bar_series.name
        )
        if place == 0:
            written = ["" if v is None else show(v) for v in bar_series.values]
            axes.bar_label(bars, written, padding=2, fontsize=11, color=_INK)
    absent = [
        n
        for n in range(len(labels))
        if all(bar_series.values[n] is None for bar_series in series)
    ]
    for n in absent:
        _hatched(axes, n - 0.5, n + 0.5)
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    _value_axis(axes, show, unit)
    handles = [
        Patch(color=bar_series.colour, label=bar_series.name) for bar_series in series
    ]
    _legend(axes, handles, missing if absent else None)
    return figure


@_styled
def bars(
    labels: Sequence[str], series: Sequence[ChartSeries], *, show: Show, unit: str
) -> Figure:
    """Lying bars, the first label on top; several series are stacked."""
    figure, axes = _blank(height=0.9 + 0.36 * len(labels))
    left = [0.0] * len(labels)
    for line in series:
        lengths = [length or 0 for length in line.values]
        axes.barh(range(len(labels)), lengths, 0.7, left=left, color=line.colour)
        left = [a + b for a, b in zip(left, lengths, strict=True)]
    for n, end in enumerate(left):
        axes.annotate(
            show(end),
            (end, n),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda length, _: show(length)))
    axes.set_xlabel(unit)
    axes.set_xlim(0, max([*left, 1]) * 1.15)
    axes.grid(axis="x", color=palette.LINE, linewidth=0.6)
    if len(series) > 1:
        handles = [Patch(color=line.colour, label=line.name) for line in series]
        _legend(axes, handles, None)
    return figure


def png(figure: Figure) -> bytes:
    """The chart as PNG, 736 pixels wide."""
    return _saved(figure, "png", metadata={"Software": None})


def svg(figure: Figure) -> bytes:
    """The chart as SVG; letters are outlines, so that every reader sees the same."""
    return _saved(figure, "svg", metadata={"Date": None, "Creator": None})


@_styled
def _saved(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    page = io.BytesIO()
    figure.savefig(page, format=kind, dpi=_DPI, metadata=metadata)
    return page.getvalue()


def _blank(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


@lru_cache(maxsize=1)
def use_font() -> None:
    """Register the font that has Devanagari."""
    use(fontpkg_noto_sans_devanagari.FAMILY)


def _value_axis(axes: Axes, show: Show, unit: str) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda tick, _: show(tick)))
    axes.set_ylabel(unit)
    axes.set_ylim(0, max(axes.get_ylim()[1], 1))
    axes.grid(axis="y", color=palette.LINE, linewidth=0.6)


def _hatched(axes: Axes, start: float, end: float) -> None:
    axes.axvspan(
        start,
        end,
        facecolor=_MISSING,
        edgecolor=palette.EDGE,
        hatch="////",
        lw=0,
        zorder=0,
    )


def _legend(axes: Axes, handles: list[Patch], missing: str | None) -> None:
    if missing:
        handles = [
            *handles,
            Patch(
                facecolor=_MISSING, edgecolor=palette.EDGE, hatch="////", label=missing
            ),
        ]
    axes.figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=len(handles),
        frameon=False,
        fontsize=11,
        handlelength=1.2,
        columnspacing=1.2,
        borderaxespad=0.2,
    )
