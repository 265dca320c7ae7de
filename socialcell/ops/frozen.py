"""Store the numbers of a report as they were when it was first made."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from socialcell import db
from socialcell.json_types import JsonObject, JsonValue
from socialcell.ops.model import FrozenReport


def frozen_numbers(session: Session, kind: str, start: datetime) -> JsonObject | None:
    """The frozen numbers of the period that begins at `start`, if it was made."""
    report = session.get(FrozenReport, (kind, start))
    return None if report is None else dict(report.numbers)


def frozen_part(
    session: Session, kind: str, starts: Collection[datetime], part: str
) -> dict[datetime, JsonValue]:
    """One part of the frozen numbers of several periods, by their starts; periods that
    were not frozen are not there."""
    rows = session.execute(
        sa_select(
            col(FrozenReport.period_start), col(FrozenReport.numbers)[part]
        ).where(
            col(FrozenReport.kind) == kind, col(FrozenReport.period_start).in_(starts)
        )
    )
    return {row.period_start: row[1] for row in rows}


def freeze(
    session: Session,
    kind: str,
    start: datetime,
    end: datetime,
    now: datetime,
    numbers: JsonObject,
) -> None:
    """Freeze the numbers of a period; when another process was first, its stay."""
    row = {
        "kind": kind,
        "period_start": start,
        "period_end": end,
        "made_at": now,
        "numbers": numbers,
    }
    db.insert_new(session, db.table(FrozenReport), [row])


def reports(session: Session) -> Sequence[FrozenReport]:
    """All that were frozen, the earliest period first."""
    return session.scalars(
        select(FrozenReport).order_by(col(FrozenReport.period_start))
    ).all()


def periods(session: Session, kind: str) -> list[tuple[datetime, datetime, datetime]]:
    """Start, end and the moment of counting of every frozen period of a kind, the
    newest first; without the numbers."""
    columns = (
        col(FrozenReport.period_start),
        col(FrozenReport.period_end),
        col(FrozenReport.made_at),
    )
    query = sa_select(*columns).where(col(FrozenReport.kind) == kind)
    rows = session.execute(query.order_by(columns[0].desc()))
    return [(row[0], row[1], row[2]) for row in rows]
