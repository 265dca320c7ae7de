"""A campaign's measure for pages: the effect, its reasons, and names of its areas."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell import db
from socialcell.campaigns.outcomes import campaign_measure, randomised_test
from socialcell.campaigns.outcomes.campaign_measure import CampaignMeasure
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.randomised_test import RandomisedResult
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry


@dataclass(frozen=True)
class MeasuredCampaign:
    """A campaign with its measure; `drawn` is what its draw tells (None: there was
    none); `area_names` by id and language."""

    campaign: Campaign
    measure: CampaignMeasure
    drawn: RandomisedResult | None
    area_names: Mapping[str, Mapping[str, str]]


def find_measured(
    context: Context, name: str, *, power: bool
) -> MeasuredCampaign | None:
    """The measure of a campaign as of today; None: there is none of that name. With
    `power` the smallest lift that would have been seen is worked out: about a second.
    """
    today = creator_registry.today(context)
    with db.reading(context.engine) as session:
        campaign = outcomes.campaign(session, name)
        if campaign is None:
            return None
        measured = campaign_measure.measure(session, campaign, today, power=power)
        drawn = randomised_test.randomised_result(session, campaign, today)
        area_names = {area.id: names_of(area) for area in areas.all_areas(session)}
        session.expunge(campaign)
    return MeasuredCampaign(campaign, measured, drawn, area_names)
