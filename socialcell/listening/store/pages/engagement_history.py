"""Engagement as a history: one snapshot for each time a mention was fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record, Refresh
from socialcell.listening.model import Engagement
from socialcell.listening.store.pages.page_arrival import Arrival

ENGAGEMENT = db.table(Engagement)


@dataclass(frozen=True, slots=True)
class Count:
    """The newest count; None where the platform's answer did not have it then."""

    value: int | None
    taken_at: datetime


def store_snapshots(
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


def read_newest(
    session: Session, mention_ids: Sequence[int]
) -> dict[int, dict[str, Count]]:
    """The last count of each mention by common metric; nothing where there is none.

    A platform may have renamed a metric: the row of the newer name counts.
    """
    newest: dict[int, dict[str, Count]] = {id_: {} for id_ in mention_ids}
    c = ENGAGEMENT.c
    age = func.row_number().over(
        partition_by=(c.mention_id, c.common),
        order_by=(c.taken_at.desc(), c.metric),
    )
    for chunk in db.chunks(mention_ids):
        by_age = (
            select(c.mention_id, c.common, c.value, c.taken_at, age.label("age"))
            .where(c.mention_id.in_(chunk), c.common.is_not(None))
            .subquery()
        )
        last = select(by_age).where(by_age.c.age == 1)
        for row in session.execute(last.order_by(by_age.c.mention_id)):
            newest[row.mention_id][row.common] = Count(row.value, row.taken_at)
    return newest


def _measured_at(session: Session, ids: list[int], at: datetime) -> set[int]:
    measured_ids: set[int] = set()
    for chunk in db.chunks(ids):
        measured_ids.update(
            session.scalars(
                select(ENGAGEMENT.c.mention_id)
                .where(ENGAGEMENT.c.mention_id.in_(chunk), ENGAGEMENT.c.taken_at == at)
                .distinct()
            )
        )
    return measured_ids
