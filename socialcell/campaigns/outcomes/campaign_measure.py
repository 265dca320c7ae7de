"""Measure a campaign: attributed results beside its incremental effect.

`direct` counts installs that name the campaign; some of those people would have come
anyway. `incremental` is what happened beyond what would have happened without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlmodel import Session

from socialcell.campaigns.outcomes.attributed_results import Attribution, attribution_of
from socialcell.campaigns.outcomes.comparison_design import CannotMeasure
from socialcell.campaigns.outcomes.incremental_effect import (
    EffectResult,
    ExpectedSeries,
    IncrementalGain,
    incremental_effect,
)
from socialcell.campaigns.outcomes.install_attribution import OURS, UNKNOWN
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.causal.cost import UnitCost, cost_per_incremental
from socialcell.json_types import DocumentValue
from socialcell.message_catalog import Message


@dataclass(frozen=True)
class DirectResult:
    """Clicks and installs that name a campaign, and the cost of one install.

    `total` are all installs of the days, None where no store is held.
    """

    since: date
    until: date
    clicks: int | None
    requests: Mapping[str, int] | None
    installs: int | None
    unattributed: int | None
    total: int | None
    days_withheld: int
    cost_per_install: UnitCost | None
    currency: str

    def as_dict(self) -> dict[str, DocumentValue]:
        """The part `direct` of a campaign's document."""
        price = self.cost_per_install
        return {
            "since": self.since,
            "until": self.until,
            "clicks": self.clicks,
            "requests": self.requests,
            "installs": self.installs,
            "unattributed": self.unattributed,
            "total": self.total,
            "days_withheld": self.days_withheld,
            "cost_per_install": price.as_dict(self.currency) if price else None,
        }


@dataclass(frozen=True)
class CampaignMeasure:
    """A measured campaign. `effect` is None where the figures cannot carry a
    comparison; `refused` says why nothing is claimed.

    `cost_basis` says what the costs rest on: spent, budget, or None.
    """

    campaign: str
    goal: str
    cost_basis: Literal["spent", "budget"] | None
    direct: DirectResult | None = None
    effect: EffectResult | None = None
    refused: tuple[Message, ...] = ()

    @property
    def gain(self) -> IncrementalGain | None:
        return None if self.effect is None else self.effect.gain

    @property
    def series(self) -> ExpectedSeries | None:
        return None if self.effect is None else self.effect.series

    def as_dict(self) -> dict[str, DocumentValue]:
        """The document for scripts; `series` is there with a gain only."""
        effect = self.effect
        document: dict[str, DocumentValue] = {
            "campaign": self.campaign,
            "goal": self.goal,
            "cost_basis": self.cost_basis,
            "direct": self.direct.as_dict() if self.direct else None,
            "incremental": self.gain.as_dict() if self.gain else None,
            "power": effect.power.as_dict() if effect and effect.power else None,
            "rules": list(map(str, effect.rules)) if effect else [],
            "compared": effect.compared.as_dict() if effect else None,
            "refused": list(map(str, self.refused)),
            "warnings": list(map(str, effect.warnings)) if effect else [],
        }
        if self.series is not None:
            document["series"] = self.series.as_dict()
        return document


def measure(
    session: Session,
    campaign: Campaign,
    today: date,
    cost_micros: int | None = None,
    *,
    power: bool = True,
) -> CampaignMeasure:
    """Measure a campaign as of `today` (Pune), whose own day is not over.

    `cost_micros`, in the campaign's currency, goes before its budget. Without `power`
    the smallest lift that could have been seen is not worked out.
    """
    cost = campaign.budget_micros if cost_micros is None else cost_micros
    result = CampaignMeasure(
        campaign.name, campaign.goal, _cost_basis(campaign, cost_micros)
    )
    until = min(campaign.end, today)
    if until < campaign.start:
        reason = Message("outcomes.campaign_to_come", {"start": campaign.start})
        return replace(result, refused=(reason,))
    entered = outcomes.campaigns(session)
    attribution = attribution_of(session, campaign, campaign.start, until, entered)
    result = replace(result, direct=_direct(attribution, cost, campaign.currency))
    try:
        effect = incremental_effect(session, campaign, today, cost, power, entered)
    except CannotMeasure as reason:
        return replace(result, refused=(reason.message,))
    return replace(result, effect=effect, refused=effect.refused)


def _cost_basis(
    campaign: Campaign, cost_micros: int | None
) -> Literal["spent", "budget"] | None:
    if cost_micros is not None:
        return "spent"
    return None if campaign.budget_micros is None else "budget"


def _direct(attribution: Attribution, cost: int | None, currency: str) -> DirectResult:
    """The direct result; the true number of installs lies between those that name the
    campaign, and these with all unattributed ones: so does the cost of one."""
    ours, unattributed = attribution.installs(OURS), attribution.installs(UNKNOWN)
    span = None
    if ours is not None and unattributed is not None:
        span = (float(ours), float(ours + max(unattributed, 0)))
    price = None
    if cost is not None and ours is not None:
        price = cost_per_incremental(cost, ours, span)
    parts = attribution.parts
    return DirectResult(
        since=attribution.since,
        until=attribution.until,
        clicks=attribution.human_clicks,
        requests=attribution.requests,
        installs=ours,
        unattributed=unattributed,
        total=sum(part.total for part in parts) if parts else None,
        days_withheld=sum(part.withheld for part in parts),
        cost_per_install=price,
        currency=currency,
    )
