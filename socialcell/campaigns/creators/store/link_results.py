"""Results of creators' links: human clicks, and installs attributed to a link."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all
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
    links = select(_LINK.creator, _LINK.campaign, literal(0)).where(of_creators)
    counts: dict[tuple[str, str], dict[str, int]] = {}
    rows = session.execute(
        union_all(
            *(
                select(literal(what), *part.subquery().c)
                for what, part in (
                    ("links", links.distinct()),
                    ("clicks", clicks),
                    ("installs", installs),
                )
            )
        )
    )
    for what, creator, campaign, n in rows:
        counts.setdefault((creator, campaign), {})[what] = int(n)
    return [
        CreatorResult(creator, campaign, own.get("clicks", 0), own.get("installs", 0))
        for (creator, campaign), own in sorted(counts.items())
    ]
