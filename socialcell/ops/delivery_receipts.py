"""Delivery status and cost of sent messages. The caller commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.ops.webhook_model import SentMessage

SENT = db.table(SentMessage)
# A late, earlier status is ignored. Failed is final, whatever came before.
_ORDER = ("accepted", "sent", "delivered", "read", "played", "failed")


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A platform's report on a message; None: not reported."""

    external_id: str
    status: str
    at: datetime
    category: str | None = None
    billable: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerCorrection:
    """A correction of the ledger: messages of a category, added or, where `n` is
    negative, removed."""

    category: str
    n: int


def record_accepted(
    session: Session, source_id: int, external_id: str, category: str, now: datetime
) -> None:
    """Record a message that the platform accepted and that may cost something."""
    row = _new_row(source_id, external_id, "accepted", now)
    db.insert_new(session, SENT, [{**row, "category": category, "billed_at": now}])


def apply_report(
    session: Session, source_id: int, report: StatusReport, now: datetime
) -> tuple[LedgerCorrection, ...]:
    """Apply a platform's report; returns the corrections of the ledger.

    A message is booked when it is sent. One that failed or is free is taken back, one
    that costs and was not booked (another program sent it) is added, each once.
    """
    row = _new_row(source_id, report.external_id, report.status, report.at)
    db.insert_new(session, SENT, [row])
    # Of two reports that are read at once the second one sees what the first one made.
    message = session.get_one(
        SentMessage, (source_id, report.external_id), with_for_update=True
    )
    booked_category = message.category if message.billed_at is not None else None
    if _rank(report.status) >= _rank(message.status):
        message.status, message.status_at = report.status, report.at
        message.error = report.error or message.error
    message.category = report.category or message.category
    if report.billable is not None:
        message.billable = report.billable
    costs = (
        message.billable
        if message.billable is not None
        else booked_category is not None
    )
    due_category = message.category if costs and message.status != "failed" else None
    if due_category == booked_category:
        return ()
    message.billed_at = now if due_category else None
    session.flush()
    removed = (LedgerCorrection(booked_category, -1),) if booked_category else ()
    return (*removed, LedgerCorrection(due_category, 1)) if due_category else removed


def _new_row(
    source_id: int, external_id: str, status: str, at: datetime
) -> dict[str, object]:
    return {
        "source_id": source_id,
        "external_id": external_id,
        "status": status,
        "status_at": at,
    }


def _rank(status: str) -> int:
    return _ORDER.index(status) if status in _ORDER else 0
