"""Who made what waits, by the audit log: only somebody else's work is approved."""

from enum import Enum

from socialcell.ops.audit import AuditRecord
from socialcell.services.context import Context


class Maker(Enum):
    """Who made what waits: only somebody else's work can be approved."""

    ANOTHER = "another"
    SELF = "self"
    UNKNOWN = "unknown"  # nobody who had signed in


def maker_of(context: Context, making: AuditRecord | None) -> Maker:
    """Who made it, by the audit row in which it was made; see
    `second_approver.require_second`, which decides when it is approved."""
    if making is None or making.operator_id is None:
        return Maker.UNKNOWN
    return Maker.SELF if making.operator_id == context.actor.id else Maker.ANOTHER
