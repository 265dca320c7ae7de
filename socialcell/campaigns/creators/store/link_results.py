"""Results of creators' links: human clicks, and installs attributed to a link."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink

_DAY, _LINK = db.table(ClickDay).c, db.table(TrackedLink).c
_POSTBACK = db.table(InstallPostback).c


@dataclass(frozen=True, slots=True)
class CreatorResult:
    """A creator's results in a campaign."""

    creator: str
    campaign: str
    human: int
    installs: int


def results_by_campaign(
    session: Session, creators: Collection[str]
) -> list[CreatorResult]:
    """Results of these creators, by creator and campaign."""
    of_creators = _LINK.creator.in_(sorted(creators))
    clicks = (
        select(_LINK.creator, _LINK.campaign, func.sum(_DAY.n))
        .join_from(db.table(ClickDay), db.table(TrackedLink), _DAY.link_id == _LINK.id)
        .where(of_creators, _DAY.kind == "human")
        .group_by(_LINK.creator, _LINK.campaign)
    )
    installs = (
        select(_LINK.creator, _LINK.campaign, func.count())
        .join_from(
            db.table(InstallPostback),
            db.table(TrackedLink),
            _POSTBACK.link_id == _LINK.id,
        )
        .where(of_creators, _POSTBACK.outcome == "attributed")
        .group_by(_LINK.creator, _LINK.campaign)
    )
    links = select(_LINK.creator, _LINK.campaign).where(of_creators).distinct()
    clicks_by_pair = {(who, what): int(n) for who, what, n in session.execute(clicks)}
    installs_by_pair = {
        (who, what): int(n) for who, what, n in session.execute(installs)
    }
    return [
        CreatorResult(
            who,
            what,
            clicks_by_pair.get((who, what), 0),
            installs_by_pair.get((who, what), 0),
        )
        for who, what in sorted(tuple(row) for row in session.execute(links))
    ]
