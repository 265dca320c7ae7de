"""When a mention counts: when it was written, or else when it reached us."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_

from socialcell import db
from socialcell.listening.model import Mention

M = db.table(Mention).c


def counted_at() -> ColumnElement[datetime]:
    """When a mention was written; where that is not known, as in a file without times,
    when it reached us."""
    return func.coalesce(M.authored_at, M.stored_at)


def counted_within(
    first: datetime, last: datetime, *, with_last: bool = True
) -> ColumnElement[bool]:
    """Mentions that count from a moment up to another, the last one included or not.
    Both ways of counting are asked apart, so that the index of times is used."""
    written, stored = (
        and_(at >= first, at <= last if with_last else at < last)
        for at in (M.authored_at, M.stored_at)
    )
    return or_(written, and_(M.authored_at.is_(None), stored))
