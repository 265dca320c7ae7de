"""The audit log as it is listed and verified."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from socialcell import db
from socialcell.ops import audit
from socialcell.ops.audit import AuditResult
from socialcell.services.context import Context

Detail: TypeAlias = Mapping[str, object]
"""The detail of an entry, as JSON."""


@dataclass(frozen=True, slots=True)
class AuditLogEntry:
    """An entry of the audit log; `os_user` is None where it was not noted yet."""

    seq: int
    at: datetime
    actor: str
    os_user: str | None
    action: str
    object: str
    detail: Detail
    prev_hash: str
    hash: str


def list_entries(context: Context, limit: int) -> list[AuditLogEntry]:
    """The newest entries, the newest first; at most so many."""
    with db.reading(context.engine) as session:
        return [AuditLogEntry(**asdict(row)) for row in audit.entries(session, limit)]


def verify_log(context: Context, head: str | None = None) -> AuditResult:
    """Whether every row seals the one before it; `head` is the hash of an earlier
    head that must still be in the log."""
    with db.reading(context.engine) as session:
        return audit.verify(session, head)
