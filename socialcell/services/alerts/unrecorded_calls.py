"""Telephone calls of the ladder that the database cannot note, as on a full disk.

A telephone needs no disk, and rung twice is better than never. What was placed is
remembered by the process alone.
"""

from collections.abc import Callable

from socialcell import db, log
from socialcell.errors import SocialcellError
from socialcell.ops import outbox_store
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.outbox import phone_calls

_LOG = log.logger(__name__)


class UnrecordedCalls:
    """Places each call of a passed step once, and none about an item after a yes."""

    def __init__(self) -> None:
        self._placed: set[str] = set()
        self._answered: set[int] = set()

    def place(self, context: Context, stop: Callable[[], bool]) -> int:
        """Place the calls of passed steps that did not leave; how many. To be called
        when the ladder failed. SocialcellError when the database cannot be read."""
        count = 0
        for call in escalations.passed_calls(context):
            if stop():
                break
            if call.key in self._placed or call.mention_id in self._answered:
                continue
            with db.reading(context.engine) as session:
                rows = outbox_store.messages_with_prefix(session, call.key)
                states = {row.state for row in rows if row.dedup_key == call.key}
            if states - {"pending"}:
                continue
            try:
                send = phone_calls.phone_sender(context, call.phone)
                placed = send(escalations.body_of(context, call), call.phone)
            except (SocialcellError, OSError) as error:
                _LOG.error("a call was not placed", phone=call.phone, reason=str(error))
                continue
            self._placed.add(call.key)
            if placed.acknowledged_by is not None:
                self._answered.add(call.mention_id)
            count += 1
            _LOG.warning(
                "a call was placed that could not be noted",
                phone=call.phone,
                item=call.mention_id,
                answer=placed.answer,
            )
        return count
