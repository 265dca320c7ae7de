"""Engagement as a history: one snapshot for each reading of a mention."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record, Refresh
from socialcell.listening.model import Engagement
from socialcell.listening.store.arrival import Arrival

ENGAGEMENT = db.table(Engagement)


def keep(
    session: Session,
    records: Sequence[Record | Refresh],
    ids: Mapping[str, int],
    arrival: Arrival,
) -> int:
    """Engagement as it is now; how many mentions got a snapshot that is new."""
    measured = [record for record in records if record.metrics]
    had = _measured_at(
        session, [ids[r.external_id] for r in measured], arrival.observed
    )
    rows = [
        {
            "mention_id": ids[record.external_id],
            "metric": metric.name,
            "taken_at": arrival.observed,
            "common": metric.common,
            "value": metric.value,
            "state": metric.state if metric.value is not None else "absent",
        }
        for record in measured
        for metric in record.metrics
    ]
    db.insert_new(session, ENGAGEMENT, rows)
    return sum(ids[record.external_id] not in had for record in measured)


def _measured_at(session: Session, ids: list[int], at: datetime) -> set[int]:
    found: set[int] = set()
    for some in db.chunks(ids):
        found.update(
            session.scalars(
                select(ENGAGEMENT.c.mention_id)
                .where(ENGAGEMENT.c.mention_id.in_(some), ENGAGEMENT.c.taken_at == at)
                .distinct()
            )
        )
    return found
