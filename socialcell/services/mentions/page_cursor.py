"""Where a page of mentions begins, as a text in an address."""

from datetime import datetime

from socialcell.clock import as_utc
from socialcell.errors import UsageError
from socialcell.listening.store.mentions.explored_mentions import PageCursor

_LAST_YEAR = 9998  # after which a moment may have none after it
_LARGEST_ID = 2**63 - 1  # of a column of ids


def read_cursor(text: str) -> PageCursor:
    """The cursor that a text names. UsageError when it is none."""
    at, sign, id_ = text.rpartition("_")
    try:
        moment = datetime.fromisoformat(at) if at else None
        if moment is not None and (moment.tzinfo is None or moment.year > _LAST_YEAR):
            raise ValueError(at)
        if not (sign and id_.isascii() and id_.isdecimal()):
            raise ValueError(id_)
        if int(id_) > _LARGEST_ID:
            raise ValueError(id_)
        return PageCursor(moment and as_utc(moment), int(id_))
    except (ValueError, OverflowError):
        raise UsageError("mentions.wrong_cursor") from None


def cursor_text(cursor: PageCursor | None) -> str | None:
    """A cursor as it stands in an address: without signs that would be escaped."""
    if cursor is None:
        return None
    at = "" if cursor.at is None else f"{as_utc(cursor.at):%Y%m%dT%H%M%S.%fZ}"
    return f"{at}_{cursor.id}"
