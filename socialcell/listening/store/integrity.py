"""Check what must always hold in the listening and operation tables."""

from collections.abc import Iterator

from sqlalchemy import func, select, text
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Mention
from socialcell.ops.model import Run
from socialcell.ops.store import OUTCOMES

_BAD_TEXT = tuple(chr(code) for code in (0, 1, 7, 8, 11, 12, 27))


def problems(session: Session) -> list[str]:
    """Every broken invariant, as a sentence; an empty list when all is well."""
    return [*_damage(session), *_accounts(session), *_texts(session)]


def _damage(session: Session) -> Iterator[str]:
    if not db.is_sqlite(session):
        return
    connection = session.connection()
    for (answer,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if answer != "ok":
            yield f"The database file is damaged: {answer}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"Row {row[1]} of {row[0]} points to a row of {row[2]} that is not there"
    indexed = connection.execute(text("SELECT count(*) FROM mention_fts_docsize"))
    present = connection.execute(text("SELECT count(*) FROM mention"))
    if indexed.scalar_one() != present.scalar_one():
        yield "The search index does not hold every mention"


def _accounts(session: Session) -> Iterator[str]:
    c = db.table(Run).c
    total = sum((c[name] for name in OUTCOMES[1:]), c[OUTCOMES[0]])
    for run_id, received in session.execute(
        select(c.id, c.received).where(c.received != total)
    ):
        yield f"Run {run_id} received {received} items and does not account for them"


def _texts(session: Session) -> Iterator[str]:
    c = db.table(Mention).c
    for character in _BAD_TEXT[1:]:
        found = session.execute(
            select(func.count()).where(c.text.contains(character))
        ).scalar_one()
        if found:
            yield f"{found} mentions hold the control character {ord(character):#04x}"
