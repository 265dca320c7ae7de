"""Templates of outgoing messages, by the platform's newest list. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from socialcell import db
from socialcell.ops.webhook_model import MessageTemplate


@dataclass(frozen=True, slots=True)
class PlatformTemplate:
    """A template as the platform reports it."""

    name: str
    language: str
    external_id: str | None
    category: str
    status: str
    body: str | None


def save_templates(
    session: Session,
    source_id: int,
    templates: Sequence[PlatformTemplate],
    now: datetime,
) -> tuple[int, int]:
    """Store the whole list of a source; templates that it lacks become `gone`.

    How many there are, and how many are gone.
    """
    db.take_turn(session, f"templates of {source_id}")
    stored = {
        (row.name, row.language): row for row in templates_of_source(session, source_id)
    }
    for template in templates:
        row = stored.pop((template.name, template.language), None)
        if row is None:
            row = MessageTemplate(
                source_id=source_id,
                name=template.name,
                language=template.language,
                category=template.category,
                status=template.status,
                synced_at=now,
            )
            session.add(row)
        row.external_id, row.body = template.external_id, template.body
        row.category, row.status, row.synced_at = (
            template.category,
            template.status,
            now,
        )
    for row in stored.values():
        row.status, row.synced_at = "gone", now
    session.flush()
    return len(templates), len(stored)


def find_template(
    session: Session, source_id: int, name: str, language: str
) -> MessageTemplate | None:
    return session.get(MessageTemplate, (source_id, name, language))


def templates_of_source(session: Session, source_id: int) -> list[MessageTemplate]:
    return list(
        session.exec(
            select(MessageTemplate)
            .where(col(MessageTemplate.source_id) == source_id)
            .order_by(col(MessageTemplate.name), col(MessageTemplate.language))
        )
    )
