"""Which template went to which person: each once in a while, marked before it is sent.

People are known by a keyed hash. The caller commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.ops.webhook_model import TemplateDelivery

_TABLE = db.table(TemplateDelivery)
C = _TABLE.c
# Stands for the platform's id where a person saw that the message had arrived.
_CONFIRMED = "seen"


@dataclass(frozen=True, slots=True)
class DoubtedTemplate:
    """A template of which nobody knows whether so many people have it."""

    template: str
    language: str
    people: int
    made_by: str
    begun_at: datetime


def standing(session: Session, digest: str, person: str, since: datetime) -> str | None:
    """Whether a person has this since a moment: had, unsure (nobody knows), or None."""
    query = select(C.external_id).where(
        C.digest == digest, C.person == person, C.begun_at > since
    )
    row = session.execute(query).first()
    return None if row is None else "unsure" if row.external_id is None else "had"


def begin(
    session: Session,
    delivery: TemplateDelivery,
    since: datetime,
    doubted_before: datetime | None,
) -> bool:
    """Mark that this goes to a person now. False: they have it since a moment, or may
    have it; `doubted_before`: what was begun until then and is in doubt goes again."""
    row = delivery.model_dump()
    if db.insert_new(session, _TABLE, [row]):
        return True
    is_free = C.begun_at <= since
    if doubted_before is not None:
        was_doubted = and_(C.external_id.is_(None), C.begun_at <= doubted_before)
        is_free = or_(is_free, was_doubted)
    change = update(_TABLE).where(
        C.digest == delivery.digest, C.person == delivery.person, is_free
    )
    return bool(db.changed(session, change.values(**row)))


def settle_sent(session: Session, digest: str, person: str, external_id: str) -> None:
    """The platform took it."""
    change = update(_TABLE).where(C.digest == digest, C.person == person)
    session.execute(change.values(external_id=external_id))


def drop(session: Session, digest: str, person: str) -> None:
    """The platform did not take it: the person may get it."""
    session.execute(delete(_TABLE).where(C.digest == digest, C.person == person))


def doubts(session: Session, since: datetime, until: datetime) -> list[DoubtedTemplate]:
    """What was begun in (since, until] and is in doubt, oldest first."""
    query = (
        select(
            C.template,
            C.language,
            func.count().label("people"),
            C.made_by,
            func.min(C.begun_at).label("begun_at"),
        )
        .where(_is_doubted(since, until))
        .group_by(C.digest, C.template, C.language, C.made_by)
        .order_by(func.min(C.begun_at))
    )
    return db.records(session, query, DoubtedTemplate)


def settle_doubts(
    session: Session,
    template: str,
    language: str,
    since: datetime,
    until: datetime,
    *,
    heard: bool,
) -> int:
    """A person has looked after what was begun in (since, until]: the people in doubt
    have this template, or do not and may get it. How many."""
    is_own = and_(C.template == template, C.language == language)
    doubted = and_(is_own, _is_doubted(since, until))
    if not heard:
        return db.changed(session, delete(_TABLE).where(doubted))
    return db.changed(
        session, update(_TABLE).where(doubted).values(external_id=_CONFIRMED)
    )


def _is_doubted(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(C.external_id.is_(None), C.begun_at > since, C.begun_at <= until)


def forget_old(session: Session, before: datetime) -> None:
    """Delete what was begun before a moment."""
    session.execute(delete(_TABLE).where(C.begun_at < before))


def erase(session: Session, persons: Sequence[str]) -> int:
    """Delete what people got, by their keys; how many rows."""
    return db.changed(session, delete(_TABLE).where(C.person.in_(persons)))
