"""What creators' links did: clicks of people, and installs that name one of them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink

_DAY, _LINK = db.table(ClickDay).c, db.table(TrackedLink).c
_TOLD = db.table(InstallPostback).c


@dataclass(frozen=True, slots=True)
class Result:
    """A creator's part in a campaign."""

    creator: str
    campaign: str
    human: int
    installs: int


def by_campaign(session: Session, creators: Collection[str]) -> list[Result]:
    """Results of these creators, by creator and campaign."""
    theirs = _LINK.creator.in_(sorted(creators))
    clicks = (
        select(_LINK.creator, _LINK.campaign, func.sum(_DAY.n))
        .join_from(db.table(ClickDay), db.table(TrackedLink), _DAY.link_id == _LINK.id)
        .where(theirs, _DAY.kind == "human")
        .group_by(_LINK.creator, _LINK.campaign)
    )
    installs = (
        select(_LINK.creator, _LINK.campaign, func.count())
        .join_from(
            db.table(InstallPostback), db.table(TrackedLink), _TOLD.link_id == _LINK.id
        )
        .where(theirs, _TOLD.outcome == "attributed")
        .group_by(_LINK.creator, _LINK.campaign)
    )
    links = select(_LINK.creator, _LINK.campaign).where(theirs).distinct()
    human = {(who, what): int(n) for who, what, n in session.execute(clicks)}
    told = {(who, what): int(n) for who, what, n in session.execute(installs)}
    return [
        Result(who, what, human.get((who, what), 0), told.get((who, what), 0))
        for who, what in sorted(tuple(row) for row in session.execute(links))
    ]
