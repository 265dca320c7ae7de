"""Checks rows of a file beside the clock and the rows before: no post may be lost."""

from datetime import datetime, timedelta

from socialcell.clock import in_pune
from socialcell.connectors.base import Item, Record, Reject
from socialcell.text import clean_text

AHEAD = timedelta(days=1)
"""How far a date may be ahead: clocks differ, and a time may lack its zone."""
_HASH_BITS = 32


class RowChecks:
    """Rows of one file, in their order; of each id the row and a hash of its text."""

    def __init__(self, now: datetime | None) -> None:
        """Without `now` no date is refused."""
        self._latest = None if now is None else now + AHEAD
        self._rows: dict[int, int] = {}

    def refuse_future(self, item: Item, row: int) -> Item:
        """The item, or a reject when it was written in the future."""
        if not isinstance(item, Record) or item.authored_at is None:
            return item
        if self._latest is None or item.authored_at <= self._latest:
            return item
        reason = (
            f"its date {in_pune(item.authored_at)} is in the future. Correct it, or "
            "state the order of day and month: --date-order."
        )
        return Reject(item.raw, reason, row)

    def refuse_other_text(self, item: Item, row: int) -> Item:
        """The item, or a reject when an earlier row has its id and another text: one
        of them would replace the other."""
        if not isinstance(item, Record):
            return item
        id_ = hash((item.platform, item.external_id))
        text = hash((clean_text(item.text), clean_text(item.title or "")))
        text &= (1 << _HASH_BITS) - 1
        # One number an id, since a file may have a million rows.
        earlier = self._rows.setdefault(id_, row << _HASH_BITS | text)
        if earlier & ((1 << _HASH_BITS) - 1) == text:
            return item
        reason = (
            f"its id {item.external_id} is that of row {earlier >> _HASH_BITS}, whose "
            "text differs. If it is another post, give it an id of its own."
        )
        return Reject(item.raw, reason, row)
