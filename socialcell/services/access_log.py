"""The access log: each read of personal data that is not masked, kept for a year."""

from datetime import timedelta
from typing import Literal

from sqlmodel import Session

from socialcell import db
from socialcell.registers.model import AccessEntry
from socialcell.registers.store import accesses
from socialcell.registers.store.accesses import AccessFilter
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions

AccessKind = Literal[
    "reveal",  # who wrote, in a case, for a time; and each further look
    "look",
    "case_secret",  # what a citizen gave to be reached
    "original",  # the address of a post, which leads to who wrote it
    "mentions_export",  # a file with the platforms' numbers and addresses
    "personal_export",  # all that is held of one account, for that person
    "request",  # a request of a person with names and words
    "creator",  # a creator's contacts
    "affected",  # the persons of a breach
    "labels_export",  # masked texts of many, to train with
    "backup",  # a copy of the whole database
]


def note_access(
    context: Context,
    session: Session,
    kind: AccessKind,
    subject: str,
    *,
    records: int | None = None,
    reason: str = "",
) -> None:
    """Enter a read in the transaction in which it happens. `subject` is our own id or a
    pseudonym, and `reason` our words without names."""
    now = context.clock.now()
    accesses.add_entry(
        session, context.actor, kind, subject, now, records=records, reason=reason
    )


def list_accesses(
    context: Context, wanted: AccessFilter, limit: int
) -> list[AccessEntry]:
    """The newest entries that match, newest first, for who may read the audit log."""
    with db.reading(context.engine) as session:
        permissions.require(context, session, Permission.READ_AUDIT, ())
        rows = accesses.list_entries(session, wanted, limit)
        session.expunge_all()
    return rows


def delete_old(context: Context, session: Session) -> int:
    """Delete what is older than `retention.access_days`; how many entries."""
    days = context.workspace.config.retention.access_days
    return accesses.delete_old(session, context.clock.now() - timedelta(days=days))
