"""The audit log as it is listed and verified."""

from socialcell import db
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord, AuditResult
from socialcell.services.context import Context


def list_entries(context: Context, limit: int) -> list[AuditRecord]:
    """The newest entries, the newest first; at most so many."""
    with db.reading(context.engine) as session:
        return audit.entries(session, limit)


def verify_log(context: Context, head: str | None = None) -> AuditResult:
    """Whether every row seals the one before it; `head` is the hash of an earlier
    head that must still be in the log."""
    with db.reading(context.engine) as session:
        return audit.verify(session, head)
