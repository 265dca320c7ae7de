"""What is left to the lot: which ward begins when, and on which days nobody is tagged.

A draw is made by a generator with a seed that is kept, so that the analysis can put the
draw that was made beside all that could have been made (Fisher 1935).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import comb
from typing import Any

import numpy as np

from socialcell.campaigns.planning.calendar_problem import (
    DAY,
    Closed,
    Rule,
    Speaker,
    span,
)
from socialcell.causal.placebo import ALPHA
from socialcell.causal.randomisation import smallest_p_value
from socialcell.errors import UsageError


@dataclass(frozen=True)
class Lot:
    """What was drawn. `wards`: the first day of each ward, None is never; `switchback`:
    the first day of each span of `days`, with tags or without."""

    kind: str
    seed: int
    days: int
    units: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "kind": self.kind,
            "seed": self.seed,
            "days": self.days,
            "units": dict(self.units),
        }


def wards(
    among: Sequence[str], first: date, days: int, waves: int, hold: bool, seed: int
) -> Lot:
    """Each ward falls into one of the waves, whose sizes differ by one at most.

    UsageError where no outcome of the draw could reach a p-value of 0.05: the first
    wave is compared with all others.
    """
    if waves > len(among):
        raise UsageError(f"{len(among)} wards cannot be drawn into {waves} waves.")
    _require_conclusive(
        f"{len(among)} wards in {waves} waves",
        len(among),
        -(-len(among) // waves),
        "Draw among more wards.",
    )
    order = np.random.default_rng(seed).permutation(sorted(among)).tolist()
    begins: dict[str, str | None] = {}
    for place, ward in enumerate(order):
        wave = place % waves
        never = hold and wave == waves - 1
        begins[ward] = None if never else (first + wave * days * DAY).isoformat()
    return Lot("wards", seed, days, dict(sorted(begins.items())))


def switchback(first: date, last: date, days: int, seed: int) -> Lot:
    """Spans of so many days, as many with tags as without (one more with, when odd).

    UsageError where no outcome of the draw could reach a p-value of 0.05.
    """
    starts = span(first, last)[::days]
    if len(starts) < 2:
        raise UsageError(
            f"{first} to {last} holds no two spans of {days} days to draw from."
        )
    _require_conclusive(
        f"{len(starts)} spans of {days} days",
        len(starts),
        -(-len(starts) // 2),
        "Make the spans shorter or the campaign longer.",
    )
    on = _half(len(starts), seed)
    units = {day.isoformat(): bool(one) for day, one in zip(starts, on, strict=True)}
    return Lot("switchback", seed, days, units)


def closed_by(
    lot: Mapping[str, Any], days: Sequence[date], speakers: Iterable[Speaker]
) -> list[Closed]:
    """Days that a lot, as it is kept, leaves without tags.

    In a draw of wards a creator speaks once every drawn ward of theirs has begun; one
    who is at home in none of them reaches all, and waits for the last.
    """
    if lot["kind"] == "switchback":
        off = {
            day
            for start, on in lot["units"].items()
            if not on
            for day in span(
                date.fromisoformat(start),
                date.fromisoformat(start) + (lot["days"] - 1) * DAY,
            )
        }
        barred = frozenset(off & set(days))
        return [Closed(Rule("draw", "switchback"), barred)] if barred else []
    found = []
    for one in speakers:
        own = one.wards & set(lot["units"]) or set(lot["units"])
        begins = [lot["units"][ward] for ward in own]
        if None in begins:
            early = frozenset(days)
        else:
            begin = date.fromisoformat(max(begins))
            early = frozenset(day for day in days if day < begin)
        if early:
            rule = Rule("draw", f"wards, for {one.id}")
            found.append(Closed(rule, early, frozenset({one.id})))
    return found


def switch_effect(
    values: Sequence[float], days: int, seed: int, draws: int = 2000
) -> dict[str, Any]:
    """The outcome on days with tags less that on days without, by the draw itself.

    `values` are the outcome of each day in order. The p-value is the share of `draws`
    other draws of the same kind whose difference is as large or larger.
    """
    held = np.asarray(values, dtype=np.float64)
    spans = -(-len(held) // days)

    def difference(on: Any) -> float:
        each = np.repeat(on, days)[: len(held)]
        return float(held[each].mean() - held[~each].mean())

    made = difference(_half(spans, seed))
    others = np.random.default_rng(seed + 1)
    drawn = [difference(_shuffled(spans, others)) for _ in range(draws)]
    as_large = np.abs(drawn) >= abs(made) * (1 - 1e-12)
    spread = float(np.quantile(np.abs(np.array(drawn)), 0.95))
    return {
        "effect": made,
        "p_value": float((1 + as_large.sum()) / (1 + draws)),
        "reach": spread,
        "days": len(held),
    }


def _require_conclusive(draw: str, units: int, treated: int, advice: str) -> None:
    """UsageError where even the clearest effect has a p-value above 0.05."""
    smallest = smallest_p_value(units, treated)
    if smallest > ALPHA:
        raise UsageError(
            f"The draw of {draw} can come out in {comb(units, treated)} ways, so that "
            f"its p-value is never below {smallest:.2f}: no effect, however large, "
            f"could be told from chance at {ALPHA:.2f}. {advice}"
        )


def _half(spans: int, seed: int) -> Any:
    return _shuffled(spans, np.random.default_rng(seed))


def _shuffled(spans: int, generator: np.random.Generator) -> Any:
    on = np.zeros(spans, dtype=bool)
    on[: -(-spans // 2)] = True
    return generator.permutation(on)
