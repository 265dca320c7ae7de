"""A template about life or limb is sent when a second person sends the same again.

Lists of numbers pass through and are not kept. What two persons agree on is known by a
digest of it in the audit log: number of the city, template and its text, values, list.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord
from socialcell.ops.webhook_model import MessageTemplate
from socialcell.services import second_approver
from socialcell.services.context import Context

# The first person's entry is good for so long.
VALID = timedelta(hours=24)
ENTERED = "message.template_draft"
APPROVED = "message.template_approve"
RETURNED = "message.template_return"  # approved, but Meta took nothing of it

SENT = "message.template"


class SendingFields(TypedDict):
    """What the audit log notes of a sending."""

    language: str
    digest: str
    people: int


@dataclass(frozen=True)
class Sending:
    """What is to be sent, as it is known in the audit log; `people` is how many of the
    list agreed to be written to."""

    template: str
    language: str
    digest: str
    people: int

    @property
    def detail(self) -> SendingFields:
        return {"language": self.language, "digest": self.digest, "people": self.people}


@dataclass(frozen=True)
class Answer:
    """What became of a sending: `approved` by a second person, to leave now, or entered
    for one. `interrupted`: a run of the same was approved before and did not end."""

    approved: bool
    interrupted: bool = False


@dataclass(frozen=True)
class WaitingTemplate:
    """A template that waits for a second person."""

    template: str
    language: str
    people: int
    made_by: str
    made_at: datetime
    until: datetime


def digest(
    template: MessageTemplate, values: Sequence[str], people: Iterable[str]
) -> str:
    """What is the same when the same is sent to the same people, by their keys."""
    content = [
        template.source_id,
        template.name,
        template.language,
        template.body,
        list(values),
        sorted(set(people)),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def enter_or_approve(context: Context, sending: Sending) -> Answer:
    """Enter what nobody else entered within 24 hours; else approve it, once. Audited.

    UsageError: the same person entered it. Errors of `second_approver.require_second`.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        db.take_turn(session, "message.template")
        rows = _rows(session, sending)
        entry = _waiting(rows, now - VALID)
        if entry is None:
            audit.append(
                session, context.actor, ENTERED, sending.template, sending.detail, now
            )
            return Answer(False, bool(rows) and rows[-1].action == APPROVED)
        about = Message("operators.template", {"template": sending.template})
        persons = second_approver.require_second(context, session, entry, about)
        detail = {**sending.detail, "made_by": entry.actor, **persons}
        audit.append(session, context.actor, APPROVED, sending.template, detail, now)
    return Answer(True)


def give_back(context: Context, sending: Sending) -> None:
    """Meta took nothing of what was approved: it waits again. Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        audit.append(
            session, context.actor, RETURNED, sending.template, sending.detail, now
        )


def waiting(context: Context) -> list[WaitingTemplate]:
    """Templates that wait for a second person, oldest first."""
    since = context.clock.now() - VALID
    with db.reading(context.engine) as session:
        rows = audit.since(session, ENTERED, since)
        entries: dict[int, AuditRecord] = {}
        for row in rows:
            entry = _waiting(_rows(session, _sending(row)), since)
            if entry is not None:
                entries[entry.seq] = entry
    return [_shown(entry) for _seq, entry in sorted(entries.items())]


def _rows(session: Session, sending: Sending) -> list[AuditRecord]:
    rows = audit.entries_about(session, SENT, sending.template)
    return [row for row in rows if row.detail.get("digest") == sending.digest]


def _waiting(rows: Iterable[AuditRecord], since: datetime) -> AuditRecord | None:
    """The entry that waits, by what was noted of a sending in its order. What nobody
    who had signed in entered waits for nobody: it could not be approved."""
    entry, is_waiting = None, False
    for row in rows:
        if row.action == ENTERED:
            entry = row if row.operator_id is not None else None
        is_waiting = row.action in (ENTERED, RETURNED)
    return entry if is_waiting and entry is not None and entry.at >= since else None


def _sending(row: AuditRecord) -> Sending:
    detail = row.detail
    return Sending(row.object, detail["language"], detail["digest"], detail["people"])


def _shown(entry: AuditRecord) -> WaitingTemplate:
    sending = _sending(entry)
    return WaitingTemplate(
        template=sending.template,
        language=sending.language,
        people=sending.people,
        made_by=entry.actor,
        made_at=entry.at,
        until=entry.at + VALID,
    )
