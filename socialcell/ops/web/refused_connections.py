"""Connections that a server refused, by day, server and reason; of nobody in person."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlmodel import Field, Session, SQLModel

from socialcell import db
from socialcell.db import BigId
from socialcell.db.personal_tables import impersonal

KEPT = timedelta(days=400)


class RefusedConnections(SQLModel, table=True):
    """How many connections and requests a server refused on a day for a reason."""

    __tablename__ = "refused_connections"
    day: date = Field(primary_key=True)  # IST
    server: str = Field(primary_key=True)  # redirect | webhooks | console
    reason: str = Field(primary_key=True)  # as in web/connections: full, slow_head …
    n: int = Field(sa_type=BigId)


IMPERSONAL_REFUSALS = impersonal(RefusedConnections)
REFUSED = db.table(RefusedConnections)
C = REFUSED.c


def add(session: Session, server: str, counts: Mapping[str, int], day: date) -> None:
    """Add to the counts of a day; those of long ago go."""
    rows = [
        {"day": day, "server": server, "reason": reason, "n": n}
        for reason, n in counts.items()
        if n
    ]
    if rows:
        db.add_counts(session, REFUSED, ["day", "server", "reason"], rows)
    session.execute(delete(REFUSED).where(C.day < day - KEPT))


def since(session: Session, day: date) -> dict[str, dict[str, int]]:
    """Server → reason → how many from that day on; the most first."""
    query = select(C.server, C.reason, C.n).where(C.day >= day)
    counts: dict[str, dict[str, int]] = {}
    for row in session.execute(query.order_by(C.server, C.reason)):
        reasons = counts.setdefault(row.server, {})
        reasons[row.reason] = reasons.get(row.reason, 0) + int(row.n)
    return {
        server: dict(sorted(reasons.items(), key=lambda pair: -pair[1]))
        for server, reasons in counts.items()
    }
