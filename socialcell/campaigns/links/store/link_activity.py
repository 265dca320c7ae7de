"""Queries about links: their clicks by day, and the installs that name them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session

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
