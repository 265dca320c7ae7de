"""Four steps of lightness for numbers, each in words, and letters for areas."""

import math
from collections.abc import Iterable, Sequence

from socialcell.i18n import Language

_LETTERS = {
    "en": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "mr": "कखगघचछजझटठडढतथदधनपफबभमयरलवशसह",
    "hi": "कखगघचछजझटठडढतथदधनपफबभमयरलवशसह",
}


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


def ranges_of(steps: Sequence[int], lang: Language) -> list[str]:
    """The four steps in words: under 3, 3 to 5, 6 to 11, 12 or more."""
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


def area_letters(count: int, lang: Language) -> list[str]:
    """A letter for each area; where the letters end, numbers."""
    letters = _LETTERS[lang.code]
    return [
        letters[n] if n < len(letters) else lang.number(n + 1) for n in range(count)
    ]
