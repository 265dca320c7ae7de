"""The audit log as it is listed and verified."""

from dataclasses import dataclass

from socialcell import db
from socialcell.ops import audit
from socialcell.ops.audit import AuditFilter, AuditRecord, AuditResult
from socialcell.services.context import Context
from socialcell.services.operators import record_check
from socialcell.services.operators.record_check import RecordFault


@dataclass(frozen=True)
class LogVerification:
    """The chain of the log, and the rows of other tables that it does not explain."""

    chain: AuditResult
    unexplained: tuple[RecordFault, ...]

    @property
    def ok(self) -> bool:
        return self.chain.ok and not self.unexplained


def list_entries(context: Context, limit: int) -> list[AuditRecord]:
    """The newest entries, the newest first; at most so many."""
    with db.reading(context.engine) as session:
        return audit.entries(session, limit)


def search_entries(
    context: Context, wanted: AuditFilter, limit: int, before: int | None = None
) -> list[AuditRecord]:
    """The newest entries that match, the newest first; those before the entry of that
    number."""
    with db.reading(context.engine) as session:
        return audit.search(session, wanted, limit, before)


def verify_log(context: Context, head: str | None = None) -> LogVerification:
    """Whether every row seals the one before it, and whether operators, their roles
    and passwords, and approvals are as the log says. `head` is the hash of an earlier
    head that must still be in the log."""
    with db.reading(context.engine) as session:
        return LogVerification(
            audit.verify(session, head), tuple(record_check.find_faults(session))
        )
