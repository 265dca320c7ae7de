"""What became of messages that we sent, and what each cost. The caller commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.ops.webhook_model import SentMessage

# A status that comes late says nothing new. Failed is an end, whatever came before.
_ORDER = ("accepted", "sent", "delivered", "read", "played", "failed")


@dataclass(frozen=True, slots=True)
class News:
    """What the platform tells of a message; None is not told."""

    external_id: str
    status: str
    at: datetime
    category: str | None = None
    billable: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What the ledger has to be corrected by: messages of a category, added or, where
    `n` is negative, taken back."""

    category: str
    n: int


def began(
    session: Session, source_id: int, external_id: str, category: str, now: datetime
) -> None:
    """A message that the platform took from us and that may cost something."""
    if session.get(SentMessage, (source_id, external_id)) is None:
        session.add(
            SentMessage(
                source_id=source_id,
                external_id=external_id,
                status="accepted",
                status_at=now,
                category=category,
                billed_at=now,
            )
        )


def learn(
    session: Session, source_id: int, news: News, now: datetime
) -> tuple[Charge, ...]:
    """Take in what the platform tells; what the ledger has to be corrected by.

    A message is booked when it is sent. One that failed or is free is taken back, one
    that costs and was not booked (another program sent it) is added, each once.
    """
    known = session.get(SentMessage, (source_id, news.external_id))
    if known is None:
        known = SentMessage(
            source_id=source_id,
            external_id=news.external_id,
            status=news.status,
            status_at=news.at,
        )
        session.add(known)
    booked = known.category if known.billed_at is not None else None
    if _rank(news.status) >= _rank(known.status):
        known.status, known.status_at = news.status, news.at
        known.error = news.error or known.error
    known.category = news.category or known.category
    if news.billable is not None:
        known.billable = news.billable
    costs = known.billable if known.billable is not None else booked is not None
    due = known.category if costs and known.status != "failed" else None
    if due == booked:
        return ()
    known.billed_at = now if due else None
    session.flush()
    back = (Charge(booked, -1),) if booked else ()
    return (*back, Charge(due, 1)) if due else back


def _rank(status: str) -> int:
    return _ORDER.index(status) if status in _ORDER else 0
