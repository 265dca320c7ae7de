"""Questions about what links did: their clicks by day, and installs that name them."""

from collections import defaultdict
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
class Postback:
    """One install that the app's server told us of."""

    app: str
    day: date  # of Pune
    begun_at: datetime | None
    outcome: str  # attributed | organic | unattributed | refused
    reason: str | None
    referrer: str
    link_id: int | None


def links(session: Session) -> dict[int, TrackedLink]:
    """Every link by its number."""
    asked = select(_LINKS).order_by(_LINKS.c.id)
    rows = session.execute(asked).mappings()
    return {row["id"]: TrackedLink(**row) for row in rows}


def clicks(session: Session, since: date, until: date) -> dict[int, dict[str, int]]:
    """Requests of each link by kind, on days of Pune with both ends included."""
    row = _CLICKS.c
    asked = (
        select(row.link_id, row.kind, func.sum(row.n))
        .where(row.day >= since, row.day <= until)
        .group_by(row.link_id, row.kind)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for link, kind, n in session.execute(asked):
        found[link][kind] = int(n)
    return dict(found)


def postbacks(session: Session, since: date, until: date) -> list[Postback]:
    """Installs whose day of Pune is within, both ends included."""
    row = _POSTBACKS.c
    asked = (
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
    return [Postback(*found) for found in session.execute(asked)]
