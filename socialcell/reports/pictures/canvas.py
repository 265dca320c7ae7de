"""A sheet that is drawn on in CSS pixels, from the top left corner.

matplotlib draws it: as PNG for letters, as SVG whose texts stay texts for pages. Texts
are measured with the font that draws a PNG, so that they can be wrapped and placed.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Literal, TypeAlias

import fontpkg_noto_sans_devanagari
import matplotlib as mpl
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Polygon

from socialcell import charts, palette

NARROW = 368
"""Width in CSS pixels of a picture for phones and letters."""
WIDE = 760
"""Width in CSS pixels of a picture for pages."""
SMALLEST = 12
"""No text is smaller, in CSS pixels."""
STRONG = 700
"""The weight of strong texts: matplotlib's fonts have no 600, which pages use."""
_PER_INCH = 72  # dots: one point is one pixel
_HATCH = "////"
_FONTS = ["DejaVu Sans", fontpkg_noto_sans_devanagari.FAMILY]
# The second has one weight, unless the machine brings its bold: that a strong text is
# drawn with that is no news (picture.py gives it an outline).
logging.getLogger("matplotlib.font_manager").addFilter(
    lambda record: "Failed to find font weight" not in record.getMessage()
)

Point: TypeAlias = tuple[float, float]
Side: TypeAlias = Literal["left", "center", "right"]
# What a mark is, as its label. Series and steps (SERIES and a name) are told apart by
# their lightness; a decoration carries nothing that is not said otherwise.
DECORATION = "decoration"
SERIES = "series:"


@contextmanager
def style() -> Iterator[None]:
    """The settings under which pictures are drawn and written."""
    charts.use_font()
    with mpl.rc_context(
        {
            "font.family": _FONTS,
            "svg.fonttype": "none",
            "svg.hashsalt": "socialcell",
            "hatch.linewidth": 1.2,
            "text.parse_math": False,
            "text.color": palette.INK,
        }
    ):
        yield


class Canvas:
    """A sheet `width` CSS pixels wide; `finish` cuts it at its height."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.figure = Figure(
            figsize=(width / _PER_INCH, 1), dpi=_PER_INCH, facecolor=palette.PAPER
        )
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)

    def finish(self, height: float) -> Figure:
        """The figure, cut at a height in pixels."""
        self._axes.set_ylim(height, 0)
        self.figure.set_size_inches(self.width / _PER_INCH, height / _PER_INCH)
        return self.figure

    def text(
        self,
        at: Point,
        words: str,
        *,
        size: float = 13,
        colour: str = palette.INK,
        side: Side = "left",
        strong: bool = False,
    ) -> None:
        """One line of text, whose baseline begins, is centred or ends at a point."""
        self._axes.text(
            *at,
            words,
            fontsize=size,
            color=colour,
            ha=side,
            va="baseline",
            fontweight=STRONG if strong else 400,
            family=_FONTS,
            zorder=5,
        )

    def paragraph(
        self,
        at: Point,
        words: str,
        width: float,
        *,
        size: float = 13,
        colour: str = palette.INK,
        strong: bool = False,
    ) -> float:
        """A text in lines of at most `width`, its top left corner at a point; the y
        below it."""
        left, top = at
        step = size * 1.5
        for words_of_line in wrap(words, size, width, strong=strong):
            self.text(
                (left, top + size * 1.1),
                words_of_line,
                size=size,
                colour=colour,
                strong=strong,
            )
            top += step
        return top

    def rectangle(
        self,
        at: Point,
        width: float,
        height: float,
        *,
        fill: str,
        edge: str | None = None,
        line: float = 1,
        role: str = "",
        order: float = 2,
    ) -> None:
        """A filled rectangle; `at` is its top left corner."""
        corners = _corners(at, width, height)
        self.polygon(corners, fill=fill, edge=edge, line=line, role=role, order=order)

    def polygon(
        self,
        points: Sequence[Point],
        *,
        fill: str,
        edge: str | None = None,
        line: float = 1,
        role: str = "",
        order: float = 2,
    ) -> None:
        """A filled polygon."""
        patch = Polygon(
            points, facecolor=fill, edgecolor=edge or "none", zorder=order, closed=True
        )
        patch.set_linewidth(line if edge else 0)
        self._add(patch, role)

    def hatched(self, points: Sequence[Point], order: float = 2) -> None:
        """A polygon of which nothing is known: hatched, with a dashed outline."""
        patch = Polygon(
            points,
            facecolor=palette.PAPER,
            edgecolor=palette.EDGE,
            hatch=_HATCH,
            zorder=order,
            closed=True,
        )
        patch.set_linewidth(1)
        patch.set_linestyle((0, (3, 2)))
        self._add(patch, "")

    def hatched_box(self, at: Point, width: float, height: float) -> None:
        """A rectangle of which nothing is known."""
        self.hatched(_corners(at, width, height))

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str = palette.INK2,
        width: float = 1,
        dashed: bool = False,
        marker: str = "",
        role: str = "",
        order: float = 3,
    ) -> None:
        """A line through points, with a marker on each if one is named."""
        line = Line2D(
            *_coordinates(points),
            color=colour,
            linewidth=width,
            linestyle=(0, (4, 3)) if dashed else "-",
            marker=marker or "None",
            markersize=6,
            zorder=order,
        )
        self._add_line(line, role)

    def marks(
        self, points: Sequence[Point], marker: str, colour: str, role: str
    ) -> None:
        """A marker on each point."""
        line = Line2D(
            *_coordinates(points),
            color=colour,
            linestyle="None",
            marker=marker,
            markersize=6,
            markeredgewidth=1.6,
            zorder=4,
        )
        self._add_line(line, role)

    def ring(self, centre: Point, words: str, *, dashed: bool = False) -> None:
        """A circle with a sign in it, 20 pixels wide; dashed: it did not happen."""
        patch = Ellipse(
            centre, 20, 20, facecolor=palette.PAPER, edgecolor=palette.INK, zorder=4
        )
        patch.set_linewidth(1.3)
        patch.set_linestyle((0, (2, 2)) if dashed else "-")
        self._add(patch, "")
        x, y = centre
        self.text((x, y + 4.5), words, size=SMALLEST, side="center", strong=True)

    def _add(self, patch: Patch, role: str) -> None:
        patch.set_label(role)
        patch.set_clip_on(False)
        self._axes.add_patch(patch)

    def _add_line(self, line: Line2D, role: str) -> None:
        line.set_label(role)
        line.set_clip_on(False)
        self._axes.add_line(line)


def _corners(at: Point, width: float, height: float) -> list[Point]:
    """Those of a rectangle from its top left one on, clockwise."""
    left, top = at
    right, bottom = left + width, top + height
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _coordinates(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def text_width(words: str, size: float, *, strong: bool = False) -> float:
    """How wide a line of text is, in pixels."""
    with style():
        return _measured(words, size, strong)


@lru_cache(maxsize=4_096)
def _measured(words: str, size: float, strong: bool) -> float:
    weight = STRONG if strong else 400
    # matplotlib does not type these two calls of its renderer.
    width, _, _ = _renderer().get_text_width_height_descent(  # type: ignore[no-untyped-call]
        words, FontProperties(family=_FONTS, size=size, weight=weight), ismath=False
    )
    return float(width)


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, _PER_INCH)  # type: ignore[no-untyped-call]


def wrap(words: str, size: float, width: float, *, strong: bool = False) -> list[str]:
    """A text in lines of at most `width` pixels; a longer word has its own line."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, strong=strong) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
