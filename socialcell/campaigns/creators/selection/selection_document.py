"""A choice of creators as a plain document: the JSON that scripts rely on."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from socialcell.campaigns.creators.audience_sketches import SketchedAudiences
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.max_coverage import Choice, choose
from socialcell.campaigns.creators.selection.selection_file import (
    Creators,
    SelectionError,
    read_creators,
)
from socialcell.json_types import JsonValue

Z_95 = 1.96  # standard errors on either side of an estimate, for 95 %


@dataclass(frozen=True)
class Selection:
    """Creators, and the choice that was made among them."""

    creators: Creators
    choice: Choice

    def as_dict(self) -> dict[str, JsonValue]:
        """The chosen in order, reach, cost, certificate, and how they were found."""
        creators, choice = self.creators, self.choice
        return {
            "chosen": [
                {
                    "id": creators.ids[place],
                    "cost": creators.costs[place],
                    "marginal_reach": gain,
                }
                for place, gain in zip(choice.chosen, choice.marginal, strict=True)
            ],
            "reach": choice.reach,
            "cost": choice.cost,
            "upper_bound": choice.upper_bound,
            "ratio": choice.ratio,
            "best_bound": choice.best_bound,
            "best_ratio": choice.reach / choice.best_bound
            if choice.best_bound
            else 1.0,
            "reach_by_rule": dict(choice.reach_by_rule),
            "exact": _exact(choice),
            "sketch": _sketch(creators, choice),
            "warnings": _warnings(creators),
        }


def select(
    path: Path, budget: float, *, exact_seconds: float = 0.0, sketch: str | None = None
) -> Selection:
    """Choose creators from a file for a budget (in the currency of the file's costs).

    Raises SelectionError for a file, budget or option that cannot be used.
    """
    if not isfinite(budget) or budget < 0:
        raise SelectionError("creators.selection_budget", budget=budget)
    creators = read_creators(path, sketch)
    sketched = isinstance(creators.audiences, SketchedAudiences)
    if sketched and exact_seconds:
        raise SelectionError("creators.exact_needs_people")
    limits = ChoiceLimits(
        np.array(creators.costs, dtype=np.float64), budget, creators.caps
    )
    choice = choose(creators.audiences, limits, exact_seconds=exact_seconds)
    return Selection(creators, choice)


def _exact(choice: Choice) -> dict[str, float | bool] | None:
    if choice.optimum is None:
        return None
    return {"bound": choice.optimum.bound, "proved": choice.optimum.proved}


def _sketch(creators: Creators, choice: Choice) -> dict[str, JsonValue] | None:
    if not isinstance(creators.audiences, SketchedAudiences):
        return None
    error = creators.audiences.family.relative_error
    return {
        "kind": creators.audiences.family.kind,
        "size": creators.audiences.family.width,
        "relative_error": error,
        "reach_interval": [
            choice.reach * (1 - Z_95 * error),
            choice.reach * (1 + Z_95 * error),
        ],
    }


def _warnings(creators: Creators) -> list[str]:
    warnings = []
    if isinstance(creators.audiences, SketchedAudiences):
        warnings.append(
            "Audiences are sketches: every reach is an estimate with the relative "
            "standard error shown, and the bound is an estimate, not a proof."
        )
    if not creators.ids:
        warnings.append("There are no creators to choose from.")
    return warnings
