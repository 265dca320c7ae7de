"""The key of a drawing that shows numbers as four steps of lightness."""

from collections.abc import Sequence

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.pictures.canvas import SERIES, SMALLEST, Canvas, text_width
from socialcell.reports.pictures.map_scale import ranges_of

_MARGIN, _SWATCH, _HEIGHT = 8, 24, 14


def draw_key(
    canvas: Canvas,
    top: float,
    steps: Sequence[int],
    lang: Language,
    *,
    unknown: str | None,
    partial: str | None = None,
) -> float:
    """The key below a drawing; the y below it."""
    left = float(_MARGIN)
    for step, words in enumerate([*ranges_of(steps, lang), unknown, partial]):
        if words is None:
            continue
        width = _SWATCH + 6 + text_width(words, SMALLEST) + 16
        if left > _MARGIN and left + width - 16 > canvas.width - _MARGIN:
            left, top = float(_MARGIN), top + 22
        _swatch(canvas, (left, top), step)
        canvas.text((left + _SWATCH + 6, top + 12), words, size=SMALLEST)
        left += width
    return top + _HEIGHT + 4


def _swatch(canvas: Canvas, at: tuple[float, float], step: int) -> None:
    x, y = at
    if step < len(palette.MAP_STEPS):
        canvas.rectangle(
            at,
            _SWATCH,
            _HEIGHT,
            fill=palette.MAP_STEPS[step],
            edge=palette.EDGE,
            role=f"{SERIES}{step}",
        )
    elif step == len(palette.MAP_STEPS):
        canvas.hatched_box(at, _SWATCH, _HEIGHT)
    else:
        canvas.rectangle(at, _SWATCH, _HEIGHT, fill=palette.PAPER, edge=palette.EDGE)
        corner = [(x + _SWATCH - 7, y), (x + _SWATCH, y), (x + _SWATCH, y + 7)]
        canvas.polygon(corner, fill=palette.INK, order=3)
