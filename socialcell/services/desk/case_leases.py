"""Who works on a case: others are refused until the lease ends."""

from sqlmodel import Session

from socialcell.clock import in_pune
from socialcell.desk.model import CaseLease, DeskCase
from socialcell.desk.store import leases
from socialcell.errors import ChangedMeanwhile
from socialcell.identity.model import Operator
from socialcell.services.context import Context


class CaseHeldError(ChangedMeanwhile):
    """Somebody else works on the case now."""


def require_free(context: Context, session: Session, case: DeskCase) -> None:
    """CaseHeldError, which says who works on it since when, if somebody else does."""
    assert case.id is not None
    lease = leases.holder_of(session, case.id, context.clock.now())
    if lease is not None and lease.holder != context.actor.id:
        raise held_error(session, case.number, lease)


def held_error(session: Session, number: str, lease: CaseLease) -> CaseHeldError:
    """The refusal of a case that somebody holds."""
    holder = session.get_one(Operator, lease.holder)
    return CaseHeldError(
        "deskcases.held",
        number=number,
        holder=holder.name,
        since=in_pune(lease.since),
        ends=in_pune(lease.until),
    )
