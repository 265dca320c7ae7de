"""Enter a step of a case: the one way by which a case changes."""

from sqlmodel import Session

from socialcell.desk.case_states import END_STATES, CaseState
from socialcell.desk.model import CaseStep, DeskCase
from socialcell.desk.store import cases, leases
from socialcell.desk.store.cases import StepDraft
from socialcell.services.context import Context


def enter_step(
    context: Context, session: Session, case: DeskCase, step: StepDraft
) -> CaseStep:
    """Enter a step of a locked case, with what follows from it: the actor's lease is
    renewed, that of a case which has ended is over. UsageError: a state that may not
    follow the case's."""
    now = context.clock.now()
    row = cases.enter_step(session, case, step, now)
    assert case.id is not None
    if CaseState(case.state) in END_STATES:
        leases.end_lease(session, case.id)
    elif context.actor.id is not None:
        leases.renew(session, case.id, context.actor.id, now)
    return row
