"""What a map colours areas by: four steps, each with its words."""

from collections.abc import Iterable
from dataclasses import dataclass

from socialcell.i18n import Language
from socialcell.reports.pictures.map_scale import ranges_of, steps_of

_SHARES = (20, 40, 60)
"""Percent at which the second, third and fourth step begin."""


@dataclass(frozen=True)
class MapScale:
    """Where the second, third and fourth step begin, and each of the four in words."""

    begins: tuple[float, float, float]
    words: tuple[str, ...]

    def step_of(self, value: float) -> int:
        """0, the lightest, to 3."""
        return sum(value >= begin for begin in self.begins)


def count_scale(counts: Iterable[float | None], lang: Language) -> MapScale:
    """Steps for numbers, by the greatest of them."""
    second, third, fourth = steps = steps_of(
        count for count in counts if count is not None
    )
    return MapScale((second, third, fourth), tuple(ranges_of(steps, lang)))


def share_scale(lang: Language) -> MapScale:
    """Steps for shares from 0 to 1: under 20 %, 40 %, 60 %, and from there on."""
    _ = lang.gettext
    second, third, fourth = (lang.percent(part, 100) for part in _SHARES)
    begins = tuple(part / 100 for part in _SHARES)
    return MapScale(
        (begins[0], begins[1], begins[2]),
        (
            _("under %(n)s", n=second),
            _("%(low)s to under %(high)s", low=second, high=third),
            _("%(low)s to under %(high)s", low=third, high=fourth),
            _("%(n)s or more", n=fourth),
        ),
    )
