"""The runs of a source, newest first."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.ops.model import Run


def list_runs(
    session: Session, source_id: int, limit: int, before: int | None = None
) -> Sequence[Run]:
    """Runs of a source, the newest first; those older than the run `before`."""
    query = select(Run).where(col(Run.source_id) == source_id)
    if before is not None:
        query = query.where(col(Run.id) < before)
    return session.scalars(query.order_by(col(Run.id).desc()).limit(limit)).all()
