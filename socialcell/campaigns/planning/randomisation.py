"""Random draws: which ward begins when, and on which days nobody is tagged.

A draw is made by a generator with a stored seed, so that the analysis can compare the
draw with all possible draws (Fisher 1935).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import comb

import numpy as np
from numpy.typing import NDArray

from socialcell.campaigns.planning.calendar_problem import (
    DAY,
    CalendarRule,
    CampaignSpeaker,
    ClosedDays,
    span,
)
from socialcell.causal.placebo import ALPHA
from socialcell.causal.randomisation import smallest_p_value
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject, as_object, as_text, as_whole

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class RandomDraw:
    """The result of a draw. `wards`: the first day of each ward, None is never;
    `switchback`: the first day of each span of `days`, with tags or without."""

    kind: str
    seed: int
    days: int
    units: Mapping[str, str | bool | None]

    @classmethod
    def from_stored(cls, document: JsonObject) -> "RandomDraw":
        """The draw in the column `lot` of a plan."""
        units: dict[str, str | bool | None] = {}
        for unit, drawn in as_object(document["units"]).items():
            if drawn is None or isinstance(drawn, bool):
                units[unit] = drawn
            else:
                units[unit] = as_text(drawn)
        return cls(
            as_text(document["kind"]),
            as_whole(document["seed"]),
            as_whole(document["days"]),
            units,
        )

    def as_dict(self) -> dict[str, str | int | dict[str, str | bool | None]]:
        """The document that is stored."""
        return {
            "kind": self.kind,
            "seed": self.seed,
            "days": self.days,
            "units": dict(self.units),
        }

    def ward_starts(self) -> dict[str, date | None]:
        """Ward → its first day with tags; None: never."""
        return {
            ward: date.fromisoformat(start) if isinstance(start, str) else None
            for ward, start in self.units.items()
        }

    def untagged_days(self) -> set[date]:
        """The days of a switchback without tags."""
        return {
            day
            for start, is_on in self.units.items()
            if not is_on
            for day in span(
                date.fromisoformat(start),
                date.fromisoformat(start) + (self.days - 1) * DAY,
            )
        }


@dataclass(frozen=True, slots=True)
class SwitchbackEffect:
    """The mean outcome of days with tags less that of days without.

    `reach` is half the width of the 95 % interval; `days` is how many there were.
    """

    effect: float
    p_value: float
    reach: float
    days: int


def draw_wards(
    among: Sequence[str], first: date, days: int, waves: int, hold: bool, seed: int
) -> RandomDraw:
    """Each ward falls into one of the waves, whose sizes differ by one at most.

    UsageError where no outcome of the draw could reach a p-value of 0.05: the first
    wave is compared with all others.
    """
    if waves > len(among):
        raise UsageError("plans.more_waves_than_wards", wards=len(among), waves=waves)
    treated = -(-len(among) // waves)
    if smallest_p_value(len(among), treated) > ALPHA:
        raise UsageError(
            "plans.inconclusive_wards",
            wards=len(among),
            waves=waves,
            **_odds(len(among), treated),
        )
    order = np.random.default_rng(seed).permutation(sorted(among)).tolist()
    begins: dict[str, str | None] = {}
    for place, ward in enumerate(order):
        wave = place % waves
        never = hold and wave == waves - 1
        begins[ward] = None if never else (first + wave * days * DAY).isoformat()
    return RandomDraw("wards", seed, days, dict(sorted(begins.items())))


def draw_switchback(first: date, last: date, days: int, seed: int) -> RandomDraw:
    """Spans of so many days, as many with tags as without (one more with, when odd).

    UsageError where no outcome of the draw could reach a p-value of 0.05.
    """
    starts = span(first, last)[::days]
    if len(starts) < 2:
        raise UsageError("plans.no_two_spans", first=first, last=last, days=days)
    treated = -(-len(starts) // 2)
    if smallest_p_value(len(starts), treated) > ALPHA:
        raise UsageError(
            "plans.inconclusive_spans",
            spans=len(starts),
            days=days,
            **_odds(len(starts), treated),
        )
    on = _draw_half(len(starts), seed)
    units = {
        day.isoformat(): bool(is_on) for day, is_on in zip(starts, on, strict=True)
    }
    return RandomDraw("switchback", seed, days, units)


def closed_by_draw(
    draw: RandomDraw, days: Sequence[date], speakers: Iterable[CampaignSpeaker]
) -> list[ClosedDays]:
    """Days that a draw leaves without tags.

    In a draw of wards a creator speaks once every drawn ward of theirs has begun; one
    who is at home in none of them reaches all, and waits for the last.
    """
    if draw.kind == "switchback":
        barred = frozenset(draw.untagged_days() & set(days))
        rule = CalendarRule("draw", "switchback")
        return [ClosedDays(rule, barred)] if barred else []
    starts = draw.ward_starts()
    closed = []
    for speaker in speakers:
        begins = [starts[ward] for ward in speaker.wards & set(starts) or set(starts)]
        early = frozenset(
            day for day in days if any(begin is None or day < begin for begin in begins)
        )
        if early:
            rule = CalendarRule("draw", f"wards, for {speaker.id}")
            closed.append(ClosedDays(rule, early, frozenset({speaker.id})))
    return closed


def switchback_effect(
    values: Sequence[float], days: int, seed: int, draws: int = 2000
) -> SwitchbackEffect:
    """The outcome on days with tags less that on days without, by the draw itself.

    `values` are the outcome of each day in order. The p-value is the share of `draws`
    other draws of the same kind whose difference is as large or larger.
    """
    outcomes = np.asarray(values, dtype=np.float64)
    spans = -(-len(outcomes) // days)

    def difference(on: Mask) -> float:
        each = np.repeat(on, days)[: len(outcomes)]
        return float(outcomes[each].mean() - outcomes[~each].mean())

    effect = difference(_draw_half(spans, seed))
    others = np.random.default_rng(seed + 1)
    drawn = [difference(_shuffled_half(spans, others)) for _ in range(draws)]
    as_large = np.abs(drawn) >= abs(effect) * (1 - 1e-12)
    return SwitchbackEffect(
        effect=effect,
        p_value=float((1 + as_large.sum()) / (1 + draws)),
        reach=float(np.quantile(np.abs(drawn), 0.95)),
        days=len(outcomes),
    )


def _odds(units: int, treated: int) -> dict[str, str | int]:
    """The parameters of both errors of draws where even the clearest effect has a
    p-value above ALPHA."""
    return {
        "outcomes": comb(units, treated),
        "smallest": f"{smallest_p_value(units, treated):.2f}",
        "alpha": f"{ALPHA:.2f}",
    }


def _draw_half(spans: int, seed: int) -> Mask:
    return _shuffled_half(spans, np.random.default_rng(seed))


def _shuffled_half(spans: int, generator: np.random.Generator) -> Mask:
    on = np.zeros(spans, dtype=bool)
    on[: -(-spans // 2)] = True
    return generator.permutation(on)
