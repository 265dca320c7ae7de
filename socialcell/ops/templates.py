"""Templates of outgoing messages as the platform last said. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from socialcell import db
from socialcell.ops.webhook_model import MessageTemplate


@dataclass(frozen=True, slots=True)
class Told:
    """A template as the platform tells it."""

    name: str
    language: str
    external_id: str | None
    category: str
    status: str
    body: str | None


def keep(
    session: Session, source_id: int, told: Sequence[Told], now: datetime
) -> tuple[int, int]:
    """The whole list of a source; what is not in it any more is `gone`.

    How many there are, and how many are gone.
    """
    db.take_turn(session, f"templates of {source_id}")
    held = {(row.name, row.language): row for row in of_source(session, source_id)}
    for one in told:
        row = held.pop((one.name, one.language), None)
        if row is None:
            row = MessageTemplate(
                source_id=source_id,
                name=one.name,
                language=one.language,
                category=one.category,
                status=one.status,
                synced_at=now,
            )
            session.add(row)
        row.external_id, row.body = one.external_id, one.body
        row.category, row.status, row.synced_at = one.category, one.status, now
    for row in held.values():
        row.status, row.synced_at = "gone", now
    session.flush()
    return len(told), len(held)


def find(
    session: Session, source_id: int, name: str, language: str
) -> MessageTemplate | None:
    return session.get(MessageTemplate, (source_id, name, language))


def of_source(session: Session, source_id: int) -> list[MessageTemplate]:
    return list(
        session.exec(
            select(MessageTemplate)
            .where(col(MessageTemplate.source_id) == source_id)
            .order_by(col(MessageTemplate.name), col(MessageTemplate.language))
        )
    )
