"""Queries about links: their clicks by day, and the installs that name them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink

_CLICKS = db.table(ClickDay)
_LINKS = db.table(TrackedLink)
_POSTBACKS = db.table(InstallPostback)


@dataclass(frozen=True, slots=True)
class ReportedInstall:
    """One install that the app's server reported."""

    app: str
    day: date  # of Pune
    begun_at: datetime | None
    outcome: str  # attributed | organic | unattributed | refused
    reason: str | None
    referrer: str
    link_id: int | None


def links(session: Session) -> dict[int, TrackedLink]:
    """Every link by its id."""
    query = select(_LINKS).order_by(_LINKS.c.id)
    rows = session.execute(query).mappings()
    return {row["id"]: TrackedLink(**row) for row in rows}


def clicks(session: Session, since: date, until: date) -> dict[int, dict[str, int]]:
    """Requests of each link by kind, on days of Pune with both ends included."""
    row = _CLICKS.c
    query = (
        select(row.link_id, row.kind, func.sum(row.n))
        .where(row.day >= since, row.day <= until)
        .group_by(row.link_id, row.kind)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for link, kind, n in session.execute(query):
        counts[link][kind] = int(n)
    return dict(counts)


def kinds_of_links(
    session: Session, link_ids: Collection[int]
) -> dict[int, dict[str, int]]:
    """All requests of these links by kind; those without any are not there."""
    row = _CLICKS.c
    query = (
        select(row.link_id, row.kind, func.sum(row.n))
        .where(row.link_id.in_(link_ids))
        .group_by(row.link_id, row.kind)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for link, kind, n in session.execute(query):
        counts[link][kind] = int(n)
    return dict(counts)


def kinds_of_campaign(
    session: Session, campaign: str
) -> list[tuple[TrackedLink, dict[str, int]]]:
    """The links of a campaign, the newest first, each with its requests by kind."""
    row = _CLICKS.c
    sums = (
        select(row.link_id, row.kind, func.sum(row.n).label("n"))
        .where(row.link_id.in_(_ids_of(campaign)))
        .group_by(row.link_id, row.kind)
        .subquery()
    )
    query = (
        select(TrackedLink, sums.c.kind, sums.c.n)
        .outerjoin(sums, sums.c.link_id == col(TrackedLink.id))
        .where(col(TrackedLink.campaign) == campaign)
        .order_by(col(TrackedLink.id).desc())
    )
    counts: dict[int, tuple[TrackedLink, dict[str, int]]] = {}
    for link, kind, n in session.execute(query):
        kinds = counts.setdefault(link.id or 0, (link, {}))[1]
        if kind is not None:
            kinds[kind] = int(n)
    return list(counts.values())


def _ids_of(campaign: str) -> Select[tuple[int]]:
    return select(_LINKS.c.id).where(_LINKS.c.campaign == campaign)


def postbacks(session: Session, since: date, until: date) -> list[ReportedInstall]:
    """Installs whose day of Pune is within, both ends included."""
    row = _POSTBACKS.c
    query = (
        select(
            row.app,
            row.day,
            row.begun_at,
            row.outcome,
            row.reason,
            row.referrer,
            row.link_id,
        )
        .where(row.day >= since, row.day <= until)
        .order_by(row.id)
    )
    return [ReportedInstall(*record) for record in session.execute(query)]
