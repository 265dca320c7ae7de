"""The outbox as it is looked at: the switch with its reason, counts, and one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.ops import outbox_store
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.services.outbox.outbox import MessageEntry

STATES = ("held", "pending", "sending", "sent", "dead")


@dataclass(frozen=True)
class SwitchSetting:
    """The mode, since when, by whom and why; `since` is None while it was never set."""

    mode: str
    since: datetime | None
    actor: str
    reason: str


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
    rows = outbox.list_messages(context, states, limit + 1, before)
    present = {state: counts.get(state, 0) for state in STATES}
    return OutboxView(switch, present, rows[:limit], len(rows) > limit)
