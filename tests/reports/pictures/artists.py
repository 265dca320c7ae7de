"""What a figure holds: its texts with their boxes, its marks, the colours below."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import NDArray

from socialcell.reports.pictures.canvas import style


@dataclass(frozen=True)
class DrawnText:
    """A text with its box in pixels from the bottom left: left, low, right, high."""

    words: str
    size: float
    colour: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Mark:
    """A patch or line: its colours, None where it has none; its label; its artist."""

    fill: str | None
    edge: str | None
    label: str
    marker: str | None
    artist: Patch | Line2D


def texts(figure: Figure) -> list[DrawnText]:
    with style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        return [
            DrawnText(
                text.get_text(),
                float(text.get_fontsize()),
                to_hex(text.get_color()),
                tuple(map(float, text.get_window_extent(renderer).extents)),
            )
            for text in figure.findobj(Text)
            if text.get_text() and text.get_visible()
        ]


def marks(figure: Figure) -> Iterator[Mark]:
    for artist in figure.axes[0].patches:
        width = artist.get_linewidth()
        yield Mark(
            to_hex(artist.get_facecolor()),
            to_hex(artist.get_edgecolor()) if width or artist.get_hatch() else None,
            str(artist.get_label()),
            None,
            artist,
        )
    for line in figure.axes[0].lines:
        marker = str(line.get_marker())
        yield Mark(
            None,
            to_hex(line.get_color()),
            str(line.get_label()),
            None if marker == "None" else marker,
            line,
        )


def pixels(figure: Figure) -> NDArray[np.uint8]:
    """The picture without its texts: (height, width, 3), the first row is the top."""
    hidden = [text for text in figure.findobj(Text) if text.get_visible()]
    for text in hidden:
        text.set_visible(False)
    try:
        with style():
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
    finally:
        for text in hidden:
            text.set_visible(True)


def colours_below(
    image: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> dict[str, float]:
    """The colours below a box and the share of its pixels that each has."""
    left, low, right, high = box
    height = len(image)
    part = image[
        max(int(height - high), 0) : int(height - low) + 1,
        max(int(left), 0) : int(right) + 1,
    ].reshape(-1, 3)
    colours, counts = np.unique(part, axis=0, return_counts=True)
    return {
        "#{:02x}{:02x}{:02x}".format(*colour): count / len(part)
        for colour, count in zip(colours.tolist(), counts.tolist(), strict=True)
    }
