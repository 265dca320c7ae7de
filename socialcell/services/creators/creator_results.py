"""What came of earlier work with creators: their links' clicks and installs; and how
many people were seen to engage with them."""

from collections.abc import Collection
from typing import TypedDict

from socialcell import db
from socialcell.campaigns.creators.audience_sketches import HyperLogLog
from socialcell.campaigns.creators.creator import EngagedAudience
from socialcell.campaigns.creators.store import link_results as store
from socialcell.services.context import Context


class CampaignResult(TypedDict):
    """Clicks of people and installs of a creator's links in one campaign."""

    campaign: str
    human: int
    installs: int


class CreatorResultDocument(TypedDict):
    """What came of a creator's links in all campaigns together, and in each."""

    campaigns: list[CampaignResult]
    human: int
    installs: int


def results_of(
    context: Context, keys: Collection[str]
) -> dict[str, CreatorResultDocument]:
    """Results by creator and campaign; a creator without links is not there.

    `human` are requests by people, each counted once an hour; `installs` those whose
    referrer names a click of theirs: a lower bound, for stores lose referrers.
    """
    with db.reading(context.engine) as session:
        rows = store.results_by_campaign(session, keys)
    results: dict[str, CreatorResultDocument] = {}
    for row in rows:
        result = results.setdefault(
            row.creator, {"campaigns": [], "human": 0, "installs": 0}
        )
        result["campaigns"].append(
            {"campaign": row.campaign, "human": row.human, "installs": row.installs}
        )
        result["human"] += row.human
        result["installs"] += row.installs
    return results


def people_count(engaged: EngagedAudience) -> float:
    """About how many people a sketch holds."""
    return HyperLogLog(engaged.precision).count(engaged.sketch)


def relative_error(engaged: EngagedAudience) -> float:
    """Its relative standard error."""
    return HyperLogLog(engaged.precision).relative_error
