"""Four steps of lightness for numbers, and the key that explains them."""

import math
from collections.abc import Iterable, Sequence

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.pictures.canvas import SERIES, SMALLEST, Canvas, text_width

_MARGIN, _SWATCH, _HEIGHT = 8, 24, 14


def steps_of(counts: Iterable[float]) -> list[int]:
    """Where the second, third and fourth step begin, rounded to two figures.

    They stand at an eighth, a quarter and a half of the greatest count, so that few
    places are dark; at least at 1, 2 and 3.
    """
    greatest = max(counts, default=0)
    steps: list[int] = []
    for least, part in enumerate((8, 4, 2), start=1):
        step = _rounded(greatest / part)
        steps.append(max(step, least, (steps[-1] + 1) if steps else 1))
    return steps


def step_of(count: float, steps: Sequence[int]) -> int:
    """The step of a count: 0, the lightest, to 3."""
    return sum(round(count) >= begins for begins in steps)


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
    for step, words in enumerate([*_ranges(steps, lang), unknown, partial]):
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


def _ranges(steps: Sequence[int], lang: Language) -> list[str]:
    number, _ = lang.number, lang.gettext
    second, third, fourth = steps
    return [
        _("under %(n)s", n=number(second)),
        _range(second, third, lang),
        _range(third, fourth, lang),
        _("%(n)s or more", n=number(fourth)),
    ]


def _range(start: int, end: int, lang: Language) -> str:
    if end - start == 1:
        return lang.number(start)
    return lang.gettext(
        "%(low)s to %(high)s", low=lang.number(start), high=lang.number(end - 1)
    )


def _rounded(number: float) -> int:
    """A whole number with at most two figures other than 0."""
    if number < 100:
        return round(number)
    power = int(10 ** (math.floor(math.log10(number)) - 1))
    return round(number / power) * power
