"""Measure a campaign: attributed results beside its incremental effect.

`direct` counts installs that name the campaign; some of those people would have come
anyway. `incremental` is what happened beyond what would have happened without it.
"""

from datetime import date
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.outcomes.attributed_results import Attribution, attribution_of
from socialcell.campaigns.outcomes.comparison_design import CannotMeasure
from socialcell.campaigns.outcomes.incremental_effect import incremental_effect
from socialcell.campaigns.outcomes.install_attribution import OURS, UNKNOWN
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.causal.cost import cost_per_incremental


def measure(
    session: Session,
    campaign: Campaign,
    today: date,
    cost_micros: int | None = None,
    *,
    power: bool = True,
) -> dict[str, Any]:
    """The document of a campaign as of `today` (Pune), whose own day is not over.

    `cost_micros`, in the campaign's currency, goes before its budget; `cost_basis` says
    which of them the costs rest on: spent, budget, or None. `incremental` is
    None, and `refused` says why, where the figures cannot carry a claim. Without
    `power` the smallest lift that could have been seen is not worked out.
    """
    cost = campaign.budget_micros if cost_micros is None else cost_micros
    budgeted = "budget" if campaign.budget_micros is not None else None
    until = min(campaign.end, today)
    document: dict[str, Any] = {
        "campaign": campaign.name,
        "goal": campaign.goal,
        "cost_basis": budgeted if cost_micros is None else "spent",
        "direct": None,
        "incremental": None,
        "power": None,
        "rules": [],
        "compared": None,
        "refused": [],
        "warnings": [],
    }
    if until < campaign.start:
        document["refused"] = [
            f"The campaign has not begun: it does on {campaign.start}."
        ]
        return document
    attribution = attribution_of(session, campaign, campaign.start, until)
    document["direct"] = _direct(attribution, cost, campaign.currency)
    try:
        document |= incremental_effect(session, campaign, today, cost, power)
    except CannotMeasure as reason:
        document["refused"] = [str(reason)]
    return document


def _direct(
    attribution: Attribution, cost: int | None, currency: str
) -> dict[str, Any]:
    """Clicks and installs that name the campaign, and what one install cost.

    The true number lies between those that name it, and all that nobody can be named
    for besides: so does its price.
    """
    ours, unattributed = attribution.installs(OURS), attribution.installs(UNKNOWN)
    span = None
    if ours is not None and unattributed is not None:
        span = (float(ours), float(ours + max(unattributed, 0)))
    price = None
    if cost is not None and ours is not None:
        price = cost_per_incremental(cost, ours, span).as_dict(currency)
    return {
        "since": attribution.since,
        "until": attribution.until,
        "clicks": attribution.human_clicks,
        "requests": attribution.requests,
        "installs": ours,
        "unattributed": unattributed,
        "total": sum(part.total for part in attribution.parts)
        if attribution.parts
        else None,
        "days_withheld": sum(part.withheld for part in attribution.parts),
        "cost_per_install": price,
    }
