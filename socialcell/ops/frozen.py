"""Store the numbers of a report as they were when it was first made."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from socialcell import db
from socialcell.json_types import JsonObject
from socialcell.ops.model import FrozenReport


def frozen_numbers(session: Session, kind: str, start: datetime) -> JsonObject | None:
    """The frozen numbers of the period that begins at `start`, if it was made."""
    report = session.get(FrozenReport, (kind, start))
    return None if report is None else dict(report.numbers)


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
