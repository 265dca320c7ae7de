"""The outbox as it is looked at: the switch with its reason, counts, and one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context

STATES = ("held", "pending", "sending", "sent", "dead")


@dataclass(frozen=True)
class SwitchSetting:
    """The mode, since when, by whom and why; `since` is None while it was never set."""

    mode: str
    since: datetime | None
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class MessageHold:
    """What holds a message: mode (the switch), rule, late, unsure or platform; None:
    it was not noted. `why` as a sentence."""

    reason: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class MessageEntry:
    """A message of the outbox as it is listed; the fields are the keys of its JSON, in
    order. `hold` is None unless the message is held."""

    id: int | None
    kind: str
    recipient: str
    subject: str
    state: str
    attempts: int
    made_at: datetime
    not_before: datetime
    ended_at: datetime | None
    answer: str | None
    hold: MessageHold | None


@dataclass(frozen=True)
class OutboxView:
    """The switch, how many messages are in each state, and a page of them, newest
    first; `has_more`: there are older ones."""

    switch: SwitchSetting
    counts: Mapping[str, int]
    messages: Sequence[MessageEntry]
    has_more: bool


def view_outbox(
    context: Context, states: Sequence[str], limit: int, before: int | None = None
) -> OutboxView:
    """The outbox with messages of these states, older than the message `before`."""
    with db.reading(context.engine) as session:
        row = outbox_store.mode(session)
        switch = (
            SwitchSetting(row.mode, row.since, row.actor, row.reason)
            if row
            else SwitchSetting("normal", None, "", "")
        )
        counts = outbox_store.state_counts(session)
    rows = list_messages(context, states, limit + 1, before)
    present = {state: counts.get(state, 0) for state in STATES}
    return OutboxView(switch, present, rows[:limit], len(rows) > limit)


def list_messages(
    context: Context,
    states: Sequence[str] = (),
    limit: int = 100,
    before: int | None = None,
) -> list[MessageEntry]:
    """Messages in these states (any without), the newest first; those older than the
    message `before`."""
    with db.reading(context.engine) as session:
        rows = outbox_store.list_messages(session, states, limit, before)
        return [entry(message) for message in rows]


def entry(message: Outgoing) -> MessageEntry:
    """A message as it is listed."""
    return MessageEntry(
        id=message.id,
        kind=message.kind,
        recipient=message.recipient,
        subject=message.subject,
        state=message.state,
        attempts=message.attempts,
        made_at=message.made_at,
        not_before=message.not_before,
        ended_at=message.ended_at,
        answer=message.note,
        hold=MessageHold(message.held_by, message.note)
        if message.state == "held"
        else None,
    )
