"""Answers of cases: the messages of one answer, what waits, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.json_types import JsonObject

MESSAGE = db.table(CaseMessage)
M = MESSAGE.c
WAITING_STATES = ("draft", "waiting")
"""States of an answer that somebody may still approve, return or withdraw."""
# How far the platform says that a message has come. Failed is final.
_DELIVERED = ("sent", "delivered", "read", "failed")
_STATES_OF_REPORTS = {
    "accepted": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def next_key(session: Session, case: DeskCase) -> str:
    """The key of the next answer of a locked case: its number and a serial."""
    prefix = f"{case.number}."
    keys = session.scalars(
        select(M.answer_key).where(M.answer_key.startswith(prefix)).distinct()
    )
    serials = (int(key.removeprefix(prefix)) for key in keys)
    return f"{prefix}{max(serials, default=0) + 1}"


def messages_of_answer(session: Session, key: str) -> list[CaseMessage]:
    """The messages of one answer, one for each contact."""
    query = select(CaseMessage).where(col(CaseMessage.answer_key) == key)
    rows = query.order_by(col(CaseMessage.id))
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def list_answers(
    session: Session, states: Collection[str], before: int | None, limit: int
) -> Sequence[tuple[CaseMessage, CaseContact, DeskCase]]:
    """Outgoing messages in these states (none: any) with their contacts and cases, the
    newest first; those with a smaller id than `before`."""
    query = (
        select(CaseMessage, CaseContact, DeskCase)
        .join(CaseContact, col(CaseContact.id) == col(CaseMessage.contact_id))
        .join(DeskCase, col(DeskCase.id) == col(CaseContact.case_id))
        .where(col(CaseMessage.direction) == "out")
    )
    if states:
        query = query.where(col(CaseMessage.state).in_(states))
    if before is not None:
        query = query.where(col(CaseMessage.id) < before)
    rows = session.execute(query.order_by(col(CaseMessage.id).desc()).limit(limit))
    return [(message, contact, case) for message, contact, case in rows]


def count_unsure(session: Session) -> tuple[int, datetime | None]:
    """Messages of which nobody knows whether they were heard, and since when the first
    of them is decided."""
    query = select(func.count(), func.min(func.coalesce(M.decided_at, M.at))).where(
        M.state == "unsure", M.direction == "out"
    )
    count, oldest = session.execute(query).one()
    return count, oldest


def of_outbox(session: Session, key: str) -> CaseMessage | None:
    """The message that waits in the outbox under a dedup key."""
    query = select(CaseMessage).where(col(CaseMessage.outbox_key) == key)
    return session.scalars(query.execution_options(populate_existing=True)).first()


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """A public answer that is not known to be out yet, with the number of its post."""

    message_id: int
    own_post_id: int
    state: str
    reason: str | None


def queued_public(session: Session) -> list[PublicAnswer]:
    """Public answers that are not known to be out yet, by their messages' numbers."""
    query = select(M.id.label("message_id"), M.own_post_id, M.state, M.reason).where(
        M.state.in_(("queued", "unsure")), M.own_post_id.is_not(None)
    )
    return db.records(session, query.order_by(M.id), PublicAnswer)


def lock_queued(session: Session, ids: Collection[int]) -> Sequence[CaseMessage]:
    """Those of these messages that are not known to be out yet, which nobody else
    changes until the transaction ends, by their numbers."""
    query = select(CaseMessage).where(
        col(CaseMessage.id).in_(ids), col(CaseMessage.state).in_(("queued", "unsure"))
    )
    return session.scalars(
        query.order_by(col(CaseMessage.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def unplaced_ids(session: Session) -> Sequence[int]:
    """Messages that are to leave and are in no outbox yet: the cell's own fixed words,
    such as the closing question, which nobody drafts."""
    query = select(M.id).where(
        M.direction == "out",
        M.state == "queued",
        M.outbox_key.is_(None),
        M.own_post_id.is_(None),
    )
    return session.scalars(query.order_by(M.id)).all()


def detail_of_step(
    session: Session, kind: str, case_ids: Collection[int], message_id: int
) -> JsonObject | None:
    """The detail of the newest step of a kind about a message, in any of these cases;
    None: there is none."""
    query = select(col(CaseStep.detail)).where(
        col(CaseStep.kind) == kind, col(CaseStep.case_id).in_(case_ids)
    )
    details = session.scalars(query.order_by(col(CaseStep.id).desc()))
    return next((part for part in details if part.get("message") == message_id), None)


def newest_mentions(session: Session, contact_id: int) -> Sequence[int]:
    """The ids of what a contact wrote, the newest first."""
    return newest_mentions_of(session, [contact_id]).get(contact_id, ())


def newest_mentions_of(
    session: Session, contact_ids: Collection[int]
) -> dict[int, list[int]]:
    """The same by contact; who wrote nothing is not there."""
    query = select(M.contact_id, M.mention_id).where(
        M.contact_id.in_(contact_ids), M.direction == "in", M.mention_id.is_not(None)
    )
    ids: dict[int, list[int]] = {}
    for contact_id, mention_id in session.execute(
        query.order_by(M.at.desc(), M.id.desc())
    ):
        ids.setdefault(contact_id, []).append(mention_id)
    return ids


def apply_report(
    session: Session, external_id: str, status: str, error: str | None
) -> bool:
    """What a platform reports of a message of ours; a report never takes back a later
    one. Whether the message is an answer of a case."""
    state = _STATES_OF_REPORTS.get(status)
    if state is None:
        return False
    earlier = _DELIVERED[: _DELIVERED.index(state)]
    change = update(MESSAGE).where(
        M.external_id == external_id, M.direction == "out", M.state.in_(earlier)
    )
    values: dict[str, str | None] = {"state": state}
    if state == "failed":
        values["reason"] = error
    return bool(db.changed(session, change.values(**values)))


def mark_read(session: Session, channel: str, person: str, until: datetime) -> int:
    """A person has read what we wrote to them privately up to a moment. How many
    messages."""
    contacts = select(col(CaseContact.id)).where(
        col(CaseContact.channel) == channel, col(CaseContact.person) == person
    )
    arrived = update(MESSAGE).where(
        M.contact_id.in_(contacts),
        M.direction == "out",
        M.is_public.is_(False),
        M.state.in_(("sent", "delivered")),
        M.sent_at <= until,
    )
    return db.changed(session, arrived.values(state="read"))


def state_of_report(status: str | None) -> str:
    """The state of a message that was sent, by what the platform reported so far."""
    return _STATES_OF_REPORTS.get(status or "sent", "sent")
